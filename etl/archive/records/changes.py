"""Changes of records: new versions, without those that are only a counter's next number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from etl.archive.records.versions import CapturedText, differ_in_numbers, is_same_document
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.lookups import among, is_current, texts_of
from etl.archive.storage.models import Capture, Record, RecordVersion
from etl.clock import CHINA
from etl.extract import Flag


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The current version of a page's record."""

    record: int
    version: int
    values: VersionValues

    @property
    def capture_id(self) -> int:
        return self.values.capture_id


@dataclass(frozen=True, slots=True)
class Change:
    """A new version: its values, its text and the bands of the text; `before`: the previous version, if any."""

    page_id: int
    values: VersionValues
    text: str
    bands: Sequence[int]
    before: CurrentVersion | None


def lasting_changes(connection: Connection, changes: Sequence[Change]) -> list[Change]:
    """The changes, without those that differ only in counters, clocks and tokens.

    A record of which only numbers differ for the second time has the flag `numbers_change`: they may be a counter in
    words that no rule knows.
    """
    versions = [change.before.values for change in changes if change.before]
    if not versions:
        return list(changes)
    texts = texts_of(connection, {version.content_hash for version in versions})
    captures = {version.capture_id for version in versions} | {change.values.capture_id for change in changes}
    query = select(Capture.id, Capture.fetched_at).where(among(Capture.id, captures))
    days = {row.id: row.fetched_at.astimezone(CHINA).date() for row in connection.execute(query)}
    remaining: list[Change] = []
    in_numbers: list[Change] = []
    for change in changes:
        if before := change.before:
            first = CapturedText(texts[before.values.content_hash], days[before.capture_id])
            second = CapturedText(change.text, days[change.values.capture_id])
            if is_same_document(before.values, first, change.values, second):
                continue
            if differ_in_numbers(before.values, first.text, change.values, second.text):
                in_numbers.append(change)
                continue
        remaining.append(change)
    return [*remaining, *_with_flag(connection, in_numbers, texts)] if in_numbers else remaining


def _with_flag(connection: Connection, changes: Sequence[Change], texts: Mapping[str, str]) -> list[Change]:
    """Changes in numbers only, with a flag where the change before was one too."""
    earlier = _earlier_versions(connection, changes)
    older_texts = texts_of(connection, {version.content_hash for version in earlier.values()})
    flagged: list[Change] = []
    for change in changes:
        assert change.before is not None, "a change of numbers has a version before it"
        values, older = change.before.values, earlier.get(change.before.record)
        if Flag.NUMBERS_CHANGE in values.flags or (
            older and differ_in_numbers(older, older_texts[older.content_hash], values, texts[values.content_hash])
        ):
            flags = [*change.values.flags, Flag.NUMBERS_CHANGE.value]
            change = replace(change, values=replace(change.values, flags=flags))
        flagged.append(change)
    return flagged


def _earlier_versions(connection: Connection, changes: Sequence[Change]) -> dict[int, VersionValues]:
    """The versions before the current ones, by record, where the site made the current one, not a person or a rule."""
    now = aliased(RecordVersion)
    query = (
        select(*RecordVersion.__table__.columns)
        .join(Record, (Record.id == RecordVersion.record_id) & (Record.version - 1 == RecordVersion.version))
        .join(now, is_current(Record, now))
    )
    records = [change.before.record for change in changes if change.before]
    rows = connection.execute(query.where(among(Record.id, records), now.kind == "updated"))
    return {row["record_id"]: VersionValues.from_row(row) for row in rows.mappings()}
