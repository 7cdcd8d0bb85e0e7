"""What a page names as places of its site, whatever form the menu has: links, pictures, areas of a picture, options,
更多 beside the heading of a box, what scripts open or write.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from etl.outside import Outside
from etl.platforms.elements.element_words import label_of
from etl.platforms.elements.script_links import read_script_links
from etl.platforms.elements.script_trees import nodes_of
from etl.web.markup import uncommented_script
from etl.web.page import WebPage, absolute, base_url

MAX_NAME = 16
"""Characters in the name of a list; longer link texts are titles."""
MIN_ITEMS = 3
"""Items of a menu."""
_MORE = re.compile(r"^\W*(?:[查点]?[看击]?更多|全部|more)\W*$", re.IGNORECASE)
"""A link from a box with the newest documents of a list to that list."""
PAGE_STEP = re.compile(r"^\W*(?:[上下前后]一?[页頁]|[尾末][页頁]|第?\d+[页頁]?|加载更多)\W*$")
_MAX_DEPTH_IN_BOX = 4
_ADDRESS = re.compile(r"^(?:https?://|[./?])[^\s<>'\"]*$|^[\w/-]+\.(?:s?html?|jsp|php|aspx?|do)(?:\?[^\s<>'\"]*)?$")
_WRITTEN_LINK = re.compile(r"""<a\b[^<>]{0,200}?\bhref=\\?["']?([^"'\\\s<>]{1,300})[^<>]{0,200}>([^<>"'+]{2,40})<""")


@dataclass(frozen=True, slots=True)
class NamedLink(Outside):
    """A link and its words.

    `menu`: the lowest element that holds it and others; `box`: for 更多, the element whose first words are its name.
    """

    url: str
    name: str
    menu: HtmlElement
    box: HtmlElement | None = None


def named_links(page: WebPage) -> Iterator[NamedLink]:
    """Every link of the page and its scripts to http(s), except steps to further pages of a list.

    The name of a link is its words or its title, else those of its picture, or "" for a picture without any. 更多 has
    the name of its box; all these links are one menu.
    """
    read_script_links(page)
    base = base_url(page)
    for address, name, element in _links(page):
        url = absolute(address, base) if address not in ("", "#") else None
        if url is None or PAGE_STEP.match(name) or not (name or next(element.iter("img"), None) is not None):
            continue
        if _MORE.match(name) and (named := _named_box(element)):
            yield NamedLink(url, named[1], page.tree, named[0])
        else:
            yield NamedLink(url, name, _menu_of(element))


def _links(page: WebPage) -> Iterator[tuple[str, str, HtmlElement]]:
    """(address as written, name, element) of each link."""
    for element in page.tree.iter("a", "area", "option"):
        if element.tag != "option":
            yield (element.get("href") or "").strip(), _name(element), element
        elif _ADDRESS.match(value := (element.get("value") or "").strip()):
            yield value, _name(element), element
    for script in page.elements["script"]:
        code = script.text or ""
        if "href" in code or "url" in code:
            code = uncommented_script(code)
            written = (match.groups() for match in _WRITTEN_LINK.finditer(code))
            for name, address in (*((name, address) for address, name in written), *nodes_of(code)):
                if _ADDRESS.match(address):
                    yield address, " ".join(name.split()), script


def _name(element: HtmlElement) -> str:
    name = " ".join("".join(element.itertext()).split()) or label_of(element)
    title = " ".join((element.get("title") or "").split())
    return title if len(name) > MAX_NAME >= len(title) > 1 else name


def _menu_of(link: HtmlElement) -> HtmlElement:
    """The lowest element around the link that holds another one too; a script or a selection for what is in it."""
    if link.tag == "script":
        return link
    around = (element for element in link.iterancestors() if len(list(islice(element.iter(link.tag), 2))) > 1)
    return next(around, link)


def _named_box(more: HtmlElement) -> tuple[HtmlElement, str] | None:
    """The box around the link 更多 and the words with which it begins, if they can be the name of a list."""
    for box in islice(more.iterancestors(), _MAX_DEPTH_IN_BOX):
        first = next(filter(str.strip, box.itertext()), "").strip()
        if not _MORE.match(first):
            name = first if 1 < len(first) <= MAX_NAME else _tab_of(box)
            return (box, name) if name else None
    return None


def _tab_of(panel: HtmlElement) -> str:
    """The words of a panel's tab, in a bar of as many tabs before the panels; "" if there is none."""
    around = panel.getparent()
    panels = [] if around is None else [item for item in around if item.get("class") == panel.get("class")]
    if len(panels) < 2 or panel not in panels:
        return ""
    for bar in (
        *islice(panels[0].itersiblings("*", preceding=True), 1),
        *islice(around.itersiblings("*", preceding=True), 1),
    ):
        items = list(bar) if len(bar) != 1 else list(bar[0])
        words = [" ".join("".join(item.itertext()).split()) for item in items]
        if len(words) == len(panels) and all(1 < len(each) <= MAX_NAME for each in words):
            return words[panels.index(panel)]
    return ""
