"""Acts of archivists other than corrections: reviews, collections, notes, links of citations. Acts are numbered without
gaps.

An act is written to the bucket (`acts/<12 digits>.jsonl.gz`) under the lock that numbers acts, as the last step before
the commit, like the journal of changes (`etl.archive.records.change_feed`), so a rebuild can restore it. Both here and
in a rebuild, its rows are written from its line alone.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.records.citation_keys import citation_keys
from etl.archive.storage.archive import Archive
from etl.archive.storage.consistency import ACT_LOG, current_transaction, require_no_rebuild, require_replaceable
from etl.archive.storage.database import lock_acts
from etl.archive.storage.layout import act_key
from etl.archive.storage.log_lines import (
    ActKind,
    ActLine,
    CollectionRow,
    LinkRow,
    MembershipPart,
    NoteRow,
    ReviewRow,
    Transaction,
)
from etl.archive.storage.log_object import log_bytes
from etl.archive.storage.log_registry import chain_logs, keep_replacing
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Act, CitationLink, Collection, CollectionMember, Note, Review

ActContent = ReviewRow | CollectionRow | MembershipPart | NoteRow | LinkRow
"""The content of an act: the part of its line that says what was done."""
_KINDS: dict[type[ActContent], ActKind] = {
    ReviewRow: "review",
    CollectionRow: "collection",
    MembershipPart: "membership",
    NoteRow: "note",
    LinkRow: "link",
}


def keep_act(archive: Archive, by: str, decide: Callable[[Connection, int], ActContent | None]) -> int | None:
    """Writes an act of the person `by`; returns its number, or None if there is nothing to do.

    `decide` gets the number that the act will have and returns its content, or None if there is nothing to do. It is
    called under the lock of acts, so no other act is written meanwhile. Raises `StoreError` and `DatabaseBehindBucket`.
    """
    with archive.engine.connect() as connection:
        lock_acts(connection)
        require_no_rebuild(connection)
        first = (connection.scalar(select(func.max(Act.seq))) or 0) + 1
        writer = current_transaction(connection)
        lines = _older_reviews(connection, first, writer)
        number = first + len(lines)
        deed = decide(connection, number)
        if deed is None:
            return None
        lines.append(_line(number, deed, by, connection.scalars(select(func.now())).one(), writer))
        for line in lines:
            write_act(connection, line)
        look = partial(require_replaceable, connection, archive.store, ACT_LOG, first)
        keep_replacing(connection, archive.store, act_key(first), log_bytes(lines), look)
        connection.commit()
    chain_logs(archive)
    return number


def _older_reviews(connection: Connection, first: int, writer: Transaction) -> list[ActLine]:
    """Lines for reviews that are older than the journal of acts: they are written together with the next act."""
    unwritten = select(*Review.__table__.columns).where(Review.act.is_(None)).order_by(Review.id)
    return [
        _line(seq, ReviewRow.from_row(row), row["reviewed_by"], row["reviewed_at"], writer)
        for seq, row in enumerate(connection.execute(unwritten).mappings(), first)
    ]


def _line(seq: int, deed: ActContent, by: str, at: datetime, writer: Transaction) -> ActLine:
    kind = _KINDS[type(deed)]
    return ActLine(seq, kind, by, at, writer, **{kind: deed})  # type: ignore[arg-type]


def write_act(connection: Connection, line: ActLine) -> None:
    """Writes the rows of an act."""
    connection.execute(insert(Act).values(seq=line.seq, kind=line.kind, by=line.by, at=line.at))
    if line.review:
        _write_review(connection, line, line.review)
    if line.collection:
        connection.execute(insert(Collection).values(**line.collection.row(), act=line.seq))
    if line.membership:
        _write_membership(connection, line.seq, line.membership)
    if line.note:
        connection.execute(insert(Note).values(**line.note.row(), act=line.seq))
    if line.link:
        keys = citation_keys(line.link.number, line.link.title)
        connection.execute(insert(CitationLink).values(**line.link.row(), **keys, act=line.seq))


def _write_review(connection: Connection, line: ActLine, review: ReviewRow) -> None:
    row = review.row() | {"reviewed_by": line.by, "reviewed_at": line.at, "act": line.seq}
    upsert = insert(Review).values(row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={"act": line.seq}))


def _write_membership(connection: Connection, seq: int, part: MembershipPart) -> None:
    if part.added:
        rows = [{"collection_id": part.collection_id, "record_id": record, "added": seq} for record in part.added]
        connection.execute(insert(CollectionMember), rows)
    if part.removed:
        member = CollectionMember
        taken_out = (
            member.collection_id == part.collection_id,
            among(member.record_id, part.removed),
            member.removed.is_(None),
        )
        connection.execute(update(member).where(*taken_out).values(removed=seq))
