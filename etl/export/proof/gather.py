"""Gathers the parts of a proof of a record or capture: bytes, logs, their paths to daily roots, and the roots up to a
time stamp."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.preservation.daily_roots import entries_of, leaf_entry
from etl.archive.preservation.log_check import check_log
from etl.archive.preservation.time_stamps import response_of
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import READS_AT_ONCE, Store, sha256
from etl.archive.storage.layout import (
    CHANGES,
    ROOTS,
    STAMPS,
    blob_key,
    chain_key,
    day_in,
    journal_key,
    root_key,
    stamp_key,
)
from etl.archive.storage.log_lines import CaptureLine, JournalLine, RootLine, StampLine
from etl.archive.storage.log_object import DamagedLog, parse_log
from etl.archive.storage.lookups import snapshot
from etl.archive.storage.merkle import audit_path, leaf_hash
from etl.errors import GongkaiError

CAPTURE_SAYS = ("capture", "kind", "url", "final_url", "fetched_at", "status", "outcome", "blob", "size")
RECORD_SAYS = ("record", "version", "at", "values.capture_id", "values.content_hash", "values.title")


@dataclass(frozen=True, slots=True)
class Fact:
    """Values in a line of a log, by the path of their keys. `bytes`: the file with the blob that the line names, if
    any."""

    log: str
    line: int
    says: Mapping[str, Any]
    bytes: str | None = None


@dataclass(frozen=True, slots=True)
class ProvenLog:
    """A log with its daily root: its index among the leaves, and the audit path from there, in hexadecimal."""

    key: str
    root: str
    index: int
    path: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProvenStamp:
    """A time stamp over a root: the files with the authority's answer and certificates, its address, and the time."""

    root: str
    response: str
    certificates: str
    authority: str
    at: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The content of `proof.json`, and the bytes of all other files by name."""

    facts: Sequence[Fact]
    logs: Sequence[ProvenLog]
    roots: Sequence[str]
    stamps: Sequence[ProvenStamp]
    files: dict[str, bytes] = field(default_factory=dict)


class NotProvable(GongkaiError):
    """No time stamp covers the logs of the record or capture yet."""


def gather_record(archive: Archive, record: int, version: int | None) -> Proof:
    """The proof of a version of a record, by default the current one, with its page and the files that it links.

    Raises `GongkaiError`, `NotProvable` if no time stamp covers it yet, `DamagedBlob` and `DamagedLog`.
    """
    with snapshot(archive) as connection:
        row = connection.execute(_VERSION, {"record": record, "version": version}).one_or_none()
        if row is None:
            raise GongkaiError(
                f"there is no record {record}" + (f" with a version {version}" if version else ""),
                hint="`gongkai export --format csv --out -` lists records with their numbers",
            )
        captures = connection.scalars(_CAPTURES, {"record": record, "version": row.version}).all()
        journal = connection.scalars(_JOURNAL, {"prefix": f"{CHANGES}%", "key": journal_key(row.change_seq)}).one()
        return _gather(archive, connection, captures, (journal, row.change_seq))


def gather_capture(archive: Archive, capture: int) -> Proof:
    """The proof of a capture. Raises as `gather_record` does."""
    with snapshot(archive) as connection:
        return _gather(archive, connection, [capture], None)


_VERSION = text("""
SELECT v.version, (SELECT min(c.change_seq) FROM archive.change c
                   WHERE c.record_id = v.record_id AND c.version = v.version) AS change_seq
FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id
    AND v.version = coalesce(CAST(:version AS bigint), r.version)
WHERE r.id = :record
""")
# The capture of the page, and for each linked file the first capture with these bytes.
_CAPTURES = text("""
SELECT capture_id FROM archive.record_version WHERE record_id = :record AND version = :version
UNION SELECT (SELECT min(c.id) FROM archive.page p JOIN archive.capture c ON c.page_id = p.id
              WHERE p.source_id = r.source_id AND p.url = a->>'url' AND c.blob_sha256 = a->>'sha256')
FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = :version
CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a WHERE r.id = :record AND a->>'sha256' IS NOT NULL
ORDER BY 1
""")
_JOURNAL = text("""
SELECT key FROM archive.log_object WHERE key LIKE :prefix AND key <= :key AND sha256 IS NOT NULL
ORDER BY key DESC LIMIT 1
""")
_LOG_OF_CAPTURE = text("SELECT log FROM archive.capture WHERE id = :capture")
_WRITTEN = text("SELECT sha256, link FROM archive.log_object WHERE key = :key AND sha256 IS NOT NULL")
_KEYS = text("SELECT key FROM archive.log_object WHERE key LIKE :prefix AND sha256 IS NOT NULL ORDER BY key")


def _gather(
    archive: Archive, connection: Connection, captures: Sequence[int | None], change: tuple[str, int] | None
) -> Proof:
    reading = _Reading(connection, archive.store)
    facts = [_capture_fact(archive, reading, capture) for capture in captures if capture is not None]
    if change:
        key, seq = change
        lines = parse_log(key, reading.log(key), JournalLine)
        number = next(place for place, line in enumerate(lines) if line.seq == seq)
        facts.insert(0, Fact(key, number, _says(lines[number].to_json(), RECORD_SAYS)))
    roots = reading.all_roots()
    logs = [_proven(reading, key, roots) for key in dict.fromkeys(fact.log for fact in facts)]
    first, last = (pick(day_in(log.root) for log in logs) for pick in (min, max))
    stamped = [day_in(key) for key in connection.scalars(_KEYS, {"prefix": f"{STAMPS}%"}) if day_in(key) >= last]
    if not stamped:
        raise NotProvable(
            f"no time stamp covers the logs of {last} yet",
            hint="`gongkai stamp` asks the authority of GONGKAI_STAMP_URL (docs/proofs.md)",
        )
    stamps = [_stamp(reading, day) for day in sorted({min(stamped), max(stamped)})]
    used = [key for key in roots if first <= day_in(key) <= max(stamped)]
    reading.files |= {key: roots[key].body for key in used}
    return Proof(facts, logs, used, stamps, reading.files)


@dataclass(frozen=True, slots=True)
class _Root:
    line: RootLine
    body: bytes


@dataclass(slots=True)
class _Reading:
    """Reads logs and compares them with their digests; `files`: those that become files of the proof."""

    connection: Connection
    store: Store
    files: dict[str, bytes] = field(default_factory=dict)

    def log(self, key: str) -> bytes:
        """The bytes of a log, which is added to `files`. Raises `DamagedLog`."""
        self.files[key] = self.whole(key)
        return self.files[key]

    def whole(self, key: str) -> bytes:
        """The bytes of a log. Raises `DamagedLog` if they are not the ones that were written."""
        body = self.store.read_log_bytes(key)
        if sha256(body) != self.written(key)[0]:
            raise DamagedLog(key, "it has other bytes than those that were written")
        return body

    def written(self, key: str) -> tuple[str | None, int | None]:
        """The digest of a log, and the link that names it."""
        row = self.connection.execute(_WRITTEN, {"key": key}).one_or_none()
        return (row.sha256, row.link) if row else (None, None)

    def all_roots(self) -> dict[str, _Root]:
        """Every root by its key, in their order."""
        keys = list(self.connection.scalars(_KEYS, {"prefix": f"{ROOTS}%"}))
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            bodies = list(pool.map(self.store.read_log_bytes, keys))
        return {key: _Root(check_log(key, body).roots[0], body) for key, body in zip(keys, bodies, strict=True)}


def _capture_fact(archive: Archive, reading: _Reading, capture: int) -> Fact:
    key = reading.connection.scalar(_LOG_OF_CAPTURE, {"capture": capture})
    if key is None:
        raise GongkaiError(f"there is no capture {capture}", hint="a record's page tells the numbers of its captures")
    lines = parse_log(key, reading.log(key), CaptureLine)
    number = next(place for place, line in enumerate(lines) if line.capture == capture)
    name = None
    if blob := lines[number].blob:
        name = blob_key(blob)
        reading.files[name] = read_blob(archive, blob)
    return Fact(key, number, _says(lines[number].to_json(), CAPTURE_SAYS), name)


def _says(line: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    stated = {}
    for path in paths:
        value: Any = line
        for part in path.split("."):
            value = value[part]
        stated[path] = value
    return stated


def _proven(reading: _Reading, key: str, roots: Mapping[str, _Root]) -> ProvenLog:
    digest, link = reading.written(key)
    within = [name for name, root in roots.items() if link and root.line.first_link <= link <= root.line.last_link]
    if digest is None or not within:
        raise NotProvable(
            f"{key} is in no daily root yet", hint="a day's root is made when the day has ended (`gongkai stamp`)"
        )
    root = roots[within[0]].line
    entries: list[tuple[str, str]] = []
    for number in range(root.first_link, root.last_link + 1):
        body = reading.whole(chain_key(number))
        entries += entries_of(number, sha256(body), check_log(chain_key(number), body).links)
    index = entries.index((digest, key))
    path = audit_path([leaf_hash(leaf_entry(*entry)) for entry in entries], index)
    return ProvenLog(key, within[0], index, [node.hex() for node in path])


def _stamp(reading: _Reading, day: date) -> ProvenStamp:
    key = stamp_key(day)
    [line] = parse_log(key, reading.whole(key), StampLine)
    response, certificates = (key.replace(".jsonl.gz", ending) for ending in (".tsr", ".pem"))
    reading.files |= {response: response_of(line), certificates: line.certificates.encode()}
    at = line.at.isoformat(timespec="seconds")
    return ProvenStamp(root_key(day), response, certificates, line.authority, at)
