"""The HTTP API, `/api/v1`: rows of `api_v1` as JSON, paged by keys, with a description for programs (OpenAPI 3.1).

It uses the same queries as the pages. Unknown parameters are refused: a misspelt filter must not select everything.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.openapi.utils import get_openapi
from pydantic import AwareDatetime
from sqlalchemy import Connection, text
from starlette.responses import JSONResponse, Response

from etl.archive.queries import cited, published
from etl.archive.queries.citation import permalink
from etl.archive.queries.cited import CitationPosition
from etl.archive.queries.counts import MatchCount, count_matches
from etl.archive.queries.hits import COUNT_SECONDS
from etl.archive.queries.published import Row
from etl.browse.errors import RequestRefused
from etl.browse.http.parameters import refuse_unknown
from etl.browse.http.routes import (
    MAX_ROW_ID,
    AfterCitation,
    AfterParam,
    BaseAddress,
    BeforeParam,
    FilterParam,
    OpenArchive,
    RowId,
    RunState,
    SortParam,
    SourceParam,
    read_only,
)
from etl.browse.pages.record_list import listed_records, parse_after
from etl.browse.resources import rows

PREFIX = "/api/v1"
MOST = 200
"""Maximum number of rows on a page."""
MOST_WITH_TEXT = 100
"""Maximum number of rows with texts on a page, which take some megabytes."""
_DESCRIPTION = """Reads an archive of what Chinese government bodies disclose. Names are those of the SQL views in
schema `api_v1`. Lists are paged by keys: give the value of `after` (or `before`) as the parameter of the same name."""


router = APIRouter(
    prefix=PREFIX,
    redirect_slashes=False,
    dependencies=[Depends(refuse_unknown)],
    responses={
        400: {"model": rows.Problem, "description": "A parameter is unknown, or out of its limits"},
        401: {"description": "No valid token"},
        404: {"model": rows.Problem, "description": "There is none; `code` says what"},
        503: {"model": rows.Problem, "description": "The archive is not reachable"},
    },
)

Limit = Annotated[int, Query(ge=1, le=MOST, description="rows of a page at most")]
LimitWithText = Annotated[int, Query(ge=1, le=MOST_WITH_TEXT, description="rows of a page at most")]
Key = Annotated[int, Query(ge=0, le=MAX_ROW_ID, description="the page begins behind this key")]
TimeOfAfter = Annotated[
    AwareDatetime | None, Query(description="`changed_at` of the event `after`; refused if this feed has another one")
]
WithVersion = Annotated[bool, Query(description="give each event the version to which it led, with its text")]
PageUrl = Annotated[str, Query(min_length=1, max_length=2500, pattern=r"^[^\x00]*$", description="address of a page")]


@router.get("/records")
def records(
    archive: OpenArchive,
    base: BaseAddress,
    record_filter: FilterParam,
    sort: SortParam = "relevance",
    after: AfterParam = None,
    limit: Limit = 50,
) -> rows.RecordPage:
    """Matching records, one for each text, as in the list of the archive browser."""
    with read_only(archive) as connection:
        numbers, following = listed_records(connection, record_filter, sort, after, limit)
        read = published.records(connection, numbers)
        total = count_matches(connection, record_filter, COUNT_SECONDS)
    total = total or MatchCount(len(read), exact=False)
    return rows.RecordPage(
        records=[_record(row, base) for row in read],
        total=rows.Total(number=total.number, exact=total.exact),
        after=following,
    )


def _record(row: Row, base: str) -> rows.Record:
    return rows.Record(**row, permalink=permalink(row["record_id"], row["version"], row["short_id"], base))


@router.get("/records/{record_id}")
def record(archive: OpenArchive, base: BaseAddress, record_id: RowId) -> rows.RecordDetail:
    """A record with its current version, text, evidence, files, collections and notes."""
    with read_only(archive) as connection:
        (row,) = published.records(connection, [record_id]) or _none("no_record")
        (current,) = published.versions(connection, record_id, row["version"] - 1, 1)
        files = published.attachments(connection, record_id)
        collections = published.collections_of(connection, record_id)
        notes = published.notes(connection, record_id)
    return rows.RecordDetail(
        record=_record(row, base),
        record_version=rows.RecordVersion(**current),
        attachments=[rows.Attachment(**file) for file in files],
        collections=[rows.CollectionRecord(**each) for each in collections],
        notes=[rows.Note(**note) for note in notes],
    )


@router.get("/records/{record_id}/versions")
def versions(archive: OpenArchive, record_id: RowId, after: Key = 0, limit: LimitWithText = 20) -> rows.VersionPage:
    """All versions of a record, oldest first."""
    with read_only(archive) as connection:
        _ = published.records(connection, [record_id]) or _none("no_record")
        read = published.versions(connection, record_id, after, limit + 1)
    shown = [rows.RecordVersion(**row) for row in read[:limit]]
    return rows.VersionPage(record_versions=shown, after=shown[-1].version if len(read) > limit else None)


@router.get("/records/{record_id}/versions/{version}")
def version(archive: OpenArchive, record_id: RowId, version: RowId) -> rows.RecordVersion:
    """One version of a record, which never changes."""
    with read_only(archive) as connection:
        (row,) = published.versions(connection, record_id, version - 1, 1) or _none("no_version")
    if row["version"] != version:
        _none("no_version")
    return rows.RecordVersion(**row)


@router.get("/records/{record_id}/citations")
def citations(
    archive: OpenArchive, record_id: RowId, after: AfterCitation = None, limit: Limit = 50
) -> rows.CitationPage:
    """The documents that a record cites, in the order of the text."""
    place = parse_after(CitationPosition.parse, after)
    with read_only(archive) as connection:
        _ = published.records(connection, [record_id]) or _none("no_record")
        read = cited.citations(connection, record_id, place.ordinal if place else 0, limit + 1)
        total = cited.count_citations(connection, record_id)
    return _citations(read, limit, total)


@router.get("/records/{record_id}/cited-by")
def cited_by(
    archive: OpenArchive, record_id: RowId, after: AfterCitation = None, limit: Limit = 50
) -> rows.CitationPage:
    """The citations that mean or may mean a record, in the order of the citing records."""
    place = parse_after(CitationPosition.parse, after)
    with read_only(archive) as connection:
        _ = published.records(connection, [record_id]) or _none("no_record")
        read = cited.cited_by(connection, record_id, place, limit + 1)
        total = cited.count_cited_by(connection, record_id)
    return _citations(read, limit, total)


def _citations(read: list[Row], limit: int, total: int) -> rows.CitationPage:
    shown = [rows.Citation(**row) for row in read[:limit]]
    following = str(CitationPosition(shown[-1].record_id, shown[-1].ordinal)) if len(read) > limit else None
    return rows.CitationPage(citations=shown, total=total, after=following)


@router.get("/changes", responses={409: {"model": rows.Problem, "description": "`after` is of another feed"}})
def changes(
    archive: OpenArchive,
    source: SourceParam,
    after: Key = 0,
    changed_at: TimeOfAfter = None,
    with_version: WithVersion = False,
    limit: LimitWithText = 100,
) -> rows.ChangePage:
    """The events of the change feed after `after`, a `change_seq`, in order: none is missing, none comes twice.

    A number that the feed has not reached is refused: who waited there would miss all events up to it. So is one whose
    event has another time than `changed_at`, the time that this event had when it was read.
    """
    with read_only(archive) as connection:
        last = published.last_change(connection)
        if after > last:
            raise RequestRefused(409, "cursor_ahead")
        if changed_at and published.time_of_change(connection, after) != changed_at:
            raise RequestRefused(409, "cursor_of_another_feed")
        read = published.changes(connection, after, limit + 1, source)
        led_to = published.versions_of(connection, read[:limit]) if with_version else {}
    events = [_change(row, led_to) for row in read[:limit]]
    following = events[-1].change_seq if len(read) > limit else None
    return rows.ChangePage(changes=events, change_seq_to=last, after=following)


def _change(row: Row, led_to: dict[tuple[int, int], Row]) -> rows.ChangeWithVersion:
    version = led_to.get((row["record_id"], row["version"]))
    return rows.ChangeWithVersion(**row, record_version=rows.RecordVersion(**version) if version else None)


@router.get("/captures")
def captures(archive: OpenArchive, url: PageUrl, after: Key = 0, limit: Limit = 50) -> rows.CapturePage:
    """Every attempt to fetch the page with that address, including failed ones, oldest first."""
    with read_only(archive) as connection:
        read = published.captures(connection, url, after, limit + 1)
        if not read and not published.captures(connection, url, 0, 1):
            _none("no_address")
    shown = [rows.Capture(**row) for row in read[:limit]]
    return rows.CapturePage(captures=shown, after=shown[-1].capture_id if len(read) > limit else None)


@router.get("/sources")
def sources(archive: OpenArchive) -> rows.SourceList:
    """All sources."""
    with read_only(archive) as connection:
        return rows.SourceList(sources=[rows.Source(**row) for row in published.sources(connection)])


@router.get("/collections")
def collections(archive: OpenArchive) -> rows.CollectionList:
    """All collections of archivists."""
    with read_only(archive) as connection:
        return rows.CollectionList(collections=[rows.Collection(**row) for row in published.collections(connection)])


@router.get("/runs")
def runs(
    archive: OpenArchive, source: SourceParam, state: RunState = "", before: BeforeParam = None, limit: Limit = 50
) -> rows.RunPage:
    """Runs, latest first."""
    with read_only(archive) as connection:
        read = published.runs(connection, before or MAX_ROW_ID, limit + 1, source, state)
    shown = [rows.Run(**row) for row in read[:limit]]
    return rows.RunPage(runs=shown, before=shown[-1].run_id if len(read) > limit else None)


@router.get("/runs/{run_id}")
def run(archive: OpenArchive, run_id: RowId) -> rows.Run:
    """A run with its counts and reasons."""
    with read_only(archive) as connection:
        row = published.run(connection, run_id)
    return rows.Run(**row) if row else _none("no_run")


def _none(reason: str) -> Any:
    raise RequestRefused(404, reason)


@router.get("/openapi.json", include_in_schema=False)
def description(archive: OpenArchive, base: BaseAddress) -> Response:
    """The description of this API for programs (OpenAPI)."""
    with read_only(archive) as connection:
        meanings = _meanings(connection)
    return JSONResponse(_openapi(base, meanings))


@router.get("/{rest:path}", include_in_schema=False)
def nothing(rest: str) -> Response:
    """Any other path: 404."""
    raise RequestRefused(404, "no_resource")


def _openapi(base: str, meanings: dict[tuple[str, str], str]) -> dict[str, Any]:
    described = get_openapi(
        title="gongkai", version="1", description=_DESCRIPTION, routes=router.routes, servers=[{"url": base}]
    )
    schemas = described["components"]["schemas"]
    for model, views in rows.VIEWS.items():
        for name, schema in schemas.get(model.__name__, {}).get("properties", {}).items():
            meaning = next((meanings[view, name] for view in views if (view, name) in meanings), None)
            if meaning:
                schema["description"] = meaning
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # invalid parameters give 400 here
            operation["security"] = [{"airflow": []}]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    described["components"]["securitySchemes"] = {
        "airflow": {"type": "http", "scheme": "bearer", "description": "a token of POST /auth/token of Airflow"}
    }
    return described


_COMMENTS = text("""
SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = CAST('api_v1' AS regnamespace)
""")


def _meanings(connection: Connection) -> dict[tuple[str, str], str]:
    """The comment in the database on each column of each view."""
    return {(view, column): meaning for view, column, meaning in connection.execute(_COMMENTS) if meaning}
