"""An empty archive on a PostgreSQL and an S3 server of its own, as long as a bench needs them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.local import services
from etl.settings import Settings
from tests.support.services import settings_of


@contextmanager
def own_archive() -> Iterator[Settings]:
    """Settings that name it, its owner's address too; servers and state are gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        own = Settings(state_dir=Path(folder), postgres_port=0, store_port=0)
        addresses = services.up(own, airflow=False, report=lambda progress: None)
        try:
            yield settings_of(addresses, Path(folder), addresses.database_owner_url, addresses.bucket)
        finally:
            services.down(own, report=lambda progress: None)
