"""Old slides with kreuzberg, plain text, CSV and Office's HTML."""

import csv
import email
import email.message
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import kreuzberg
from lxml import etree, html

from etl.file_signatures import BEFORE, is_saved_as_html
from etl.files import media_types
from etl.files.formats.office_xml import is_office_xml, office_xml_text
from etl.files.formats.plain_xml import is_uof, uof_text
from etl.files.formats.rtf import rtf_text
from etl.files.formats.sheets import rows
from etl.files.formats.symbol_fonts import in_font
from etl.files.types import FileOutcome, Limits, Shown, Unreadable
from etl.raised_text import moved, subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.charset import decode
from etl.web.inline_styles import font_of, is_struck, shift_of, sight_of

_OPTIONS = kreuzberg.ExtractionConfig(use_cache=False, enable_quality_processing=False)
_BLOCKS = frozenset(
    "address article blockquote body center dd div dl dt form h1 h2 h3 h4 h5 h6 html li ol p pre section table tbody "
    "tfoot thead ul".split()
)
_UNSEEN = ("head", "script", "style", "title", "xml", "noframes")
_STRUCK = ("del", "s", "strike")
_SEPARATOR = re.compile(r"sep=(.)\n", re.IGNORECASE)
_AS_TEXT = re.compile(r"\A=\"([^\"]*)\"\Z")
"""A formula that only keeps the zeros of a number, as in `="00123"`."""
_FRAME = re.compile(rb"<frame\b[^>]*?\ssrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_SHIFTS = {"sup": superscript, "super": superscript, "sub": subscript}
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_OF_A_SITE = re.compile(rb"<(?:!doctype|html|head|body|title|meta|script|form|iframe|input|frame|a)\b", re.IGNORECASE)
_OF_TABLES = ("tr", "td", "th")
"""Hidden rows and cells are read, as those of sheets are."""
_OF_WORD = re.compile(r"Word\.Document|class=[\"']?MsoNormal")
_WRAPPED = re.compile(
    r"(?<=[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e])\r?\n(?=[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e])"
)
"""Word wraps the lines of the HTML that it writes inside words of Chinese, and shows no space there."""
_OF_ROWS = ("table", "tbody", "tfoot", "thead")
"""What ends the cells that go on in the rows below."""
_MAX_COLUMNS, _MAX_ROWS = 100, 65_534
"""What one cell may cover; as many rows as HTML allows."""
_MIN_PIECE_CHARS = 60
_ENCRYPTED = re.compile(r"password|encrypt", re.IGNORECASE)


def slides_text(body: bytes) -> Shown:
    """The lines of all slides of a presentation before 2007. kreuzberg puts tabs between the cells of tables."""
    try:
        text = kreuzberg.extract_bytes_sync(body, media_types.PPT, config=_OPTIONS).content
    except kreuzberg.KreuzbergError as error:
        words = " ".join(str(error).split())[:200]
        outcome = FileOutcome.ENCRYPTED if _ENCRYPTED.search(words) else FileOutcome.BROKEN
        raise Unreadable(outcome, encode_reason(Code.PARSER_FAILED, error=words)) from error
    return Shown("\n".join(rows(line.split("\t") for line in text.splitlines())))


def csv_text(body: bytes) -> str:
    """Rows of a CSV file as Excel shows them. Its separator is the one that its first line names, or is detected."""
    text = plain_text(body)
    named = _SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:4096], named[1] if named else ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        cells = csv.reader(io.StringIO(text, newline=""), dialect)
        return "\n".join(rows([_AS_TEXT.sub(r"\1", cell) for cell in row] for row in cells))
    except csv.Error:
        return text


def plain_text(body: bytes) -> str:
    """The text in its detected charset, with `\\n` for line ends."""
    return decode(body)[0].replace("\r\n", "\n").replace("\r", "\n").strip()


def html_text(body: bytes, limits: Limits) -> Shown | None:
    """Text of a file that is HTML (`is_saved_as_html`), a fragment of HTML, or a workbook as one XML document. None for
    a web page, and for a fragment that only reports an error."""
    if is_office_xml(body):
        return office_xml_text(body, limits, inner_text)
    if is_saved_as_html(body):
        return html_lines(decode(body)[0])
    shown = Shown("") if _OF_A_SITE.search(body) else html_lines(decode(body)[0])
    return shown if len(shown.text) >= _MIN_PIECE_CHARS else None


def frames_of(body: bytes) -> list[str]:
    """The files that Excel writes beside a workbook saved as a web page, one for each sheet; the workbook has nothing
    but frames."""
    return [decode(name)[0] for name in _FRAME.findall(body)]


def text_of_text(body: bytes, limits: Limits) -> Shown:
    """Text of a file that has no binary signature: plain text, or a document of Word or Excel saved as one XML document
    or web page (.mht)."""
    if is_office_xml(body):
        return office_xml_text(body, limits, inner_text)
    if is_message(body):
        return inner_text(body)
    text = plain_text(body)
    return uof_text(body) if is_uof(text) else Shown(text)


def is_message(body: bytes) -> bool:
    """Whether a text is a message (.eml) or a web page in one file (.mht)."""
    return _MIME.search(body[:2000].lstrip(BEFORE)) is not None


def html_lines(text: str) -> Shown:
    """The paragraphs and table rows of HTML as lines; a cell over several columns or rows leaves the others empty."""
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if _OF_WORD.search(markup):
        markup = _WRAPPED.sub("", markup)
    tree: html.HtmlElement = html.fromstring(f"<div>{markup}</div>" if markup.strip() else "<p/>")
    etree.strip_elements(tree, *_UNSEEN, etree.Comment, with_tail=False)
    lines = _HtmlLines()
    lines.read(tree)
    return Shown("\n".join(lines.ended()), lines.struck)


def _shift(element: html.HtmlElement) -> Callable[[str], str] | None:
    """How the words of an element are raised or lowered, if they are."""
    shift = element.tag if element.tag in _SHIFTS else shift_of(element.get("style") or "")
    return _SHIFTS.get(shift) if isinstance(shift, str) else partial(moved, points=shift) if shift else None


class _HtmlLines:
    """Collects the lines of HTML; each block begins and ends a line. `seen`: whether words are visible, by the style of
    the elements around them."""

    def __init__(self, *, seen: bool = True) -> None:
        self.lines: list[str] = []
        self.open = ""
        self.seen, self.struck, self.font = seen, False, ""
        self.below: dict[int, int] = {}
        """By column, the further rows of the table that a cell covers."""

    def ended(self) -> list[str]:
        self.lines += rows([line] for line in self.open.split("\n"))
        self.open = ""
        return self.lines

    def read(self, node: html.HtmlElement) -> None:
        self.add(node.text)
        for child in node:
            style, seen, font = child.get("style") or "", self.seen, self.font
            sight = sight_of(style)
            if (child.tag in _STRUCK or is_struck(style)) and child.text_content().strip():
                self.struck = True
            elif (child.get("hidden") is None and sight != "gone") or child.tag in _OF_TABLES:
                self.seen = sight == "seen" or (seen and sight != "unseen")
                self.font = font_of(style) or child.get("face") or font
                self.read_child(child)
            self.seen, self.font = seen, font
            self.add(child.tail)

    def add(self, text: str | None) -> None:
        if text and self.seen:
            self.open += in_font(" ".join(text.split("\n")), self.font)

    def read_child(self, child: html.HtmlElement) -> None:
        if child.tag == "tr":
            self.ended().extend(rows([self.cells(child)]))
        elif child.tag == "br":
            self.open += "\n"
        elif child.tag in _BLOCKS:
            self.ended()
            if child.tag in _OF_ROWS:
                self.below = {}
            self.read(child)
            self.ended()
        elif shift := _shift(child):
            self.add(shift(child.text_content()))
        else:
            self.read(child)

    def cells(self, row: html.HtmlElement) -> list[str]:
        """The texts of a row's cells, each in its column: empty ones where a cell goes on, from above or the left."""
        covered, self.below = self.below, {column: left - 1 for column, left in self.below.items() if left > 1}
        texts: list[str] = []
        for cell in row:
            if cell.tag in ("td", "th"):
                while len(texts) in covered:
                    texts.append("")
                lines = _HtmlLines(seen=self.seen)
                lines.read(cell)
                self.struck |= lines.struck
                columns = range(len(texts), len(texts) + _span(cell, "colspan", _MAX_COLUMNS))
                texts += [" ".join(lines.ended()), *[""] * (len(columns) - 1)]
                if (left := _span(cell, "rowspan", _MAX_ROWS) - 1) and columns.stop <= _MAX_COLUMNS:
                    self.below |= dict.fromkeys(columns, left)
        return texts


def _span(cell: html.HtmlElement, name: str, limit: int) -> int:
    span = (cell.get(name) or "").strip()
    return min(max(int(span[:6]), 1), limit) if span.isdecimal() else 1


def inner_text(body: bytes) -> Shown:
    """Text of a document inside a Word document: HTML, also in MIME (.mht), RTF or plain text. Raises `Unreadable`."""
    kind = media_types.sniff(body)
    if kind == media_types.RTF:
        return rtf_text(body)
    if kind == media_types.HTML:
        return html_lines(decode(body)[0])
    if kind != media_types.TEXT:
        raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.NO_READER, media_type=kind))
    if not is_message(body):
        return Shown(plain_text(body))
    parts = list(email.message_from_bytes(body.lstrip(BEFORE)).walk())
    shown = [*_of_parts(parts, "text/html", html_lines)] or [*_of_parts(parts, "text/plain", Shown)]
    return Shown("\n".join(each.text for each in shown if each.text), any(each.struck for each in shown))


def _of_parts(parts: Sequence[email.message.Message], media_type: str, read: Callable[[str], Shown]) -> Iterator[Shown]:
    """The texts of the parts of a message that have that type."""
    for part in parts:
        content = part.get_payload(decode=True) if part.get_content_type() == media_type else None
        if isinstance(content, bytes):
            yield read(decode(content, str(part.get("Content-Type") or ""))[0].replace("\r\n", "\n").strip())
