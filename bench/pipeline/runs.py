"""Runs on the site with separate servers, by gongkai or by the peer, and the check that they stored everything."""

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import yaml
from sqlalchemy import create_engine, text
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.pipeline.site import RenderedSite
from bench.pipeline.usage import Usage, measured
from etl.local import postgres, process, services, store
from etl.local.postgres import Postgres
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.gongkai import environment
from tests.support.services import settings_of

TOOLS = PROJECT / "var" / "bench" / "bin"
"""What the bench has installed of its own: `make var/bench/.installed`."""
GONGKAI = Path(sys.executable).parent / "gongkai"
PHASES = text("""
SELECT min(r.started_at) AS began, max(c.fetched_at) FILTER (WHERE p.kind = 'listing') AS listed,
       max(c.fetched_at) AS fetched
FROM archive.capture c JOIN archive.page p ON p.id = c.page_id JOIN archive.run r ON r.id = c.run_id
""")
STORED = text("SELECT url, blob_sha256 FROM archive.page WHERE kind IN ('document', 'file') AND blob_sha256 <> ''")


class Incomplete(Exception):
    """A crawler did not store what the site has; says what is missing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Servers that only one run uses, and a folder for files; `source`: the source file of the site."""

    folder: Path
    source: Path
    settings: Settings
    addresses: Addresses

    @property
    def servers(self) -> dict[str, int]:
        """The ids of the servers' processes, by name."""
        running = {name: process.find(State(self.folder), name) for name in services.NAMES}
        return {SERVERS.get(name, name): each.pid for name, each in running.items() if each}

    @property
    def postgres(self) -> Postgres:
        return Postgres(State(self.folder), urlsplit(self.addresses.database_url).port or 0)


SERVERS = {postgres.NAME: "postgres", store.NAME: "weed"}
"""What the servers are called in tables. The other processes are Airflow's."""


@contextmanager
def ground(site: RenderedSite, airflow: bool = False) -> Iterator[Ground]:
    """New servers with an empty archive; as durable as `gongkai up` makes them."""
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as name:
        folder, sources = Path(name), Path(name) / "sources"
        sources.mkdir()
        file = sources / "bench.yaml"
        file.write_text(yaml.safe_dump(site.source(), allow_unicode=True), encoding="utf-8")
        own = Settings(state_dir=folder, sources=str(sources), postgres_port=0, store_port=0, airflow_port=0)
        try:
            where = services.up(own, airflow=airflow, report=lambda step: None)
            # Tests read pages in one process; an operator's crawl in as many as there are cores.
            tested = settings_of(where, folder, where.database_owner_url, where.bucket)
            settings = tested.model_copy(update={"workers": own.workers})
            yield Ground(folder, file, settings, where)
        finally:
            services.down(own, report=lambda step: None)


def gongkai(here: Ground, *words: object, around: Sequence[object] = ()) -> Usage:
    """Runs a command of gongkai; `around`: a command that runs it."""
    return measured([*around, GONGKAI, *words], environment(here.settings), here.servers, here.folder)


def check_ours(here: Ground, expected: dict[str, str]) -> None:
    """Raises Incomplete unless the archive has these bytes, by path."""
    engine = create_engine(here.addresses.database_url)
    with engine.connect() as connection:
        require({urlsplit(row.url).path: row.blob_sha256 for row in connection.execute(STORED)}, expected)
    engine.dispose()


def phases(here: Ground, ended: datetime, seconds: float) -> str:
    """How long the parts of the crawl that ended at that moment took, as words."""
    engine = create_engine(here.addresses.database_url)
    with engine.connect() as connection:
        at = connection.execute(PHASES).one()
    engine.dispose()
    times = [ended - timedelta(seconds=seconds), at.began, at.listed, at.fetched, ended]
    parts = zip(("start", "lists", "pages and files", "end"), pairwise(times), strict=True)
    return ", ".join(f"{name} {(after - before).total_seconds():.1f} s" for name, (before, after) in parts)


def peer(here: Ground, site: RenderedSite) -> Usage:
    """Runs the peer, in a separate database and bucket; raises Incomplete unless it stored everything."""
    with here.postgres.connect() as connection:
        connection.execute("CREATE DATABASE peer OWNER archive_owner")
    here.addresses.store.client().make_bucket("peer")
    database = here.postgres.url("archive_owner", "peer").replace("+psycopg", "")
    keys = here.addresses.store
    stores = {"endpoint": keys.endpoint, "access_key": keys.access_key, "secret_key": keys.secret_key, "bucket": "peer"}
    given = {"lists": [column["url"] for column in site.lists()], "stores": stores | {"database": database}}
    env = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    script = Path(__file__).parent / "peer.py"
    took = measured([TOOLS / "python", script], env | {"PEER": json.dumps(given)}, here.servers, here.folder)
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT url, sha256 FROM page WHERE sha256 <> ''").fetchall()
    require({urlsplit(url).path: sha256 for url, sha256 in rows}, site.stored())
    return took


def write_warc(site: RenderedSite, path: Path) -> int:
    """Writes the site's documents and files as responses; returns their number."""
    paths = site.stored()
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for each in paths:
            answer = site.answers[each]
            head = StatusAndHeaders("200 OK", [("Content-Type", answer.media_type)], protocol="HTTP/1.1")
            body = io.BytesIO(answer.body)
            writer.write_record(
                writer.create_warc_record(site.base + each, "response", payload=body, http_headers=head)
            )
    return len(paths)


def require(stored: dict[str, str], expected: dict[str, str]) -> None:
    """Raises Incomplete where bytes are missing, others, or more than the site has."""
    missing = sorted(expected.keys() - stored.keys())
    other = sorted(path for path in expected.keys() & stored.keys() if stored[path] != expected[path])
    more = sorted(stored.keys() - expected.keys())
    if missing or other or more:
        differences = [f"{len(each)} {name}, the first {each[0]}" for name, each in
                (("missing", missing), ("with other bytes", other), ("too many", more)) if each]  # fmt: skip
        raise Incomplete(f"{len(stored)} pages and files stored, {len(expected)} expected: " + "; ".join(differences))
