"""The title: what the page shows as its headline, confirmed by what it says of itself elsewhere."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from etl.extract.lexicon.document_number import match_document_number
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node, is_boilerplate
from etl.extract.types import FieldValue
from etl.web.page import WebPage

_TITLE_CLASS = re.compile(
    r"tit|(?:^|[\s_-])bt(?:$|[\s_-])|biaoti|headline|doctitle|subject|ucaptitle|htbt", re.IGNORECASE
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "ucaptitle"))
_DOCUMENT_GENRE = re.compile(
    "关于.{4,}的|(?:通知|公告|公示|通告|通报|意见|办法|方案|决定|报告|批复|规定|细则|解读|计划|规划|名单|纪要|答复|条例|预案)[)）】]?$"
)
_SEPARATOR = re.compile(r"\s*[_|–—]\s*|\s+-\s+|\s*-\s*(?=[^-]*(?:网|政府|局|委|中心|厅|平台)[^-]*$)")
_LETTER = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_MAX_CHARS = 400
_BLOCKS_ABOVE = 150
"""Blocks above the text among which the headline is looked for."""
_BODY_NAME = re.compile(r"(?:网站?|门户|平台|政府|首页|局|委|委员会|中心|厅|办公室|办|署|院)$|^首页")
"""How a line ends that names the site or the body behind it."""
_MIN_PARTIAL_CHARS = 10
"""Characters that a line must have to be a headline for its place or for an end of `<title>` only."""
_SITE_NAME = re.compile(r"(?:网站?|门户|平台|人民政府|首页)$|^首页")


def meta_tags(page: WebPage) -> list[tuple[str, str]]:
    """(name, content) of the page's meta tags."""
    return [
        ((m.get("name") or m.get("property") or "").strip(), (m.get("content") or "").strip())
        for m in page.elements["meta"]
    ]


def title_parts(page: WebPage) -> list[str]:
    """The parts of `<title>`, longest first, that do not name the site."""
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


def headline_candidates(blocks: Blocks, limit: int) -> list[tuple[int, str, bool]]:
    """(block, text, looks like a headline) of visible lines before block `limit`; lines of one element are joined."""
    found: list[tuple[int, str, bool]] = []
    last_node = -1
    for index, block in blocks.visible_blocks(max(0, limit - _BLOCKS_ABOVE), limit):
        if block.link_chars * 2 > len(block.text):
            continue
        text = block.plain.strip()
        node = blocks.nodes[block.node]
        around = list(islice(blocks.ancestors(block.node), 3))
        looks = any(n.tag in _HEADING_TAGS for n in around) or any(
            n.last - n.first < 5 and _has_title_class(n) for n in around
        )
        if not looks and INLINE_BOUNDARY in block.text:
            looks = any(
                c.tag in ("span", "strong", "b", "font", "ucaptitle") and _has_title_class(c)
                for c in blocks.nodes[block.node + 1 : min(node.end, block.node + 6)]
            )
        if looks and block.node == last_node and found and found[-1][0] == index - 1 and node.last - node.first < 6:
            found[-1] = (index, found[-1][1] + text, True)
            continue
        last_node = block.node
        if len(text) < 200 and is_boilerplate(text):
            continue
        if find_labels(block.text) or match_label(block.text) or match_document_number(text):
            continue
        found.append((index, text, looks or _is_above_subheading(blocks, index)))
    return found


def _is_above_subheading(blocks: Blocks, index: int) -> bool:
    """Whether the next line is the one with 发布时间 and 来源: what stands right above it needs no mark."""
    block = blocks.blocks[index]
    if (
        block.cell >= 0
        or len(block.text) < _MIN_PARTIAL_CHARS
        or (index and match_label(blocks.blocks[index - 1].text))
    ):
        return False
    return any(
        item.name in ("published_date", "source") and item.at_line_start
        for _, line in blocks.visible_blocks(index + 1, index + 2)
        for item in find_labels(line.text[:_MAX_CHARS])
    )


def _joined_lines(lines: list[tuple[int, str, bool]], known: list[str]) -> tuple[int, str] | None:
    """(last block, text) of adjacent lines that make up a title which the page states elsewhere."""
    for at, (first, text, _) in enumerate(lines):
        key = label_key(text)
        for title in known if len(key) > 3 else ():
            if key == title or not title.startswith(key):
                continue
            whole, made = text, key
            for step, (index, more, _) in enumerate(lines[at + 1 : at + 4], 1):
                whole, made = whole + more, made + label_key(more)
                if index != first + step or not title.startswith(made):
                    break
                if made == title:
                    return index, whole
    return None


def _genre_line_above(lines: list[tuple[int, str, bool]], blocks: Blocks) -> str:
    """The last line that reads like the title of a document, where nothing marks one."""
    for index, text, _ in reversed(lines):
        if 10 <= len(text) <= 100 and _DOCUMENT_GENRE.search(text) and not re.search("[。！？；]", text):
            return text if not blocks.blocks[index].link_chars else ""
    return ""


def find_title(
    titles: list[str], blocks: Blocks, limit: int, stated: Iterable[FieldValue], meta: list[tuple[str, str]]
) -> tuple[FieldValue | None, list[FieldValue]]:
    """(the title, all evidence for it). `limit` is the first block that cannot hold it any more; `titles` and `meta`
    are what `title_parts` and `meta_tags` found."""
    header = [v for v in stated if v.name == "title"]
    claims = [v.value for v in header]
    article = [c for n, c in meta if n.lower() in ("articletitle", "og:title", "title") and len(c) > 3]
    pieces = [piece for c in article for piece in _SEPARATOR.split(c) if len(piece) > _MIN_PARTIAL_CHARS]
    known = [label_key(c) for c in (*claims, *article, *pieces, *titles)]
    evidence: list[FieldValue] = list(header)
    best: tuple[int, int, str] | None = None
    lines = headline_candidates(blocks, limit)
    for index, text, looks in lines:
        key = label_key(text)
        if not 5 <= len(key) <= 200:
            continue
        agrees = any(key == k for k in known)
        contains = any(
            (k in key and len(k) > 8 and len(k) * 2 > len(key))
            or (key in k and len(key) > 8 and len(key) * 10 > len(k) * 7)
            or (len(key) > _MIN_PARTIAL_CHARS and (k.startswith(key) or k.endswith(key)))
            for k in known
        )
        if not (looks or agrees or contains) or len(_LETTER.findall(key)) < 4:
            continue
        score = 4 * agrees + 3 * contains + 2 * looks
        if _BODY_NAME.search(key) and not re.search("关于|通知|公告", key):
            score -= 4
        # The title again in two lines, at the top of the text, is worse than the title.
        if score > 0 and (best is None or score > best[0] or (score == best[0] and key not in label_key(best[2]))):
            best = (score, index, text)
    if (best is None or best[0] < 6) and (joined := _joined_lines(lines, known)):
        best = (6, *joined)
    chosen: FieldValue | None = None
    if best and (best[0] >= 3 or not header):
        chosen = FieldValue("title", best[2], best[2], "", "title", "headline", 0.95 if best[0] >= 4 else 0.7)
        evidence.append(chosen)
    if header and (chosen is None or (best is not None and best[0] < 4)):
        chosen = header[0]
    for text in article[:1]:
        evidence.append(FieldValue("title", text, text, "ArticleTitle", "meta", "meta tag", 0.8))
    if not evidence and (line := _genre_line_above(lines, blocks)):
        evidence.append(FieldValue("title", line, line, "", "title", "line above the text", 0.5))
    # The first of several parts is all of them together.
    parts = titles[1:] or titles
    for text in [t for t in parts if not _SITE_NAME.search(t)][:1] or parts[-1:]:
        evidence.append(FieldValue("title", text, text, "title", "meta", "page title", 0.4))
    if chosen is None:
        rest = [v for v in evidence if not _SITE_NAME.search(v.value)]
        chosen = rest[0] if rest else None
    return chosen, evidence
