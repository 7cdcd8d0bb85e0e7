"""The layout of the bucket: every prefix, the form of its keys, and what backup, garbage and rebuild do with them.

`docs/bucket.md` describes what each object holds. Whoever adds a prefix adds its place to `LAYOUT`: a test refuses one
that backup, garbage collection or rebuild would not know.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CHANGES = "changes/"
"""Journal of the change feed: the events of one transaction an object."""
READINGS = "files/"
"""Texts of attachments: one object for the same bytes."""
FIXITY = "fixity/"
"""Damage that was found, and its end."""
CAPTURES = "captures/"
"""Capture logs: the attempts of one commit an object."""
RUNS = "runs/"
"""What a run was, what it listed, and how each page ended."""
REMOVALS = "garbage/"
"""Objects that garbage collection removed."""
EXPORTS = "exports/"
"""The change feed as Parquet; made anew from the database at any time."""
CHANGES_EXPORT = f"{EXPORTS}changes/"
BLOBS = "blobs/"
"""Bodies as received, by SHA-256."""

RebuildStep = Literal["runs", "captures", "fixity", "files", "changes"]
UnreferencedKind = Literal["blob", "reading", "temporary", "unadopted", "ahead", "foreign"]


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The objects of one prefix.

    `form` matches a whole key; its group is the name under which the database knows the object. `unnamed` is what an
    object is that the database does not know, and None where garbage collection leaves the prefix alone. `write_once`:
    another object under the same key is damage, or the end of a transaction that died. `rebuild` is the step that
    reads the prefix, and None where a rebuild needs it not.
    """

    prefix: str
    pattern: re.Pattern[str]
    unreferenced_as: UnreferencedKind | None
    rebuild_step: RebuildStep | None
    write_once: bool = False


LAYOUT = (
    KeyForm(CHANGES, re.compile(r"changes/0*(\d{1,18})\.jsonl\.gz"), "ahead", "changes", write_once=True),
    KeyForm(READINGS, re.compile(r"files/../../([0-9a-f]{64})\.jsonl\.gz"), "reading", "files"),
    KeyForm(FIXITY, re.compile(r"fixity/.+-(\d{1,18})\.jsonl\.gz"), "ahead", "fixity"),
    KeyForm(CAPTURES, re.compile(r"(captures/.+-\d{1,18}\.jsonl\.gz)"), "unadopted", "captures", write_once=True),
    KeyForm(RUNS, re.compile(r"runs/0*(\d{1,18})-.+\.jsonl\.gz"), "ahead", "runs"),
    KeyForm(REMOVALS, re.compile(r"(garbage/.+\.jsonl\.gz)"), None, None),
    KeyForm(EXPORTS, re.compile(r"(exports/.+)"), None, None),
    KeyForm(BLOBS, re.compile(r"blobs/sha256/../../([0-9a-f]{64})"), "blob", None),
)
"""Every prefix, in the order of a backup: what tells before what it tells of, so that a copy made while crawls are
under way holds every byte that its logs name."""
REBUILD_ORDER: tuple[RebuildStep, ...] = ("runs", "captures", "fixity", "files", "changes")
PROBE = re.compile(r"(\.probe)")
"""A probe of the local S3 server, left by a start that was interrupted."""


def blob_key(digest: str) -> str:
    """`blobs/sha256/ab/cd/<sha256>`."""
    return f"{BLOBS}sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def reading_key(digest: str) -> str:
    """`files/ab/cd/<sha256>.jsonl.gz`."""
    return f"{READINGS}{digest[:2]}/{digest[2:4]}/{digest}.jsonl.gz"


def journal_key(first: int) -> str:
    """The journal of the events that a transaction numbered from `first`: `changes/<12 digits>.jsonl.gz`."""
    return f"{CHANGES}{first:012}.jsonl.gz"


def capture_log_prefix(source_id: str, run_started_at: datetime, run_id: int, label: str) -> str:
    """What all capture logs of a batch begin with: `captures/<source>/<day>/<time>-<run>-<label>-`."""
    return f"{CAPTURES}{source_id}/{run_started_at:%Y-%m-%d/%H%M%S%f}-{run_id}-{label}-"


def first_capture(key: str) -> int:
    """The number of a capture log's first capture, which ends its name."""
    return int(key.rpartition("-")[2].partition(".")[0])


def capture_log_source(key: str) -> str:
    """The id of the source whose capture log that is."""
    return key.split("/")[1]


def run_log_key(run_id: int, source_id: str, started_at: datetime) -> str:
    """`runs/<12 digits>-<source>-<time>.jsonl.gz`: the number leads, so that one listing finds what comes after a run;
    the time keeps two lives of a database apart."""
    return f"{RUNS}{run_id:012}-{source_id}-{started_at:%Y%m%dT%H%M%S%f}.jsonl.gz"


def run_number(key: str) -> int:
    """The number of the run whose log that is. It once ended the name: `runs/<source>/<day>/<time>-<run>.jsonl.gz`."""
    name = key.removeprefix(RUNS)
    leading = name.partition("-")[0]
    return int(leading if leading.isdigit() else name.rpartition("-")[2].partition(".")[0])


def fixity_key(at: datetime, first_event: int) -> str:
    """`fixity/<day>/<time>-<first event>.jsonl.gz`."""
    return f"{FIXITY}{at:%Y-%m-%d/%H%M%S%f}-{first_event}.jsonl.gz"


def removal_key(at: datetime) -> str:
    """`garbage/<day>/<time>.jsonl.gz`."""
    return f"{REMOVALS}{at:%Y-%m-%d/%H%M%S%f}.jsonl.gz"
