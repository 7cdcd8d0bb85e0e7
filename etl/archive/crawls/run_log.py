"""The log of a run in object storage: its source file, its listing and report, and the outcome of each of its pages.

`runs/<12 digits>-<source>-<time>.jsonl.gz`: a line for the source, one for the run, and one for each of its pages.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from etl.archive.crawls.run import RunContext
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import run_log_key
from etl.archive.storage.log_format import LogLine
from etl.archive.storage.log_lines import ListedPage, RunLine, RunPageLine, SourceLine
from etl.archive.storage.log_registry import keep_log
from etl.archive.storage.models import Page, Run, RunPage, Source

_RUN_PAGE = [name for name in RunPageLine.__dataclass_fields__ if name != "page"]
_PAGE = list(ListedPage.__dataclass_fields__)
_PAGES = (
    select(
        *(getattr(RunPage, name) for name in _RUN_PAGE), *(getattr(Page, name).label(f"page.{name}") for name in _PAGE)
    )
    .join(Page, Page.id == RunPage.page_id)
    .order_by(RunPage.page_id)
)


def write_run_log(connection: Connection, store: Store, run: RunContext) -> None:
    """Writes the log of the run in its current state in the database; call it just before the transaction's commit."""
    keep_log(connection, store, run_log_key(run.id, run.source.id, run.started_at), _lines(connection, run))


def _lines(connection: Connection, run: RunContext) -> Iterator[LogLine]:
    source = connection.execute(select(Source.__table__).where(Source.id == run.source.id)).mappings().one()
    yield SourceLine(**source)
    yield RunLine(**connection.execute(select(Run.__table__).where(Run.id == run.id)).mappings().one())
    pages = connection.execute(_PAGES.where(RunPage.run_id == run.id), execution_options={"yield_per": 1000})
    for row in pages.mappings():
        page = ListedPage(**{name: row[f"page.{name}"] for name in _PAGE})
        yield RunPageLine(**{name: row[name] for name in _RUN_PAGE}, page=page)
