"""The fields of a document, read from whatever the page states them with.

Order in which disagreeing evidence is resolved (`ORDER`): the header table; a line that names the field elsewhere outside the
text; the line under the title; JSON and hidden inputs that the page's scripts show; the text itself (red header, last lines, signature);
the title. `<meta>` tags are kept as evidence only, except for the title: their PubDate is often the day on which the page was generated,
and their keywords and source are not what the page shows.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from etl.extract.blocks import MARK, Block, Blocks, Node, boilerplate
from etl.extract.dates import read_date
from etl.extract.document_number import is_number, normalise_number, number_in_title, whole_number
from etl.extract.labels import FIELDS, WEAK, Labelled, labelled, squash, whole_label
from etl.extract.text import Body, is_tool
from etl.extract.types import FieldValue, Origin

ORDER: Mapping[Origin, int] = {"header": 0, "subheading": 1, "json": 2, "listing": 3, "body": 4, "title": 5, "meta": 6}
CONFIDENCE: Mapping[Origin, float] = {
    "header": 0.95, "subheading": 0.85, "json": 0.9, "listing": 0.7, "body": 0.6, "title": 0.5, "meta": 0.3,
}  # fmt: skip
DATES = frozenset({"written_date", "published_date", "effective_date", "expiry_date"})
_NOTHING = re.compile(
    r"^(?:[-—–_/\\.。·*\s]+|无|暂无|空|未知|none|null|undefined|不限|全部|请选择|\{\{.*\}\}|\$\{.*\}|NaN|0)$",
    re.IGNORECASE,
)
_VALID = re.compile(
    r"^(?:现行)?(?:有效|失效|废止|已失效|已废止|尚未生效|部分失效|部分有效|继续有效|长期有效|被修改|已修改|全文有效|全文失效|全文废止|条款失效)$"
)
_CUT = re.compile(
    rf"{MARK}[\s{MARK}]*[【\[(（]?(?:大|中|小|打印|收藏|分享|字体|字号|浏览|阅读|点击|访问|纠错|我要纠错|下载|扫一扫|[|丨])|{MARK}\s+{MARK}|\s{{3,}}|[【\[]\s*(?:字|打印|大|我要)"
)
_EDGES = " \t|丨,，;；:：>·•-—_"
_PAIRS = {"[": "]", "【": "】", "(": ")", "（": "）", "〔": "〕"}
_AFTER = 14
"""Blocks below the text in which sites put 来源 and 时间."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the fields are read from: the page's blocks, where its text stands, its title as known so far."""

    blocks: Blocks
    body: Body
    not_after: date | None = None


def clean(name: str, value: str) -> str:
    """The value as a person reads it: no marks, no edges, `无` and dashes as nothing, doubled copies once."""
    text = " ".join(value.replace(MARK, "").replace("\u200b", "").split()).strip(_EDGES).strip()
    for opening, closing in _PAIRS.items():
        if text.startswith(opening) and closing not in text:
            text = text[1:].strip()
        if text.endswith((opening, closing)) and text.count(opening) != text.count(closing):
            text = text[:-1].strip(_EDGES)
    if _NOTHING.match(text):
        return ""
    half = len(text) // 2
    if (
        name in ("validity", "published_date", "written_date")
        and len(text) > 1
        and text[:half].strip() == text[half:].strip()
    ):
        text = text[:half].strip()
    return text


def _value(name: str, item: Labelled) -> str:
    value = item.value
    lead = re.match(rf"[\s{MARK}]*", value)
    start = lead.end() if lead else 0
    cut = _CUT.search(value, start)
    if cut and name in ("source", "publisher", *DATES):
        value = value[: cut.start()]
    return value


def make(
    name: str, raw: str, label: str, origin: Origin, rule: str, not_after: date | None = None
) -> tuple[FieldValue | None, str]:
    """(the evidence, a flag) of a raw value; no evidence where the value is none of that field."""
    text = clean(name, raw)
    if not text:
        return None, ""
    value = text
    flag = ""
    if name in DATES:
        if name == "expiry_date" and _VALID.match(squash(text)):
            return make("validity", raw, label, origin, rule)
        read = read_date(text, None if name in ("effective_date", "expiry_date") else not_after)
        if read.iso is None:
            return None, f"{name}:{read.flag}" if read.flag in ("impossible", "future") else ""
        value = read.iso
    elif name == "document_number":
        if not is_number(text):
            return None, ""
        value = normalise_number(text)
    elif name == "index_number":
        value = re.sub(r"\s+", "", text)
        if not re.search(r"\d", value) or len(value) < 4 or len(value) > 60:
            return None, ""
    elif name in ("publisher", "source"):
        if len(text) > 60 or not re.search(r"[\u4e00-\u9fffA-Za-z]", text):
            return None, ""
    elif name == "title":
        if len(text) < 4:
            return None, ""
    elif name == "validity":
        # A search form offers all states at once; a header states one, or a sentence with its dates.
        if re.search("不限|全部", text) or (
            len(re.findall("有效|失效|废止", text)) > 1 and len(text) < 16 and not _VALID.match(text)
        ):
            return None, ""
        if len(text) > 100 or not re.search("效|废|止|修|行|是|否|期|年", text):
            return None, ""
    elif len(text) > 200:
        return None, ""
    return FieldValue(name, value, text, label, origin, rule, CONFIDENCE[origin]), flag


# -- where labels stand


def read_labels(scan: Scan) -> tuple[list[FieldValue], list[str], set[str]]:
    """(evidence, flags, fields that the header names without a value) of all labelled cells and lines outside the text."""
    found: list[FieldValue] = []
    flags: list[str] = []
    named: set[str] = set()
    blocks = scan.blocks
    end = min(len(blocks.blocks), scan.body.last + _AFTER)
    outside = [i for i, _ in blocks.seen(0, end, scan.body.inside) if not scan.body.first <= i < scan.body.last]
    for position, index in enumerate(outside):
        block = blocks.blocks[index]
        if len(block.text) > 700 or _crumb(block):
            continue
        below = index >= scan.body.last
        items = list(labelled(block.text))
        if items and _foot(block.text):
            continue
        if not items:
            whole = whole_label(block.text)
            if (whole and whole[0] and whole[1] not in WEAK) or (whole and whole[0] and block.cell >= 0):
                items = [Labelled(whole[0], whole[1], block.plain.strip(), "", 0)]
        elif items[0].start > 40 and len(items) == 1:
            continue
        for item in items:
            if not item.name:
                continue
            raw, rule = _value(item.name, item), "label and value in one line"
            if not raw.replace(MARK, "").strip():
                if item is not items[-1]:
                    named.add(item.name)
                    continue
                following = [i for i in outside[position + 1 : position + 4]]
                raw, rule = _next(blocks, index, following), "value beside its label"
            if not raw:
                named.add(item.name)
                continue
            origin: Origin = "header" if _strong(item, items) and not below else "subheading"
            value, flag = make(item.name, raw, item.raw_label.replace(MARK, ""), origin, rule, scan.not_after)
            if flag:
                flags.append(flag)
            if value is None:
                named.add(item.name)
            elif not (item.label in WEAK and item.name == "title") or len(value.value) > 7:
                found.append(value)
    return found, flags, named


def _strong(item: Labelled, items: list[Labelled]) -> bool:
    if item.name in ("published_date", "source") and item.label != "公开日期":
        return False
    return item.label not in WEAK or len(items) == 1


def _crumb(block: Block) -> bool:
    return block.linked * 10 > len(block.text) * 7 and len(block.text) > 8


def _foot(text: str) -> bool:
    return len(text) < 300 and boilerplate(text) and not re.search("索引号|文号|来源", text)


def _next(blocks: Blocks, index: int, following: list[int]) -> str:
    """The value beside a label: the next cell, `<dd>`, or the next block that is not itself a label."""
    block = blocks.blocks[index]
    if block.cell >= 0:
        cell = blocks.nodes[block.cell]
        rest = [i for i in following if i < cell.last]
        if not rest:
            return _next_cell(blocks, cell, block)
    if not following:
        return ""
    after = following[0]
    other = blocks.blocks[after]
    if any(True for _ in labelled(other.text)) or whole_label(other.text) or is_tool(other.plain):
        return ""
    own, next_one = blocks.nodes[block.node], blocks.nodes[other.node]
    if next_one.tag in ("h1", "h2", "h3") and own.tag not in ("h1", "h2", "h3", "dt"):
        return ""
    for node in blocks.ancestors(own.index):
        if node.last > index + 1:
            if after >= node.last:
                return ""
            pair = sum(1 for _ in blocks.seen(node.first, node.last))
            alike = own.tag == next_one.tag and own.element.get("class") == next_one.element.get("class")
            if alike and own.tag in ("li", "tr", "td") and pair > 2 and not block.plain.rstrip().endswith((":", "：")):
                return ""
            return other.text if pair <= 60 else ""
    return ""


def _next_cell(blocks: Blocks, cell: Node, block: Block) -> str:
    sibling = cell.end
    parent = blocks.nodes[cell.parent]
    if sibling < parent.end and blocks.nodes[sibling].tag in ("td", "th"):
        node = blocks.nodes[sibling]
        texts = [b.text for _, b in blocks.seen(node.first, node.last) if not is_tool(b.plain)]
        if texts and not whole_label(texts[0]) and not next(labelled(texts[0]), None):
            return " ".join(texts) if len(texts) < 4 else texts[0]
        if not texts or cell.tag == "td":
            return ""
    return _cell_below(blocks, cell, parent)


def _cell_below(blocks: Blocks, cell: Node, row: Node) -> str:
    """The value of a column whose head is a row of labels: the cell of the same place in the next row."""
    heads = [n for n in blocks.nodes[row.index + 1 : row.end] if n.tag in ("td", "th") and n.parent == row.index]
    if row.end >= len(blocks.nodes) or blocks.nodes[row.end].tag != "tr" or len(heads) < 2:
        return ""
    for head in heads:
        texts = [b.text for _, b in blocks.seen(head.first, head.last)]
        if len(texts) != 1 or not whole_label(texts[0]):
            return ""
    below = blocks.nodes[row.end]
    cells = [n for n in blocks.nodes[below.index + 1 : below.end] if n.tag in ("td", "th") and n.parent == below.index]
    at = heads.index(cell)
    if len(cells) != len(heads):
        return ""
    return " ".join(b.text for _, b in blocks.seen(cells[at].first, cells[at].last))


# -- lines without labels


_DATE_LINE = re.compile(
    r"^[\s\[【(（]*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)\s*(?:[T ]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])"
)


def read_lines(scan: Scan, title: str) -> list[FieldValue]:
    """What stands unlabelled between the title and the text: a date, a 文号 on a line of its own."""
    found: list[FieldValue] = []
    blocks = scan.blocks
    wanted = squash(title)
    near = [i for i, _ in blocks.seen(max(0, scan.body.first - 25), scan.body.first, scan.body.inside)]
    seen_title = False
    for index in near:
        block = blocks.blocks[index]
        text = block.plain.strip()
        key = squash(text)
        if wanted and len(key) > 5 and (key in wanted or wanted in key):
            seen_title = True
        number = whole_number(text)
        if number and block.linked * 2 <= len(text):
            value, _ = make("document_number", number, "", "header", "line of its own above the text")
            if value:
                found.append(replace(value, confidence=0.85))
            continue
        match = _DATE_LINE.match(text)
        if match and seen_title and len(text) < 100 and block.linked * 2 <= len(text):
            value, _ = make("published_date", match.group(1), "", "subheading", "date under the title", scan.not_after)
            if value:
                found.append(replace(value, confidence=0.7))
    return found


_BODY_LABELS = {"公开方式": "disclosure_method", "公开形式": "disclosure_method", "公开属性": "disclosure_method"}
_SIGNATURE = re.compile(
    r"^(?:[\u4e00-\u9fff、（）() ]{2,40}\s)?((?:19|20)\d\d年\d{1,2}月\d{1,2}日|[一二][〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}日)(?:印发)?$"
)


def read_body(scan: Scan) -> list[FieldValue]:
    """What the text itself says in the places where documents say it: red header, signature, labelled last lines."""
    found: list[FieldValue] = []
    inside = [b for _, b in scan.blocks.seen(scan.body.first, scan.body.last, scan.body.inside)]
    for block in inside[:8]:
        number = whole_number(block.plain.strip())
        if number:
            value, _ = make("document_number", number, "", "body", "red header")
            if value:
                found.append(value)
            break
    for block in inside[-3:]:
        if block.linked and (number := whole_number(block.plain.strip())):
            value, _ = make("document_number", number, "", "body", "name of the attached document")
            if value:
                found.append(replace(value, confidence=0.5))
        for item in labelled(block.text):
            if item.label in _BODY_LABELS and item.leads:
                value, _ = make(_BODY_LABELS[item.label], item.value, item.label, "body", "labelled last line")
                if value and len(value.value) <= 12:
                    found.append(value)
    for block in reversed(inside[-12:]):
        match = _SIGNATURE.match(re.sub(r"\s+", "", block.plain))
        if match:
            value, _ = make("written_date", match.group(1), "", "body", "date of the signature", scan.not_after)
            if value:
                found.append(value)
            break
    return found


def from_title(title: str) -> list[FieldValue]:
    number = number_in_title(title)
    if not number:
        return []
    value, _ = make("document_number", number, "", "title", "number in the title")
    return [value] if value else []


_META = {
    "articletitle": "title", "pubdate": "published_date", "contentsource": "source", "keywords": "keywords",
    "publishdate": "published_date", "author": "source",
}  # fmt: skip


def read_meta(metas: Iterable[tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for key, content in metas:
        name = _META.get(key.lower())
        if name and content.strip():
            value, _ = make(name, content, key, "meta", "meta tag", not_after)
            if value:
                found.append(value)
    return found


def read_embedded(fields: Mapping[str, tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for name, (raw, path) in fields.items():
        value, _ = make(name, raw, path, "json", "data in the page", not_after)
        if value:
            found.append(value)
    return found


def choose(evidence: Iterable[FieldValue], *, json_shown: bool) -> dict[str, FieldValue]:
    """The value of each field: by `ORDER`, then by place. `json_shown` says whether the page's data is what it shows."""
    chosen: dict[str, FieldValue] = {}
    for item in evidence:
        if item.name == "title" or item.origin == "meta" or (item.origin == "json" and not json_shown):
            continue
        old = chosen.get(item.name)
        if old is None or _rank(item) < _rank(old):
            chosen[item.name] = item
    return chosen


def _rank(item: FieldValue) -> tuple[int, int]:
    weak = item.label and squash(item.label) in WEAK
    return ORDER[item.origin], 1 if weak else 0


__all__ = [
    "CONFIDENCE",
    "FIELDS",
    "ORDER",
    "Scan",
    "choose",
    "from_title",
    "make",
    "read_body",
    "read_embedded",
    "read_labels",
    "read_lines",
    "read_meta",
]
