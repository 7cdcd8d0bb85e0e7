"""Finds the rows of a list: for each document the largest block that contains no other document, and its contents.

The block nearest to a link is often not its row: `li > div > p > a` has the date beside the `div`, and some sites make
each row a `ul` of its own. So the depth of the link does not matter, but a second document in the block does.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.fields import DATE_FIELDS
from etl.outside import digits
from etl.platforms.base import Entry
from etl.platforms.elements.element_words import title_of
from etl.platforms.elements.side_boxes import is_aside
from etl.platforms.rows.list_parts import Group, parts_of_lists, stable_classes
from etl.platforms.rows.row_links import address_of, links_by_address, links_with_words, main_link
from etl.platforms.rows.row_texts import (
    CUT_BY,
    ENDING_DATE,
    FIELD_OF_LABEL,
    LABELLED_TITLE,
    PINNED,
    date_in,
    days_of_attributes,
    link_title,
    number_of_title,
    split_label,
    stem_of,
    text_in,
    values_in,
)
from etl.platforms.rows.titles_beside import (
    MIN_TITLE_BESIDE,
    NO_TITLE,
    IsDocument,
    longest_title,
)
from etl.platforms.rows.year_headlines import day_below, day_by_address, months_above, says_day
from etl.web.page import WebPage, base_url
from etl.web.urls import folder_of

_OPENING = ("[", "【", "(", "（")
_END_OF_DATE = "0123456789])）"
_MAX_SPAN = 100
_PAGER_WORDS = re.compile(r"^\W*(?:下一?页|上一?页|尾页|末页|共\s*\d+\s*页)\W*$")
INDEX_NUMBER = re.compile(r"^(?=[0-9A-Za-z_-]*\d)[0-9A-Za-z_-]++/[0-9-]++$")
"""A cell of a list that is an index number: 003001/202305-00012."""
_MIN_ALIKE, _LABEL = 2, re.compile("[:：]")
_ACTION = re.compile(r"^\W*+(?:点击|下载|查看|阅读|浏览|进入|打开|在线)")
_LONE_ROW_CHARS = 200
"""Maximum length of the text beside the only document in a region, which may also have a breadcrumb and a footer."""
_MAX_BOXES = 2
"""Maximum number of boxes around a container of rows: `div.year > div.body > ul`."""
_MAX_AROUND = 60
"""Maximum number of texts of an element between two rows that are searched for a date or a number."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document's block in its list, its links to the document, and the texts that belong to it except the title.

    `beside`: texts in the block, except the title. `around`: texts between the block and its neighbour: in `<dt>` and
    `<dd>`, or between two links of one paragraph, a date is outside the block.
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

    Navigation, sidebars and "most read" boxes link documents too, but fewer, or documents of other columns. So the
    order is: first a list most of whose documents are below the page's own address; then the list to which the pager
    belongs, because its last page may have one row beside a box of the column's ten newest; then the list with most
    rows. A row with a date counts three times, except in a box with the name or headline of a side box.
    """
    return next(iter(ranked_lists(page, is_document)), ())


def ranked_lists(page: WebPage, is_document: IsDocument) -> list[tuple[Row, ...]]:
    """All lists of the page, the main one first; `main_rows` describes the order."""
    links = links_by_address(page, base_url(page), is_document)
    groups = _groups(links)
    own = folder_of(page.url)
    paged = _paged_groups(page, groups)
    ranked: dict[Group, tuple[bool, bool, int]] = {}
    rows: dict[Group, list[Row]] = {}
    for key, blocks in groups.items():
        rows[key] = list(_rows(blocks, links))
        inside = sum(address.startswith(own) for address in blocks.values() if address)
        dated = 1 if rows[key] and is_aside(rows[key][0].block) else 3
        weight = sum(dated if row.dated or says_day(row.beside) else 1 for row in rows[key])
        ranked[key] = inside * 2 > len(blocks), key in paged, weight
    whole = parts_of_lists(groups, paged, title_of(page))
    # A list has the rank of its best part, because boxes beside it may have the same form.
    lists = dict.fromkeys(whole[key] for key in sorted(ranked, key=ranked.__getitem__, reverse=True))
    return [tuple(row for part in parts for row in rows[part]) for parts in lists]


def block_entries(
    blocks: Iterable[HtmlElement], base: str, link_in: Callable[[HtmlElement], HtmlElement | None] | None
) -> dict[HtmlElement, Entry]:
    """The documents of blocks that are known to be rows, with their titles and the texts in and around each.

    `link_in` returns the document's link in a block; by default its main link. A block whose link leads
    nowhere has no entry.
    """
    of_container: dict[HtmlElement | None, dict[HtmlElement, tuple[HtmlElement, ...]]] = {}
    linked = {block: [link for link in links_with_words(block) if address_of(link, base)] for block in blocks}
    rows_with = Counter(url for links in linked.values() for url in {address_of(link, base) for link in links})
    for block, links in linked.items():
        own = [link for link in links if rows_with[address_of(link, base)] == 1]  # no document is that of several rows
        first = link_in(block) if link_in else main_link(own or links)
        if first is not None and (address := address_of(first, base)):
            same = (link for link in links if link is not first and address_of(link, base) == address)
            of_container.setdefault(block.getparent(), {})[block] = (first, *same)
    rows = chain.from_iterable(_rows_in(container, of_row) for container, of_row in of_container.items())
    return {row.block: entry for row in rows if (entry := _entry(row, base))}


def _paged_groups(page: WebPage, groups: Mapping[Group, Mapping[HtmlElement, str]]) -> set[Group]:
    """The lists to which the page's pager belongs: those in the smallest element around it that contains a list."""
    pagers = (link for link in page.tree.iter("a", "span", "em", "b") if _PAGER_WORDS.match(text_in(link)))
    pager = next(pagers, None)
    if pager is None:
        return set()
    around = {element: depth for depth, element in enumerate(pager.iterancestors())}
    depths: dict[Group, int] = {}
    for key, blocks in groups.items():
        block = next(iter(blocks))
        above = (block, *block.iterancestors())
        depths[key] = min((around[element] for element in above if element in around), default=len(around))
    nearest = min(depths.values(), default=0)
    return {key for key, depth in depths.items() if depth == nearest}


def row_entry(row: HtmlElement, base: str) -> Entry | None:
    """The document that a row links, its title, and the fields beside it; None if no link with words leads anywhere."""
    links = [link for link in links_with_words(row) if address_of(link, base)]
    main = main_link(links)
    if main is None:
        return None
    address = address_of(main, base)
    same = tuple(link for link in links if address_of(link, base) == address)
    return _entry(_row(row, same, (), {}), base)


def entry_of_row(row: Row, page: WebPage) -> Entry | None:
    """The document of a row that was found; None if its link leads nowhere or has no words."""
    return _entry(row, base_url(page))


# -- which blocks are rows


def _groups(links: Mapping[str, list[HtmlElement]]) -> dict[Group, dict[HtmlElement, str]]:
    """The blocks of all lists of the page: block → its document's address, grouped by container."""
    # The elements themselves are the keys: lxml makes and drops their proxies, so that `id` would not be stable.
    documents: dict[HtmlElement, set[str]] = {}
    for address, of_document in links.items():
        for element in chain.from_iterable(link.iterancestors() for link in of_document):
            documents.setdefault(element, set()).add(address)
    blocks = {_largest_block(link, documents): (link, address) for address, some in links.items() for link in some}
    parents = {block.getparent() for block in blocks if len(documents.get(block.getparent(), ())) > 1}
    containers, boxes = set(map(_kind, parents)), _boxes(parents)
    groups: dict[Group, dict[HtmlElement, str]] = {}
    lone: set[Group] = set()
    for block, (link, address) in blocks.items():
        # The last block of five rows may hold one row only: then that is the row.
        inner = _child_towards(block, link) if _kind(block) in containers and block is not link else block
        inner = _child_towards(inner, link) if inner is not block and inner.tag == "tbody" else inner
        if (
            inner is block
            and (forms := boxes.get(_kind(block)))
            and (row := _row_in_box(block, link, forms)) is not None
        ):
            inner = row
            lone.add(_kind(row.getparent()))
        if inner.getparent() is not None:
            groups.setdefault(_kind(inner.getparent()), {})[inner] = address
    for key, members in list(groups.items()):
        if key not in lone and len({_kind(block) for block in members}) == len(members):
            # Blocks that all differ are regions of the page, each with a single document.
            del groups[key]
            for block, address in members.items():
                row = _trimmed(block, blocks[block][0]) if block in blocks else block
                groups.setdefault(_kind(row), {})[row] = address
    return groups


def _boxes(containers: Iterable[HtmlElement]) -> dict[Group, set[tuple[str, tuple[str, ...]]]]:
    """The kinds of boxes around containers of rows → the forms of the containers in them."""
    boxes: dict[Group, set[tuple[str, tuple[str, ...]]]] = {}
    for container in containers:
        for box in islice(container.iterancestors(), _MAX_BOXES + (container.tag == "tbody")):
            boxes.setdefault(_kind(box), set()).add((container.tag, stable_classes(container)))
    return boxes


def _row_in_box(
    box: HtmlElement, link: HtmlElement, forms: Container[tuple[str, tuple[str, ...]]]
) -> HtmlElement | None:
    """The row in a box that holds a single document, in a container as those of the boxes beside it: a list by years
    may have one document of a year."""
    row = link
    for element in link.iterancestors():
        if element is box:
            return None
        if (element.tag, stable_classes(element)) in forms:
            return row
        row = element
    return None


def _largest_block(link: HtmlElement, documents: Mapping[HtmlElement, set[str]]) -> HtmlElement:
    """The largest block that contains the link and no other document."""
    block = link
    for element in link.iterancestors():
        if len(documents[element]) > 1 or element.tag in ("body", "html"):
            break
        block = element
    return block


def _trimmed(block: HtmlElement, link: HtmlElement) -> HtmlElement:
    """The row in a region with a single document: few words beside the title, and beside no row of the same shape."""
    length = len(text_in(link))
    row = link
    for element in link.iterancestors():
        alike = (child for child in element if child is not row and _kind(child) == _kind(row))
        if row is block or len(text_in(element)) - length > _LONE_ROW_CHARS or any(map(_is_row_of_its_own, alike)):
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


def _kind(element: HtmlElement | None) -> Group:
    if element is None:
        return (None, "", "")
    parent = element.getparent()
    if element.tag == "tbody" and parent is not None:
        # Adjacent tables of five rows each are one list.
        return _kind(parent)
    return (parent, str(element.tag), " ".join(stable_classes(element)))


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
    columns = {} if container is None else _heading((*_heads(container), *_cells(container)), of_row)
    rows = [_row(block, links, around.get(block, ()), columns) for block, links in of_row.items()]
    months = {} if container is None or all(row.dated for row in rows) else months_above(container, of_row)
    yield from _titled_apart([_dated_by(row, months.get(row.block, "")) for row in rows])


def _titled_apart(rows: list[Row]) -> list[Row]:
    """The rows, with the titles beside their links if all links name the same action: 下载本期价格信息."""
    if len(rows) < _MIN_ALIKE or len({row.title for row in rows}) > 1 or not _ACTION.match(rows[0].title):
        return rows
    titles = [longest_title(row.block, [text for text in row.beside if not _LABEL.search(text)]) for row in rows]
    if len(set(titles)) < len(rows) or min(map(len, titles)) < len(rows[0].title):
        return rows
    return [replace(row, title=title) for row, title in zip(rows, titles, strict=True)]


def _dated_by(row: Row, above: str) -> Row:
    """The row with its full date, if it shows only month and day and a headline above it the year."""
    day = None if row.dated or not above else day_below(above, (*row.beside, *row.around))
    return replace(row, beside=(*row.beside, day), dated=True) if day else row


def _foreign(block: HtmlElement) -> tuple[HtmlElement, ...]:
    """The main link of a block without a document of the site, if it has a title or a date beside it."""
    links = [link for link in links_with_words(block) if (link.get("href") or "").strip() not in ("", "#")]
    main = main_link(links)
    if main is None or (len(link_title(main)) < MIN_TITLE_BESIDE and first_iso_date(text_in(block)) is None):
        return ()
    return (main,)


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
            # Bounded, because in unclosed blocks each gap contains all later rows.
            gaps[-1] += islice(child.itertext(), _MAX_AROUND)
        gaps[-1].append(child.tail or "")
    texts = [tuple(words for piece in gap if (words := " ".join(piece.split()))) for gap in gaps]
    before, after = texts[: len(order)], texts[1 : len(order) + 1]
    preceding, following = (sum(bool(values_in(gap)) for gap in side) for side in (before, after))
    return dict(zip(order, before if preceding > following else after, strict=True))


def _is_row_of_its_own(child: HtmlElement) -> bool:
    """Whether an element between rows has their shape and a title without an address."""
    return bool(_foreign(child)) or any(
        len(link_title(link)) >= MIN_TITLE_BESIDE for link in islice(child.iter("a"), 3)
    )


def _heading(children: Iterable[HtmlElement], blocks: Iterable[HtmlElement]) -> dict[int, str]:
    """Fields by the place of their cell, from a heading such as 名称 | 文号 | 成文日期 above the rows."""
    first = next(iter(blocks), None)
    for child in children:
        if child is first:
            break
        cells = _cells_by_place(child).items()
        if headings := {
            place: name for place, cell in cells if (name := FIELD_OF_LABEL.get("".join(text_in(cell).split())))
        }:
            return headings
    return {}


def _heads(container: HtmlElement) -> list[HtmlElement]:
    """The rows of the `<thead>` before a table's rows."""
    head = container.getprevious() if container.tag == "tbody" else None
    return _cells(head) if head is not None and head.tag == "thead" else []


def _cells_by_place(row: HtmlElement) -> dict[int, HtmlElement]:
    """The cells of a row by the column they begin in."""
    cells, place = dict[int, HtmlElement](), 0
    for cell in _cells(row):
        cells[place] = cell
        span = cell.get("colspan") or "1"
        place += min(digits(span), _MAX_SPAN) if span.isdecimal() and span.isascii() else 1
    return cells


def _cells(row: HtmlElement) -> list[HtmlElement]:
    """The elements in a row, without the comments between them."""
    return [cell for cell in row if isinstance(cell.tag, str)]


def _row(
    block: HtmlElement, links: tuple[HtmlElement, ...], around: tuple[str, ...], columns: Mapping[int, str]
) -> Row:
    texts = [words for piece in block.itertext() if (words := " ".join(piece.split()))]
    labels = [split for link in links if (split := split_label(link))[0]]
    title = _shown_title(block, links, labels, texts)
    if title[-1:] in _END_OF_DATE and (ending := ENDING_DATE.search(title)):
        title = title[: ending.start()]
        texts.append(ending[0])
    texts += [rest for _, rest in labels]
    labelled = (LABELLED_TITLE.match(" ".join((link.get("title") or "").split())) for link in links)
    texts += [part for label in labelled if label for part in (label[1], label[3]) if part]
    title = (PINNED.sub("", title) or title) if title[:1] in _OPENING else title
    beside = tuple(text for text in texts if text not in title or text.isdigit())
    dated = (date_in(beside) or date_in(around)) is not None
    if not dated and (days := _unshown_days(block, links[0], (*beside, *around))):
        beside, dated = (*beside, *days), True
    return Row(block, links, title, beside, around, dated, columns)


def _shown_title(
    block: HtmlElement, links: tuple[HtmlElement, ...], labels: list[tuple[str, str]], texts: list[str]
) -> str:
    """The longest title of a row's links, without its label; a text of the row where the links say nothing, or cut the
    title off."""
    title = max((link_title(link) for link in links), key=len)
    title = labels[0][0] if labels and title.startswith(labels[0][0]) else title
    if NO_TITLE.match(title):
        title = longest_title(block, texts) or title
    if title.endswith(CUT_BY):
        stem = stem_of(title)
        whole = (text for text in texts if text.startswith(stem) and not text.endswith(CUT_BY))
        title = max(whole, key=len, default=title)
    return title


def _unshown_days(block: HtmlElement, link: HtmlElement, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The dates in a row's attributes, else the one in its address."""
    if days := tuple(days_of_attributes(block)):
        return days
    day = day_by_address(link.get("href") or "", texts)
    return (day,) if day else ()


def _entry(row: Row, base: str) -> Entry | None:
    url = address_of(row.links[0], base)
    return Entry(url, row.title, _fields(row)) if url and row.title else None


def _fields(row: Row) -> dict[str, str]:
    """Values by the heading of their column, then by their label, then by their form."""
    fields: dict[str, str] = {}
    cells = _cells_by_place(row.block) if row.columns else {}
    for place, name in row.columns.items():
        text = text_in(cells[place]) if place in cells else ""
        if value := first_iso_date(text) if name in DATE_FIELDS else text:
            fields[name] = value
    fields = values_in(row.around, values_in(row.beside, fields))
    if "document_number" not in fields and (number := number_of_title(row.title)):
        fields["document_number"] = number
    return fields


def _without_twins(entries: list[Entry]) -> Iterable[Entry]:
    """One entry for each document if the list has each equally often, for example for wide and for narrow screens."""
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
