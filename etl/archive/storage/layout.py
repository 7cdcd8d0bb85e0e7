"""The layout of the bucket: prefixes, forms of keys, and how backup, garbage collection and rebuild treat them.

`docs/bucket.md` describes what each object holds. A new prefix needs an entry in `LAYOUT`, a row in that page and,
unless garbage collection leaves it alone, a query in `_KNOWN` of `etl/archive/preservation/garbage.py`.
`tests/archive/test_bucket.py` compares these; `tests/test_house.py` refuses a prefix that is written anywhere else.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

STAMPS = "stamps/"
"""Time stamps of an authority (RFC 3161) over daily roots."""
ROOTS = "roots/"
"""Daily roots: each is the root of a Merkle tree over the logs that the chain named on a day."""
CHAIN = "chain/"
"""The chain of logs: each link names the digests of logs written since the link before it, and that link's own."""
ACTS = "acts/"
"""Journal of the acts of archivists: an object holds those of one transaction."""
CHANGES = "changes/"
"""Journal of the change feed: an object holds the events of one transaction."""
READINGS = "files/"
"""Readings of files: one object for the same bytes."""
FIXITY = "fixity/"
"""Fixity events: blobs and logs that were found damaged, or whole again."""
CAPTURES = "captures/"
"""Capture logs: an object holds the attempts of one commit."""
RUNS = "runs/"
"""Run logs: source file, report, and the outcome of each page."""
REMOVALS = "garbage/"
"""Lists of objects that garbage collection removed."""
EXPORTS = "exports/"
"""The change feed as Parquet; it can be made again from the database."""
CHANGES_EXPORT = f"{EXPORTS}changes/"
BLOBS = "blobs/"
"""Bytes as received after transfer decoding, by SHA-256."""

RebuildStep = Literal["runs", "captures", "fixity", "files", "changes", "acts"]
UnreferencedKind = Literal["blob", "reading", "temporary", "unadopted", "ahead", "foreign"]


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The objects of one prefix.

    `pattern`: matches a whole key; group 1 is the id to look up in the database. `unreferenced_as`: the kind that
    garbage collection gives to an object that the database does not know; None exempts the prefix. `rebuild_step`: the
    step of a rebuild that reads the prefix; None if a rebuild does not need it.

    `write_once`: these logs are never rewritten, so other bytes under the same key are damage or come from a failed
    transaction; a backup then keeps its older copy beside the new one. Blobs and lists of removed objects are never
    rewritten either, but need no older copy: a blob is verified by the hash in its key, and the key of a list is the
    time at which it was written.
    """

    prefix: str
    pattern: re.Pattern[str]
    unreferenced_as: UnreferencedKind | None
    rebuild_step: RebuildStep | None
    write_once: bool = False


_RUN_LOG = re.compile(r"runs/(?:0*(?=\d+-)|.+/.+-(?=\d+\.))(\d{1,18})(?:-[^/]+)?\.jsonl\.gz")
LAYOUT = (
    KeyForm(STAMPS, re.compile(r"(stamps/\d{4}-\d\d-\d\d\.jsonl\.gz)"), "ahead", None, write_once=True),
    KeyForm(ROOTS, re.compile(r"(roots/\d{4}-\d\d-\d\d\.jsonl\.gz)"), "ahead", None, write_once=True),
    KeyForm(CHAIN, re.compile(r"chain/0*(\d{1,18})\.jsonl\.gz"), "ahead", None, write_once=True),
    KeyForm(ACTS, re.compile(r"acts/0*(\d{1,18})\.jsonl\.gz"), "ahead", "acts", write_once=True),
    KeyForm(CHANGES, re.compile(r"changes/0*(\d{1,18})\.jsonl\.gz"), "ahead", "changes", write_once=True),
    KeyForm(READINGS, re.compile(r"files/../../([0-9a-f]{64})\.jsonl\.gz"), "reading", "files"),
    KeyForm(FIXITY, re.compile(r"fixity/.+-(\d{1,18})\.jsonl\.gz"), "ahead", "fixity"),
    KeyForm(CAPTURES, re.compile(r"(captures/.+-\d{1,18}\.jsonl\.gz)"), "unadopted", "captures", write_once=True),
    KeyForm(RUNS, _RUN_LOG, "ahead", "runs"),
    KeyForm(REMOVALS, re.compile(r"(garbage/.+\.jsonl\.gz)"), None, None),
    KeyForm(EXPORTS, re.compile(r"(exports/.+)"), None, None),
    KeyForm(BLOBS, re.compile(r"blobs/sha256/../../([0-9a-f]{64})"), "blob", None),
)
"""Every prefix, in the order of a backup: logs are copied before the blobs that they refer to, so no copied log misses
a blob, even if crawls are running."""
LOGS = tuple(form for form in LAYOUT if form.prefix not in (EXPORTS, BLOBS))
"""The prefixes of logs: their objects have a row in `archive.log_object`, and a fixity audit reads them."""
REWRITTEN = (RUNS, READINGS)
"""Prefixes of logs that are written again under the same key."""
REBUILD_ORDER: tuple[RebuildStep, ...] = ("runs", "captures", "fixity", "files", "changes", "acts")
PROBE = ".probe"
"""An object that is written to test a storage server, and then removed, and the beginning of the names of several; one
that is left over is garbage."""


def is_log_key(key: str) -> bool:
    """Whether a log of this archive may have that key."""
    return any(form.pattern.fullmatch(key) for form in LOGS if key.startswith(form.prefix))


def blob_key(digest: str) -> str:
    """`blobs/sha256/ab/cd/<sha256>`."""
    return f"{BLOBS}sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def reading_key(digest: str) -> str:
    """`files/ab/cd/<sha256>.jsonl.gz`."""
    return f"{READINGS}{digest[:2]}/{digest[2:4]}/{digest}.jsonl.gz"


def chain_key(link: int) -> str:
    """`chain/<12 digits>.jsonl.gz`: a link of the chain of logs."""
    return f"{CHAIN}{link:012}.jsonl.gz"


def root_key(day: date) -> str:
    """`roots/<day>.jsonl.gz`: the root of that day, in China's time."""
    return f"{ROOTS}{day}.jsonl.gz"


def stamp_key(day: date) -> str:
    """`stamps/<day>.jsonl.gz`: the time stamp over the root of that day."""
    return f"{STAMPS}{day}.jsonl.gz"


def day_in(key: str) -> date:
    """The day in the key of a root or of its time stamp."""
    return date.fromisoformat(key.partition("/")[2].partition(".")[0])


def number_in(key: str) -> int:
    """The number in the key of a journal object or a link of the chain."""
    return int(key.rpartition("/")[2].partition(".")[0])


def journal_key(first: int) -> str:
    """`changes/<12 digits>.jsonl.gz`: the events of the transaction that numbered them from `first`."""
    return f"{CHANGES}{first:012}.jsonl.gz"


def act_key(first: int) -> str:
    """`acts/<12 digits>.jsonl.gz`: the acts of the transaction that numbered them from `first`."""
    return f"{ACTS}{first:012}.jsonl.gz"


def capture_log_prefix(source_id: str, run_started_at: datetime, run_id: int, label: str) -> str:
    """`captures/<source>/<day>/<time>-<run>-<label>-`: the beginning of the keys of a batch's capture logs."""
    return f"{CAPTURES}{source_id}/{run_started_at:%Y-%m-%d/%H%M%S%f}-{run_id}-{label}-"


def first_capture(key: str) -> int:
    """The number of a capture log's first capture, at the end of its key."""
    return int(key.rpartition("-")[2].partition(".")[0])


def capture_log_source(key: str) -> str:
    """The id of the source of a capture log."""
    return key.split("/")[1]


def run_log_key(run_id: int, source_id: str, started_at: datetime) -> str:
    """`runs/<12 digits>-<source>-<time>.jsonl.gz`.

    The number comes first, so that one listing finds all later runs. The time tells runs of the same number apart, if
    the database was emptied and began to count again.
    """
    return f"{RUNS}{run_id:012}-{source_id}-{started_at:%Y%m%dT%H%M%S%f}.jsonl.gz"


def run_number(key: str) -> int:
    """The run number in the key of a run log; also reads the old form `runs/<source>/<day>/<time>-<run>.jsonl.gz`."""
    match = _RUN_LOG.fullmatch(key)
    assert match, f"{key}: checked by `is_log_key`"
    return int(match[1])


def fixity_key(at: datetime, first_event: int) -> str:
    """`fixity/<day>/<time>-<first event>.jsonl.gz`."""
    return f"{FIXITY}{at:%Y-%m-%d/%H%M%S%f}-{first_event}.jsonl.gz"


def removal_key(at: datetime) -> str:
    """`garbage/<day>/<time>.jsonl.gz`."""
    return f"{REMOVALS}{at:%Y-%m-%d/%H%M%S%f}.jsonl.gz"
