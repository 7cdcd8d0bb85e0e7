"""From bytes to an extraction: parse once, locate, read, resolve. docs/extraction.md says how."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lxml import html

from etl.extract.codes import BETWEEN, DATA, DENSEST, Belief, Flag
from etl.extract.files import MIN_TEXT_CHARS, file_flags, unique_attachments
from etl.extract.lexicon.index_number import parse_index_number
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.values import Reading, ValueRules
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.headlines import Line, names_agency
from etl.extract.page.walk import read_blocks
from etl.extract.page_kind import PageFacts, classify_page
from etl.extract.rules.attachments import PageFiles, find_attachments, read_file_names
from etl.extract.rules.belief import beliefs
from etl.extract.rules.choose import choose
from etl.extract.rules.frames import find_frames
from etl.extract.rules.further_pages import FurtherPages, find_further_pages
from etl.extract.rules.header import PageContext, read_labels
from etl.extract.rules.hidden_header import read_folded_rest, read_hidden_header
from etl.extract.rules.pictures import annexed_images, find_images, pictures_in_lines
from etl.extract.rules.stated_titles import meta_tags, title_parts
from etl.extract.rules.text_lines import (
    lines_above_text,
    read_embedded,
    read_main_text,
    read_meta,
    read_state_above_text,
    read_title,
    read_unlabelled_lines,
)
from etl.extract.rules.title import (
    PageTitle,
    find_title,
    headline_above_date,
    headline_above_header,
    only_headline,
    title_of_line,
)
from etl.extract.rules.unread import unread_fields
from etl.extract.shown.as_shown import show_as_read
from etl.extract.shown.carried_text import show_carried_text
from etl.extract.shown.formulas import spell_out_formulas
from etl.extract.shown.raised import spell_out_raised
from etl.extract.shown.stated_labels import show_stated_labels
from etl.extract.shown.unseen import hide_unseen
from etl.extract.shown.visibility import Visibility, apply_script_output
from etl.extract.text.below_headline import has_text_below
from etl.extract.text.body import WHOLE_PAGE_TAGS, Body
from etl.extract.text.containers import markers_of, names_to_index, select_nodes
from etl.extract.text.fallback import fallback_text
from etl.extract.text.hidden_lines import hidden_chars, hides_title
from etl.extract.text.left_behind import is_left_behind
from etl.extract.text.left_out import left_out_chars
from etl.extract.text.main_text import (
    below_headline,
    densest,
    find_body,
    with_prose_above,
)
from etl.extract.text.matter_lines import with_matter_above
from etl.extract.text.render import render
from etl.extract.text.start_of_text import with_note_above
from etl.extract.text.trimming import trim
from etl.extract.types import EXTRACTOR, Attachment, Extraction, FieldValue
from etl.file_signatures import is_document_file, is_picture
from etl.platforms.base import Embedded, Platform
from etl.platforms.registry import all_platforms
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.comments import take_out_comments
from etl.web.inline_styles import InlineStyles
from etl.web.markup import ends_early
from etl.web.page import INLINE_PICTURE, WebPage, absolute, parse, read_document

_HEADER_FIELDS = ("index_number", "document_number", "publisher", "written_date")
"""Fields at least one of which every header has."""
MAX_PAGE_CHARS = 1_200_000
"""Characters of a page that are read, inline pictures not counted: a second of work for the costliest page. The largest
of 129 saved pages has two thirds of that."""
_LINES_WITH_TITLE = 75
"""Number of first lines of a text without prose that may hold the title."""
_MIN_SHARE_OF_LINKS = 0.6
"""Minimum share of the words below a heading of a column that are links."""
_INLINE_PICTURE = re.compile(INLINE_PICTURE)


def extract(
    body: bytes,
    url: str,
    content_type: str = "",
    platform: Platform | None = None,
    captured_on: date | None = None,
    lookups: Mapping[str, Mapping[str, str]] | None = None,
) -> Extraction:
    """The content of a page (see `Extraction`). Pure, and never raises, whatever the bytes.

    `captured_on` is the day on which the page was received: dates of writing or publishing after it are rejected with a
    flag. `lookups`: for each field, unusual values of the site and their meanings; a value translated by them has a
    flag.
    """
    if is_document_file(body):
        flags = (Flag.FILE.value, *([Flag.IMAGES_ONLY.value] if is_picture(body) else []))
        return Extraction("stub", encode_reason(Code.FILE_BYTES), extractor=EXTRACTOR, flags=flags)
    return read_stages(read_document(body, url, content_type), platform, captured_on, lookups).extraction


def read_stages(
    page: WebPage,
    platform: Platform | None,
    captured_on: date | None,
    lookups: Mapping[str, Mapping[str, str]] | None,
) -> "Stages":
    """As `extract`, of a page that is decoded (`read_document`), with the intermediate results of each stage. The
    page's tree is changed: what scripts write is put into it."""
    page, cut = _cut_page(page)
    source = _Source.parse(page, platform, ValueRules(captured_on, lookups or {}))
    located = _locate(source)
    content = _read_content(source, located)
    return _resolve(source, located, content, _collect_evidence(source, located, content), cut)


@dataclass(frozen=True, slots=True)
class _Source:
    """A parsed page with its meta tags, the parts of `<title>`, and the data in its scripts."""

    page: WebPage
    blocks: Blocks
    platform: Platform | None
    values: ValueRules
    meta: list[tuple[str, str]]
    titles: list[str]
    data: Embedded | None
    lost_chars: int
    carried_by: tuple[str, ...]
    struck: bool

    @classmethod
    def parse(cls, page: WebPage, platform: Platform | None, values: ValueRules) -> "_Source":
        """Walks the page once, after the output of its scripts was inserted; a second time if it carries hidden
        text."""
        data, lost = _embedded_data(page, platform), page.lost_chars
        apply_script_output(page)
        take_out_comments(page.tree, markers_of(platform))
        show_stated_labels(page)
        spell_out_formulas(page)
        styles = InlineStyles.of(page.tree)
        spell_out_raised(page, styles)
        struck = show_as_read(page, styles)
        hide_unseen(page, styles)
        titles, visibility = title_parts(page), Visibility(page)
        blocks = read_blocks(page.tree, visibility, names_to_index(platform))
        if blocks.nodes[0].prose_chars < MIN_TEXT_CHARS and hides_title(blocks, titles):
            visibility = Visibility(page, by_names=False)
            blocks = read_blocks(page.tree, visibility, names_to_index(platform))
        carried_by: tuple[str, ...] = ()
        if not (data and data.body_html) and (carried_by := show_carried_text(page, blocks.nodes[0].prose_chars)):
            take_out_comments(page.tree)
            blocks = read_blocks(page.tree, visibility, names_to_index(platform))
        return cls(page, blocks, platform, values, meta_tags(page), titles, data, lost, carried_by, struck)


@dataclass(frozen=True, slots=True)
class _Located:
    """The located parts: `container` holds the main text, `body` is the text without header lines and tools."""

    container: Body
    body: Body
    labels: tuple[Reading, ...]
    title: FieldValue | None
    title_evidence: list[FieldValue]
    has_headline: bool
    guess: str
    """The title according to `<meta>` or `<title>`."""
    title_limit: int
    """The first block after the last one that may hold the title."""

    @property
    def has_header(self) -> bool:
        """Whether labels around the text give a field that every header has."""
        return any(reading.value and reading.name in _HEADER_FIELDS for reading in self.labels)


def _locate(source: _Source) -> _Located:
    """Main text, labels and title, in two passes: the start of the text depends on the title, and the title is looked
    for above the text. The first pass takes the title from `<meta>` or `<title>`."""
    page, blocks = source.page, source.blocks
    stated = (content for name, content in source.meta if name.lower() == "articletitle" and content)
    guess = next(stated, "") or next((title for title in source.titles if not names_agency(label_key(title))), "")
    container = first_container = find_body(page, blocks, source.platform, guess)
    body = trim(blocks, container, guess)
    layout = source.platform.layout.header if source.platform else ()
    header_nodes = list(select_nodes(page, blocks, layout))
    labels = _labels_around(source, body, header_nodes)
    limit = _end_of_titles(blocks, body)
    page_title = find_title(
        source.titles,
        blocks,
        limit,
        [reading.value for reading in labels if reading.value],
        source.meta,
    )
    container, page_title = _with_headline(blocks, container, body.first, page_title)
    title = page_title.value
    first_body = body
    if title and (title.value != guess or container != first_container):
        body = trim(blocks, container, title.value)
    if page_title.headline:
        body = with_matter_above(blocks, body, page_title.headline.block)
        body = with_note_above(blocks, body, page_title.headline.block)
    if body.first != first_body.first:
        # Lines that were in the text are above it now, or the other way round.
        labels = _labels_around(source, body, header_nodes)
    return _Located(
        container, body, labels, title, list(page_title.evidence), page_title.headline is not None, guess, limit
    )


def _end_of_titles(blocks: Blocks, body: Body) -> int:
    """The index of the block after the last one that may hold the title. Without prose, or with prose in several parts
    of the page, any line may be its headline, but not the cells of a long table."""
    if not (body.runs_to_footer or _is_whole_page(blocks, body)):
        return body.first + 1
    return max(1, min(body.last, body.first + _LINES_WITH_TITLE) if body.first else body.last)


def _is_whole_page(blocks: Blocks, body: Body) -> bool:
    """Whether no element of the page holds most of its prose."""
    return body.rule == DENSEST and blocks.nodes[body.node].tag in WHOLE_PAGE_TAGS


def _labels_around(source: _Source, body: Body, header: Sequence[Node]) -> tuple[Reading, ...]:
    """The labels outside the text; if no header is shown, also those of a hidden header."""
    context = PageContext(source.blocks, body, source.values)
    labels = tuple(read_labels(context, header))
    if any(reading.value and reading.name in _HEADER_FIELDS for reading in labels):
        return (*labels, *read_folded_rest(context, labels))
    return (*labels, *read_hidden_header(context))


def _with_headline(blocks: Blocks, container: Body, first: int, page_title: PageTitle) -> tuple[Body, PageTitle]:
    """The container, narrowed or widened to begin below the headline, and the title. A headline that is not above the
    text is looked for from block `first` on: a line above a date, or the only line marked as a headline. A line that
    has nothing but its markup for it, and a column of links below it (政府信息公开), gives way to these."""
    line = None
    if page_title.headline is None:
        line = _unstated_headline(blocks, first)
    elif _heads_column(blocks, page_title, page_title.headline):
        line = _unstated_headline(blocks, page_title.headline.block + 1)
    if page_title.headline and line is None:
        headline = page_title.headline.block
        if container.runs_to_footer and headline < container.first:
            return below_headline(blocks, headline + 1), page_title
        if container.rule == DENSEST or (container.rule == BETWEEN and headline < container.first):
            container = densest(blocks, headline)
        container = with_prose_above(blocks, container, headline)
        if container.rule == BETWEEN and container.first <= headline < container.last:
            container = replace(container, first=headline + 1)
        return container, page_title
    if line is None:
        return container, page_title
    title = title_of_line(line)
    return below_headline(blocks, line.block + 1), PageTitle(title, (*page_title.evidence, title), line)


def _unstated_headline(blocks: Blocks, first: int) -> Line | None:
    """The line from block `first` on that is above one with date or source, or the only one marked as a headline, or
    the one above the labels of a header."""
    line = headline_above_date(blocks, first)
    if line is not None and line.marked:
        return line
    only = only_headline(blocks, first)
    is_above = only is not None and (line is None or only.block < line.block)
    if only and is_above and has_text_below(blocks, only.block):
        return only
    return line or headline_above_header(blocks, first)


def _heads_column(blocks: Blocks, page_title: PageTitle, headline: Line) -> bool:
    """Whether a headline is only the heading of an element of links: nowhere else does the page state it, and no line
    with date or source follows it."""
    key = label_key(headline.text)
    stated = (label_key(value.value) for value in page_title.evidence if value.origin != "title")
    if headline.above_date or any(key in other or other in key for other in stated):
        return False
    around = next(
        (n for n in blocks.ancestors(blocks.blocks[headline.block].node) if n.last > headline.block + 1), None
    )
    if around is None or around.first < headline.block:
        return False
    return (around.text_chars - len(headline.text)) * _MIN_SHARE_OF_LINKS < around.link_chars


@dataclass(frozen=True, slots=True)
class _Content:
    """The document's text, its position, and its files. `data_is_shown`: the page shows the data in its scripts, so
    that they count. `left_behind`: the placeholder or notice that stands in place of the text."""

    text: str
    body: Body
    files: tuple[Attachment, ...]
    data_is_shown: bool
    frames: tuple[str, ...]
    further: FurtherPages
    flags: tuple[str, ...]
    left_behind: str


def _read_content(source: _Source, located: _Located) -> _Content:
    page, blocks, body, data = source.page, source.blocks, located.body, source.data
    text = render(blocks, body)
    if not (located.has_headline or located.has_header) and _is_whole_page(blocks, body):
        text = fallback_text(page) or text
    title = located.title.value if located.title else ""
    page_files = find_attachments(page, blocks, body, title)
    data_is_shown = data is not None and _shows(data, located, text)
    if data and data_is_shown and data.body_html:
        text, page_files = _read_data_body(page, data, page_files)
    left_behind = text if is_left_behind(text) else ""
    if left_behind:
        text, body = "", replace(body, last=body.first)
    files = page_files.files
    frames: tuple[str, ...] = ()
    if len(text) < MIN_TEXT_CHARS:
        files = _with_pictures(files, find_images(page, blocks, located.container))
        frames = find_frames(page, blocks, located.container)
    else:
        files = _with_pictures(files, annexed_images(page, blocks, body))
    flags = (
        *(Flag.TEXT_IN.of(tag) for tag in source.carried_by),
        *((Flag.STRUCK_OUT,) if source.struck else ()),
        *_of_text_elsewhere(source, located, text),
        *page_files.flags,
    )
    further = find_further_pages(page, blocks, body)
    return _Content(text, body, files, data_is_shown, frames, further, flags, left_behind)


def _shows(data: Embedded, located: _Located, text: str) -> bool:
    """Whether the page shows the data that it carries: it has no text of its own, or only the words of a form (昵称,
    验证码) without headline and header, where the data has the title of the page and a longer text."""
    if len(text) < MIN_TEXT_CHARS or not data.body_html:
        return True
    title, _ = data.fields.get("title", ("", ""))
    has_own_title = located.has_headline or located.has_header or title != located.guess
    return not has_own_title and len(data.body_html) > 2 * len(text)


def _with_pictures(files: tuple[Attachment, ...], pictures: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """The files with the pictures: one that is linked and shown is a picture."""
    shown = {picture.url for picture in pictures}
    return (*(file for file in files if file.url not in shown), *pictures)


def _of_text_elsewhere(source: _Source, located: _Located, text: str) -> Iterator[str]:
    """Flags for content that a reader may see in place of the text but that the text does not contain: frames, hidden
    parts, pictures within a line."""
    page, blocks, container = source.page, source.blocks, located.container
    if len(text) >= MIN_TEXT_CHARS and find_frames(page, blocks, container):
        yield Flag.FRAME_IN_TEXT
    if hidden := hidden_chars(blocks, container, text):
        yield Flag.HIDDEN_TEXT.of(str(hidden))
    if left_out := left_out_chars(blocks, located.body):
        yield Flag.LEFT_OUT.of(str(left_out))
    if pictures := pictures_in_lines(blocks, located.body):
        yield Flag.PICTURE_IN_LINE.of(str(pictures))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """All values found, those for the title first; the title; the flags of rejected values; and the fields with a label
    but no value."""

    title: FieldValue | None
    values: tuple[FieldValue, ...]
    flags: tuple[str, ...]
    stated_empty: frozenset[str]


def _collect_evidence(source: _Source, located: _Located, content: _Content) -> _Evidence:
    context = PageContext(source.blocks, located.body, source.values)
    title_text = located.title.value if located.title else ""
    above = tuple(lines_above_text(context, title_text, is_headline=located.has_headline))
    lines = (*read_unlabelled_lines(context, above), *read_state_above_text(context, above))
    data = tuple(read_embedded(source.data.fields, source.values)) if source.data else ()
    title = located.title
    if content.data_is_shown:
        title = next((reading.value for reading in data if reading.value and reading.name == "title"), title)
    stated = [reading for reading in (*located.labels, *lines) if reading.name != "title"]
    readings = (
        *_without_hidden(stated),
        *read_main_text(context, title_text),
        *read_file_names(content.files, title_text),
        *data,
        *(read_title(title.value) if title else ()),
        *read_meta(source.meta, source.values),
    )
    return _Evidence(
        title,
        (*located.title_evidence, *(reading.value for reading in readings if reading.value)),
        tuple(reading.flag for reading in readings if reading.flag),
        frozenset(reading.name for reading in located.labels if not reading.value),
    )


def _without_hidden(readings: list[Reading]) -> Iterator[Reading]:
    """The readings without those of hidden parts for fields of which the page shows a value."""
    hidden = {reading for reading in readings if reading.flag == Flag.HIDDEN_VALUE.of(reading.name)}
    shown = {reading.name for reading in readings if reading.value and reading not in hidden}
    return (reading for reading in readings if reading not in hidden or reading.name not in shown)


@dataclass(frozen=True, slots=True)
class Stages:
    """An extraction with its intermediate results, for `etl.extract.explain`."""

    source: _Source
    located: _Located
    content: _Content
    evidence: _Evidence
    facts: PageFacts
    extraction: Extraction


def _resolve(
    source: _Source, located: _Located, content: _Content, evidence: _Evidence, cut: tuple[str, ...]
) -> Stages:
    """The chosen values and the kind of page."""
    fields = choose(evidence.values, data_is_shown=content.data_is_shown, stated_empty=evidence.stated_empty)
    if evidence.title:
        fields["title"] = evidence.title
    shown = (*content.files, *(Attachment(url, "") for url in content.frames))
    content_facts = (content.body, content.text, fields, shown, evidence.values, content.left_behind)
    facts = PageFacts(source.page, source.blocks, *content_facts)
    verdict = classify_page(facts)
    context = PageContext(source.blocks, located.body, source.values)
    unread = map(Flag.UNREAD_LABEL.of, unread_fields(context, fields) if verdict.kind == "document" else ())
    lost_chars = source.lost_chars + content.text.count("\ufffd")
    lost = (Flag.TEXT_LOST.of(str(lost_chars)),) if lost_chars else ()
    about_files = file_flags(content.text, content.files) if verdict.kind == "document" or content.files else ()
    believed = beliefs(fields, evidence.values, data_is_shown=content.data_is_shown)
    disputed = (Flag.DISPUTED_VALUE.of(name) for name, belief in believed.items() if belief == Belief.DISPUTED)
    further = content.further if verdict.kind == "document" else FurtherPages()
    goes_on = (Flag.GOES_ON.of(further.sign),) if further.sign else ()
    if not cut and ends_early(source.page.text):
        cut = (Flag.ENDS_EARLY,)
    about_text = (*cut, *lost, *goes_on, *content.flags, *about_files, Flag.BODY.of(located.body.rule))
    flags = (*evidence.flags, *disputed, *unread, *about_text)
    extraction = Extraction(
        kind=verdict.kind,
        reason=verdict.reason,
        fields=fields,
        evidence=evidence.values,
        text=content.text,
        attachments=content.files,
        charset=source.page.charset,
        extractor=EXTRACTOR,
        flags=tuple(map(str, dict.fromkeys(flags))),
        index=parse_index_number(fields["index_number"].value) if "index_number" in fields else None,
        frames=content.frames,
        further_pages=further.addresses,
        beliefs=believed,
    )
    return Stages(source, located, content, evidence, facts, extraction)


def _cut_page(page: WebPage) -> tuple[WebPage, tuple[str, ...]]:
    """The page up to `MAX_PAGE_CHARS`, with a flag if more than pictures was cut off."""
    if len(page.text) <= MAX_PAGE_CHARS:
        return page, ()
    text = _INLINE_PICTURE.sub("data:,", page.text)
    return WebPage(page.url, text[:MAX_PAGE_CHARS], page.charset), (Flag.CUT,) if len(text) > MAX_PAGE_CHARS else ()


def _embedded_data(page: WebPage, platform: Platform | None) -> Embedded | None:
    """The data in the page's scripts, read by its family, or by any family if the family is unknown."""
    families = (platform,) if platform else all_platforms()
    return next((data for family in families if (data := family.embedded(page)) is not None), None)


def _read_data_body(page: WebPage, data: Embedded, shown: PageFiles) -> tuple[str, PageFiles]:
    """Text and files of a body that is data in the page; the files that the page shows come first."""
    tree: html.HtmlElement = parse(f"<html><body><div>{data.body_html or ''}</div></body></html>")
    inner = WebPage(page.url, data.body_html or "", page.charset)
    inner.__dict__["tree"] = (
        tree  # sets the value of the `cached_property`, which would parse the text without the <div>
    )
    take_out_comments(tree)
    blocks = read_blocks(tree, Visibility(inner))
    body = Body(0, len(blocks.blocks), -1, DATA)
    listed = tuple(Attachment(url, name) for href, name in data.attachments if (url := absolute(href, page.url)))
    page_files = find_attachments(inner, blocks, body)
    files = unique_attachments((*shown.files, *page_files.files, *listed))
    return render(blocks, body), PageFiles(files, (*shown.flags, *page_files.flags))
