"""Stage three: read what was stored and record what it says. No network."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import bindparam, select

from etl.archive import Archive
from etl.archive.models import Page, RunPage
from etl.archive.records import Recorded, record, stale
from etl.archive.runs import OpenRun
from etl.outcomes import FAILED
from etl.pipeline.files import FileReader, linked
from etl.pipeline.reading import read_pages
from etl.pipeline.reextracting import reread

CHUNK = 25
"""Pages recorded in one transaction."""
GETS_AT_ONCE = 8

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call."""


def extract_batch(archive: Archive, run: OpenRun, number: int, tell: Tell = lambda done: None) -> Recorded:
    """Reads the stored captures of the batch's pages that nobody read yet, and records what they say.

    Their files are read first, so that whoever hears of a record finds their texts.
    """
    created: list[int] = []
    updated: list[int] = []
    with archive.engine.connect() as connection:
        unread = connection.execute(_UNREAD, {"run": run.id, "batch": number}).all()
        outdated = stale(connection, [row.page_id for row in unread])
    if outdated:
        reread(archive, run.source, outdated)
    with ThreadPoolExecutor(GETS_AT_ONCE) as pool, FileReader(archive) as files:
        for start in range(0, len(unread), CHUNK):
            chunk = unread[start : start + CHUNK]
            read = read_pages(archive, pool, run.source, chunk)
            files.read(run.source.id, linked(read))
            recorded = record(archive, run.source.id, run.id, read)
            created += recorded.created
            updated += recorded.updated
            tell(len(chunk))
    return Recorded(tuple(created), tuple(updated))


_UNREAD = (
    select(Page.id.label("page_id"), Page.listing, Page.unread_capture_id.label("capture_id"))
    .join(RunPage, RunPage.page_id == Page.id)
    # A page that failed in this run may be unread all the same: an article of which one page changed and another is
    # lost. It waits, so that no version mixes the two days.
    .where(
        RunPage.run_id == bindparam("run"),
        RunPage.batch == bindparam("batch"),
        RunPage.outcome.not_in(FAILED),
        Page.unread_capture_id.is_not(None),
    )
    .order_by(Page.id)
)
