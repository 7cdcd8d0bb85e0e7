"""How a list goes on: pagers that are read for every family, and the signs of paging that nobody understood.

The pagers here are those of several systems, or of none that is known by name. A sign that says neither "this is the
only page" nor where the next one is makes the list unfinished: an unknown pager must never pass for "no pager".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.web.page import WebPage, absolute, base_url

_STRING = r"""["']([\w-]+)["']"""
# A call has numbers, the definition of the function names. Arguments: the pager's place or the number of documents
# (Beijing), pages, current page, stem, ending; some systems add the number of documents, and count pages from 1.
_CREATE_PAGE = re.compile(
    rf"""createPage\w*+\s*+\(\s*+(?:(\d+)\s*+,\s*+|["'\w][^,()]{{0,80}},\s*+)?"""
    rf"""(\d+)\s*+,\s*+(\d+)\s*+,\s*+{_STRING}\s*+,\s*+["'](\w+)["']\s*+(?:,\s*+["']?(\d+))?"""
)
_PAGER = re.compile(r"\b\w*Pager\s*\(\s*\{([^{}]{0,2000})\}")
_OPTION = re.compile(r"""\b(\w++)["']?\s*+:\s*+["']?([\w-]++)""")
# Variables, and links that the script writes from them: `var countPage = 50 … "index_" + nextPage + ".htm"`.
_PAGE_COUNT = re.compile(
    r"""["']?\b(?:count_?page|page_?count|total_?pages?|page_?total|all_?pages?|pages?_?num_?total)["']?\s*[:=]\s*["']?(\d+)""",
    re.IGNORECASE,
)
# What `_PAGE_COUNT` may match, searched in lower-case letters. It begins with a plain word, which the search looks for
# alone: a hundred times as fast. Most documents have none.
_MAY_COUNT_PAGES = re.compile(
    r"""page(?:_?count|_?total|s?_?num_?total|(?<=(?:count|total)_page)s?|(?<=(?:count|total)page)s?|(?<=all_page)s?"""
    r"""|(?<=allpage)s?)["']?\s*+[:=]\s*+["']?\d"""
)
_CURRENT = re.compile(
    r"""["']?\b(?:curr?(?:ent)?_?page|page_?index|page_?no|curr?(?:ent)?_?index|now_?page)["']?\s*[:=]\s*["']?(\d+)""",
    re.IGNORECASE,
)
_WRITTEN_LINK = re.compile(r"""\b([\w-]{1,40})_\\?["']\s*+\+\s*+\(?\s*+\w++[^"'\n;]{0,20}\+\s*+\\?["']\.(\w{3,5})\b""")
_FROM_ZERO = re.compile(r"(?:count_?page|page_?count|total_?pages?)\s*-\s*1\b", re.IGNORECASE)
_DOCUMENT_COUNT = re.compile(
    r"""["']?\b(?:record_?count|total_?records?|total_?count|totalnum|total_?rows?|row_?count)["']?\s*[:=]\s*["']?(\d+)""",
    re.IGNORECASE,
)
_UNKNOWN_CALL = re.compile(
    r"(?<!function )(?<![\w$])"
    r"(?:create_?[pP]ag\w+|\w{0,30}Pager|kkpager\.\w+|laypage(?:\.\w+)?|\w{0,30}[pP]aginat\w+|loadMore\w*)\s*\("
)

_NEXT = re.compile(
    r"^(?:下一?页|下頁|下一頁|后一?页|next(?:page)?)\W*$|^\W*(?:下一?页)\W*$|^(?:>|›|»|＞)$", re.IGNORECASE
)
_NEXT_WORDS = re.compile(r"下一?[页頁]|后一页")
_LAST_WORDS = re.compile(r"尾页|末[页頁]|最后一?页")
_LOAD_MORE = re.compile(r"^(?:(?:点击|查看|加载|显示|载入|浏览)+(?:更多|全部)\W*|load ?more)$", re.IGNORECASE)
# In text without white space. The first group is the page's number, the second the number of pages.
_COUNTERS = (
    re.compile(r"第(\d{1,6})页?[/,，、|]?共(\d{1,6})页"),
    re.compile(r"(?:当前|现在)?第?(\d{1,6})页?/共?(\d{1,6})页"),
    re.compile(r"当前(?:第|页)?[:：]?(\d{1,6})页?/(\d{1,6})"),
    re.compile(r"共\d{1,8}(?:条|篇|个)\D{0,6}(\d{1,6})/(\d{1,6})"),
    re.compile(r"共()(?:有|计)?(\d{1,6})页"),
    re.compile(r"总()页数[:：]?(\d{1,6})"),
)
_DOCUMENTS = re.compile(
    r"共(?:有|计)?(\d{1,8})(?:条|篇|个)(?:记录|信息|数据|文件|内容)?|总(?:记录|条)数[:：]?(\d{1,8})"
)
_PAGES_NEARBY = re.compile(r"[\d每]页|\d/\d")
_NUMBERED = re.compile(r"(?:^|/)(?:index|list|default|page|more)?[_-]?(\d{1,4})\.s?html?$", re.IGNORECASE)
_NUMBERED_QUERY = re.compile(
    r"(?:^|&)(?:page|p|pn|pg|pageno|pagenum|pageindex|page_?index|curr?(?:ent)?page|nowpage|paged)=(\d{1,4})(?:&|$)",
    re.IGNORECASE,
)
_DISABLED = re.compile(r"disabled?|nolink|no-?more|gr[ae]y|(?:^|\s)(?:off|end|none|no)(?:\s|$)", re.IGNORECASE)
_MAX_SIGN = 60
"""Characters of a sign as it is shown."""


@dataclass(frozen=True, slots=True)
class Pager:
    """A pager that was understood, and the text it was read from. Pages count from 1.

    `address`: relative address of a page after the first with `{page}` for its number; `number`: the number in the
    address of the next page. `total`: the documents of the list. `before_pages`, `before_total`: the source of the
    script before those two numbers, from the start of the call or of the variable.
    """

    sign: str
    pages: int
    current: int
    address: str
    number: int
    total: int | None = None
    before_pages: str = field(default="", compare=False)
    before_total: str = field(default="", compare=False)

    @property
    def next_address(self) -> str | None:
        """Relative address of the next page; None on the last one."""
        return self.address.replace("{page}", str(self.number)) if self.current < self.pages else None

    @property
    def second(self) -> int:
        """The number in the address of the second page."""
        return self.number - self.current + 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What a page says of its list; None where it says nothing.

    `sign`: the text it says so in. `in_words`: in text that is shown, and not only in a variable of a script.
    """

    sign: str
    in_words: bool
    pages: int | None = None
    current: int | None = None
    documents: int | None = None


def script_pager(page: WebPage, *, first: bool) -> Pager | None:
    """The pager that a script of the page draws; None if no call is of a known form. `first`: the list's first page."""
    written = page.text
    may_count = _MAY_COUNT_PAGES.search(written.lower()) is not None
    if not may_count and "createPage" not in written and "Pager" not in written:
        return None  # before comments are taken out, which takes ten times as long
    source = page.live_source
    if call := _CREATE_PAGE.search(source):
        total, pages, current, stem, ending, documents = call.groups()
        from_one = documents is not None
        return Pager(
            _short(call[0]),
            digits(pages),
            digits(current) + (not from_one),
            f"{stem}_{{page}}.{ending}",
            digits(current) + 1,
            digits(documents or total) if documents or total else None,
            before_pages=_before(call, 2),
            before_total=_before(call, 6 if documents else 1),
        )
    for call in _PAGER.finditer(source) if "Pager" in source else ():
        options = {option[1].lower(): option for option in _OPTION.finditer(call[0], call.start(1) - call.start())}
        values = (options[key][2] if key in options else "" for key in ("size", "current", "prefix", "suffix"))
        pages, current, stem, ending = values
        if pages.isdigit() and current.isdigit() and stem and ending:
            number, before = digits(current) + 1, call[0][: options["size"].start(2)]
            return Pager(
                _short(call[0]), digits(pages), number, f"{stem}_{{page}}.{ending}", number, before_pages=before
            )
    return _written_pager(source, first) if may_count else None


def _written_pager(source: str, first: bool) -> Pager | None:
    pages, current, link = _PAGE_COUNT.search(source), _CURRENT.search(source), _WRITTEN_LINK.search(source)
    if not pages or not current or not link:
        return None
    place = digits(current[1])
    from_zero = place == 0 or (not first and _FROM_ZERO.search(source) is not None)
    address = f"{link[1]}_{{page}}.{link[2]}"
    sign = _short(f"{pages[0]} … {link[0]}")
    return Pager(sign, digits(pages[1]), place + from_zero, address, place + 1, before_pages=_before(pages, 1))


def _before(match: re.Match[str], group: int) -> str:
    """The text of the match before one of its groups; empty if that matched nothing."""
    return match[0][: match.start(group) - match.start()] if match[group] else ""


def next_link(page: WebPage) -> HtmlElement | None:
    """The first link to the next page (下一页) that leads to another address of the site; None if there is none."""
    base = base_url(page)
    for link in page.tree.iter("a"):
        url = _target(link, base) if _NEXT.match(_words(link)) else None
        if url and url != urldefrag(page.url).url and urlsplit(url).hostname == urlsplit(page.url).hostname:
            return link
    return None


def next_url(page: WebPage) -> str | None:
    """The absolute address that `next_link` leads to."""
    link = next_link(page)
    return _target(link, base_url(page)) if link is not None else None


def counts(page: WebPage) -> Counts | None:
    """The numbers of pages and documents that the page says in words or in variables of its scripts."""
    words = _squashed(page)
    documents, sign = _documents(words)
    for pattern in _COUNTERS:
        if match := pattern.search(words):
            return Counts(_short(match[0]), True, digits(match[2]), digits(match[1]) if match[1] else None, documents)
    source = page.live_source
    if documents is None and (match := _PAGE_COUNT.search(source)):
        return Counts(_short(match[0]), False, pages=digits(match[1]))
    if documents is None and (match := _DOCUMENT_COUNT.search(source)):
        return Counts(_short(match[0]), False, documents=digits(match[1]))
    return Counts(sign, True, documents=documents) if documents is not None else None


def sign_of_more(page: WebPage, *, first: bool) -> str | None:
    """A sign that the list goes on, on a page whose next page is not known; None if there is none.

    After the first page a dead 下一页 is the end of the list: the site had a live one before.
    """
    signs = [*_links_that_do_nothing(page), *_numbered_links(page)]
    if first:
        words = _squashed(page)
        signs += [match[0] for pattern in (_NEXT_WORDS, _LAST_WORDS) if (match := pattern.search(words))]
        signs += [match[0] for match in _UNKNOWN_CALL.finditer(page.live_source)][:1]
        if signs and _next_is_disabled(page):
            return None
    return _short(signs[0]) if signs else None


def _next_is_disabled(page: WebPage) -> bool:
    """Whether each 下一页 of the page is marked as having nothing to lead to."""
    steps = [
        element
        for element in page.tree.iter("a", "span", "li", "button", "em", "i", "font")
        if _NEXT.match(_words(element)[:8])
    ]
    return bool(steps) and all(any(map(_disabled, (step, step.getparent()))) for step in steps)


def _links_that_do_nothing(page: WebPage) -> Iterator[str]:
    """加载更多 and its like: elements without an address that a script listens to."""
    for element in page.tree.iter("a", "button", "div", "span", "p", "input"):
        words = _words(element) if len(element) <= 3 else ""
        if _LOAD_MORE.match(words) and not _target(element, base_url(page)) and not _disabled(element):
            yield words


def _numbered_links(page: WebPage) -> Iterator[str]:
    """Links to pages of this list with a greater number than its own, by the form of their address."""
    here = urlsplit(page.url)
    own = _number(page.url) or 1
    folder = here.path.rpartition("/")[0]
    for link in page.tree.iter("a"):
        words = _words(link)
        if not (words.isdigit() or _NEXT_WORDS.search(words) or _LAST_WORDS.search(words)):
            continue
        url = _target(link, base_url(page))
        parts = urlsplit(url or "")
        if url and parts.netloc == here.netloc and parts.path.rpartition("/")[0] == folder:
            number = _number(url)
            if number is not None and number > own:
                yield f"{words} → {url}"


def _number(url: str) -> int | None:
    parts = urlsplit(url)
    match = _NUMBERED_QUERY.search(parts.query) or _NUMBERED.search(parts.path)
    return digits(match[1]) if match else None


def _documents(words: str) -> tuple[int | None, str]:
    """(documents, sign) by 共N条, if that stands beside a number of pages: elsewhere it counts other things."""
    for match in _DOCUMENTS.finditer(words):
        around = words[max(0, match.start() - 40) : match.start()] + " " + words[match.end() : match.end() + 40]
        if match[2] or _PAGES_NEARBY.search(around):
            return digits(match[2] or match[1]), _short(match[0])
    return None, ""


def _squashed(page: WebPage) -> str:
    """The text that the page shows, without white space; what stands in scripts, styles and selections is left out."""
    hidden = {"script", "style", "noscript", "select", "textarea", "title"}
    pieces: list[str] = []
    body = page.tree.find("body")
    stack = [body if body is not None else page.tree]
    while stack:
        element = stack.pop()
        if isinstance(element, str):
            pieces.append(element)
            continue
        if element.tail:
            stack.append(element.tail)
        if isinstance(element.tag, str) and element.tag not in hidden:
            stack += reversed(element)
            pieces.append(element.text or "")
    return "".join("".join(pieces).split())


def _target(element: HtmlElement, base: str) -> str | None:
    href = (element.get("href") or "").strip()
    return absolute(href, base) if href and not href.startswith("#") else None


def _words(element: HtmlElement) -> str:
    """The element's text without white space."""
    return "".join("".join(map(str, element.itertext())).split())


def _disabled(element: HtmlElement) -> bool:
    return bool(element.get("disabled") is not None or _DISABLED.search(element.get("class") or ""))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MAX_SIGN]
