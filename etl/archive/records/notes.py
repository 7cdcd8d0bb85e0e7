"""Notes of archivists on records, in plain text. A change makes a new version; no version is ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from etl.archive.records.acts import keep_act
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import NoteRow
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Act, Note, Record
from etl.archive.storage.statements import Statement, built_once

MAX_NOTE = 4000
"""Maximum length of a note."""


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """A version of a note; an empty text means that it was withdrawn."""

    version: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNote:
    """A note with its versions, the last first."""

    id: int
    record: int
    versions: tuple[NoteVersion, ...]

    @property
    def now(self) -> NoteVersion:
        return self.versions[0]


def write_note(archive: Archive, by: str, record: int, text: str) -> int | None:
    """Writes a note on a record; returns its id, or None if there is no such record. Raises as `keep_act` does.

    If the same person has already written the same note, for example by pressing a button twice, writes nothing.
    """
    noted: int | None = None

    def decide(connection: Connection, number: int) -> NoteRow | None:
        nonlocal noted
        notes = notes_of(connection, [record]).get(record, [])
        noted = next((note.id for note in notes if (note.now.by, note.now.text) == (by, text)), None)
        known = connection.scalar(select(Record.id).where(Record.id == record))
        return None if known is None or noted else NoteRow(number, 1, record, text)

    return keep_act(archive, by, decide) or noted


def change_note(archive: Archive, by: str, record: int, note: int, version: int, text: str) -> bool:
    """Writes a new version of a note if `version` is still its last; returns whether it is. An empty text withdraws the
    note.

    The same text makes no version. Raises as `keep_act` does.
    """
    right = False

    def decide(connection: Connection, _: int) -> NoteRow | None:
        nonlocal right
        query = select(*Note.__table__.columns).where(Note.id == note, Note.record_id == record)
        now = connection.execute(query.order_by(Note.version.desc()).limit(1)).one_or_none()
        right = now is not None and now.version == version
        return NoteRow(note, version + 1, record, text) if now and right and now.text != text else None

    keep_act(archive, by, decide)
    return right


def plain_text(typed: str) -> str:
    """A note in the form in which it is stored: without white space at line ends and empty lines around the text."""
    return "\n".join(line.rstrip() for line in typed.splitlines()).strip("\n")


@built_once
def _versions(records: Any) -> Statement:
    return (
        select(Note.record_id, Note.id, Note.version, Note.text, Act.by, Act.at)
        .join(Act, Act.seq == Note.act)
        .where(among(Note.record_id, records))
        .order_by(Note.id, Note.version.desc())
    )


def notes_of(connection: Connection, records: Sequence[int]) -> dict[int, list[RecordNote]]:
    """The notes on each of the records, in the order in which they were first written."""
    by_record: dict[int, dict[int, list[NoteVersion]]] = {}
    for row in connection.execute(*_versions(records=list(records))):
        versions = by_record.setdefault(row.record_id, {}).setdefault(row.id, [])
        versions.append(NoteVersion(row.version, row.text, row.by, row.at))
    return {
        record: [RecordNote(note, record, tuple(versions)) for note, versions in notes.items()]
        for record, notes in by_record.items()
    }
