"""A note on a record: the form that writes or changes it."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from etl.archive.records.notes import MAX_NOTE, NoteVersion, notes_of
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Record, RecordVersion

NoteProblem = Literal["", "note_empty", "note_long", "note_moved"]


@dataclass(frozen=True, slots=True)
class NotePage:
    """The form of a note. `note`: its id, None for a new one. `versions`: its versions, the last first. `text`: the
    submitted or current text. `problem`, a key of `FORM_PROBLEMS`, says why the form was refused."""

    record: int
    title: str
    note: int | None
    versions: tuple[NoteVersion, ...]
    token: str
    text: str
    problem: NoteProblem = ""
    longest: int = MAX_NOTE


def note_page(connection: Connection, record: int, note: int | None, token: str) -> NotePage | None:
    """The form for a note; None if there is no such record or note."""
    current = select(RecordVersion.title).join(Record, is_current(Record, RecordVersion)).where(Record.id == record)
    title = connection.scalar(current)
    if title is None:
        return None
    if note is None:
        return NotePage(record, title, None, (), token, "")
    shown = next((each for each in notes_of(connection, [record]).get(record, ()) if each.id == note), None)
    return NotePage(record, title, note, shown.versions, token, shown.now.text) if shown else None
