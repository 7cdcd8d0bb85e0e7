"""Pages with figures: statistics, and due documents."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import Response

from etl.archive.queries.coverage import coverage
from etl.archive.queries.statistics import Statistics, statistics
from etl.archive.storage.archive import Archive
from etl.browse.http.routes import OpenArchive, Respond, SourceParam, page_route, read_only
from etl.browse.pages.coverage import Coverage, as_csv
from etl.browse.pages.timed_cache import TimedCache
from etl.clock import CHINA
from etl.web.disposition import disposition

router = APIRouter(redirect_slashes=False)
_statistics = TimedCache[Statistics]()
_coverage = TimedCache[Coverage]()


@page_route("/statistics", to=router)
def statistics_page(archive: OpenArchive, responder: Respond, source: SourceParam) -> Response:
    """Records by agency, region, month and subject; completeness of fields; days from writing to publication."""

    def count() -> Statistics:
        with read_only(archive) as connection:
            return statistics(connection, source)

    page = _statistics.get((archive.engine.url, source), count)
    return responder.page("statistics.html", page)


@page_route("/coverage", to=router)
def coverage_page(archive: OpenArchive, responder: Respond, source: SourceParam) -> Response:
    """The documents that agencies had to publish, by year: published, late, or not here."""
    return responder.page("coverage.html", _covered(archive, source))


@router.get("/coverage.csv", response_model=None)
def coverage_csv(archive: OpenArchive, source: SourceParam) -> Response:
    """The same as CSV, one line for each agency and year."""
    name = {"content-disposition": disposition("attachment", "coverage.csv", "")}
    return Response(as_csv(_covered(archive, source)), headers=name, media_type="text/csv; charset=utf-8")


def _covered(archive: Archive, source: str) -> Coverage:
    def hold() -> Coverage:
        now = datetime.now(UTC)
        with read_only(archive) as connection:
            return Coverage(source, now, coverage(connection, now.astimezone(CHINA).date(), source))

    return _coverage.get((archive.engine.url, source), hold)
