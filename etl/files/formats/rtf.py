"""The visible text of RTF documents, with striprtf.

striprtf 0.0.35 has faults: it includes hidden and struck words, reads 10⁵ as 105, reads unescaped bytes above ASCII (in
which many programs write Chinese) as Latin-1, and drops footnotes and numbers of old lists. So these parts of a
document are rewritten first; all others are passed on unchanged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from striprtf.striprtf import rtf_to_text

from etl.files.formats.docx_run_formats import MAX_UNSEEN_SIZE
from etl.files.formats.field_codes import TICKED, UNTICKED, equation_text
from etl.files.formats.sheets import rows
from etl.files.formats.symbol_fonts import in_font
from etl.files.types import FileOutcome, Shown, Unreadable
from etl.raised_text import moved, subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_TOKEN = re.compile(
    r"(?P<group>[{}])|\\(?P<word>[a-zA-Z]+)(?P<number>-?\d+)? ?"
    r"|(?P<bytes>(?:\\'[0-9a-fA-F]{2}|[\x80-\xff])+(?P<trail>[@-\[\]-z|~])?)|\\(?P<sign>.)|(?P<text>[^\\{}\x80-\xff]+)",
    re.DOTALL,
)
_BYTE = re.compile(r"\\'([0-9a-fA-F]{2})|(.)", re.DOTALL)
_OF_EAST_ASIA = re.compile(r"\\ansicpg(?:932|936|949|950|54936)\b|\\fcharset(?:128|129|134|136)\b")
_STRUCK = frozenset(("strike", "striked"))
_ELSEWHERE = ("footnote", "shptxt")
"""What has a text of its own: notes, text boxes."""
_SHOWN_GROUPS = ("pntext", "object", "result")
"""Groups that the parser leaves out, but readers see: numbers of lists, what embedded objects show."""
_OF_FORMS = ("fftype", "ffres", "ffdefres")
_AS_AT_FIRST = 25
"""The value of a tick box that nobody changed."""
_SHIFTS = {"super": superscript, "sub": subscript}


def rtf_text(body: bytes) -> Shown:
    """Paragraphs and table rows as lines. kreuzberg 4.10 moves all tables of a document together."""
    try:
        source, struck = _as_seen(body.decode("latin-1"))
        text: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="RTF", error=error)) from error
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # surrogates are written as two \u
    return Shown("\n".join(rows(line.split("|") for line in text.splitlines())), struck)


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until the end of a group: the properties that hide its text, its shift, its font, where it is written
    to. `names_fonts`: it is part of the table of fonts."""

    written: list[str]
    unseen: frozenset[str] = frozenset()
    shift: str = ""
    points: float = 0
    font: int = -1
    names_fonts: bool = False
    is_field: bool = False
    is_code: bool = False

    def behind(self, word: str, number: str | None) -> "_Group":
        """What holds behind a control word with that number."""
        match word:
            case "v" | "deleted" | "strike" | "striked":
                return replace(self, unseen=self.unseen - {word} if number == "0" else self.unseen | {word})
            case "fs" if number:
                tiny = 0 <= int(number) <= MAX_UNSEEN_SIZE
                return replace(self, unseen=self.unseen | {word} if tiny else self.unseen - {word})
            case "up" | "dn":
                return replace(self, points=int(number or 6) / (2 if word == "up" else -2))
            case "fonttbl":
                return replace(self, names_fonts=True)
            case "f" if number:
                return replace(self, font=int(number))
            case "plain":
                return replace(self, unseen=frozenset(), shift="", points=0, font=-1)
            case "super" | "sub" | "nosupersub":
                return replace(self, shift="" if number == "0" or word == "nosupersub" else word)
            case "field":
                return replace(self, is_field=True, is_code=False)
            case "fldinst" | "fldrslt":
                return replace(self, is_code=word == "fldinst")
            case "footnote" | "shptxt":
                return replace(self, written=[], unseen=frozenset(), shift="")
        return self


@dataclass(slots=True)
class _Field:
    """A field: its code, what its form shows, and whether its result is stored."""

    code: str = ""
    ticked: dict[str, int] = field(default_factory=dict)
    has_result: bool = False

    def shown(self) -> str:
        """What it shows if its result is not stored."""
        if self.ticked.get("fftype") == 1:
            value = self.ticked.get("ffres", _AS_AT_FIRST)
            value = self.ticked.get("ffdefres", 0) if value == _AS_AT_FIRST else value
            return TICKED if value else UNTICKED
        return "" if self.has_result else equation_text(self.code)


@dataclass(slots=True)
class _Rewriter:
    """Writes a document anew. `instead`: characters that come next and stand for the one before in other programs."""

    pairs: bool
    struck: bool = False
    instead: int = 0
    notes: list[str] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    groups: list[_Group] = field(default_factory=lambda: [_Group([])])
    fields: list[_Field] = field(default_factory=lambda: [_Field()])

    def word(self, word: str, number: str | None, whole: str) -> None:
        now = self.groups[-1]
        self.groups[-1] = now.behind(word, number)
        if word == "field":
            self.fields.append(_Field())
        elif word in _OF_FORMS and number:
            self.fields[-1].ticked[word] = int(number)
        elif word in _ELSEWHERE:
            self.notes.append("")
        elif word == "u" and number:
            self.note(chr(int(number) % 0x10000))
            self.instead = 1
        if word not in (*_ELSEWHERE, *_SHOWN_GROUPS) and not (word == "u" and now.unseen):
            now.written.append(self.in_own_font(int(number)) if word == "u" and number else whole)

    def in_own_font(self, code: int) -> str:
        """A character by its number, signed as RTF has them. What stands for it in other programs follows."""
        character = chr(code % 0x10000)
        shown = in_font(character, self.font())
        return f"\\u{code} " if shown == character else f"\\u{ord(shown or ' ')} "

    def font(self) -> str:
        return self.fonts.get(self.groups[-1].font, "").rstrip("; ")

    def note(self, text: str) -> None:
        """Takes the text of a field: of its code, or of its result."""
        text, self.instead = text[self.instead :], 0
        if self.groups[-1].is_code:
            self.fields[-1].code += text
        else:
            self.fields[-1].has_result |= bool(text.strip())

    def open(self) -> None:
        self.groups[-1].written.append("{")
        self.groups.append(replace(self.groups[-1], is_field=False))

    def close(self) -> None:
        if len(self.groups) > 1:
            inner = self.groups.pop()
            if inner.is_field and len(self.fields) > 1:
                inner.written.extend(map(_escaped, self.fields.pop().shown()))
            if inner.written is not self.groups[-1].written:
                self.notes.append(f"\\par {{{''.join(inner.written)}}}")

    def shown(self, text: str) -> None:
        now = self.groups[-1]
        self.note(text)
        if now.unseen:
            self.struck |= now.unseen <= _STRUCK and bool(text.strip())
            return
        if now.names_fonts:
            self.fonts[now.font] = self.fonts.get(now.font, "") + text
        seen = text if now.names_fonts else in_font(text, self.font())
        shift = _SHIFTS.get(now.shift)
        shifted = shift(seen) if shift else moved(seen, now.points)
        now.written.append(text if shifted == text else "".join(map(_escaped, shifted)))

    def octets(self, run: str) -> None:
        """Takes bytes above ASCII, and the ASCII character that may be the second byte of a letter."""
        values = [int(hexed, 16) if hexed else ord(raw) for hexed, raw in _BYTE.findall(run)]
        self.note(bytes(values).decode("gb18030", "replace"))
        if unseen := self.groups[-1].unseen:
            self.struck |= unseen <= _STRUCK
            return
        raw = "".join(map(chr, values))
        if not self.groups[-1].names_fonts and (seen := in_font(raw, self.font())) != raw:
            self.groups[-1].written.append("".join(map(_escaped, seen)))
            return
        tail = ""
        if values[-1] < 0x80 and "'" not in run[-3:] and not (self.pairs and _ends_open(values[:-1])):
            tail = chr(values.pop())
        self.groups[-1].written.append("".join(f"\\'{value:02x}" for value in values) + tail)


def _ends_open(values: list[int]) -> bool:
    """Whether the last byte is the first of a letter of two bytes."""
    at = 0
    while at < len(values) - 1:
        at += 2 if values[at] > 0x80 else 1
    return at == len(values) - 1 and values[at] > 0x80


def _escaped(character: str) -> str:
    code = ord(character)
    return character if code < 0x80 else f"{{\\uc1\\u{code if code < 0x8000 else code - 0x10000}?}}"


def _as_seen(source: str) -> tuple[str, bool]:
    """The document without invisible text and with its footnotes at the end; and whether struck words were left out."""
    writer = _Rewriter(pairs=_OF_EAST_ASIA.search(source) is not None)
    for token in _tokens(source):
        if token["word"]:
            writer.word(token["word"], token["number"], token[0])
        elif token["bytes"]:
            writer.octets(token["bytes"])
        elif token["text"]:
            writer.shown(token["text"])
        elif token["group"] == "{":
            writer.open()
        else:
            if token["group"] == "}":
                writer.close()
            elif token["sign"] and writer.groups[-1].is_code:
                writer.note(token["sign"])
            writer.groups[-1].written.append(token[0])
    while len(writer.groups) > 1:  # the file was cut off
        writer.close()
        writer.groups[-1].written.append("}")
    text = "".join(writer.groups[0].written)
    end = text.rfind("}")
    return text[:end] + "".join(writer.notes) + text[end:] if end >= 0 else text, writer.struck


def _tokens(source: str) -> Iterator[re.Match[str]]:
    """The tokens of a document, without binary data of pictures."""
    at = 0
    while token := _TOKEN.match(source, at):
        at = token.end()
        if token["word"] == "bin" and token["number"]:
            at += max(int(token["number"]), 0)
        else:
            yield token
