"""The title: the headline of the page, confirmed by the titles that the page states elsewhere."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

from lxml.html import HtmlElement

from etl.document_number import match_document_number
from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import SUMMARIES
from etl.extract.lexicon.labels import begins_with_label, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks, Node, is_boilerplate
from etl.extract.page.breadcrumbs import end_of_breadcrumb
from etl.extract.page.stated_labels import whole_words
from etl.extract.page.subheading import is_subheading
from etl.extract.page.trimming import ONLY_A_DATE
from etl.extract.types import FieldValue, Origin
from etl.web.page import WebPage

_TITLE_CLASS = re.compile(
    r"tit|(?:^|[\s_-])bt(?:$|[\s_-])|biaoti|headline|doctitle|subject|ucaptitle|htbt", re.IGNORECASE
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "ucaptitle"))
_GENRES = "通知|公告|公示|通告|通报|意见|办法|方案|决定|报告|批复|规定|细则|解读|计划|规划|名单|纪要|答复|条例|预案"
_ENDS_LIKE_A_TITLE = re.compile(f"(?:{_GENRES})[)）】]?$")
_DOCUMENT_GENRE = re.compile(f"关于.{{4,}}的|{_ENDS_LIKE_A_TITLE.pattern}")
_SEPARATOR = re.compile(r"\s*[_|–—]\s*|\s+-\s+|\s*-\s*(?=[^-]*(?:网|政府|局|委|中心|厅|平台)[^-]*$)")
_TITLE_METAS = ("articletitle", "og:title", "title")
_LETTER = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_MAX_CHARS = 400
_BLOCKS_ABOVE = 150
"""Blocks above the text that are searched for the headline."""
_AGENCY_NAME = re.compile(r"(?:网站?|门户|平台|政府|首页|局|委|委员会|中心|厅|办公室|办|署|院)$|^首页")
"""How a line ends that names a site or an agency."""
_BLOCKS_OF_LAYOUT_CELL = 4
"""Blocks from which on a table cell is a part of the page's layout, not of a table of data."""
_LARGE = re.compile(r"size\s*[:=]\s*\+?(?:[4-7]\b|1[89]|[2-9]\d)|font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CENTRED = re.compile(rf"align\s*[:=]\s*center|{_LARGE.pattern}", re.IGNORECASE)
_BRACKETED_NUMBER = re.compile(r"[（(].{4,40}号[)）]$")
_LINES_OF_TITLE_IN_TEXT = 4
"""First lines of the text in which a title that the page states elsewhere may stand in pieces."""
_MIN_PARTIAL_CHARS = 10
"""Minimum length of a line that counts only because `<title>` starts or ends with it."""
_MIN_SHORT_CHARS = 6
"""Minimum length of a line that counts only because it is right above the date/source line."""
_NAMES_SITE = re.compile("(?:网站?|门户|平台|首页)$|^首页")
_SITE_NAME = re.compile(f"(?:人民政府|法院|检察院)$|{_NAMES_SITE.pattern}")
_GENRE_ALONE = frozenset(("公告", "通告", "公示", "通知", "声明", "启事", "决定", "布告", "命令"))
"""Titles of two letters, which columns are called too: they count right above the line with date or source."""


def meta_tags(page: WebPage) -> list[tuple[str, str]]:
    """(name, content) of the page's meta tags."""
    return [
        ((m.get("name") or m.get("property") or "").strip(), (m.get("content") or "").strip())
        for m in page.elements["meta"]
    ]


def title_parts(page: WebPage) -> list[str]:
    """The whole of `<title>` and its parts between separators, longest first."""
    parts: list[str] = []
    for element in page.elements["title"]:
        text = " ".join((element.text or "")[:_MAX_CHARS].split())
        parts += [text, *(_SEPARATOR.split(text))]
    return sorted(dict.fromkeys(p for part in parts if len(p := part.strip(" -")) > 3), key=len, reverse=True)


def _has_title_class(node: Node) -> bool:
    return _names_a_title(f"{node.element.get('class') or ''} {node.element.get('id') or ''}")


@lru_cache(4096)
def _names_a_title(names: str) -> bool:
    return len(names) > 1 and _TITLE_CLASS.search(names) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """A visible line that may be the headline: its last block (an index into `Blocks.blocks`) and its text.

    `marked`: its markup is that of a headline. `above_date`: the line with date or source follows.
    """

    block: int
    text: str
    marked: bool
    above_date: bool = False


def headline_text(text: str) -> str:
    """A line without inline elements at its ends that are only a date or a tool: `<h2>T <small>(date)</small></h2>`."""
    if INLINE_BOUNDARY not in text:
        return text.strip()
    runs = text.split(INLINE_BOUNDARY)
    while len(runs) > 1 and _is_no_title(runs[-1].strip()):
        runs.pop()
    while len(runs) > 1 and _is_no_title(runs[0].strip()):
        runs.pop(0)
    return "".join(runs).strip()


def _is_no_title(run: str) -> bool:
    return not run or ONLY_A_DATE.fullmatch(run) is not None or is_page_tool(run)


def headline_lines(blocks: Blocks, first: int, limit: int, *, with_numbers: bool = False) -> list[Line]:
    """The lines in blocks[first:limit] that can be a headline, lines of one marked element joined.

    `with_numbers`: a bracketed 文号 right below a line is a part of it.
    """
    lines: list[Line] = []
    last_node = -1
    for index, block in blocks.visible_blocks(max(0, first), limit):
        if block.link_chars * 2 > len(block.text):
            continue
        if (tail := end_of_breadcrumb(blocks, index)) is not None:
            lines += [Line(index, tail, False)] if len(tail) > _MIN_PARTIAL_CHARS else []
            continue
        text = headline_text(block.text)
        node = blocks.nodes[block.node]
        marked = _is_marked(blocks, node, INLINE_BOUNDARY in block.text)
        if marked and block.node == last_node and lines and lines[-1].block == index - 1 and node.last - node.first < 6:
            lines[-1] = Line(index, lines[-1].text + text, True, _is_above_subheading(blocks, index))
            continue
        in_one, last_node = block.node == last_node, block.node
        if (len(text) < 200 and is_boilerplate(text)) or begins_with_label(block.text):
            continue
        follows_line = bool(lines) and lines[-1].block == index - 1
        if with_numbers and follows_line and _BRACKETED_NUMBER.match(text):
            lines[-1] = replace(lines[-1], block=index, text=lines[-1].text + text)
            lines[-1] = replace(lines[-1], above_date=_is_above_subheading(blocks, index, len(lines[-1].text)))
            continue
        if find_labels(block.text) or match_label(block.text) or match_document_number(text) or _is_no_title(text):
            continue
        upper = _upper_lines(lines, blocks, index) if in_one else []
        whole = "".join(line.text for line in upper) + text
        if above_date := _is_above_subheading(blocks, index, len(whole) if upper else 0):
            del lines[len(lines) - len(upper) :]
            text = whole
        lines.append(Line(index, text, marked or (above_date and _stands_out(blocks, block)), above_date))
    return lines


def _upper_lines(lines: list[Line], blocks: Blocks, index: int) -> list[Line]:
    """The lines right above block `index` that are one headline with it, where one element holds nothing else: they are
    drawn like one or break off behind 关于 (`关于加强水<br>利工程管理的通知`), and are no title, column or agency."""
    node = blocks.nodes[blocks.blocks[index].node]
    is_last_of_few = node.first < index < node.first + 4 and node.last == index + 1
    upper = lines[-(index - node.first) :] if is_last_of_few else []
    if not upper or [line.block for line in upper] != list(range(node.first, index)):  # some are no headline lines
        return []
    first = label_key(upper[0].text)
    is_name = len(first) <= _MAX_COLUMN_CHARS or _names_agency(first)
    if is_name or any(_ENDS_LIKE_A_TITLE.search(line.text) for line in upper):
        return []
    return upper if "关于" in first or _stands_out(blocks, blocks.blocks[index]) else []


def _is_marked(blocks: Blocks, node: Node, has_inline: bool) -> bool:
    """Whether the line's element, one of the two around it, or an inline element in it is marked as a headline."""
    for around in islice(blocks.ancestors(node.index), 3):
        if around.tag in _HEADING_TAGS or (around.last - around.first < 5 and _has_title_class(around)):
            return True
    return has_inline and any(
        child.tag in ("span", "strong", "b", "font", "ucaptitle") and _has_title_class(child)
        for child in blocks.nodes[node.index + 1 : min(node.end, node.index + 6)]
    )


def _stands_out(blocks: Blocks, block: Block) -> bool:
    """Whether the line is marked as a headline, its element or the one around it is drawn larger than text or in the
    middle, or an element in it larger or bold."""
    node = blocks.nodes[block.node]
    if _is_marked(blocks, node, INLINE_BOUNDARY in block.text):
        return True
    around = islice(blocks.ancestors(node.index), 2)
    inside = node.element.iterchildren("font", "span", "strong", "b")
    return any(each.tag == "center" or _CENTRED.search(_drawn(each.element)) for each in around) or any(
        child.tag in ("strong", "b") or _LARGE.search(_drawn(child)) for child in islice(inside, 3)
    )


def _drawn(element: HtmlElement) -> str:
    return f"{element.get('style') or ''} align={element.get('align')} size={element.get('size')}"


def _is_in_data_cell(blocks: Blocks, block: Block) -> bool:
    """Whether the line stands in a cell of data, not in one that lays the page out: large, or alone in its row."""
    if block.cell < 0:
        return False
    cell = blocks.nodes[block.cell]
    row = blocks.nodes[cell.parent]
    is_alone = (row.first, row.last) == (cell.first, cell.last)
    return cell.last - cell.first < _BLOCKS_OF_LAYOUT_CELL and not is_alone


def _is_above_subheading(blocks: Blocks, index: int, chars: int = 0) -> bool:
    """Whether the next line is the one with 发布时间 or 来源: the line above it is a headline without any markup, but a
    line of a few letters must stand out. `chars`: length of what the line continues."""
    if not any(is_subheading(line.text) for _, line in blocks.visible_blocks(index + 1, index + 2)):
        return False
    block = blocks.blocks[index]
    if _is_in_data_cell(blocks, block) or block.plain.rstrip().endswith(("。", "；", "，", "、")):
        return False
    key = label_key(block.text)
    is_short = max(len(key), chars) < _MIN_PARTIAL_CHARS and key not in _GENRE_ALONE
    # Of lines alike that are short, such as the values of a header, none is a headline.
    is_value = len(key) < _MIN_SHORT_CHARS or (index > 0 and _are_alike(index - 1, index, blocks))
    if is_short and is_value and not _stands_out(blocks, block):
        return False
    return not (index and match_label(blocks.blocks[index - 1].text))


def _names_agency(key: str) -> bool:
    return _AGENCY_NAME.search(key) is not None and not re.search("关于|通知|公告", key)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the title, compared with the titles that the page states elsewhere (`<title>`, meta tags,
    header). `agrees`: it equals one of them; `overlaps`: it is most of one, or one is most of it."""

    line: Line
    key: str
    agrees: bool
    overlaps: bool

    @property
    def parts(self) -> dict[str, int]:
        """What speaks for it and against it, with points; a line that names the site or the agency that runs it is
        rarely a title, unless its markup and the line below it say so: on pages about an agency."""
        line, names_agency = self.line, _names_agency(self.key)
        may_be_about_it = line.marked and not self.agrees
        against = 1 if may_be_about_it and line.above_date else 4
        return {
            "equals a stated title": 4 * self.agrees,
            "overlaps a stated title": 3 * self.overlaps,
            "marked as a headline": 2 * line.marked,
            "above the line with date or source": 2 * (line.above_date and (may_be_about_it or not names_agency)),
            "named like a site or an agency": -against * names_agency,
        }

    @property
    def score(self) -> int:
        """The sum of `parts`."""
        return sum(self.parts.values())


_CONTINUES = re.compile("(?:关于|印发|转发|批转)")
"""How the second line of a title begins whose first line is the name of the agency."""
_MAX_COLUMN_CHARS = 6
_CUT_OFF = re.compile(r"(?<=.{8})\.{2,}$")
"""What stands for the end of a title that a template cut off; `…` is three dots to `label_key`."""
_BADGE_CHARS = 4
_OF_VALIDITY = re.compile("[废失修稿]")
_SURE, _BELIEVED, _LIKELY = 6, 4, 3
"""Scores of a headline: joined lines have `_SURE` at least; from `_BELIEVED` on it beats the title of the
header; below `_LIKELY` it is used only where the header has no title."""


def _candidate(line: Line, stated: list[str]) -> Candidate | None:
    """The line as a candidate; None where nothing speaks for it. `stated` are keys of titles stated elsewhere."""
    key = label_key(line.text)
    stands_alone = line.above_date and (line.marked or key in _GENRE_ALONE)
    if not (2 if stands_alone else 5) <= len(key) <= 200:
        return None
    agrees = key in stated
    overlaps = any(
        (other in key and len(other) > 8 and len(other) * 2 > len(key))
        or (key in other and len(key) > 8 and len(key) * 10 > len(other) * 7)
        or (len(key) > _MIN_PARTIAL_CHARS and (other.startswith(key) or other.endswith(key)))
        for other in stated
    )
    if not (line.marked or line.above_date or agrees or overlaps):
        return None
    if len(_LETTER.findall(key)) < (2 if stands_alone else 4):
        return None
    return Candidate(line, key, agrees, overlaps)


def headline_candidates(lines: Iterable[Line], stated: list[str]) -> Iterator[Candidate]:
    """The lines for which anything speaks, in page order. `stated` is what `stated_titles` returns."""
    return (candidate for line in lines if (candidate := _candidate(line, stated)))


def _best_headline(lines: list[Line], stated: list[str], more: list[Line], blocks: Blocks) -> tuple[int, Line | None]:
    """(score, line) of the best headline. `more`: the lines and the first ones of the text, where a title may stand in
    pieces."""
    best, best_score = None, 0
    for candidate in headline_candidates(lines, stated):
        score = candidate.score
        # On a tie the later line wins, unless it is only a piece of the earlier one: the title may be repeated in two
        # lines at the top of the text.
        if score > best_score or (best and score == best_score and candidate.key not in best.key):
            best, best_score = candidate, score
    if not (best and best.agrees) and (joined := _join_lines(more, stated, blocks)):
        return max(_SURE, best_score), joined
    return best_score, best.line if best else None


def _join_lines(lines: list[Line], stated: list[str], blocks: Blocks) -> Line | None:
    """Adjacent lines that make up a title which the page states elsewhere: not the name of a column, in an element of
    another kind, and the headline (`<title>通知公告 关于…的通知`)."""
    for position, line in enumerate(lines):
        key = label_key(line.text)
        for title in stated if len(key) > 3 else ():
            if key == title or not title.startswith(key):
                continue
            text, text_key = line.text, key
            for step, more in enumerate(lines[position + 1 : position + 4], 1):
                text, text_key = text + more.text, text_key + label_key(more.text)
                is_column = step == 1 and len(key) <= _MAX_COLUMN_CHARS and not _names_agency(key)
                if more.block != line.block + step or not title.startswith(text_key):
                    break
                if is_column and not _are_alike(line.block, more.block, blocks):
                    break
                if text_key == title:
                    return replace(line, block=more.block, text=text)
    return None


def _without_badges(line: Line, blocks: Blocks, stated: list[str]) -> Line:
    """The line without short inline elements at its ends (原创, 置顶, 图文) where the page states the title without
    them. What says that a document is repealed, amended or a draft stays."""
    block = blocks.blocks[line.block]
    if INLINE_BOUNDARY not in block.text or headline_text(block.text) != line.text or label_key(line.text) in stated:
        return line
    runs = block.text.split(INLINE_BOUNDARY)
    for first, last in product(range(len(runs)), range(len(runs), 0, -1)):
        badges = [run.strip() for run in (*runs[:first], *runs[last:])]
        rest = "".join(runs[first:last]).strip()
        are_badges = all(len(badge) <= _BADGE_CHARS and not _OF_VALIDITY.search(badge) for badge in badges)
        if are_badges and label_key(rest) in stated:
            return replace(line, text=rest)
    return line


def _with_agency_above(line: Line, lines: list[Line], blocks: Blocks, stated: list[str]) -> Line:
    """The line with the name of the agency in the line before it, where both are written alike and the page states no
    title that is the line alone."""
    before = next((each for each in lines if each.block == line.block - 1), None)
    if before is None or not _CONTINUES.match(line.text) or label_key(line.text) in stated:
        return line
    name = label_key(before.text)
    if not _are_alike(before.block, line.block, blocks) or not _names_agency(name) or _NAMES_SITE.search(name):
        return line
    return replace(line, text=before.text + line.text)


def _are_alike(one: int, other: int, blocks: Blocks) -> bool:
    """Whether two blocks stand in one element, or in elements of the same kind beside each other."""
    nodes = [blocks.nodes[blocks.blocks[each].node] for each in (one, other)]
    kinds = {(node.tag, node.parent, node.element.get("class"), node.element.get("style")) for node in nodes}
    return len(kinds) == 1


def _genre_line_above(lines: list[Line], blocks: Blocks) -> Line | None:
    """The last line that reads like the title of a document; used where nothing marks a headline."""
    for line in reversed(lines):
        label = match_label(blocks.blocks[line.block - 1].text) if line.block else None
        if label and label.label in SUMMARIES:
            continue
        if 10 <= len(line.text) <= 100 and _DOCUMENT_GENRE.search(line.text) and not re.search("[。！？；]", line.text):
            return line if not blocks.blocks[line.block].link_chars else None
    return None


def title_of_line(line: Line) -> FieldValue:
    """The title that a headline is."""
    return _title(line.text, "", "title", Rule.HEADLINE)


def _title(text: str, label: str, origin: Origin, rule: Rule) -> FieldValue:
    return FieldValue("title", text, text, label, origin, rule)


@dataclass(frozen=True, slots=True)
class PageTitle:
    """The title, None where the page has none, and all evidence for it.

    `headline`: the line of the page that it was taken from, if any.
    """

    value: FieldValue | None
    evidence: tuple[FieldValue, ...]
    headline: Line | None = None


def _titles_of_meta(meta: list[tuple[str, str]]) -> list[str]:
    return [content for name, content in meta if name.lower() in _TITLE_METAS and len(content) > 3]


def stated_titles(parts: list[str], labelled: Iterable[FieldValue], meta: list[tuple[str, str]]) -> list[str]:
    """The keys of the titles that the page states in its header, its meta tags and `<title>`, and of their parts."""
    header = [value.value for value in labelled if value.name == "title"]
    article = _titles_of_meta(meta)
    pieces = [piece for text in article for piece in _SEPARATOR.split(text) if len(piece) > _MIN_PARTIAL_CHARS]
    return [_CUT_OFF.sub("", label_key(text)) for text in (*header, *article, *pieces, *parts)]


def lines_above(blocks: Blocks, limit: int) -> list[Line]:
    """The lines above block `limit` that can be a headline."""
    return headline_lines(blocks, limit - _BLOCKS_ABOVE, limit)


def breadcrumb_lines(blocks: Blocks, limit: int) -> list[str]:
    """The lines above block `limit`, without lines of links, that are read as a breadcrumb: at most their end can be a
    headline."""
    lines = blocks.visible_blocks(max(0, limit - _BLOCKS_ABOVE), limit)
    texts = [(index, block.plain.strip()) for index, block in lines if block.link_chars * 2 <= len(block.text)]
    return [text for index, text in texts if end_of_breadcrumb(blocks, index) is not None]


def find_title(
    parts: list[str], blocks: Blocks, limit: int, labelled: Iterable[FieldValue], meta: list[tuple[str, str]]
) -> PageTitle:
    """The title of the page.

    `parts` and `meta` are what `title_parts` and `meta_tags` return, `labelled` what `read_labels` found; `limit` is
    the first block that cannot hold the title any more. In this order: a headline of `_BELIEVED` points, the header's
    title, any other headline, a meta tag, a line that reads like a title, `<title>`. `Candidate.parts` gives the
    points: a title that the page states elsewhere, or markup and the line with date or source below it.
    """
    header = [value for value in labelled if value.name == "title"]
    article = _titles_of_meta(meta)
    stated = stated_titles(parts, header, meta)
    lines = lines_above(blocks, limit)
    more = [*lines, *headline_lines(blocks, limit, min(limit + _LINES_OF_TITLE_IN_TEXT, len(blocks.blocks)))]
    score, headline = _best_headline(lines, stated, more, blocks)
    headline = headline and _with_agency_above(_without_badges(headline, blocks, stated), lines, blocks, stated)
    if headline:
        element = blocks.nodes[blocks.blocks[headline.block].node].element
        headline = replace(headline, text=whole_words(element, headline.text))
    evidence: list[FieldValue] = list(header)
    chosen: FieldValue | None = None
    if headline and (score >= _LIKELY or not header):
        chosen = _title(headline.text, "", "title", Rule.HEADLINE)
        evidence.append(chosen)
    if header and (chosen is None or score < _BELIEVED):
        chosen = header[0]
    evidence += [_title(text, "ArticleTitle", "meta", Rule.META_TAG) for text in article[:1]]
    if not evidence and (line := _genre_line_above(lines, blocks)):
        evidence.append(_title(line.text, "", "title", Rule.LINE_ABOVE_TEXT))
        headline = line
    # `parts[0]` is the whole `<title>`; it is skipped if `<title>` could be split.
    rest = parts[1:] or parts
    page_title = [text for text in rest if not _SITE_NAME.search(text)][:1] or rest[-1:]
    evidence += [_title(text, "title", "meta", Rule.PAGE_TITLE) for text in page_title]
    if chosen is None:
        chosen = next((value for value in evidence if not _SITE_NAME.search(value.value)), None)
    return PageTitle(chosen, tuple(evidence), headline)


def only_headline(blocks: Blocks, first: int) -> Line | None:
    """The line from block `first` on that is marked as a headline as no other line of the page is: the one `<h1>` or
    `<h2>`, or the one line whose class says so, if it reads like the title of a document. For pages where what stands
    beside the text outweighs it."""
    by_markup: dict[tuple[str, str], list[Line]] = {}
    for line in headline_lines(blocks, first, len(blocks.blocks)):
        node = blocks.nodes[blocks.blocks[line.block].node]
        if line.marked and node.first == line.block:
            by_markup.setdefault((node.tag, node.element.get("class") or ""), []).append(line)
    alone = [(tag, lines[0]) for (tag, _), lines in by_markup.items() if len(lines) == 1]
    titles = [
        (tag, line) for tag, line in alone if 5 <= len(key := label_key(line.text)) <= 200 and not _names_agency(key)
    ]
    by_tag = (line for wanted in ("h1", "h2") for tag, line in titles if tag == wanted)
    return next(by_tag, None) or next((line for _, line in titles if _DOCUMENT_GENRE.search(line.text)), None)


def headline_above_date(blocks: Blocks, first: int) -> Line | None:
    """The best line from block `first` on that stands right above a line with date or source: a headline that needs no
    confirmation. For pages whose menus hold more prose than their document."""
    every = headline_lines(blocks, first, len(blocks.blocks), with_numbers=True)
    lines = [line for line in every if line.above_date and not _names_agency(label_key(line.text))]
    return max(lines, key=lambda line: (line.marked, len(line.text)), default=None)
