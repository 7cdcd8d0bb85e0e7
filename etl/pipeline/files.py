"""Reading the files of documents: once each, by their bytes, in a process that can be killed."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from types import TracebackType

from sqlalchemy import bindparam, select

from etl.archive import Archive
from etl.archive.files import keep_reading, scans
from etl.archive.models import File, Page
from etl.archive.records import Read
from etl.files import READER, Reader, reader_pool
from etl.files.ocr import scan_pool

Tell = Callable[[int], None]
"""Called with the number of files done since the last call."""


class FileReader:
    """Reads files that nobody read yet; its process starts with the first one."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stack = ExitStack()
        self._pool: Reader | None = None

    def __enter__(self) -> "FileReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def read(self, source_id: str, urls: Sequence[str]) -> int:
        """Reads the stored files at those addresses of the source; returns how many were new."""
        if not urls:
            return 0
        with self._archive.engine.connect() as connection:
            names = {
                row.blob_sha256: row.url for row in connection.execute(_UNREAD, {"source": source_id, "urls": urls})
            }
        for digest, url in names.items():
            if self._pool is None:
                self._pool = self._stack.enter_context(reader_pool())
            reading = self._pool(self._archive.store.blob(digest), url.rsplit("/", 1)[-1])
            keep_reading(self._archive, digest, reading)
        return len(names)


_UNREAD = (
    select(Page.blob_sha256, Page.url)
    .outerjoin(File, (File.blob_sha256 == Page.blob_sha256) & (File.reader == READER))
    .where(
        Page.source_id == bindparam("source"),
        Page.url.in_(bindparam("urls", expanding=True)),
        Page.blob_sha256.is_not(None),
        File.blob_sha256.is_(None),
    )
)


def linked(read: Iterable[Read]) -> list[str]:
    """The addresses of the files of what was read."""
    return [file.url for item in read if item.extraction for file in item.extraction.attachments]


def read_scans(archive: Archive, limit: int, tell: Tell = lambda done: None) -> int:
    """Reads files whose pages are pictures, the oldest first; returns how many were read."""
    with archive.engine.connect() as connection:
        waiting = scans(connection, limit)
    if waiting:
        with scan_pool() as read:
            for digest, media_type in waiting:
                keep_reading(archive, digest, read(archive.store.blob(digest), media_type))
                tell(1)
    return len(waiting)
