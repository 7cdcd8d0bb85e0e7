"""Finds the rows of a list: for each document the largest block that holds no other, and what stands in it.

The block nearest to a link is often not its row: `li > div > p > a` has the date beside the `div`, and some sites make
each row a `ul` of its own. How deep the link lies says nothing; that a block holds a second document does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from lxml.html import HtmlElement

from etl.dates import DATE, TIME_OF_DAY, YEAR, first_iso_date
from etl.document_number import match_document_number, normalise_document_number
from etl.fields import DATE_FIELDS
from etl.platforms.base import Entry
from etl.web.page import WebPage, absolute, base_url

FIELD_OF_LABEL = {
    "发文字号": "document_number",
    "文号": "document_number",
    "索引号": "index_number",
    "成文日期": "written_date",
    "成文时间": "written_date",
    "生成日期": "written_date",
    "发文日期": "written_date",
    "发布日期": "published_date",
    "发布时间": "published_date",
    "发布机构": "publisher",
    "发文机关": "publisher",
}
"""Labels that lists print beside a title, and the names of the fields."""
_LABEL = "|".join(FIELD_OF_LABEL)
_LABELLED = re.compile(rf"({_LABEL})\s*+[:：]\s*+(.{{0,200}}?)(?=\s*(?:{_LABEL}|有效性)\s*[:：]|$)")
_STATE_CLASS = re.compile(
    r"^(?:on|cur|current|active|hover|first|last|odd|even|top|clearfix|fl|fr|\w{0,20}\d)$", re.IGNORECASE
)
"""Classes for the state of a row or its place in a list, not for what it is."""
_ONLY_DATE = re.compile(rf"^[\[【(（]?\s*(?>{DATE})\s*+(?:{TIME_OF_DAY})?\s*[\]】)）]?$")
# Some templates set the day apart from its month: `<b>05</b><span>2024-03</span>`.
_DAY_APART = re.compile(
    rf"(?<!\d)(\d{{1,2}})日? +({YEAR})[-./年](\d{{1,2}})月?(?![-./\d])"
    rf"|({YEAR})[-./年](\d{{1,2}})月? +(\d{{1,2}})日?(?!\d)"
)
# Others set the year or each of the three apart. Sought in short texts alone: prose has such numbers too.
_YEAR_APART = (
    re.compile(rf"(?<!\d)(?P<m>\d{{1,2}})[-./月](?P<d>\d{{1,2}})日? +(?P<y>{YEAR})年?(?![-./\d])"),
    re.compile(rf"(?<!\d)(?P<y>{YEAR})年? +(?P<m>\d{{1,2}})[-./月](?P<d>\d{{1,2}})日?(?![-./\d])"),
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})日? +(?P<m>\d{{1,2}})月 +(?P<y>{YEAR})年?(?!\d)"),
    re.compile(rf"(?<!\d)(?P<y>{YEAR})年? +(?P<m>\d{{2}})月? +(?P<d>\d{{2}})日?(?!\d)"),
    re.compile(r"^\W*(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)\W*$"),
)
_MAX_APART_CHARS = 10
_PAGER_WORDS = re.compile(r"^\W*(?:下一?页|上一?页|尾页|末页|共\s*\d+\s*页)\W*$")
INDEX_NUMBER = re.compile(r"^(?=[0-9A-Za-z_-]*\d)[0-9A-Za-z_-]++/[0-9-]++$")
"""A cell of a list that is an index number: 003001/202305-00012."""
_ORNAMENT = re.compile(r"^[\s\d.、·•◆■●▪►>»|/\-—\[\]【】()（）]*$")
_NO_TITLE = re.compile(r"^(?:查看|点击|阅读)?(?:详情|详细|全文|查看|下载|更多|进入|原文|more)?\W*$", re.IGNORECASE)
_TAG = re.compile(r"^[\[【(（]?(?:置顶|顶|最新|新|new|hot|热|推荐)[!！]?[\]】)）]?$", re.IGNORECASE)
"""Marks in elements of their own beside a title, which are no part of it."""
COMPANION = re.compile(
    r"^\W*(?:相关|政策|文字|图文|图片|视频|专家|媒体|部门|新闻)?(?:解读|图解|问答)(?:材料|文件)?\W*$"
)
"""Words of links to what explains a row's document: they stand in its row, and are no rows."""
_CUT_BY = ("…", "⋯", "...", "。。。")
_LABELLED_TITLE = re.compile(r"^(?:文章)?(?:标题|名称)\s*[:：]\s*(.{1,300}?)(?:\s+([^\s:：]{2,6}[:：].{0,200}))?$")
"""`title="标题：… 发布时间：…"`: what some templates put into the label of a link."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MIN_FOREIGN_TITLE = 5
"""Characters in the title of a row that links another site; shorter link texts are 下一页 and 更多."""
_LONE_ROW_CHARS = 200
"""Characters beside the title of the only document in a region, which may hold a breadcrumb and a footer as well."""
_MAX_AROUND = 60
"""Texts of one element between two rows in which a date or a number is sought."""

IsDocument = Callable[[HtmlElement], bool]
_Group = tuple[HtmlElement | None, str, str]
"""Containers of one parent with the same tag and class: some lists are broken into blocks of five rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document's block in its list, its links to the document, and the texts that belong to it, the title apart.

    `beside`: texts in the block, the title apart. `around`: texts between the block and its neighbour: in `<dt>` and
    `<dd>`, or between two links of one paragraph, a date is no part of the block.
    """

    block: HtmlElement
    links: tuple[HtmlElement, ...]
    title: str
    beside: tuple[str, ...]
    around: tuple[str, ...]
    dated: bool
    columns: Mapping[int, str]
    """Field names by the place of a cell in the block, from the list's heading."""


def linked_rows(page: WebPage, detail: re.Pattern[str]) -> tuple[Entry, ...]:
    """Entries of the page's main list of documents, whose links have an `href` that `detail` matches.

    Rows of the same shape that link something else, such as another site, are entries too.
    """
    base = base_url(page)
    rows = main_rows(page, lambda link: bool(detail.search((link.get("href") or "").strip().replace("\\", "/"))))
    entries = [entry for row in rows if (entry := _entry(row, base))]
    return tuple(_without_twins(entries))


def main_rows(page: WebPage, is_document: IsDocument) -> tuple[Row, ...]:
    """The rows of the page's main list, in document order.

    Navigation, sidebars and "most read" boxes link documents too, but fewer, or documents of other columns: a list most
    of whose documents lie below the page's own address comes first, then the one that the pager belongs to, whose last
    page may hold one row beside a box of the column's newest ten, then the one with most rows; a row with a date counts
    three times.
    """
    return next(iter(ranked_lists(page, is_document)), ())


def ranked_lists(page: WebPage, is_document: IsDocument) -> list[tuple[Row, ...]]:
    """All lists of the page, the main one first: `main_rows` says by what."""
    links = _links_by_address(page, base_url(page), is_document)
    groups = _groups(links)
    own = page.url.partition("?")[0].rpartition("/")[0] + "/"
    paged = _paged_groups(page, groups)
    ranked: dict[_Group, tuple[bool, bool, int]] = {}
    rows: dict[_Group, list[Row]] = {}
    for key, blocks in groups.items():
        rows[key] = list(_rows(blocks, links))
        inside = sum(address.startswith(own) for address in blocks.values() if address)
        weight = sum(3 if row.dated else 1 for row in rows[key])
        ranked[key] = inside * 2 > len(blocks), key in paged, weight
    return [tuple(rows[key]) for key in sorted(ranked, key=ranked.__getitem__, reverse=True)]


def block_entries(
    blocks: Iterable[HtmlElement], base: str, link_in: Callable[[HtmlElement], HtmlElement | None] | None = None
) -> dict[HtmlElement, Entry]:
    """The documents of blocks that are known to be rows, with their titles and what stands in and around each.

    `link_in` gives the document's link in a block; without it that is the first one with words. A block whose link
    leads nowhere has no entry.
    """
    of_container: dict[HtmlElement | None, dict[HtmlElement, tuple[HtmlElement, ...]]] = {}
    for block in blocks:
        links = [link for link in _with_words(block) if _address(link, base)]
        first = link_in(block) if link_in else next(iter(links), None)
        if first is not None and (address := _address(first, base)):
            same = (link for link in links if link is not first and _address(link, base) == address)
            of_container.setdefault(block.getparent(), {})[block] = (first, *same)
    rows = chain.from_iterable(_rows_in(container, of_row) for container, of_row in of_container.items())
    return {row.block: entry for row in rows if (entry := _entry(row, base))}


def _paged_groups(page: WebPage, groups: Mapping[_Group, Mapping[HtmlElement, str]]) -> set[_Group]:
    """The lists that the page's pager belongs to: those in the smallest element around it that holds a list."""
    pagers = (link for link in page.tree.iter("a", "span", "em", "b") if _PAGER_WORDS.match(_text(link)))
    pager = next(pagers, None)
    if pager is None:
        return set()
    around = {element: depth for depth, element in enumerate(pager.iterancestors())}
    depths: dict[_Group, int] = {}
    for key, blocks in groups.items():
        block = next(iter(blocks))
        above = (block, *block.iterancestors())
        depths[key] = min((around[element] for element in above if element in around), default=len(around))
    nearest = min(depths.values(), default=0)
    return {key for key, depth in depths.items() if depth == nearest}


def row_entry(row: HtmlElement, base: str) -> Entry | None:
    """The document that a row links, its title, and the fields beside it; None if no link with words leads anywhere."""
    links = [link for link in _with_words(row) if _address(link, base)]
    if not links:
        return None
    first = _address(links[0], base)
    same = tuple(link for link in links if _address(link, base) == first)
    return _entry(_row(row, same, (), {}), base)


def found_entry(row: Row, page: WebPage) -> Entry | None:
    """The document of a row that was found; None if its link leads nowhere or has no words."""
    return _entry(row, base_url(page))


def labelled_fields(text: str) -> dict[str, str]:
    """Fields named by a label in the text, by field name; dates as yyyy-mm-dd."""
    named = {FIELD_OF_LABEL[label]: value.strip() for label, value in _LABELLED.findall(text) if value.strip()}
    normal = {name: first_iso_date(value) if name in DATE_FIELDS else value for name, value in named.items()}
    return {name: value for name, value in normal.items() if value}


def stable_classes(element: HtmlElement) -> tuple[str, ...]:
    """The element's classes that say what it is, in their order: without those for its state or its place."""
    return tuple(name for name in (element.get("class") or "").split() if not _STATE_CLASS.match(name))


# -- which blocks are rows


def _links_by_address(page: WebPage, base: str, is_document: IsDocument) -> dict[str, list[HtmlElement]]:
    """Links with words to documents, by the document's address: icons beside a title are left out."""
    links: dict[str, list[HtmlElement]] = {}
    for link in _with_words(page.tree):
        if is_document(link) and not COMPANION.match(_text(link)) and (address := _address(link, base)):
            links.setdefault(address, []).append(link)
    return links


def _groups(links: Mapping[str, list[HtmlElement]]) -> dict[_Group, dict[HtmlElement, str]]:
    """The blocks of all lists of the page: block → its document's address, by the containers they stand in."""
    # The elements themselves are the keys: lxml makes and drops their proxies, so that `id` would not be stable.
    documents: dict[HtmlElement, set[str]] = {}
    for address, of_document in links.items():
        for element in chain.from_iterable(link.iterancestors() for link in of_document):
            documents.setdefault(element, set()).add(address)
    blocks = {_largest_block(link, documents): (link, address) for address, some in links.items() for link in some}
    containers = {_kind(block.getparent()) for block in blocks if len(documents.get(block.getparent(), ())) > 1}
    groups: dict[_Group, dict[HtmlElement, str]] = {}
    for block, (link, address) in blocks.items():
        # The last block of five rows may hold one row only: then that is the row.
        inner = _child_towards(block, link) if _kind(block) in containers and block is not link else block
        if inner.getparent() is not None:
            groups.setdefault(_kind(inner.getparent()), {})[inner] = address
    for key, members in list(groups.items()):
        if len({_kind(block) for block in members}) == len(members):
            # No two alike: regions of the page, each with a single document.
            del groups[key]
            for block, address in members.items():
                row = _trimmed(block, blocks[block][0]) if block in blocks else block
                groups.setdefault(_kind(row), {})[row] = address
    return groups


def _largest_block(link: HtmlElement, documents: Mapping[HtmlElement, set[str]]) -> HtmlElement:
    """The largest block that holds the link and no other document."""
    block = link
    for element in link.iterancestors():
        if len(documents[element]) > 1 or element.tag in ("body", "html"):
            break
        block = element
    return block


def _trimmed(block: HtmlElement, link: HtmlElement) -> HtmlElement:
    """The row in a region with a single document: few words beside the title, and beside no row of the same shape."""
    length = len(_text(link))
    row = link
    for element in link.iterancestors():
        alike = (child for child in element if child is not row and _kind(child) == _kind(row))
        if row is block or len(_text(element)) - length > _LONE_ROW_CHARS or any(map(_is_row_of_its_own, alike)):
            break
        row = element
    return row


def _child_towards(block: HtmlElement, link: HtmlElement) -> HtmlElement:
    child = link
    for element in link.iterancestors():
        if element is block:
            return child
        child = element
    return block


def _kind(element: HtmlElement | None) -> _Group:
    if element is None:
        return (None, "", "")
    return (element.getparent(), str(element.tag), " ".join(stable_classes(element)))


# -- what belongs to a row


def _rows(blocks: Mapping[HtmlElement, str], links: Mapping[str, list[HtmlElement]]) -> Iterator[Row]:
    """The rows of one list: the blocks, and further ones of their shape, with the texts around each."""
    shapes = {(block.tag, stable_classes(block)) for block in blocks}
    for container in dict.fromkeys(block.getparent() for block in blocks):
        of_row: dict[HtmlElement, tuple[HtmlElement, ...]] = {}
        for child in _cells(container):
            if address := blocks.get(child):
                of_row[child] = tuple(link for link in links[address] if child in (link, *link.iterancestors()))
            elif child.tag != "a" and (child.tag, stable_classes(child)) in shapes:
                of_row[child] = _foreign(child)
        yield from _rows_in(container, {child: some for child, some in of_row.items() if some})


def _rows_in(container: HtmlElement | None, of_row: Mapping[HtmlElement, tuple[HtmlElement, ...]]) -> Iterator[Row]:
    """The rows of one container, of which each block's links are known, in their order."""
    around = {} if container is None else _around(container, of_row)
    columns = {} if container is None else _heading(_cells(container), of_row)
    for block, links in of_row.items():
        yield _row(block, links, around.get(block, ()), columns)


def _foreign(block: HtmlElement) -> tuple[HtmlElement, ...]:
    """The first link of a block that holds no document of the site, if it has a title or a date beside it."""
    links = [link for link in _with_words(block) if (link.get("href") or "").strip() not in ("", "#")]
    dated = bool(links) and first_iso_date(_text(block)) is not None
    return tuple(link for link in links if dated or len(link_title(link)) >= _MIN_FOREIGN_TITLE)[:1]


def _around(container: HtmlElement, blocks: Iterable[HtmlElement]) -> dict[HtmlElement, tuple[str, ...]]:
    """Texts between the blocks of a container, each for its block: all follow their block, or all precede it."""
    order = dict.fromkeys(blocks)
    shapes = {(block.tag, stable_classes(block)) for block in order}
    gaps: list[list[str]] = [[container.text or ""]]
    for child in container:
        if child in order:
            gaps.append([])
        elif isinstance(child.tag, str) and not (
            (child.tag, stable_classes(child)) in shapes and _is_row_of_its_own(child)
        ):
            # Bounded: in blocks that are never closed each gap holds all rows behind it.
            gaps[-1] += islice(child.itertext(), _MAX_AROUND)
        gaps[-1].append(child.tail or "")
    texts = [tuple(words for piece in gap if (words := " ".join(piece.split()))) for gap in gaps]
    before, after = texts[: len(order)], texts[1 : len(order) + 1]
    preceding, following = (sum(bool(_values(gap)) for gap in side) for side in (before, after))
    return dict(zip(order, before if preceding > following else after, strict=True))


def _is_row_of_its_own(child: HtmlElement) -> bool:
    """Whether an element between rows, of their shape, has a title of its own, though one that leads nowhere."""
    return bool(_foreign(child)) or any(
        len(link_title(link)) >= _MIN_FOREIGN_TITLE for link in islice(child.iter("a"), 3)
    )


def _heading(children: Iterable[HtmlElement], blocks: Iterable[HtmlElement]) -> dict[int, str]:
    """Fields by the place of their cell, from a heading such as 名称 | 文号 | 成文日期 above the rows."""
    first = next(iter(blocks), None)
    for child in children:
        if child is first:
            break
        names = (FIELD_OF_LABEL.get("".join(_text(cell).split())) for cell in _cells(child))
        if found := {place: name for place, name in enumerate(names) if name}:
            return found
    return {}


def _cells(row: HtmlElement) -> list[HtmlElement]:
    """The elements in a row, without the comments between them."""
    return [cell for cell in row if isinstance(cell.tag, str)]


def _row(
    block: HtmlElement, links: tuple[HtmlElement, ...], around: tuple[str, ...], columns: Mapping[int, str]
) -> Row:
    title = max((link_title(link) for link in links), key=len)
    texts = [words for piece in block.itertext() if (words := " ".join(piece.split()))]
    if _NO_TITLE.match(title):
        named = [text for text in texts if not _is_value(text) and not _NO_TITLE.match(text)]
        title = max(named, key=len, default=title)
    labels = (_LABELLED_TITLE.match(" ".join((link.get("title") or "").split())) for link in links)
    texts += [label[2] for label in labels if label and label[2]]
    beside = tuple(text for text in texts if text not in title)
    return Row(block, links, title, beside, around, _date((*beside, *around)) is not None, columns)


def _entry(row: Row, base: str) -> Entry | None:
    url = _address(row.links[0], base)
    return Entry(url, row.title, _fields(row)) if url and row.title else None


def _fields(row: Row) -> dict[str, str]:
    """Values by the heading of their column, then by their label, then by their form."""
    fields: dict[str, str] = {}
    cells = _cells(row.block)
    for place, name in row.columns.items():
        text = _text(cells[place]) if place < len(cells) else ""
        if value := first_iso_date(text) if name in DATE_FIELDS else text:
            fields[name] = value
    return _values(row.around, _values(row.beside, fields))


def _values(texts: Iterable[str], named: Mapping[str, str] | None = None) -> dict[str, str]:
    """The fields in texts beside a title: by their label, else by their form. Those `named` already are not sought."""
    texts = tuple(texts)
    fields = dict(named or {}) | labelled_fields(" ".join(texts))
    if "document_number" not in fields and (number := next(filter(None, map(match_document_number, texts)), None)):
        fields["document_number"] = normalise_document_number(number)
    if not DATE_FIELDS & fields.keys() and (day := _date(texts)):
        fields["published_date"] = day
    return fields


def _date(texts: Iterable[str]) -> str | None:
    """The date beside a title: of several texts that are only a date the latest, since 成文 precedes 发布."""
    texts = tuple(texts)
    if days := [day for text in texts if _ONLY_DATE.match(text) and (day := first_iso_date(text))]:
        return max(days)
    joined = " ".join(texts)
    if day := first_iso_date(joined):
        return day
    if apart := _DAY_APART.search(joined):
        early, year, month, other_year, other_month, late = apart.groups()
        return first_iso_date(f"{year or other_year}-{month or other_month}-{early or late}")
    short = " ".join(text for text in texts if len(text) <= _MAX_APART_CHARS)
    found = (match for form in _YEAR_APART for text in (short, *texts) if (match := form.search(text)))
    apart_days = (first_iso_date(f"{match['y']}-{match['m']}-{match['d']}") for match in found)
    return next(filter(None, apart_days), None)


def _is_value(text: str) -> bool:
    """Whether a text is only a date, a number or an ornament, and so no part of a title."""
    return bool(_ONLY_DATE.match(text) or _ORNAMENT.match(text) or match_document_number(text) or labelled_fields(text))


def link_title(link: HtmlElement) -> str:
    """The link's `title`, its heading, or its words without dates and numbers that stand in elements of their own.

    Words that are cut are completed from a label in or around the link.
    """
    if title := " ".join((link.get("title") or "").split()):
        labelled = _LABELLED_TITLE.match(title)
        return labelled[1] if labelled else title
    words = _words_of_title(link)
    return _whole_title(link, words) if words.endswith(_CUT_BY) else words


def _whole_title(link: HtmlElement, words: str) -> str:
    """The label in the link, or of the two elements above it, that begins as the words do, which are cut."""
    stem = words.rstrip("…⋯.。 ")
    around = (*link.iter(), *islice(link.iterancestors(), 2))
    labels = (" ".join(value.split()) for item in around for name, value in item.items() if "title" in name)
    return next((label for label in labels if len(label) > len(stem) and label.startswith(stem)), words)


def _words_of_title(link: HtmlElement) -> str:
    if heading := next((words for item in link.iter(*_HEADINGS) if (words := _text(item))), ""):
        return heading
    words = _text(link) or " ".join(item.get("alt", "").strip() for item in link.iter("img"))
    if len(link):
        pieces = (" ".join(piece.split()) for piece in link.itertext())
        words = " ".join(piece for piece in pieces if piece and not _is_value(piece) and not _TAG.match(piece)) or words
    return " ".join(words.split())


def _with_words(element: HtmlElement) -> Iterator[HtmlElement]:
    return (link for link in element.iter("a") if link_title(link))


def _address(link: HtmlElement, base: str) -> str | None:
    href = (link.get("href") or "").strip()
    return absolute(href, base) if href not in ("", "#") else None


def _text(element: HtmlElement) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _without_twins(entries: list[Entry]) -> Iterable[Entry]:
    """One entry a document where the list holds each of them equally often: for wide and for narrow screens, say."""
    by_address: dict[str, list[Entry]] = {}
    for entry in entries:
        by_address.setdefault(entry.url, []).append(entry)
    times = {len(twins) for twins in by_address.values()}
    if times in ({1}, set()) or len(times) > 1:
        return entries
    merged = []
    for url, twins in by_address.items():
        fields = {name: value for twin in reversed(twins) for name, value in twin.fields.items()}
        merged.append(Entry(url, max((twin.title for twin in twins), key=len), fields))
    return merged
