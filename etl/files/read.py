"""Reads a file's bytes; `etl.files.process.pool` runs this in a process that can be killed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from etl.file_signatures import lacks_end, without_before
from etl.files import media_types
from etl.files.formats import office
from etl.files.formats.archives import Budget, Unpacked, unpack
from etl.files.formats.doc import doc_text
from etl.files.formats.docx import read_docx
from etl.files.formats.inside import FAULTS as INSIDE_FAULTS
from etl.files.formats.inside import files_inside
from etl.files.formats.odf import odf_sheets, odf_text
from etl.files.formats.ofd import ofd_pages
from etl.files.formats.pdf import pdf_pages
from etl.files.formats.pictures import page_pictures
from etl.files.formats.plain_xml import svg_text
from etl.files.formats.pptx import read_slides
from etl.files.formats.rtf import rtf_text
from etl.files.formats.sheets import Sheet, sheets_text
from etl.files.formats.xls import xls_sheets
from etl.files.formats.xlsx import xlsx_sheets
from etl.files.layout.lines import drop_page_edges, paragraphs
from etl.files.types import FileOutcome, FileReading, Limits, Member, Shown, Unreadable
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason

Recognised = Mapping[str, FileReading]
"""Readings made by OCR: of the members of an archive by path, and of the file itself under ""."""


def read_file(body: bytes, name: str, limits: dict[str, Any], recognised: Recognised | None = None) -> FileReading:
    """Reads the file. Any bytes give an outcome; no exception is raised except `MemoryError`."""
    return _read(body, name, Budget(Limits(**limits)), 1, recognised or {})


def _read(body: bytes, name: str, budget: Budget, depth: int, recognised: Recognised) -> FileReading:
    body = without_before(body)
    kind = media_types.sniff(body, name)
    try:
        if len(body) > budget.limits.bytes:
            raise Unreadable(
                FileOutcome.TOO_LARGE, encode_reason(Code.FILE_OVER_BYTES, bytes=len(body), limit=budget.limits.bytes)
            )
        if kind in media_types.ARCHIVES:
            return _archive(body, kind, budget, depth, recognised)
        reading = recognised.get("") or _document(body, kind, budget.limits)
        if reading.outcome in _OPENED:
            reading = _with_inside(reading, body, budget, depth, recognised)
    except Unreadable as error:
        return FileReading(kind, error.outcome, error.reason)
    except RecursionError:
        return FileReading(kind, FileOutcome.BROKEN, encode_reason(Code.NESTED_TOO_DEEP))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - parsers raise whatever hostile bytes lead them to
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return FileReading(kind, FileOutcome.BROKEN, encode_reason(Code.PARSER_FAILED, error=words))
    return _limit_text(reading, budget.limits)


def _document(body: bytes, kind: str, limits: Limits) -> FileReading:
    if kind in media_types.IMAGES:
        return FileReading(kind, FileOutcome.SCAN, encode_reason(Code.A_PICTURE), pages=1)
    if reader := _READERS.get(kind):
        return reader(body, limits)
    if with_method := _TEXT_READERS.get(kind):
        method, read_text = with_method
        return _text(kind, method, read_text(body, limits))
    return FileReading(kind, FileOutcome.UNSUPPORTED, encode_reason(Code.NO_READER, media_type=kind))


def _text(kind: str, method: str, shown: Shown, pages: int | None = None, missing: str = "") -> FileReading:
    """A reading with its text; `missing`: stored reason that says which parts of the file are missing, or ''."""
    reason = missing or (encode_reason(Code.STRUCK_LEFT_OUT) if shown.struck else "")
    if not shown.text.strip():
        outcome = FileOutcome.BROKEN if missing else FileOutcome.NO_TEXT
        return FileReading(kind, outcome, reason or encode_reason(Code.NOTHING_WRITTEN), pages=pages, method=method)
    return FileReading(kind, FileOutcome.READ, reason, shown.text, pages, method)


def _empty(body: bytes, limits: Limits) -> FileReading:
    return FileReading(media_types.EMPTY, FileOutcome.EMPTY, encode_reason(Code.NO_BYTES, bytes=len(body)))


def _encrypted(body: bytes, limits: Limits) -> FileReading:
    return FileReading(media_types.ENCRYPTED, FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))


def _pdf(body: bytes, limits: Limits) -> FileReading:
    pages = pdf_pages(body, limits)
    text = "\n".join(paragraphs(drop_page_edges([page.lines for page in pages])))
    pictures = sum(page.picture for page in pages)
    if not pictures:
        lost = [number for number, page in enumerate(pages, 1) if page.lost]
        return _text(media_types.PDF, "pdf", Shown(text), len(pages), _lost(lost) if lost else "")
    reason = encode_reason(Code.SOME_PAGES_ARE_PICTURES, pictures=pictures, pages=len(pages))
    return FileReading(media_types.PDF, FileOutcome.SCAN, reason, text, len(pages), "pdf" if text else "")


def _lost(pages: Sequence[int]) -> str:
    unread = encode_reason(Code.NOT_WHOLE, format="PDF", error="the page does not open")
    return encode_reason(
        Code.SCAN_PAGES_LOST, pages=[encode_reason(Code.SCAN_PAGE_LOST, page=page, reason=unread) for page in pages]
    )


def _docx(body: bytes, limits: Limits) -> FileReading:
    document = read_docx(body, limits, office.inner_text)
    if document.pictures:
        reason = encode_reason(Code.PAGES_ARE_PICTURES)
        method = "docx" if document.text else ""
        return FileReading(media_types.DOCX, FileOutcome.SCAN, reason, document.text, len(document.pictures), method)
    shown = Shown(document.text, document.struck)
    return _text(media_types.DOCX, "docx", shown, missing=_missing(document.missing, document.damaged))


def _missing(parts: Sequence[str], damaged: Sequence[str] = ()) -> str:
    """The stored reason which parts of a file are missing, or else damaged; '' if none is."""
    if parts:
        return encode_reason(Code.PART_MISSING, part=", ".join(parts))
    return encode_reason(Code.PART_DAMAGED, part=", ".join(damaged)) if damaged else ""


def _ofd(body: bytes, limits: Limits) -> FileReading:
    pages, *lost = ofd_pages(body, limits)
    text = "\n".join(paragraphs(drop_page_edges([page.lines for page in pages])))
    pictures = sum(page.picture for page in pages)
    if not pictures:
        return _text(media_types.OFD, "ofd", Shown(text), len(pages), _missing(*lost))
    reason = _missing(*lost) or encode_reason(Code.SOME_PAGES_ARE_PICTURES, pictures=pictures, pages=len(pages))
    return FileReading(media_types.OFD, FileOutcome.SCAN, reason, text, len(pages), "ofd" if text else "")


def _sheets(kind: str, body: bytes, limits: Limits) -> FileReading:
    method, read_sheets = _SHEET_READERS[kind]
    sheets = read_sheets(body, limits)
    missing, damaged = ({getattr(sheet, name): None for sheet in sheets} for name in ("missing", "damaged"))
    reason = _missing(list(filter(None, missing)), list(filter(None, damaged)))
    shown = Shown(sheets_text(sheets, limits), any(sheet.struck for sheet in sheets))
    return _text_or_scan(body, _text(kind, method, shown, len(sheets), reason), limits)


_SHEET_READERS: dict[str, tuple[str, Callable[[bytes, Limits], list[Sheet]]]] = {
    media_types.XLS: ("xls", lambda body, _: xls_sheets(body)),
    media_types.XLSX: ("xlsx", xlsx_sheets),
    media_types.ODS: ("odf", odf_sheets),
}


def _text_or_scan(body: bytes, reading: FileReading, limits: Limits) -> FileReading:
    """The reading, or that of a scan if the file has nothing but pictures of pages."""
    of_pictures = reading.outcome is FileOutcome.NO_TEXT and reading.media_type in media_types.WITH_PICTURES
    pictures = page_pictures(body, limits) if of_pictures else []
    if not pictures:
        return reading
    return FileReading(
        reading.media_type, FileOutcome.SCAN, encode_reason(Code.PAGES_ARE_PICTURES), pages=len(pictures)
    )


def _pptx(body: bytes, limits: Limits) -> FileReading:
    slides = read_slides(body, limits)
    shown, missing = Shown("\n".join(slides.lines), slides.struck), _missing(slides.missing, slides.damaged)
    return _text_or_scan(body, _text(media_types.PPTX, "pptx", shown, slides.count, missing), limits)


def _rtf(body: bytes, limits: Limits) -> FileReading:
    cut = encode_reason(Code.NOT_WHOLE, format="RTF", error="it is cut") if lacks_end(body) else ""
    return _text(media_types.RTF, "rtf", rtf_text(body), missing=cut)


def _html(body: bytes, limits: Limits) -> FileReading:
    shown = office.html_text(body, limits)
    if shown is None:
        return FileReading(media_types.HTML, FileOutcome.NOT_A_FILE, encode_reason(Code.WEB_PAGE_FOR_FILE))
    lost = [] if shown.text.strip() else office.frames_of(body)
    return _text(media_types.HTML, "html", shown, missing=_missing(lost))


_READERS: dict[str, Callable[[bytes, Limits], FileReading]] = {
    media_types.EMPTY: _empty,
    media_types.ENCRYPTED: _encrypted,
    media_types.PDF: _pdf,
    media_types.OFD: _ofd,
    media_types.DOCX: _docx,
    **{kind: partial(_sheets, kind) for kind in _SHEET_READERS},
    media_types.PPTX: _pptx,
    media_types.HTML: _html,
    media_types.RTF: _rtf,
}
"""Readers of media types whose readings have more than a text."""
_TEXT_READERS: dict[str, tuple[str, Callable[[bytes, Limits], Shown]]] = {
    media_types.DOC: ("word", lambda body, _: doc_text(body)),
    media_types.PPT: ("kreuzberg", lambda body, _: office.slides_text(body)),
    media_types.ODT: ("odf", odf_text),
    media_types.ODP: ("odf", odf_text),
    media_types.SVG: ("svg", lambda body, _: svg_text(body)),
    media_types.CSV: ("text", lambda body, _: Shown(office.csv_text(body))),
    media_types.TEXT: ("text", office.text_of_text),
}
"""The other media types: (`method` of the reading, function from bytes to text)."""


def _archive(body: bytes, kind: str, budget: Budget, depth: int, recognised: Recognised) -> FileReading:
    if depth > budget.limits.depth:
        return FileReading(kind, FileOutcome.TOO_LARGE, encode_reason(Code.NESTED_ARCHIVES, depth=budget.limits.depth))
    members, texts, stopped = _members(unpack(body, kind, budget), kind, budget, depth, recognised)
    outcome = _archive_outcome([member.outcome for member in members])
    text = "\n".join(texts)
    method = "ocr" if recognised else "archive" if text else ""
    return FileReading(kind, outcome, stopped or _counts(members), text, method=method, members=tuple(members))


def _members(
    unpacked: Iterator[Unpacked], kind: str, budget: Budget, depth: int, recognised: Recognised
) -> tuple[list[Member], list[str], str]:
    """The members of an archive, or the files inside a document; their texts, each under its name; and the stored
    reason why further ones were not read, or ''."""
    members: list[Member] = []
    texts: list[str] = []
    left = budget.limits.characters
    try:
        for path, content in unpacked:
            if isinstance(content, Unreadable):
                members.append(Member(path, media_types.UNKNOWN, content.outcome, content.reason, 0))
                continue
            inner = _read(content, path, budget, depth + 1, _below(path, recognised))
            members.append(Member(path, inner.media_type, inner.outcome, inner.reason, len(content)))
            members += (replace(member, path=f"{path}/{member.path}") for member in inner.members)
            if inner.text:
                is_archive = inner.media_type in media_types.ARCHIVES
                text = inner.text if is_archive else f"== {path} ==\n{inner.text}"
                left -= len(text) + 1
                if left < 0:
                    raise Unreadable(
                        FileOutcome.TOO_LARGE, encode_reason(Code.MORE_CHARACTERS, limit=budget.limits.characters)
                    )
                texts.append(text)
    except Unreadable as error:
        if not members:
            raise
        members.append(Member("", kind, error.outcome, error.reason, 0))
        return members, texts, encode_reason(Code.STOPPED_AFTER, members=len(members) - 1, reason=error.reason)
    return members, texts, ""


def _below(path: str, recognised: Recognised) -> Recognised:
    """The readings of a member itself, under "", and of the files in it."""
    inside = f"{path}/"
    below = {name[len(inside) :]: reading for name, reading in recognised.items() if name.startswith(inside)}
    return below | ({"": recognised[path]} if path in recognised else {})


def _with_inside(reading: FileReading, body: bytes, budget: Budget, depth: int, recognised: Recognised) -> FileReading:
    """Adds the files inside the document to the reading, as members, with their texts after its own."""
    kind = reading.media_type
    try:
        members, texts, stopped = _members(_inside(body, kind, budget, depth), kind, budget, depth, recognised)
    except Unreadable as error:
        members, texts, stopped = [Member("", kind, error.outcome, error.reason, 0)], [], ""
    if not members:
        return reading
    text = "\n".join(filter(None, (reading.text, *texts)))
    is_read = reading.outcome is FileOutcome.NO_TEXT and texts
    members_reason = stopped or encode_reason(Code.FILES_INSIDE, outcomes=_ended(members))
    reason = members_reason if is_read else reading.reason or members_reason
    outcome = FileOutcome.READ if is_read else reading.outcome
    return replace(reading, outcome=outcome, reason=reason, text=text, members=tuple(members))


def _inside(body: bytes, kind: str, budget: Budget, depth: int) -> Iterator[Unpacked]:
    try:
        for name, content in files_inside(body, kind, budget.limits):
            if depth > budget.limits.depth:
                raise Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.NESTED_ARCHIVES, depth=budget.limits.depth))
            budget.spend(len(content))
            yield name, content
    except INSIDE_FAULTS as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PARSER_FAILED, error=error)) from error


_OPENED = (FileOutcome.READ, FileOutcome.SCAN, FileOutcome.NO_TEXT)
# The outcome of an archive is the first of these that any member has; so an archive with a scan waits for OCR.
_ORDER = (
    FileOutcome.TOO_LARGE, FileOutcome.SCAN, FileOutcome.READ, FileOutcome.ENCRYPTED, FileOutcome.BROKEN,
    FileOutcome.TOO_SLOW, FileOutcome.CRASHED, FileOutcome.UNSUPPORTED, FileOutcome.NOT_A_FILE, FileOutcome.NO_TEXT,
)  # fmt: skip


def _archive_outcome(outcomes: list[FileOutcome]) -> FileOutcome:
    return next((outcome for outcome in _ORDER if outcome in outcomes), FileOutcome.EMPTY)


def _ended(members: list[Member]) -> list[Reason]:
    counts = {outcome: sum(m.outcome is outcome for m in members) for outcome in FileOutcome}
    return [
        Reason.of(Code.MEMBERS_ENDED, count=count, file_outcome=outcome) for outcome, count in counts.items() if count
    ]


def _counts(members: list[Member]) -> str:
    ended = _ended(members)
    return encode_reason(Code.MEMBERS, outcomes=ended) if ended else encode_reason(Code.NO_MEMBERS)


def _limit_text(reading: FileReading, limits: Limits) -> FileReading:
    if len(reading.text) <= limits.characters:
        return reading
    reason = encode_reason(Code.TEXT_OVER_LIMIT, characters=len(reading.text), limit=limits.characters)
    return FileReading(reading.media_type, FileOutcome.TOO_LARGE, reason, pages=reading.pages, method=reading.method)
