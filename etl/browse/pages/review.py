"""The review queue, one item at a time: what is doubtful, its evidence, and the archived page beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection, func, select

from etl.archive.queries.cited import Gap, citations, linked_gaps, settled_gaps
from etl.archive.queries.review import NextPosition, QueuePosition, count_issues, next_issue
from etl.archive.records.near_duplicates import SimilarRecord, similar_to
from etl.archive.records.reviews import Issue, ReviewNote, reviews
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Capture, Content, Page, Record, RecordVersion, Source
from etl.browse.pages.fields import RecordField, corrections_of, fields_of
from etl.browse.pages.file import AttachedFile, attached_files
from etl.browse.pages.linking import LinkForm, link_form
from etl.browse.pages.record_list import SourceChoice, source_choices
from etl.fields import FIELDS

ISSUES: Sequence[Issue] = get_args(Issue)
EXCERPT_CHARS = 400
"""Maximum number of characters of a text that are shown with an item."""
SENTENCE_CHARS = 80
"""Number of characters that are shown on both sides of a citation."""


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document that `records` records cite but the archive does not have, with its title and number. `before`,
    `words` and `after`: the citation in the latest of these records, with the text around it."""

    title: str | None
    number: str | None
    records: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class ReviewedThing:
    """An item to review. `subject`: the doubtful flag, "" for other issues. `field`: the field that the flag is about,
    with its evidence. `words` and `label`: the chosen evidence, to be marked on the page. `similar`, `attachments` and
    `missing` are set only if the issue is about them."""

    record: int
    version: int
    subject: str
    title: str
    url: str
    source_name: str
    capture_id: int
    captured_at: datetime
    field: RecordField | None
    words: str
    label: str
    flags: tuple[str, ...]
    excerpt: str
    characters: int
    attachments: tuple[AttachedFile, ...]
    similar: tuple[SimilarRecord, ...]
    missing: MissingDocument | None = None


@dataclass(frozen=True, slots=True)
class IssueCount:
    """The number of items with an issue; None if they are searched one by one."""

    issue: Issue
    number: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of the review queue. `thing`: the current item, None at the end; `here`: its position. `looked_to`: the
    position at which the search for an item was stopped for lack of time. `notes`: the latest reviews. `link`: the form
    for a missing document. `token`: for users who may review."""

    issue: Issue
    source: str
    counts: tuple[IssueCount, ...]
    sources: tuple[SourceChoice, ...]
    thing: ReviewedThing | None
    here: str | None
    looked_to: str | None
    first: bool
    notes: tuple[ReviewNote, ...]
    link: LinkForm | None = None
    token: str | None = None


def review_page(
    connection: Connection,
    issue: Issue,
    source: str,
    after: QueuePosition | None,
    counted: Sequence[Gap],
    at: QueuePosition | None,
    find: str,
) -> ReviewPage:
    """The item of the queue after the position `after`. For the issue `missing`, `counted`: the gaps; `at`: the
    document to show, wherever it is in the queue; `find`: a search for the record that it may be."""
    open_gaps = _open(connection, counted) if issue == "missing" else None
    gap = _behind(open_gaps, counted, after) if open_gaps else None
    if at:
        gap = next((each for each in counted if each.name == at.subject), gap)
    place = QueuePosition(gap.record, gap.name) if gap else None
    next_place = NextPosition(place) if issue == "missing" else next_issue(connection, issue, source, after)
    thing = _thing(connection, issue, next_place.place) if next_place.place else None
    if thing and gap:
        thing = _with_missing(connection, thing, gap)
    return ReviewPage(
        issue=issue,
        source=source,
        counts=tuple(IssueCount(each, _count(connection, each, source, open_gaps)) for each in ISSUES),
        sources=source_choices(connection),
        thing=thing,
        here=str(next_place.place) if next_place.place else None,
        looked_to=str(next_place.looked_to) if next_place.looked_to else None,
        first=after is None,
        notes=tuple(reviews(connection)),
        link=link_form(connection, gap, find) if thing and gap else None,
    )


def _count(connection: Connection, issue: Issue, source: str, open_gaps: Sequence[Gap] | None) -> int | None:
    if issue == "missing":
        return None if open_gaps is None else len(open_gaps)
    return count_issues(connection, issue, source)


def _open(connection: Connection, counted: Sequence[Gap]) -> list[Gap]:
    """The gaps that nobody has linked or marked as not needed."""
    settled = settled_gaps(connection) | linked_gaps(connection)
    return [gap for gap in counted if gap.name not in settled]


def _behind(open_gaps: Sequence[Gap], counted: Sequence[Gap], after: QueuePosition | None) -> Gap | None:
    """The first open gap after that position. Positions are those in `counted`, which includes settled gaps."""
    places = {gap.name: place for place, gap in enumerate(counted)}
    here = places.get(after.subject, -1) if after else -1
    return next((gap for gap in open_gaps if places[gap.name] > here), None)


def _with_missing(connection: Connection, thing: ReviewedThing, gap: Gap) -> ReviewedThing:
    """The item, with the missing document and the citation of it in the record."""
    rows = citations(connection, gap.record, gap.ordinal - 1, 1)
    sentence = ("", gap.title or gap.number or "", "")
    if rows:
        text = thing.title if rows[0]["part"] == "title" else current_text(connection, gap.record)
        start, end = rows[0]["place"], rows[0]["place"] + rows[0]["length"]
        sentence = (text[max(0, start - SENTENCE_CHARS) : start], text[start:end], text[end : end + SENTENCE_CHARS])
    missing = MissingDocument(gap.title, gap.number, gap.records, *sentence)
    return replace(thing, missing=missing, words=sentence[1][:200])


def current_text(connection: Connection, record: int) -> str:
    """The main text of a record's current version."""
    query = select(Content.text).join(Record, Record.content_hash == Content.hash).where(Record.id == record)
    return connection.scalars(query).one()


def _thing(connection: Connection, issue: Issue, place: QueuePosition) -> ReviewedThing:
    row = connection.execute(
        select(
            Record.id,
            Record.version,
            Record.source_id,
            RecordVersion.title,
            Page.url,
            Source.name.label("source_name"),
            RecordVersion.capture_id,
            Capture.fetched_at,
            RecordVersion.fields,
            RecordVersion.flags,
            RecordVersion.attachments,
            func.left(Content.text, EXCERPT_CHARS).label("excerpt"),
            func.char_length(Content.text).label("characters"),
        )
        .join(RecordVersion, is_current(Record, RecordVersion))
        .join(Content, Content.hash == RecordVersion.content_hash)
        .join(Page, Page.id == Record.page_id)
        .join(Source, Source.id == Record.source_id)
        .join(Capture, Capture.id == RecordVersion.capture_id)
        .where(Record.id == place.record)
    ).one()
    fields = fields_of(row.fields, row.version, corrections_of(connection, row.id))
    name = place.subject.partition(":")[0]
    field = next((field for field in fields if field.name == name), None)
    if field is None and name in FIELDS:
        field = RecordField(name, None, None, None, None, ())
    shown = next((item for item in field.evidence if item.chosen), None) if field else None
    return ReviewedThing(
        record=row.id,
        version=row.version,
        subject=place.subject,
        title=row.title,
        url=row.url,
        source_name=row.source_name,
        capture_id=row.capture_id,
        captured_at=row.fetched_at,
        field=field,
        words=shown.raw[:200] if shown else "",
        label=shown.label[:60] if shown else "",
        flags=tuple(row.flags),
        excerpt=row.excerpt,
        characters=row.characters,
        attachments=attached_files(connection, row.source_id, row.attachments) if issue == "no_text" else (),
        similar=similar_to(connection, row.id) if issue == "similar" else (),
    )
