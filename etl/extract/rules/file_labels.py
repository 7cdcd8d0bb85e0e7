"""Names of files: from the words of the link, from the words beside a link 下载, or from the file name."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice, pairwise, takewhile

from lxml import html

from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node
from etl.extract.rules.link_targets import is_file_name
from etl.web.urls import unquote_query

_ANNEX = re.compile(r"[\s【\[（(]*(?:附\s?[件表图]|附[：:]|(?:文件|文档)下载|相关附件|(?:点击)?下载附件)")
_LINE_START_CHARS = 40
_KIND = "(?:word|pdf|excel|doc|docx|xls|xlsx|ofd|wps|zip)"
_SAVE_WORDS = re.compile(
    rf"[\s【\[（(《|>»]*(?:(?:请?点击|点此|立即|在线|直接|右键|本地|另存为|全部|批量|打包|一键)*(?:下载|查看|打开|预览|浏览|阅读|保存)*(?:此|该|本|这里|此处)?"
    rf"(?:文件|附件|原文|全文|文档|链接)?(?:{_KIND}?(?:版本?|格式)?)(?:下载|查看|预览)?)[\s】\]）)》|<«.。]*",
    re.IGNORECASE,
)
"""Words of a link that only offer a download."""
_DOWNLOAD = re.compile(
    r"\W*(?:请?点击|点此|立即|直接)?(?:此处|这里)?下载(?:此|该|本)?(?:文件|附件|表格|原文|全文|文档)?\W*"
)
_HERE = re.compile(r"\W*(?:请?点击|点)?(?:此处|这里|此|链接|此链接)\W*")
_NUMBERED_ANNEX = re.compile(
    r"[\s【\[（(]*+附\s*+[件表图录]?+\s*+[\d一二三四五六七八九十]{0,3}+[】\]）)]*+[\s：:、.．]*+"
)
_ANNEX_PREFIX = re.compile(
    rf"(?:{_NUMBERED_ANNEX.pattern})?+(?:[\s（(]*+(?:\d{{1,3}}+|[一二三四五六七八九十]{{1,3}}+)[）)]?+[、.．：:\s]++)?"
)
_EDGES = " \t\u3000【】[]（(：:，,、；;|·•—－-→>»《》"
_CLOSED = {"（": "）", "(": ")", "《": "》", "【": "】", "[": "]"}
_SAYS_NOTHING = re.compile(
    r"[\W\d_]*(?:[\d.,]+\s*[kmg]?b?|序号|名称|大小|操作|类型|\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?)?[\W_]*",
    re.IGNORECASE,
)
"""Texts that do not name a file: a number, a size, a date, a column heading."""
_ICON_NAME = re.compile(rf"icon|图标|\.(?:gif|png|jpe?g|svg)$|^(?:{_KIND}|image|img|附件|文件)$", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z]{2,4}$")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_ENDS_CUT = ("…", "...", "..", "．．．")
_MAX_NAME_CHARS = 120
"""Maximum length of a text beside a link that is a name; a longer one is a sentence."""
_MAX_HERE_CHARS = 10
_MAX_PIECES, _MAX_LINKS = 10, 60
"""Maximum number of pieces of one link, and of links in a line or box that is searched for a name."""
_MAX_BOX_BLOCKS = 6
"""Maximum number of blocks of a box that shows one file: its name, size, date and buttons."""


class Rank(IntEnum):
    """How informative a name is: the file name, weak words such as 下载, words beside the link, the link's own
    words."""

    OWN = 0
    WEAK = 1
    BESIDE = 2
    WORDS = 3


def label_of_link(blocks: Blocks, node: Node, element: html.HtmlElement, stated: str) -> tuple[str, Rank]:
    """The name of the file that an element links (may be empty), and how informative it is.

    `stated` is the name that its handler or `download` states; `node` is the element's place."""
    words = words_of_link(element)
    title = (element.get("title") or "").strip()
    if words and is_file_name(words) and not has_chinese(words) and (announced := _announced(blocks, node, words)):
        return announced, Rank.BESIDE
    if words and not says_little(words):
        shortened = next((words.removesuffix(dots) for dots in _ENDS_CUT if words.endswith(dots)), None)
        return (title if shortened and title.startswith(shortened) else words), Rank.WORDS
    for name in (stated, title, (element.get("alt") or "").strip(), _name_of_picture(element)):
        if name and not says_little(name):
            return name, Rank.WORDS
    if beside := _beside(blocks, node, words):
        return beside, Rank.BESIDE
    return words or title, Rank.WEAK


def words_of_link(element: html.HtmlElement) -> str:
    """The words of a link, joined with those of the directly following links to the same address, because editors cut a
    link into pieces. Words of a link nested in it (if it is unclosed) are not included."""
    words = " ".join("".join(element.itertext()).split())
    inner = next(element.iterdescendants("a"), None)
    if inner is not None and (nested := " ".join("".join(inner.itertext()).split())):
        words = words.partition(nested)[0].strip() or words
    href = (element.get("href") or "").strip("#")
    if href and element.tag == "a":
        words += "".join(takewhile(lambda piece: not says_little(piece), _further_pieces(element)))
    return words or (element.get("value") or "").strip()


def _further_pieces(link: html.HtmlElement) -> Iterator[str]:
    before = link
    for after in islice(link.itersiblings(), _MAX_PIECES):
        if (before.tail or "").strip() or after.tag != "a" or after.get("href") != link.get("href"):
            return
        yield " ".join("".join(after.itertext()).split())
        before = after


def own_name(url: str, charset: str) -> str:
    """The file name in an address: a value of its query, or the end of its path."""
    query = url.partition("?")[2]
    values = (unquote_query(pair.partition("=")[2], charset) for pair in query.split("&"))
    stated = next((value for value in values if is_file_name(value) and "/" not in value), "")
    return stated or unquote_query(url.rsplit("/", 1)[-1], charset)


def says_annex(line: str) -> bool:
    """Whether a line begins with 附件 or the like."""
    if "附" not in line and "下载" not in line:
        return False
    return _ANNEX.match(line[:_LINE_START_CHARS].replace(INLINE_BOUNDARY, "")) is not None


def says_download(words: str) -> bool:
    """Whether the words of a link only say that it downloads something."""
    return _DOWNLOAD.fullmatch(words) is not None


def operates_page(words: str) -> bool:
    """Whether the words of a link operate the page (打印本页, 查看评论) and do not offer a file (下载, 附件1)."""
    offers = _SAVE_WORDS.fullmatch(words) or _NUMBERED_ANNEX.fullmatch(words)
    return offers is None and is_page_tool(words)


def says_here(words: str) -> bool:
    """Whether the words of a link only tell the reader to click."""
    return len(words) < _MAX_HERE_CHARS and _HERE.fullmatch(words) is not None


def says_little(words: str) -> bool:
    """Whether words do not tell which file a link leads to: 下载, 附件1, a number, a tool of the page."""
    if len(words) > _MAX_NAME_CHARS:
        return False
    known = (_SAVE_WORDS, _NUMBERED_ANNEX, _SAYS_NOTHING)
    stem = _ENDING.sub("", words)
    return is_page_tool(words) or any(pattern.fullmatch(stem) for pattern in known)


def downloads_behind(blocks: Blocks, node: Node, words: str) -> bool:
    """Whether the line continues with 下载 after a link with these words."""
    if not _stands_in_line(blocks, node):
        return False
    pieces = [piece.strip() for piece in blocks.blocks[node.first].text.split(INLINE_BOUNDARY) if piece.strip()]
    return any(one == words and other.startswith("下载") for one, other in pairwise(pieces))


def is_numbered_annex(line: str) -> bool:
    """Whether a line is 附件 or 附件1, and nothing else."""
    return _NUMBERED_ANNEX.fullmatch(line) is not None


def has_chinese(name: str) -> bool:
    """Whether a name has Chinese characters, and so is more than a number or a key."""
    return _CHINESE.search(name) is not None


def shows_itself(element: html.HtmlElement) -> bool:
    """Whether a link without words is visible: by a picture, a tooltip, or an icon of a style sheet."""
    if element.get("title") or element.find(".//img") is not None:
        return True
    return any(each.get("class") for each in element.iterdescendants("i", "span", "em"))


def _name_of_picture(element: html.HtmlElement) -> str:
    picture = element.find(".//img") if element.tag == "a" else None
    names = (picture.get("title"), picture.get("alt")) if picture is not None else ()
    return next((name.strip() for name in names if name and not _ICON_NAME.search(name.strip())), "")


def _announced(blocks: Blocks, node: Node, words: str) -> str:
    """The name before a colon if the link after it has only the file name as words (`登记表：W0201.doc`)."""
    pieces = blocks.blocks[node.first].text.split(INLINE_BOUNDARY) if _stands_in_line(blocks, node) else []
    before = next((piece.strip() for piece in pieces if piece.strip()), "")
    return next(_named([before]), "") if before.endswith(("：", ":")) and words in map(str.strip, pieces) else ""


def _beside(blocks: Blocks, node: Node, words: str) -> str:
    """The name beside a link with uninformative words: before or after it in its line, in its row, in its box."""
    if _stands_in_line(blocks, node) and (name := _in_line(blocks, node, words)):
        return name
    return "" if _NUMBERED_ANNEX.fullmatch(words) else next(_named(_around(blocks, node, words)), "")


def _stands_in_line(blocks: Blocks, node: Node) -> bool:
    """Whether the line at a position contains the element; for one without words it is the next line of the page."""
    if node.first >= len(blocks.blocks):
        return False
    place, line = blocks.nodes[node.index], blocks.nodes[blocks.blocks[node.first].node]
    return line.index <= place.index < line.end or place.index <= line.index < place.end


def _in_line(blocks: Blocks, node: Node, words: str) -> str:
    block = blocks.blocks[node.first]
    links = _links_between(blocks, node.first, node.first + 1)
    if len(links) > _MAX_LINKS:
        return ""
    pieces = [piece.strip() for piece in block.text.split(INLINE_BOUNDARY)]
    if words in pieces:
        same = [each for each in links if words_of_link(each.element) == words]
        earlier = next((at for at, each in enumerate(same) if each is node), 0)
        places = [at for at, piece in enumerate(pieces) if piece == words]
        at = places[min(earlier, len(places) - 1)]
    else:
        at = len(pieces)  # a button or an icon has no words in the line
    linked = {words_of_link(each.element) for each in links}
    before = "" if _NUMBERED_ANNEX.fullmatch(words) else "".join(reversed(_telling(reversed(pieces[:at]))))
    behind = "".join(takewhile(lambda piece: piece not in linked, _telling(pieces[at + 1 :])))
    return next(_named((before, behind)), "")


def _telling(pieces: Iterable[str]) -> list[str]:
    """The pieces of a line up to the next button, without sizes and dates."""
    telling = (piece for piece in pieces if len(piece) > _MAX_NAME_CHARS or not _SAYS_NOTHING.fullmatch(piece))
    return list(takewhile(lambda piece: not says_little(piece), telling))


def _around(blocks: Blocks, node: Node, words: str) -> Iterator[str]:
    """Other lines that may name the file: the term of a definition, the line before a line break, the other cells of a
    table row, or a small box with only this link."""
    own = int(words != "")
    if own and 0 < node.first < len(blocks.blocks):
        above, line = blocks.blocks[node.first - 1], blocks.blocks[node.first]
        is_of_it = above.node == line.node or blocks.nodes[above.node].tag == "dt"
        if is_of_it and not above.link_chars and line.link_chars * 2 > len(line.plain):
            yield above.plain
    boxes = (each for each in blocks.ancestors(node.index) if each.tag != "a")
    around = next((each for each in boxes if each.last - each.first > own), None)
    if around is None or around.last - around.first > _MAX_BOX_BLOCKS or around.prose_chars:
        return
    lines = dict(blocks.visible_blocks(around.first, around.last))
    links = _links_between(blocks, around.first, around.last)
    if len(links) > _MAX_LINKS:
        return
    within = {each.element.get("href") for each in links if around.index < each.index < around.end}
    if around.tag == "tr" or within <= {node.element.get("href")}:
        yield from (line.plain for index, line in lines.items() if not own or index != node.first)


def _links_between(blocks: Blocks, first: int, last: int) -> list[Node]:
    """The links of a few lines; counting stops just above `_MAX_LINKS`."""
    begin = bisect_left(blocks.anchors, first, key=lambda link: link.first)
    links = islice(blocks.anchors, begin, begin + _MAX_LINKS + 1)
    return [link for link in links if link.first < last]


def _named(texts: Iterable[str]) -> Iterator[str]:
    """The texts that are names, without the word 附件 and without numbers and brackets at their ends."""
    for text in texts:
        name = text[_ANNEX_PREFIX.match(text).end() :] if len(text) <= _MAX_NAME_CHARS else ""  # type: ignore[union-attr]
        name = name.strip(_EDGES) if not _is_bracketed(name) else name.strip()
        if name and "。" not in name and not says_little(name):
            yield name


def _is_bracketed(name: str) -> bool:
    """Whether the brackets at the ends of the name are paired within it."""
    name = name.strip()
    return any((opening in name and name.endswith(closing)) for opening, closing in _CLOSED.items())
