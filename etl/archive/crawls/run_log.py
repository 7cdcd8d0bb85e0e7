"""The log of a run in object storage: what its source file said, what was listed, and how every page ended.

`runs/<12 digits>-<source>-<time>.jsonl.gz`: a line for the source, one for the run, and one for each of its pages.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.crawls.run import RunContext
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import run_log_key

_SOURCE = text("SELECT to_jsonb(s) AS line FROM archive.source s WHERE s.id = :source")
_RUN = text("SELECT to_jsonb(r) AS line FROM archive.run r WHERE r.id = :run")
_PAGES = text("""
SELECT to_jsonb(rp) || jsonb_build_object('page', jsonb_build_object(
    'id', p.id, 'source_id', p.source_id, 'url', p.url, 'kind', p.kind, 'listing', p.listing,
    'first_seen_at', p.first_seen_at, 'listed_at', p.listed_at)) AS line
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id WHERE rp.run_id = :run ORDER BY rp.page_id
""")


def write_run_log(connection: Connection, store: Store, run: RunContext) -> None:
    """Writes down the run as the database has it now; before its rows are committed."""
    store.write_log(run_log_key(run.id, run.source.id, run.started_at), _lines(connection, run))


def _lines(connection: Connection, run: RunContext) -> Iterator[dict[str, Any]]:
    values = {"run": run.id, "source": run.source.id}
    for query in (_SOURCE, _RUN, _PAGES):
        yield from connection.scalars(query, values, execution_options={"yield_per": 1000})
