"""The queue of what awaits a person's look, one thing at a time: what is doubted, its evidence, the page beside it."""

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
"""Characters of a text that are shown with it."""
SENTENCE_CHARS = 80
"""Characters on both sides of a citation."""


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document that `records` records cite and the archive has not; as what, and where in the latest of them: the
    text `before` and `after` the `words` that name it."""

    title: str | None
    number: str | None
    records: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class ReviewedThing:
    """What is looked at. `subject`: the doubted flag, "" for other issues; `field`: that which the flag is about, with
    its evidence. `words` and `label`: the chosen evidence, to be marked on the page. `similar` and `attachments` as far
    as the issue is about them, `missing` of a document that is cited and not here."""

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
    """How much awaits a look; None where it is looked for one by one."""

    issue: Issue
    number: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`thing`: what is looked at now, None at the end; `here`: its place, to go on from. `looked_to`: where the search
    for it was given up, to be continued. `notes`: what people found right last. `link`: which
    record a missing document may be. `token`: for whoever may say so."""

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
    counted: Sequence[Gap] = (),
    at: QueuePosition | None = None,
    find: str = "",
) -> ReviewPage:
    """What stands behind that place of the queue. `counted`: what is cited and missing, where the queue is of that;
    then `at` is the document that is shown, whatever stands before it, and `find` which record it may be."""
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
    """Those of which nobody has said yet that the archive need not have them."""
    settled = settled_gaps(connection) | linked_gaps(connection)
    return [gap for gap in counted if gap.name not in settled]


def _behind(open_gaps: Sequence[Gap], counted: Sequence[Gap], after: QueuePosition | None) -> Gap | None:
    """The first that is open behind that place; all places are those of `counted`, settled or not."""
    places = {gap.name: place for place, gap in enumerate(counted)}
    here = places.get(after.subject, -1) if after else -1
    return next((gap for gap in open_gaps if places[gap.name] > here), None)


def _with_missing(connection: Connection, thing: ReviewedThing, gap: Gap) -> ReviewedThing:
    """With the document, and the place at which the record names it."""
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
