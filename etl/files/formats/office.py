"""Slides with kreuzberg, RTF with striprtf, plain text, CSV and Office's HTML."""

import csv
import io
import re

import kreuzberg
from lxml import html
from striprtf.striprtf import rtf_to_text

from etl.files import media_types
from etl.files.formats.sheets import rows
from etl.files.formats.zip_packages import check_entities, open_zip
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.charset import decode

_OPTIONS = kreuzberg.ExtractionConfig(use_cache=False, enable_quality_processing=False)
_ENCRYPTED = re.compile(r"password|encrypt", re.IGNORECASE)


def slides_text(media_type: str, body: bytes, limits: Limits) -> str:
    """The lines of all slides. kreuzberg puts tabs between the cells of tables."""
    text = _extract(body, media_type, limits).content
    return "\n".join(rows(line.split("\t") for line in text.splitlines()))


def _extract(body: bytes, media_type: str, limits: Limits) -> kreuzberg.ExtractionResult:
    if media_type == media_types.PPTX:
        with open_zip(body, limits) as archive:
            check_entities(archive, "ppt/")
    try:
        return kreuzberg.extract_bytes_sync(body, media_type, config=_OPTIONS)
    except kreuzberg.KreuzbergError as error:
        words = " ".join(str(error).split())[:200]
        outcome = FileOutcome.ENCRYPTED if _ENCRYPTED.search(words) else FileOutcome.BROKEN
        raise Unreadable(outcome, encode_reason(Code.PARSER_FAILED, error=words)) from error


def rtf_text(body: bytes) -> str:
    """Paragraphs and table rows as lines. kreuzberg 4.10 moves all tables of a document together."""
    try:
        text: str = rtf_to_text(body.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="RTF", error=error)) from error
    return "\n".join(rows(line.split("|") for line in text.splitlines()))


def csv_text(body: bytes) -> str:
    """Rows of a CSV file; its separator is detected."""
    text = plain_text(body)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:4096], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        return "\n".join(rows(csv.reader(io.StringIO(text, newline=""), dialect)))
    except csv.Error:
        return text


def plain_text(body: bytes) -> str:
    """The text in its detected charset, with `\\n` for line ends."""
    return decode(body)[0].replace("\r\n", "\n").replace("\r", "\n").strip()


def html_text(body: bytes) -> str | None:
    """Text of a document that Word or Excel saved as HTML; None for a web page.

    Many systems export tables as HTML with the ending .xls; Office marks them with its namespace.
    """
    text, _ = decode(body)
    if "urn:schemas-microsoft-com:office" not in text[:2000]:
        return None
    tree: html.HtmlElement = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text) or "<p/>")
    lines: list[str] = []
    for node in tree.iter("tr", "p", "h1", "h2", "h3", "li"):
        if node.tag == "tr":
            lines += rows([[cell.text_content() for cell in node if cell.tag in ("td", "th")]])
        elif not any(True for _ in node.iterancestors("tr")):
            lines += rows([[node.text_content()]])
    return "\n".join(lines)
