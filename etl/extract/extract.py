"""The whole way from bytes to an extraction, in one parse."""

import re
from collections.abc import Iterator
from datetime import date

from lxml import html

from etl.extract.lexicon.index_number import parse_index_number
from etl.extract.page.blocks import Blocks
from etl.extract.page.fallback import fallback_text
from etl.extract.page.main_text import find_body, names_to_index, select_nodes
from etl.extract.page.render import render
from etl.extract.page.trimming import Body, trim
from etl.extract.page.visibility import Visibility, apply_script_output
from etl.extract.page_kind import classify_page
from etl.extract.rules.attachments import find_attachments, find_images, unique_attachments
from etl.extract.rules.choose import choose
from etl.extract.rules.header import PageContext, read_labels
from etl.extract.rules.text_lines import read_embedded, read_main_text, read_meta, read_title, read_unlabelled_lines
from etl.extract.rules.title import find_title, meta_tags, title_parts
from etl.extract.types import Attachment, Extraction, FieldValue
from etl.platforms.base import Embedded, Platform
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage, absolute, parse, read_page

EXTRACTOR = "3"
"""Version of the rules. It changes whenever an unchanged page may give another extraction."""
_WHOLE_PAGE_TAGS = ("html", "body")
"""Where the densest part of a page is the page itself, nothing in its markup tells the text from what surrounds it."""
MIN_TEXT_CHARS = 60
"""Characters of text below which a page is a shell around its data."""
A_FILE, CUT = "file", "cut"
"""Flags: the bytes are no page; the page was read up to `MAX_PAGE_CHARS` only."""
MAX_PAGE_CHARS = 1_200_000
"""Characters of a page that are read, pictures inside it not counted: a second of work at the most costly.
The largest of 129 saved pages has two thirds of that."""
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
    b"Rar!\x1a",
    b"7z\xbc\xaf\x27\x1c",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
)
_INLINE_PICTURE = re.compile(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]{1000,}")


def extract(
    body: bytes, url: str, content_type: str = "", platform: Platform | None = None, seen: date | None = None
) -> Extraction:
    """What a page says (see `Extraction`). Pure, and never raises, whatever the bytes.

    `seen` is the day on which the page was received: dates of writing or publishing after it are refused with a flag.
    """
    if body.startswith(_MAGIC):
        return Extraction("stub", "a file, no page", extractor=EXTRACTOR, flags=(A_FILE,))
    page, cut = _cut_page(read_page(body, url, content_type))
    embedded = _embedded_data(page, platform)
    apply_script_output(page)
    meta = meta_tags(page)
    blocks = Blocks(page.tree, Visibility(page), names_to_index(platform))
    named_so = title_parts(page)
    guess = next((c for n, c in meta if n.lower() == "articletitle" and c), "") or next(iter(named_so), "")
    found = find_body(page, blocks, platform, guess)
    main = trim(blocks, found, guess)
    context = PageContext(blocks, main, seen)
    told_header = select_nodes(page, blocks, platform.layout.header) if platform else ()
    evidence, flags, named = read_labels(context, [node for _, node in told_header])
    title, titles = find_title(named_so, blocks, max(main.first + 1, 1), evidence, meta)
    if title and title.value != guess:
        main = trim(blocks, found, title.value)
        context = PageContext(blocks, main, seen)
    evidence = [e for e in evidence if e.name != "title"]
    evidence += read_unlabelled_lines(context, title.value if title else "")
    evidence += read_main_text(context)
    text = render(blocks, main)
    if main.rule == "densest" and blocks.nodes[main.node].tag in _WHOLE_PAGE_TAGS:
        text = fallback_text(page) or text
    files = find_attachments(page, blocks, main, title.value if title else "")
    shown = False
    if embedded:
        told = read_embedded(embedded.fields, seen)
        shown = len(text) < MIN_TEXT_CHARS or not embedded.body_html
        if shown and embedded.body_html:
            text, files = _read_data_body(page, embedded, files)
        if shown and (named_title := next((v for v in told if v.name == "title"), None)):
            title = named_title
        evidence += told
    if len(text) < MIN_TEXT_CHARS:
        files = unique_attachments((*files, *find_images(page, blocks, found)))
    if title:
        evidence += read_title(title.value)
    evidence += read_meta(meta, seen)
    fields = choose(evidence, json_shown=shown)
    _drop_stated_empty(fields, named)
    if title:
        fields["title"] = title
    judged = classify_page(page, blocks, main, text, fields, files, evidence)
    return Extraction(
        kind=judged.kind,
        reason=judged.reason,
        fields=fields,
        evidence=(*titles, *evidence),
        text=text,
        attachments=files,
        charset=page.charset,
        extractor=EXTRACTOR,
        flags=tuple(dict.fromkeys((*flags, *cut, *_file_flags(text, files), f"body:{main.rule}"))),
        index=parse_index_number(fields["index_number"].value) if "index_number" in fields else None,
    )


def _cut_page(page: WebPage) -> tuple[WebPage, tuple[str, ...]]:
    if len(page.text) <= MAX_PAGE_CHARS:
        return page, ()
    text = _INLINE_PICTURE.sub("data:,", page.text)
    return WebPage(page.url, text[:MAX_PAGE_CHARS], page.charset), (CUT,) if len(text) > MAX_PAGE_CHARS else ()


def _file_flags(text: str, files: tuple[Attachment, ...]) -> Iterator[str]:
    if len(text) < MIN_TEXT_CHARS and files:
        yield "images_only" if all(f.role == "image" for f in files) else "attachments_only"


def _drop_stated_empty(fields: dict[str, FieldValue], named: set[str]) -> None:
    """A header that leaves 文号 blank says that there is none: a name of a file does not overrule it."""
    found = fields.get("document_number")
    if found and "document_number" in named and found.rule == "name of the attached document":
        del fields["document_number"]


def _embedded_data(page: WebPage, platform: Platform | None) -> Embedded | None:
    for family in (platform,) if platform else all_platforms():
        found = family.embedded(page)
        if found is not None:
            return found
    return None


def _read_data_body(
    page: WebPage, embedded: Embedded, files: tuple[Attachment, ...]
) -> tuple[str, tuple[Attachment, ...]]:
    """Text and files of the body that the page carries as data."""
    tree: html.HtmlElement = parse(f"<html><body><div>{embedded.body_html or ''}</div></body></html>")
    inner = WebPage(page.url, embedded.body_html or "", page.charset)
    inner.__dict__["tree"] = tree
    blocks = Blocks(tree, Visibility(inner))
    whole = Body(0, len(blocks.blocks), -1, "data")
    told = tuple(Attachment(url, name) for href, name in embedded.attachments if (url := absolute(href, page.url)))
    return render(blocks, whole), unique_attachments((*files, *find_attachments(inner, blocks, whole), *told))
