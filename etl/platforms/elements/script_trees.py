"""Trees of columns or agencies that a script draws (zTree, dTree, layui, jsTree …): the lists of a catalog whose page
shows the documents of one node. A node is an object with a name and an address, or a call such as
`d.add(1, 0, '教育局', 'list.jsp?dept=1')`.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.base import CandidateList
from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.elements.script_links import leads_nowhere
from etl.web.markup import uncommented_script
from etl.web.page import WebPage, absolute, base_url

_DRAWN = re.compile(
    r"\bzTree\.init\s*\(|\bnew\s+[dx]Tree\s*\(|\b(?:layui|layer|form)?\.?tree\.render\s*\(|"
    r"\.(?:js_?tree|tree|treeview|dynatree|fancytree)\s*\(\s*\{(?=(?s:.{0,1000}?)(?<!\.)\b(?:\w{0,8}(?i:data|url|ajax)"
    r"|source|children)[\"']?\s*[:,}])|\bnew\s+(?:TreeView|Ext\.tree\.\w+)\s*\("
)
"""What draws a tree. Plug-ins of jQuery that are given no data open and close a list of links which is in the page."""
_OBJECT = re.compile(r"\{[^{}]{4,600}\}")
_NAME = re.compile(r"""\b(?:name|text|title|label)["']?\s*:\s*["']([^"']{1,40})["']""")
_ADDRESS = re.compile(r"""\b(?:url|href|link|path|src|page)["']?\s*:\s*["']([^"'\s]{2,300})["']""")
_ADDED = re.compile(
    r"""\.add\(\s*["']?-?\w+["']?\s*,\s*["']?-?\w+["']?\s*,\s*["']([^"']{1,40})["']\s*(?:,\s*["']([^"'\s]{0,300})["'])?"""
)
_ELEMENT = re.compile(r"<(?:el|a|t|n|van|van-tree|my)-tree\b", re.IGNORECASE)
_TREE = re.compile(r"(?:^|[\s_-])(?:[zdx]tree|tree_?view|file_?tree|dyna_?tree|js_?tree|easyui-tree)", re.IGNORECASE)
"""Names of elements in which a tree is drawn."""
_TREE_NAME = re.compile(r"""\(\s*["']#([\w-]+)["']\s*\)""")
"""The name of an element, as jQuery finds it: that of the one in which a tree is drawn is among them."""
_MAX_ABOVE = 4
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MIN_NODES = 2


def tree_of_lists(page: WebPage) -> str | None:
    """The names of the first nodes of a tree that do not say where they lead, or the call that draws a tree of nodes
    which are not in the page; None if the page has no such tree."""
    if "tree" not in page.lower:
        return None
    if "-tree" in page.lower and (element := _ELEMENT.search(page.live_source)):
        return element[0]
    for code in _scripts_of_trees(page):
        nodes = list(nodes_of(code))
        bare = [name for name, address in nodes if not address]
        if len(nodes) < _MIN_NODES or len(bare) >= _MIN_NODES:
            drawn = _DRAWN.search(code)
            return f"{drawn[0] if drawn else ''} … {', '.join(bare[:2])}".rstrip(" …")
    if next(columns_of_trees(page), None):
        return None
    named = (each for each in page.tree.iter("ul") if _TREE.search(f"{each.get('class') or ''} {each.get('id') or ''}"))
    return next(filter(None, map(_drawn_elsewhere, named)), None)


def _drawn_elsewhere(tree: HtmlElement) -> str | None:
    """The name of an element for a tree that is empty, or whose items lead nowhere; None where it has links."""
    links = any(not leads_nowhere(link) for link in tree.iter("a"))
    items = [item for item in tree.iter("li") if words_of(item)]
    if links or (len(items) < _MIN_NODES and words_of(tree)) or _is_of_search(tree):
        return None
    return f"{tree.tag} {tree.get('class') or tree.get('id')}"


def columns_of_trees(page: WebPage) -> Iterator[CandidateList]:
    """The lists to which the nodes of the page's trees lead."""
    for code in _scripts_of_trees(page):
        for name, address in nodes_of(code):
            if url := absolute(address, base_url(page)) if address else None:
                yield CandidateList(url, name)


def _scripts_of_trees(page: WebPage) -> Iterator[str]:
    """The scripts of the page that draw a tree, without comments."""
    for script in page.elements["script"]:
        # What is searched in all scripts comes first: most pages have no tree.
        code = script.text or ""
        draws = "ree" in code and _DRAWN.search(code) and _DRAWN.search(code := uncommented_script(code))
        if draws and not _is_drawn_in_search(page, code):
            yield code


def _is_drawn_in_search(page: WebPage, code: str) -> bool:
    """Whether a script draws its tree into a hidden element of a search."""
    names = {match[1] for match in _TREE_NAME.finditer(code)}
    return any(tree.get("id") in names and _is_of_search(tree) for tree in page.tree.iter("ul", "div"))


def _is_of_search(tree: HtmlElement) -> bool:
    """Whether a tree is the hidden choice for a text field beside it, as searches have it for agencies."""
    around = [tree, *islice(tree.iterancestors(), _MAX_ABOVE)]
    unseen = next((place for place, each in enumerate(around) if is_hidden(each)), None)
    boxes = () if unseen is None else around[unseen : unseen + 2]
    return any(field.get("type", "text") in ("text", "search") for box in boxes for field in box.iter("input"))


def nodes_of(code: str) -> Iterator[tuple[str, str]]:
    """The name and the address of each node of a tree or menu in a script; "" for a node without an address."""
    for node in _OBJECT.finditer(code):
        name, address = _NAME.search(node[0]), _ADDRESS.search(node[0])
        if name and _CHINESE.search(name[1]):
            yield name[1], address[1] if address else ""
    for node in _ADDED.finditer(code):
        if not node[0].startswith(".add(0") or node[2]:
            yield node[1], node[2] or ""
