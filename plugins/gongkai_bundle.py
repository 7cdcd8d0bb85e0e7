"""Makes Airflow's DAG processor notice source files.

Airflow reads a DAG file again only if it has changed, or after `min_file_process_interval`. But `dags/crawl.py` makes
its DAGs from other files, and reading a thousand of them takes many seconds. So it is read again when one of these
files has changed.
"""

from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

from etl.catalog.files import FilesState, files_state
from etl.settings import settings

SOURCES_READER = "crawl.py"
"""The DAG file, relative to the DAG folder, that reads the source files."""


class DagsAndSources(LocalDagBundle):
    """The DAG folder. Its processor reads `crawl.py` again as soon as a source file was added, changed or removed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen: FilesState | None = None

    def refresh(self) -> None:
        """Called by the DAG processor every `refresh_interval` seconds, and before it first reads the DAG files."""
        state = files_state(settings().source_folders)
        changed = self._seen is not None and state != self._seen
        if changed:
            self._ask_to_read_sources()
        self._seen = state

    def _ask_to_read_sources(self) -> None:
        """Puts `crawl.py` at the head of the processor's queue, as Airflow's API does (`parseDagFile`).

        With a single parsing process (`parsing_processes`), a request that is made while it reads `crawl.py` waits.
        """
        # Imported here: tasks load this module too, and have no metadata database.
        from airflow.models.dagbag import DagPriorityParsingRequest  # noqa: PLC0415
        from airflow.utils.session import create_session  # noqa: PLC0415
        from sqlalchemy import select  # noqa: PLC0415

        file = {"bundle_name": self.name, "relative_fileloc": SOURCES_READER}
        with create_session() as session:
            if session.scalar(select(DagPriorityParsingRequest).filter_by(**file)) is None:
                session.add(DagPriorityParsingRequest(**file))
