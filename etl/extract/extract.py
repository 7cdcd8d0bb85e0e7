"""The whole way from bytes to an extraction, in one parse."""

import re
from collections.abc import Iterator
from datetime import date

from lxml import html

from etl.extract.lexicon.index_number import parse_index_number
from etl.extract.page.blocks import Blocks
from etl.extract.page.fallback import general_text
from etl.extract.page.main_text import asked_names, find_body, select
from etl.extract.page.render import render
from etl.extract.page.trimming import Body, trim
from etl.extract.page.visibility import Visibility, write_scripts
from etl.extract.page_kind import judge
from etl.extract.rules.attachments import distinct, find_attachments, find_images
from etl.extract.rules.choose import choose
from etl.extract.rules.header import Scan, read_labels
from etl.extract.rules.text_lines import from_title, read_body, read_embedded, read_lines, read_meta
from etl.extract.rules.title import find_title, metas, page_titles
from etl.extract.types import Attachment, Extraction, FieldValue
from etl.platforms.base import Embedded, Platform
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage, absolute, parse, read_page

EXTRACTOR = "3"
"""Version of the rules. It changes whenever an unchanged page may give another extraction."""
_WHOLE_PAGE = ("html", "body")
"""Where the densest part of a page is the page itself, nothing in its markup tells the text from what surrounds it."""
_SHELL = 60
"""Characters of text below which a page is a shell around its data."""
A_FILE, CUT = "file", "cut"
"""Flags: the bytes are no page; the page was read up to `LARGEST` only."""
LARGEST = 1_200_000
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
_PICTURE = re.compile(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]{1000,}")


def extract(
    body: bytes, url: str, content_type: str = "", platform: Platform | None = None, seen: date | None = None
) -> Extraction:
    """What a page says (see `Extraction`). Pure, and never raises, whatever the bytes.

    `seen` is the day on which the page was received: dates of writing or publishing after it are refused with a flag.
    """
    if body.startswith(_MAGIC):
        return Extraction("stub", "a file, no page", extractor=EXTRACTOR, flags=(A_FILE,))
    page, cut = _cut(read_page(body, url, content_type))
    embedded = _embedded(page, platform)
    write_scripts(page)
    meta = metas(page)
    blocks = Blocks(page.tree, Visibility(page), asked_names(platform))
    named_so = page_titles(page)
    guess = next((c for n, c in meta if n.lower() == "articletitle" and c), "") or next(iter(named_so), "")
    found = find_body(page, blocks, platform, guess)
    main = trim(blocks, found, guess)
    scan = Scan(blocks, main, seen)
    told_header = select(page, blocks, platform.layout.header) if platform else ()
    evidence, flags, named = read_labels(scan, [node for _, node in told_header])
    title, titles = find_title(named_so, blocks, max(main.first + 1, 1), evidence, meta)
    if title and title.value != guess:
        main = trim(blocks, found, title.value)
        scan = Scan(blocks, main, seen)
    evidence = [e for e in evidence if e.name != "title"]
    evidence += read_lines(scan, title.value if title else "")
    evidence += read_body(scan)
    text = render(blocks, main)
    if main.rule == "densest" and blocks.nodes[main.node].tag in _WHOLE_PAGE:
        text = general_text(page) or text
    files = find_attachments(page, blocks, main, title.value if title else "")
    shown = False
    if embedded:
        told = read_embedded(embedded.fields, seen)
        shown = len(text) < _SHELL or not embedded.body_html
        if shown and embedded.body_html:
            text, files = _from_data(page, embedded, files)
        if shown and (named_title := next((v for v in told if v.name == "title"), None)):
            title = named_title
        evidence += told
    if len(text) < _SHELL:
        files = distinct((*files, *find_images(page, blocks, found)))
    if title:
        evidence += from_title(title.value)
    evidence += read_meta(meta, seen)
    fields = choose(evidence, json_shown=shown)
    _drop_stated_empty(fields, named)
    if title:
        fields["title"] = title
    judged = judge(page, blocks, main, text, fields, files, evidence)
    return Extraction(
        kind=judged.kind,
        reason=judged.reason,
        fields=fields,
        evidence=(*titles, *evidence),
        text=text,
        attachments=files,
        charset=page.charset,
        extractor=EXTRACTOR,
        flags=tuple(dict.fromkeys((*flags, *cut, *_flags(text, files), f"body:{main.rule}"))),
        index=parse_index_number(fields["index_number"].value) if "index_number" in fields else None,
    )


def _cut(page: WebPage) -> tuple[WebPage, tuple[str, ...]]:
    if len(page.text) <= LARGEST:
        return page, ()
    text = _PICTURE.sub("data:,", page.text)
    return WebPage(page.url, text[:LARGEST], page.charset), (CUT,) if len(text) > LARGEST else ()


def _flags(text: str, files: tuple[Attachment, ...]) -> Iterator[str]:
    if len(text) < _SHELL and files:
        yield "images_only" if all(f.role == "image" for f in files) else "attachments_only"


def _drop_stated_empty(fields: dict[str, FieldValue], named: set[str]) -> None:
    """A header that leaves 文号 blank says that there is none: a name of a file does not overrule it."""
    found = fields.get("document_number")
    if found and "document_number" in named and found.rule == "name of the attached document":
        del fields["document_number"]


def _embedded(page: WebPage, platform: Platform | None) -> Embedded | None:
    for family in (platform,) if platform else all_platforms():
        found = family.embedded(page)
        if found is not None:
            return found
    return None


def _from_data(page: WebPage, embedded: Embedded, files: tuple[Attachment, ...]) -> tuple[str, tuple[Attachment, ...]]:
    """Text and files of the body that the page carries as data."""
    tree: html.HtmlElement = parse(f"<html><body><div>{embedded.body_html or ''}</div></body></html>")
    inner = WebPage(page.url, embedded.body_html or "", page.charset)
    inner.__dict__["tree"] = tree
    blocks = Blocks(tree, Visibility(inner))
    whole = Body(0, len(blocks.blocks), -1, "data")
    told = tuple(Attachment(url, name) for href, name in embedded.attachments if (url := absolute(href, page.url)))
    return render(blocks, whole), distinct((*files, *find_attachments(inner, blocks, whole), *told))
