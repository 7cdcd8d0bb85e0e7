"""Inspects the records of a source, or of the whole archive, and reports the results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.preservation.time_stamps import last_stamped_link
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, Store, StoreError
from etl.archive.storage.layout import blob_key
from etl.archive.storage.lookups import require_source, snapshot
from etl.inspection.checks import CHECKS, FIELDS, FIXITY, FORMATS, READ, Property, Weight
from etl.inspection.clamd import ClamdError, TooLong, scan
from etl.progress import Counter, ProgressCallback
from etl.settings import Settings

NAMED = 20
"""Maximum number of failing items that are named for each check."""


@dataclass(frozen=True, slots=True)
class Failing:
    """An item that fails a check, and why."""

    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a check: the numbers of inspected and of failed items, and the first failed ones. If `inspected` is
    None, the check was not made; `note` says why."""

    name: str
    property: Property
    weight: Weight
    chinese: str
    english: str
    inspected: int | None
    failed: int
    first: Sequence[Failing]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FixityState:
    """The fixity of the records' blobs: their number and bytes; `oldest`: the oldest time of a last check; `in_time`:
    number of blobs that were checked within `days` days."""

    blobs: int
    bytes: int
    oldest: datetime | None
    in_time: int
    days: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A report. `fields`: by source, the records that have each field; `formats`: files by media type."""

    at: datetime
    source: str | None
    results: Sequence[Result]
    fixity: FixityState
    fields: Sequence[Mapping[str, Any]]
    formats: Sequence[Mapping[str, Any]]

    @property
    def faults(self) -> int:
        """The number of failed checks whose failure is a fault."""
        return sum(result.failed > 0 and result.weight == "fault" for result in self.results)


def inspect(
    archive: Archive, settings: Settings, source: str | None, *, read: bool, progress: ProgressCallback
) -> Inspection:
    """Makes all checks. With `read`, bytes are read and hashed now, and scanned by clamd if the settings name one.

    Raises `GongkaiError` for an unknown source, `ClamdError` if clamd cannot be reached, `StoreError` if the storage is
    down.
    """
    with snapshot(archive) as connection:
        if source:
            require_source(connection, source)
        values = {"source": source, "stamped": last_stamped_link(connection, archive.store)}
        results = list(_check_rows(connection, values))
        days = {"days": settings.fixity_days}
        row = connection.execute(FIXITY, values | days).one()
        fixity = FixityState(row.blobs, row.bytes, row.oldest, row.in_time, settings.fixity_days)
        fields, formats = (list(map(dict, connection.execute(query, values).mappings())) for query in (FIELDS, FORMATS))
        blobs = list(connection.execute(READ, values)) if read else []
    results += _check_bytes(archive.store, settings.clamd, blobs, read, progress)
    return Inspection(datetime.now(UTC), source, results, fixity, fields, formats)


def _check_rows(connection: Connection, values: Mapping[str, Any]) -> Iterator[Result]:
    for check in CHECKS:
        failed = connection.scalar(text(f"SELECT count(*) FROM ({check.failing}) AS failing"), values) or 0
        first = connection.execute(text(f"{check.failing} LIMIT {NAMED}"), values) if failed else ()
        inspected = connection.scalar(check.inspected, values) or 0
        yield Result(
            check.name,
            check.property,
            check.weight,
            check.chinese,
            check.english,
            inspected,
            failed,
            [Failing(row.subject, str(row.why)) for row in first],
        )


def _check_bytes(
    store: Store, clamd: str | None, blobs: Sequence[Any], read: bool, progress: ProgressCallback
) -> Iterator[Result]:
    changed: list[Failing] = []
    infected: list[Failing] = []
    scanned = 0
    count = Counter("reading blobs", len(blobs), progress)
    for blob in blobs:
        subject = f"blob {blob.sha256}, record {blob.record}"
        try:
            if (digest := store.digest(blob_key(blob.sha256))[0]) != blob.sha256:
                changed.append(Failing(subject, f"mismatch: its bytes hash to {digest}"))
            if clamd:
                scanned += 1
                try:
                    virus = scan(clamd, store.stream(blob_key(blob.sha256)))
                except TooLong:
                    virus = "not scanned: longer than StreamMaxLength of clamd"
                infected += [Failing(subject, virus)] if virus else []
        except MissingObject:
            changed.append(Failing(subject, "missing"))
        except ClamdError:
            raise
        except StoreError as error:
            store.check()  # raises if not only this object cannot be read
            changed.append(Failing(subject, f"mismatch: {error.args[0]}"))
        count.add()
    unread = "" if read else "not read: use --read"
    yield Result(
        "read",
        "authenticity",
        "fault",
        "现在重新读取的字节与摘要一致",
        "bytes that were read now have their digest",
        len(blobs) if read else None,
        len(changed),
        changed[:NAMED],
        unread,
    )
    yield Result(
        "viruses",
        "safety",
        "fault",
        "病毒扫描（clamd）",
        "no virus was found (clamd)",
        scanned if read and clamd else None,
        len(infected),
        infected[:NAMED],
        unread or ("" if clamd else "no clamd is set: GONGKAI_CLAMD"),
    )
