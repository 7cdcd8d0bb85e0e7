"""An empty archive on separate PostgreSQL and S3 servers, for the duration of a bench."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.local import services
from etl.settings import Settings
from tests.support.services import settings_of


@contextmanager
def own_archive() -> Iterator[Settings]:
    """Yields its settings, with the owner's address; servers and state are removed at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        own = Settings(state_dir=Path(folder), postgres_port=0, store_port=0)
        addresses = services.up(own, airflow=False, report=lambda progress: None)
        try:
            yield settings_of(addresses, Path(folder), addresses.database_owner_url, addresses.bucket)
        finally:
            services.down(own, report=lambda progress: None)
