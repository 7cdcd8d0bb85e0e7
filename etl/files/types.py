"""The result of reading an attachment, its limits and its failures."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from etl.outside import Outside

READER = "9"
"""Version of the reader. Raise it whenever the same bytes may give another reading."""


class FileOutcome(StrEnum):
    """The outcome of reading a file. docs/outcomes.md says what to do about each."""

    READ = "read"
    SCAN = "scan"
    NO_TEXT = "no_text"
    EMPTY = "empty"
    NOT_A_FILE = "not_a_file"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Member(Outside):
    """A file inside an archive. `path` includes nested archives: `outer.zip/inner/name.doc`; `size` in bytes."""

    TEXTS = frozenset({"reason"})
    path: str
    media_type: str
    outcome: FileOutcome
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class FileReading(Outside):
    """A file's text. Each line of `text` is a paragraph or a table row, its cells separated by ` | `.

    `pages`: number of pages, slides or sheets; None if the format has none. `method`: how the text was read (`pdf`,
    `word`, `ocr`, …), empty if it was not. Archives, and documents with files inside, have `members`, and
    `== path ==` before the text of each.
    """

    TEXTS = frozenset({"text", "reason"})
    media_type: str
    outcome: FileOutcome
    reason: str = ""
    text: str = ""
    pages: int | None = None
    method: str = ""
    members: tuple[Member, ...] = ()


class Shown(NamedTuple):
    """The visible text of a document. `struck`: whether struck words, although visible, were left out."""

    text: str
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one file; a file that exceeds them ends as `too_large` or `too_slow`.

    `bytes`: as received. `unpacked`: bytes of all members, including nested archives. `ratio`: of the two. `members`
    and `depth`: of nested archives. `characters`: of the text. `memory`: of the process, in bytes.
    """

    bytes: int = 100 * 2**20
    unpacked: int = 400 * 2**20
    ratio: int = 200
    members: int = 2000
    depth: int = 3
    pages: int = 3000
    characters: int = 20_000_000
    seconds: float = 60
    memory: int = 2 * 2**30


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Limits for one scan. `seconds` are for one page; the first also loads the models (1–3 s)."""

    bytes: int = 100 * 2**20
    pages: int = 200
    seconds: float = 60
    pixels: int = 100_000_000
    memory: int = 4 * 2**30


class Unreadable(Exception):
    """Raised for a file that cannot be read, with its outcome and reason. Caught within `etl.files`."""

    def __init__(self, outcome: FileOutcome, reason: str) -> None:
        super().__init__(outcome, reason)
        self.outcome, self.reason = outcome, reason
