"""One crawl of the site with servers of its own, by gongkai or by the peer, and the check that it stored everything."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import yaml
from sqlalchemy import create_engine, text

from bench.pipeline import usage
from bench.pipeline.site import RenderedSite
from etl.local import postgres, process, services, store
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.gongkai import environment

GONGKAI = Path(sys.executable).parent / "gongkai"
PEER_PYTHON = PROJECT / "var" / "bench" / "bin" / "python"
STORED = text("SELECT url, blob_sha256 FROM archive.page WHERE kind IN ('document', 'file') AND blob_sha256 <> ''")


class Incomplete(Exception):
    """A crawler did not store what the site has; says what is missing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Servers that only one crawl uses, and a folder for files."""

    folder: Path
    settings: Settings
    addresses: Addresses

    @property
    def servers(self) -> dict[str, int]:
        """The ids of the servers' processes."""
        state = State(self.folder)
        found = {"postgres": process.find(state, postgres.NAME), "weed": process.find(state, store.NAME)}
        return {name: each.pid for name, each in found.items() if each}


@contextmanager
def ground() -> Iterator[Ground]:
    """New servers with an empty archive."""
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as name:
        own = Settings(state_dir=Path(name), postgres_port=0, store_port=0)
        try:
            where = services.up(own, airflow=False, report=lambda step: None)
            given = {key: getattr(where, key) for key in ("database_url", "database_owner_url", "database_reader_url")}
            given |= {f"store_{key}": getattr(where.store, key) for key in ("endpoint", "access_key", "secret_key")}
            given |= {"state_dir": Path(name), "store_secure": False, "store_bucket": where.bucket}
            yield Ground(Path(name), Settings.model_validate(given), where)
        finally:
            services.down(own, report=lambda step: None)


def gongkai(here: Ground, site: RenderedSite, *words: object, around: Sequence[object] = ()) -> usage.Usage:
    """Runs a command of gongkai on the site's source file; `around`: a command that runs it."""
    file = here.folder / "bench.yaml"
    file.write_text(yaml.safe_dump(site.source(), allow_unicode=True), encoding="utf-8")
    command = [*around, GONGKAI, *words]
    return usage.measured(
        [file if word == "FILE" else word for word in command], environment(here.settings), here.servers, here.folder
    )


def check_ours(here: Ground, expected: dict[str, str]) -> None:
    """Raises Incomplete unless the archive has these bytes, by path."""
    engine = create_engine(here.addresses.database_url)
    with engine.connect() as connection:
        require({urlsplit(row.url).path: row.blob_sha256 for row in connection.execute(STORED)}, expected)
    engine.dispose()


def peer(here: Ground, site: RenderedSite) -> usage.Usage:
    """Runs the peer, in a database and a bucket of its own; raises Incomplete unless it stored everything."""
    if not PEER_PYTHON.exists():
        raise SystemExit("the peer's packages are missing: make var/bench/.installed")
    server = postgres.Postgres(State(here.folder), _port(here.addresses.database_url))
    with server.connect() as connection:
        connection.execute("CREATE DATABASE peer OWNER archive_owner")
    here.addresses.store.client().make_bucket("peer")
    database = server.url("archive_owner", "peer").replace("+psycopg", "")
    keys = here.addresses.store
    stores = {"endpoint": keys.endpoint, "access_key": keys.access_key, "secret_key": keys.secret_key, "bucket": "peer"}
    given = {"lists": [column["url"] for column in site.lists()], "stores": stores | {"database": database}}
    env = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    script = Path(__file__).parent / "peer.py"
    took = usage.measured([PEER_PYTHON, script], env | {"PEER": json.dumps(given)}, here.servers, here.folder)
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT url, sha256 FROM page WHERE sha256 <> ''").fetchall()
    require({urlsplit(url).path: sha256 for url, sha256 in rows}, site.stored())
    return took


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def require(stored: dict[str, str], expected: dict[str, str]) -> None:
    """Raises Incomplete where bytes are missing, others, or more than the site has."""
    missing = sorted(expected.keys() - stored.keys())
    other = sorted(path for path in expected.keys() & stored.keys() if stored[path] != expected[path])
    more = sorted(stored.keys() - expected.keys())
    if missing or other or more:
        told = [f"{len(each)} {name}, the first {each[0]}" for name, each in
                (("missing", missing), ("with other bytes", other), ("too many", more)) if each]  # fmt: skip
        raise Incomplete(f"{len(stored)} pages and files stored, {len(expected)} expected: " + "; ".join(told))
