"""Reads the records of a WARC file (ISO 28500), even if parts of the file are damaged.

warcio stops at the first damage. This reader loses only the records at the damaged place, and searches for the next
record after it. Time is linear in the size of the file; memory is that of one piece.

A page may contain text that looks like a record. In an undamaged file this text lies within the block of a record and
is skipped. If the length of a record is wrong, the text cannot be told from a real record: a record within the stated
length of a damaged one is read, but not `trusted`.
"""

import io
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from etl.file_signatures import GZIP
from etl.outside import clean_text
from etl.reason_codes import Code
from etl.reasons import encode_reason

MAX_HEAD_BYTES = 1_000_000
"""Maximum size of the head of a record, or of the head of a response in it."""
_PIECE_BYTES = 64 * 1024
_PACKED_BYTES = 512
"""Packed bytes that are unpacked at once. If they are broken, all bytes before them have been unpacked already."""
_SIGN = b"WARC/"
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*+\r?\n")
_VERSION_LINE = re.compile(rb"\nWARC/\d\.\d")
_LONGEST_SIGN = 16
"""Length in bytes of the longest text that these patterns match."""
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_SPARE_BYTES = 64_000_000
_BLANK = b"\r\n"
_MAX_BLANK_BYTES = 1024

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DamagedPlace:
    """A place where no record could be read: offset in bytes from the start of the file, and stored reason."""

    offset: int
    reason: str


@dataclass(slots=True)
class Record:
    """A record: its type, its headers, and its block, which must be read before the next record is requested.

    `offset`: bytes from the start of the file to the record, or to its gzip member. `length`: bytes that the block
    should have. `damage`: after `finish`, the stored reason why the block is damaged; empty if no damage shows.
    """

    offset: int
    headers: Headers
    length: int
    trusted: bool
    damage: str = ""
    _read: Callable[[int], bytes] = field(default=lambda _: b"", repr=False)
    _check_end: Callable[[], str] = field(default=lambda: "", repr=False)
    _left: int = 0
    _finished: bool = False

    @property
    def kind(self) -> str:
        """The header WARC-Type."""
        return self.header("warc-type").lower()

    def header(self, name: str) -> str:
        """The first value of a header, by its name in lower case, or an empty string."""
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> list[str]:
        """All values of a header that may be repeated."""
        return [value for key, value in self.headers if key.lower() == name]

    def read(self, size: int) -> bytes:
        """The next bytes of the block, at most `size`. Damage ends the block."""
        parts = []
        while (wanted := min(size, self._left, _PIECE_BYTES)) > 0:
            try:
                part = self._read(wanted)
            except _Broken as error:
                part, self.damage = b"", self.damage or str(error)
            if not part:
                self.damage = self.damage or encode_reason(
                    Code.WARC_SHORT, received=self.length - self._left, stated=self.length
                )
                self._left = 0
                break
            parts.append(part)
            size -= len(part)
            self._left -= len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Reads the rest of the block, and checks the bytes that follow it."""
        if self._finished:
            return
        self._finished = True
        while self.read(_PIECE_BYTES):
            pass
        self.damage = self.damage or self._check_end()


def read_records(file: BinaryIO) -> Iterator[Record | DamagedPlace]:
    """The records of a seekable file, packed or not, in their order, and the places where none could be read.

    For a file that is no WARC file, yields one `DamagedPlace`.
    """
    start = _first_record(file)
    if start is None or start[0]:
        yield DamagedPlace(0, encode_reason(Code.WARC_NO_RECORD))
    if start is not None:
        offset, packed = start
        yield from (_packed_records if packed else _plain_records)(file, offset)


def parse_head(lines: "LineSource") -> tuple[str, Headers]:
    """Reads a head up to its blank line: its first line and its headers. NUL is removed, and folded lines are joined.

    A line that is not UTF-8 is read as Latin-1. Raises `ValueError` if the head is longer than `MAX_HEAD_BYTES`, or if
    another record begins within it.
    """
    first, size = "", 0
    fields: list[tuple[str, list[str]]] = []
    while line := lines.readline(MAX_HEAD_BYTES + 1):
        size += len(line)
        if size > MAX_HEAD_BYTES:
            raise ValueError(f"a head of more than {MAX_HEAD_BYTES} bytes")
        text = _decoded(line).rstrip("\r\n")
        if not text.strip():
            break
        if size == len(line):
            first = text
        elif line.startswith(_SIGN):
            raise ValueError("another record begins within the head")
        elif text[0] in " \t" and fields:
            fields[-1][1].append(text.strip())
        else:
            name, colon, value = text.partition(":")
            if colon:
                fields.append((name.strip(), [value.strip()]))
    return first, [(name, " ".join(parts)) for name, parts in fields]


class LineSource(Protocol):
    """Anything with a `readline` that returns at most `size` bytes, and none at the end."""

    def readline(self, size: int, /) -> bytes: ...


class BufferedLines(ABC):
    """Reads lines from bytes that come in pieces. `_held`: bytes that came and were not read yet."""

    _held = b""

    @abstractmethod
    def _has_bytes(self, *, within_line: bool) -> bool:
        """Whether there are more bytes; puts the next ones into `_held` if it is empty. `within_line`: a line has
        begun."""

    def readline(self, size: int, /) -> bytes:
        """Up to `size` bytes of the line."""
        parts: list[bytes] = []
        while size > 0 and self._has_bytes(within_line=bool(parts)):
            end = self._held.find(b"\n", 0, size) + 1
            parts.append(self._held[: end or size])
            self._held = self._held[len(parts[-1]) :]
            if end:
                break
            size -= len(parts[-1])
        return b"".join(parts)


def _decoded(line: bytes) -> str:
    try:
        return clean_text(line.decode("utf-8"))
    except UnicodeDecodeError:
        return clean_text(line.decode("latin-1"))


class _Broken(Exception):
    """The bytes of a packed file cannot be unpacked from here on. The message is a stored reason."""


def _first_record(file: BinaryIO) -> tuple[int, bool] | None:
    """The offset of the first record, and whether the file is packed; None if there is no record."""
    plain, packed = _find_plain(file, 0), _find_packed(file, 0)
    starts = [(offset, is_packed) for offset, is_packed in ((plain, False), (packed, True)) if offset is not None]
    return min(starts, default=None)


def _record_head(lines: LineSource) -> tuple[Headers, int] | str:
    """The headers of a record and the length of its block, or the stored reason why there is no record."""
    version = lines.readline(MAX_HEAD_BYTES)
    if not _VERSION.fullmatch(version):
        return encode_reason(Code.WARC_NO_RECORD)
    try:
        _, headers = parse_head(_WithFirstLine(version, lines))
    except ValueError as error:
        return encode_reason(Code.WARC_BAD_HEAD, error=error)
    stated = next((value for name, value in headers if name.lower() == "content-length"), "")
    if (length := stated_length(stated)) is None:
        return encode_reason(Code.WARC_BAD_LENGTH, words=stated[:40])
    return headers, length


def stated_length(text: str) -> int | None:
    """The value of a header Content-Length; None if it is no number, or too large for a file."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(slots=True)
class _WithFirstLine:
    """A line that was already read, followed by the lines of `rest`."""

    first: bytes
    rest: LineSource

    def readline(self, size: int, /) -> bytes:
        line, self.first = self.first, b""
        return line or self.rest.readline(size)


# Files that are not packed.


def _plain_records(file: BinaryIO, offset: int) -> Iterator[Record | DamagedPlace]:
    size = file.seek(0, io.SEEK_END)
    doubtful_to = 0  # the end of what damaged records claim as their own
    while offset < size:
        file.seek(offset)
        head = _record_head(file)
        if isinstance(head, str):
            yield DamagedPlace(offset, head)
            offset = _find_plain(file, offset + 1) or size
            continue
        headers, length = head
        start, end = file.tell(), file.tell() + length
        damage, following = "", _following(file, end, size)
        if following is None:
            following = _find_plain(file, start) or size
            received = min(end, following) - start
            short = encode_reason(Code.WARC_SHORT, received=received, stated=length)
            damage = encode_reason(Code.WARC_NOT_FOLLOWED) if received == length else short
        record = Record(offset, headers, length, offset >= doubtful_to, damage)
        if damage:
            doubtful_to = max(doubtful_to, min(end, size))
        file.seek(start)
        record._read, record._left = file.read, min(end, following) - start
        yield record
        offset = following


def _following(file: BinaryIO, end: int, size: int) -> int | None:
    """The offset of the record after a block, or the end of the file; None if something else follows the block."""
    if end > size:
        return None
    file.seek(end)
    piece = file.read(_MAX_BLANK_BYTES)
    behind = piece.lstrip(_BLANK)
    ends = not behind and len(piece) < _MAX_BLANK_BYTES
    return end + len(piece) - len(behind) if ends or behind.startswith(_SIGN) else None


def _find_plain(file: BinaryIO, offset: int) -> int | None:
    """The first offset, from `offset` on, of a line that looks like the first line of a record."""
    # A line begins after the byte before it; at the start of the file there is none.
    start = max(offset - 1, 0)
    return next(
        (
            place
            for match, base in _matches(file, start, _VERSION_LINE)
            if (place := base + match.start() + 1) >= offset
        ),
        None,
    )


def _matches(file: BinaryIO, offset: int, pattern: "re.Pattern[bytes]") -> Iterator[tuple["re.Match[bytes]", int]]:
    """The matches of a short pattern from `offset` on, each with the offset of the bytes that were searched.

    The same match may be yielded twice.
    """
    tail, base, wanted = b"", offset, 4096
    while True:
        file.seek(base + len(tail))
        piece = file.read(wanted)
        window = tail + piece
        # At the start of the file, a line begins. Elsewhere the byte before the window was in the window before.
        for match in pattern.finditer((b"." if base else b"\n") + window):
            yield match, base - 1
        if not piece:
            return
        tail = window[-_LONGEST_SIGN:]
        base += len(window) - len(tail)
        wanted = min(2 * wanted, 1 << 20)


# Packed files: one or more records in each of several gzip members.


def _packed_records(file: BinaryIO, offset: int) -> Iterator[Record | DamagedPlace]:
    size = file.seek(0, io.SEEK_END)
    spare = 2 * size + _SPARE_BYTES  # bytes that may be read again behind damaged places
    members = _Members(file, offset)
    while True:
        try:
            if not members.skip_to_record():
                return
            place = members.member
            head = _record_head(members)
        except _Broken as error:
            yield DamagedPlace(members.member, str(error))
        else:
            if isinstance(head, str):
                yield DamagedPlace(place, members.doubt(head))
                continue
            headers, length = head
            record = Record(place, headers, length, members.doubtful != place)
            record._read, record._left, record._check_end = members.read, length, members.check_end
            yield record
            record.finish()
            if not members.broken:
                continue
        following = _find_packed(file, members.member + 1)
        if following is None:
            return
        spare -= max(0, members.reached - following)
        if spare < 0:
            yield DamagedPlace(following, encode_reason(Code.WARC_TOO_DAMAGED))
            return
        members = _Members(file, following)


class _Members(BufferedLines):
    """The unpacked bytes of gzip members. No line continues in the next member.

    `member`: offset of the member that has the next byte; `reached`: offset up to which the file was read. `in_doubt`:
    the next bytes may be in the middle of a record; `doubtful`: the last member of which this was so.
    """

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file, self.member, self.reached = file, offset, offset
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._packed, self._at = b"", 0
        self.broken = self.in_doubt = False
        self.doubtful = -1

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end of the file."""
        if not self._has_bytes():
            return b""
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def skip_to_record(self) -> bool:
        """Skips blank lines, and if `in_doubt` all lines that are not the first line of a record; False at the end."""
        while self._has_bytes():
            if self.in_doubt:
                self._skip_to_sign()
            else:
                self._held = self._held.lstrip(_BLANK)
            if self._held:
                self.in_doubt = False
                return True
        return False

    def check_end(self) -> str:
        """Why a record does not end here: its member is broken, or no record follows."""
        try:
            while self._held or not self._inflater.eof:
                if not self._held:
                    self._fill()
                self._held = self._held.lstrip(_BLANK)
                if len(self._held) >= len(_SIGN) or (self._held and self._inflater.eof):
                    return "" if self._held.startswith(_SIGN) else self.doubt(encode_reason(Code.WARC_NOT_FOLLOWED))
                if self._held:
                    begun, self._held = self._held, b""
                    self._fill()
                    self._held = begun + self._held
        except _Broken as error:
            return str(error)
        return ""

    def doubt(self, reason: str) -> str:
        """Sets `in_doubt` for the rest of this member; returns `reason`."""
        self.in_doubt, self.doubtful = True, self.member
        return reason

    def _has_bytes(self, *, within_line: bool = False) -> bool:
        while not self._held:
            if self._inflater.eof and (within_line or not self._next_member()):
                return False
            self._fill()
        return True

    def _skip_to_sign(self) -> None:
        """Skips to the first line that looks like the first line of a record, at most to the end of the member."""
        # The current line may have begun earlier, so it does not count; a following member begins with a new line.
        tail = b"." if self.member == self.doubtful else b"\n"
        while self._held or not self._inflater.eof:
            if not self._held:
                self._fill()
            window = tail + self._held
            if match := _VERSION_LINE.search(window):
                self._held = window[match.start() + 1 :]
                return
            tail, self._held = window[-_LONGEST_SIGN:], b""

    def _next_member(self) -> bool:
        """Begins the next member; False at the end of the file. Raises `_Broken` for bytes that are no member."""
        self._packed, self._at = self._packed[self._at :], 0
        if len(self._packed) < len(GZIP):
            self._packed += self._file_piece()
        if not self._packed.strip(b"\0"):
            return False
        self.member = self.reached - len(self._packed)
        if not self._packed.startswith(GZIP):
            raise self._error(encode_reason(Code.WARC_NO_RECORD))
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def _fill(self) -> None:
        if self._at == len(self._packed):
            self._packed, self._at = self._file_piece(), 0
        piece = self._packed[self._at : self._at + _PACKED_BYTES]
        if not piece:
            raise self._error(encode_reason(Code.WARC_GZIP_CUT))
        try:
            self._held = self._inflater.decompress(piece, _PIECE_BYTES)
        except zlib.error as error:
            raise self._error(encode_reason(Code.WARC_GZIP_BROKEN, error=error)) from error
        self._at += len(piece) - len(self._inflater.unconsumed_tail) - len(self._inflater.unused_data)

    def _file_piece(self) -> bytes:
        self._file.seek(self.reached)
        piece = self._file.read(_PIECE_BYTES)
        self.reached += len(piece)
        return piece

    def _error(self, reason: str) -> _Broken:
        self.broken = True
        return _Broken(reason)


def _find_packed(file: BinaryIO, offset: int) -> int | None:
    """The first offset, from `offset` on, of a gzip member that holds a record."""
    for match, base in _matches(file, offset, _MEMBER):
        place = base + match.start()
        file.seek(place)
        try:
            begins = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(file.read(4096), 5)
        except zlib.error:
            continue
        if begins == b"WARC/":
            return place
    return None
