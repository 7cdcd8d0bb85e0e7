"""What reading an attachment gives."""

from dataclasses import dataclass
from enum import StrEnum

READER = "3"
"""Version of the reader. It changes whenever unchanged bytes may give another reading."""


class FileOutcome(StrEnum):
    """How reading a file ended. `docs/outcomes.md` says what to do about each."""

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
class Member:
    """A file inside an archive. `path` goes through nested archives: `outer.zip/inner/name.doc`; `size` in bytes."""

    path: str
    media_type: str
    outcome: FileOutcome
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file says. `text` has a paragraph or a table row a line, a row's cells separated by ` | `.

    `pages` is the number of pages, slides or sheets where the format has them. `method` is how the text was read
    (`pdf`, `word`, `ocr`, …), empty where it was not. An archive has `members`, and `== path ==` before their texts.
    """

    media_type: str
    outcome: FileOutcome
    reason: str = ""
    text: str = ""
    pages: int | None = None
    method: str = ""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Beyond them the file has an outcome of its own, and the others go on.

    `bytes` as received and `unpacked` from an archive with all that is packed in it; `ratio` of the two; `depth` of
    archives in archives; `characters` of the text; `memory` of the process in bytes.
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
    """What one scan may cost. `seconds` are for one page, of which the first also loads the models (1–3 s)."""

    bytes: int = 100 * 2**20
    pages: int = 200
    seconds: float = 60
    pixels: int = 100_000_000
    memory: int = 4 * 2**30


class Unreadable(Exception):
    """A file that cannot be read, with the outcome that says why. Never leaves `etl.files`."""

    def __init__(self, outcome: FileOutcome, reason: str) -> None:
        super().__init__(outcome, reason)
        self.outcome, self.reason = outcome, reason
