"""The title: the headline of the page, confirmed by the titles that the page states elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from etl.document_number import match_document_number
from etl.extract.codes import Rule
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node, is_boilerplate
from etl.extract.types import FieldValue, Origin
from etl.web.page import WebPage

_TITLE_CLASS = re.compile(
    r"tit|(?:^|[\s_-])bt(?:$|[\s_-])|biaoti|headline|doctitle|subject|ucaptitle|htbt", re.IGNORECASE
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "ucaptitle"))
_DOCUMENT_GENRE = re.compile(
    "关于.{4,}的|(?:通知|公告|公示|通告|通报|意见|办法|方案|决定|报告|批复|规定|细则|解读|计划|规划|名单|纪要|答复|条例|预案)[)）】]?$"
)
_SEPARATOR = re.compile(r"\s*[_|–—]\s*|\s+-\s+|\s*-\s*(?=[^-]*(?:网|政府|局|委|中心|厅|平台)[^-]*$)")
_TITLE_METAS = ("articletitle", "og:title", "title")
_LETTER = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_MAX_CHARS = 400
_BLOCKS_ABOVE = 150
"""Blocks above the text that are searched for the headline."""
_AGENCY_NAME = re.compile(r"(?:网站?|门户|平台|政府|首页|局|委|委员会|中心|厅|办公室|办|署|院)$|^首页")
"""How a line ends that names a site or an agency."""
_MIN_PARTIAL_CHARS = 10
"""Minimum length of a line that counts only because it is right above the date/source line, or because `<title>` starts
or ends with it."""
_SITE_NAME = re.compile(r"(?:网站?|门户|平台|人民政府|首页)$|^首页")


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
    """A visible line above the text: its last block (an index into `Blocks.blocks`), its text, and whether markup or
    place mark it as a headline."""

    block: int
    text: str
    marked: bool


def headline_lines(blocks: Blocks, limit: int) -> list[Line]:
    """The lines before block `limit` that can be a headline, lines of one marked element joined."""
    lines: list[Line] = []
    last_node = -1
    for index, block in blocks.visible_blocks(max(0, limit - _BLOCKS_ABOVE), limit):
        if block.link_chars * 2 > len(block.text):
            continue
        text = block.plain.strip()
        node = blocks.nodes[block.node]
        marked = _is_marked(blocks, node, INLINE_BOUNDARY in block.text)
        if marked and block.node == last_node and lines and lines[-1].block == index - 1 and node.last - node.first < 6:
            lines[-1] = Line(index, lines[-1].text + text, True)
            continue
        last_node = block.node
        if len(text) < 200 and is_boilerplate(text):
            continue
        if find_labels(block.text) or match_label(block.text) or match_document_number(text):
            continue
        lines.append(Line(index, text, marked or _is_above_subheading(blocks, index)))
    return lines


def _is_marked(blocks: Blocks, node: Node, has_inline: bool) -> bool:
    """Whether the line's element, one of the two around it, or an inline element in it is marked as a headline."""
    around = list(islice(blocks.ancestors(node.index), 3))
    if any(n.tag in _HEADING_TAGS for n in around) or any(n.last - n.first < 5 and _has_title_class(n) for n in around):
        return True
    return has_inline and any(
        child.tag in ("span", "strong", "b", "font", "ucaptitle") and _has_title_class(child)
        for child in blocks.nodes[node.index + 1 : min(node.end, node.index + 6)]
    )


def _is_above_subheading(blocks: Blocks, index: int) -> bool:
    """Whether the next line is the one with 发布时间 or 来源: the line above it is a headline without any markup."""
    block = blocks.blocks[index]
    if block.cell >= 0 or len(block.text) < _MIN_PARTIAL_CHARS:
        return False
    if index and match_label(blocks.blocks[index - 1].text):
        return False
    return any(
        item.name in ("published_date", "source") and item.at_line_start
        for _, line in blocks.visible_blocks(index + 1, index + 2)
        for item in find_labels(line.text[:_MAX_CHARS])
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the title, compared with the titles that the page states elsewhere (`<title>`, meta tags,
    header). `agrees`: it equals one of them; `overlaps`: it is most of one, or one is most of it."""

    line: Line
    key: str
    agrees: bool
    overlaps: bool

    @property
    def score(self) -> int:
        """The sum of what speaks for it; a line that names the site or the agency that runs it is rarely a title."""
        names_agency = _AGENCY_NAME.search(self.key) is not None and not re.search("关于|通知|公告", self.key)
        return 4 * self.agrees + 3 * self.overlaps + 2 * self.line.marked - 4 * names_agency


_SURE, _BELIEVED, _LIKELY = 6, 4, 3
"""Scores of a headline: from `_SURE` on joined lines are not tried; from `_BELIEVED` on it beats the title of the
header; below `_LIKELY` it is used only where the header has no title."""


def _candidate(line: Line, stated: list[str]) -> Candidate | None:
    """The line as a candidate; None where nothing speaks for it. `stated` are keys of titles stated elsewhere."""
    key = label_key(line.text)
    if not 5 <= len(key) <= 200:
        return None
    agrees = key in stated
    overlaps = any(
        (other in key and len(other) > 8 and len(other) * 2 > len(key))
        or (key in other and len(key) > 8 and len(key) * 10 > len(other) * 7)
        or (len(key) > _MIN_PARTIAL_CHARS and (other.startswith(key) or other.endswith(key)))
        for other in stated
    )
    if not (line.marked or agrees or overlaps) or len(_LETTER.findall(key)) < 4:
        return None
    return Candidate(line, key, agrees, overlaps)


def _best_headline(lines: list[Line], stated: list[str]) -> tuple[int, str]:
    """(score, text) of the best headline; a score of 0 for none."""
    best, best_score = None, 0
    for candidate in (c for line in lines if (c := _candidate(line, stated))):
        score = candidate.score
        # On a tie the later line wins, unless it is only a piece of the earlier one: the title may be repeated in two
        # lines at the top of the text.
        if score > best_score or (best and score == best_score and candidate.key not in best.key):
            best, best_score = candidate, score
    if best_score < _SURE and (joined := _join_lines(lines, stated)):
        return _SURE, joined
    return best_score, best.line.text if best else ""


def _join_lines(lines: list[Line], stated: list[str]) -> str | None:
    """The text of adjacent lines that make up a title which the page states elsewhere."""
    for position, line in enumerate(lines):
        key = label_key(line.text)
        for title in stated if len(key) > 3 else ():
            if key == title or not title.startswith(key):
                continue
            text, text_key = line.text, key
            for step, more in enumerate(lines[position + 1 : position + 4], 1):
                text, text_key = text + more.text, text_key + label_key(more.text)
                if more.block != line.block + step or not title.startswith(text_key):
                    break
                if text_key == title:
                    return text
    return None


def _genre_line_above(lines: list[Line], blocks: Blocks) -> str:
    """The last line that reads like the title of a document, empty for none; used where nothing marks a headline."""
    for line in reversed(lines):
        if 10 <= len(line.text) <= 100 and _DOCUMENT_GENRE.search(line.text) and not re.search("[。！？；]", line.text):
            return line.text if not blocks.blocks[line.block].link_chars else ""
    return ""


def _title(text: str, label: str, origin: Origin, rule: Rule) -> FieldValue:
    return FieldValue("title", text, text, label, origin, rule)


def find_title(
    parts: list[str], blocks: Blocks, limit: int, labelled: Iterable[FieldValue], meta: list[tuple[str, str]]
) -> tuple[FieldValue | None, list[FieldValue]]:
    """(the title, all evidence for it); the title is None where the page has none.

    `parts` and `meta` are what `title_parts` and `meta_tags` return, `labelled` what `read_labels` found; `limit` is
    the first block that cannot hold the title any more. In this order: a headline that the page confirms elsewhere, the
    header's title, an unconfirmed headline, a meta tag, a line that reads like a title, `<title>`.
    """
    header = [value for value in labelled if value.name == "title"]
    article = [content for name, content in meta if name.lower() in _TITLE_METAS and len(content) > 3]
    pieces = [piece for text in article for piece in _SEPARATOR.split(text) if len(piece) > _MIN_PARTIAL_CHARS]
    stated = [label_key(text) for text in (*(value.value for value in header), *article, *pieces, *parts)]
    lines = headline_lines(blocks, limit)
    score, headline = _best_headline(lines, stated)
    evidence: list[FieldValue] = list(header)
    chosen: FieldValue | None = None
    if headline and (score >= _LIKELY or not header):
        chosen = _title(headline, "", "title", Rule.HEADLINE)
        evidence.append(chosen)
    if header and (chosen is None or score < _BELIEVED):
        chosen = header[0]
    evidence += [_title(text, "ArticleTitle", "meta", Rule.META_TAG) for text in article[:1]]
    if not evidence and (line := _genre_line_above(lines, blocks)):
        evidence.append(_title(line, "", "title", Rule.LINE_ABOVE_TEXT))
    # `parts[0]` is the whole `<title>`; it is skipped if `<title>` could be split.
    rest = parts[1:] or parts
    page_title = [text for text in rest if not _SITE_NAME.search(text)][:1] or rest[-1:]
    evidence += [_title(text, "title", "meta", Rule.PAGE_TITLE) for text in page_title]
    if chosen is None:
        chosen = next((value for value in evidence if not _SITE_NAME.search(value.value)), None)
    return chosen, evidence
