"""Pages that only lead to another one: by a refresh, by a script with a literal address, or by a frameset.

Seen as the first page of columns ("跳转到第一个子栏目") and in the place of documents that moved.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from etl.web.page import WebPage, absolute, base_url, visible_text
from etl.web.script.navigation import navigation_target
from etl.web.urls import canonical_url, encode_query

Means = Literal["refresh header", "meta refresh", "script", "frameset"]
MAX_PAGE_CHARS = 100_000
"""Maximum length of a redirect page; even with their styles such pages have less than a tenth of that."""
_MAX_OWN_CHARS, _MAX_LINKS = 100, 3
"""Maximum visible characters, and links, of a page without content ("正在跳转，如果没有反应请点击这里")."""
_END_OF_NO_MARKUP = {b"<!--": b"-->"} | {
    b"<" + tag: b"</" + tag for tag in (b"script", b"style", b"textarea", b"title", b"xmp")
}
"""The end of each part whose content is not markup, by its beginning."""
_LINK_OR_NO_MARKUP = re.compile(rb"<(?:a\s|!--|script|style|textarea|title|xmp)")
_SIGN = re.compile(r"refresh|location|<frameset|open *\(", re.IGNORECASE)
_REFRESH = re.compile(
    r"""(?<![\d.])[\d.]++ ?[;, ] ?(?:url ?= ?)?+(?:"(?P<double>[^"]++)|'(?P<single>[^']++)|(?P<bare>[^"'].*))""",
    re.IGNORECASE,
)
"""The value of `content` with collapsed white space. A quoted address ends at its quote, or, if none follows, at the
end of the value (HTML standard, "shared declarative refresh steps")."""
_RELOAD = re.compile(r"(?:(?:window|self|top|document)\.)?location\.reload\((?:true|false)?\);?")
"""A whole script."""
_COOKIE, _LOADS_AGAIN = "document.cookie", re.compile(r"\A(?!.*(?:function|=>)).*\blocation\.reload\(", re.DOTALL)
"""A script that loads the page again at once, and not when something is clicked."""
_UNSEEN = frozenset({"script", "style", "noscript", "noframes", "title", "template"})
_CONTENT = "//iframe | //object | //embed | //form | //table//table"
_JAVASCRIPT = re.compile(r"^$|javascript|ecmascript|^module$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageRedirect:
    """The canonical address of the page to which another page leads, and by which means."""

    url: str
    means: Means


def may_lead_on(body: bytes) -> bool:
    """Whether these bytes may be a redirect page. A page with many links is not, and need not be parsed."""
    markup, at, links = body.lower(), 0, 0
    while match := _LINK_OR_NO_MARKUP.search(markup, at):
        at, end = match.end(), _END_OF_NO_MARKUP.get(match[0])
        if end is None:
            links += 1
            if links > _MAX_LINKS:
                return False
        elif (at := markup.find(end, at)) < 0:
            return True
    return True


def page_redirect(page: WebPage, refresh: str = "") -> PageRedirect | None:
    """The page to which a page without content leads; None for any other page, or if the target is not certain.

    `refresh`: the header `Refresh`. If there are several means, they must agree on the address. An address in a
    condition or an event handler does not count.
    """
    if len(page.text) > MAX_PAGE_CHARS or not (refresh or _SIGN.search(page.text)) or _has_content(page):
        return None
    base = base_url(page)
    targets: dict[str, Means] = {}
    by_header: list[tuple[str, Means]] = [(url, "refresh header") for url in _refresh_target(refresh)]
    for written, means in (*by_header, *_refreshes(page), *_scripts(page), *_frames(page)):
        try:
            targets.setdefault(canonical_url(absolute(encode_query(written, page.charset), base) or ""), means)
        except ValueError:
            return None
    targets.pop(canonical_url(page.url), None)
    return PageRedirect(*next(iter(targets.items()))) if len(targets) == 1 else None


def asks_again(page: WebPage) -> bool:
    """Whether a page without content only makes the browser request the same address again, as with a cookie it set."""
    if len(page.text) > MAX_PAGE_CHARS or not _SIGN.search(page.text) or _has_content(page):
        return False
    refreshes = [each.get("content", "") for each in page.elements["meta"] if _is_refresh(each)]
    targets = [url for content in refreshes for url in _refresh_target(content)]
    scripts = [element.text or "" for element in page.elements["script"]]
    is_own = all(absolute(url, base_url(page)) == page.url for url in targets)
    return is_own and (bool(refreshes) or any(_RELOAD.fullmatch(script.strip()) for script in scripts))


def loads_another(page: WebPage) -> str | None:
    """What makes a page with content load another one by itself: a refresh to another query of its address, which turns
    the pages of a list, or a script that sets a cookie and loads the page again."""
    refreshes = (each.get("content", "") for each in page.elements["meta"] if _is_refresh(each))
    for target in (target for content in refreshes for target in _refresh_target(content)):
        url = absolute(target, base_url(page)) or page.url
        if url.partition("?")[0] == page.url.partition("?")[0] and url != page.url:
            return f"refresh → {url}"
    scripts = (script.text or "" for script in page.elements["script"])
    return next((_COOKIE for code in scripts if _COOKIE in code and _LOADS_AGAIN.search(code)), None)


def _has_content(page: WebPage) -> bool:
    return (
        len(visible_text(page, _UNSEEN, _MAX_OWN_CHARS)) > _MAX_OWN_CHARS
        or sum(1 for _ in page.tree.iter("a")) > _MAX_LINKS
        or bool(page.tree.xpath(_CONTENT))
    )


def _refreshes(page: WebPage) -> Iterator[tuple[str, Means]]:
    for element in page.elements["meta"]:
        if _is_refresh(element):
            for url in _refresh_target(element.get("content", "")):
                yield url, "meta refresh"


def _is_refresh(element: HtmlElement) -> bool:
    return element.get("http-equiv", "").strip().lower() == "refresh" and not _is_for_no_scripts(element)


def _refresh_target(value: str) -> list[str]:
    """The address in the value of a refresh, if it has one."""
    match = _REFRESH.match(" ".join(value.split()))
    return [(match["double"] or match["single"] or match["bare"]).strip()] if match else []


def _is_for_no_scripts(element: HtmlElement) -> bool:
    return next(element.iterancestors("noscript"), None) is not None


def _scripts(page: WebPage) -> Iterator[tuple[str, Means]]:
    """The target of all scripts, read as one, and of the handlers that run when the body is loaded."""
    sources = [element.text or "" for element in page.elements["script"] if _JAVASCRIPT.search(element.get("type", ""))]
    sources += [element.get("onload") or "" for element in page.tree.iter("body", "frameset")]
    if target := navigation_target("\n;\n".join(sources), page.url):
        yield target.strip(), "script"


def _frames(page: WebPage) -> Iterator[tuple[str, Means]]:
    """The only visible frame of a frameset; empty frames and frames without height or width do not count."""
    if next(page.tree.iter("frameset"), None) is None:
        return
    shown = [frame.get("src", "").strip() for frame in page.tree.iter("frame") if not _is_unseen(frame)]
    frames = [address for address in shown if address and not address.lower().startswith("about:")]
    if len(frames) == 1:
        yield frames[0], "frameset"


def _is_unseen(frame: HtmlElement) -> bool:
    frameset = frame.getparent()
    sizes = [(frameset.get(way) or "").split(",") for way in ("rows", "cols")] if frameset is not None else []
    place = frameset.index(frame) if frameset is not None else 0
    return any(place < len(each) and each[place].strip().rstrip("%px") == "0" for each in sizes)
