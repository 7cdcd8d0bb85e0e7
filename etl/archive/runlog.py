"""The log of a run in object storage: what its source file said, what was listed, and how every page ended.

`runs/<12 digits>-<source>-<time>.jsonl.gz`: a line for the source, one for the run, and one for each of its pages.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from etl.archive.store import Store

if TYPE_CHECKING:
    from etl.archive.runs import OpenRun

RUNS = "runs/"

_SOURCE = text("SELECT to_jsonb(s) AS line FROM archive.source s WHERE s.id = :source")
_RUN = text("SELECT to_jsonb(r) AS line FROM archive.run r WHERE r.id = :run")
_PAGES = text("""
SELECT to_jsonb(rp) || jsonb_build_object('page', jsonb_build_object(
    'id', p.id, 'source_id', p.source_id, 'url', p.url, 'kind', p.kind, 'listing', p.listing,
    'first_seen_at', p.first_seen_at, 'listed_at', p.listed_at)) AS line
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id WHERE rp.run_id = :run ORDER BY rp.page_id
""")


def log_run(connection: Connection, store: Store, run: "OpenRun") -> None:
    """Writes down the run as the database has it now; before its rows are committed."""
    # The number leads, so that what comes after one is found; the time keeps two lives of a database apart.
    key = f"{RUNS}{run.id:012}-{run.source.id}-{run.started_at:%Y%m%dT%H%M%S%f}.jsonl.gz"
    store.put_log(key, _lines(connection, run))


def run_number(key: str) -> int:
    """The number of the run that a log is of. Until 0.1 it stood at the end: `runs/<source>/<day>/<time>-<run>`."""
    name = key.removeprefix(RUNS)
    leading = name.partition("-")[0]
    return int(leading if leading.isdigit() else name.rpartition("-")[2].partition(".")[0])


def _lines(connection: Connection, run: "OpenRun") -> Iterator[dict[str, Any]]:
    values = {"run": run.id, "source": run.source.id}
    for query in (_SOURCE, _RUN, _PAGES):
        yield from connection.scalars(query, values, execution_options={"yield_per": 1000})
