"""Finds the style sheets and pictures of exported pages in the pages' bytes, as a browser does."""

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import Connection

from etl.archive.queries.looks import captures_by_url
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import DamagedBlob
from etl.export.captures import ExportedCapture
from etl.fetch.refusals import is_markup
from etl.outcomes import FAILED
from etl.web.appearance import MAX_IMPORTS, Appearance, appearance_of, named_in_sheets
from etl.web.charset import decode
from etl.web.page import read_document

_KINDS = ("resource", "file")
"""Kinds of pages that can belong to a look. If a page shows a picture that is itself a document in the archive, that is
exported only if its record is selected."""
_MAX_SHEETS = 1_000
"""Maximum number of style sheets whose parsed addresses are cached."""
_MAX_ADDRESSES = 20_000
"""Maximum number of addresses whose captures are cached."""


class Looks:
    """Collects the captures of pages' style sheets and pictures. `captures`: their numbers."""

    def __init__(self, connection: Connection, archive: Archive) -> None:
        self._connection, self._archive = connection, archive
        self._sheets: dict[tuple[str, str], Appearance] = {}
        self._captures: dict[tuple[str, str], Sequence[Any]] = {}
        self.captures: set[int] = set()

    def add(self, item: ExportedCapture, body: bytes | None) -> None:
        """Adds the style sheets and pictures of a captured page: for each address the capture nearest in time.

        `body`: the page's bytes; if it is None, they are read. A page that cannot be read adds nothing.
        """
        if item.kind not in ("document", "part") or item.outcome in FAILED:
            return
        try:
            body = read_blob(self._archive, item.blob_sha256) if body is None else body
        except DamagedBlob:
            return
        if not is_markup(body):
            return
        seen: set[str] = set()
        named = appearance_of(read_document(body, item.final_url, item.header("content-type")))
        for _ in range(MAX_IMPORTS + 1):
            named = self._add(item, named, seen)

    def _add(self, item: ExportedCapture, named: Appearance, seen: set[str]) -> Appearance:
        """Adds the archived captures of these addresses; returns the addresses that the style sheets among them
        name."""
        urls = {*named.styles, *named.pictures} - seen
        seen |= urls
        nearest = [
            min(captures, key=lambda row: (abs(row.fetched_at - item.fetched_at), row.capture))
            for captures in self._captures_of(item.source_id, urls)
            if captures and captures[0].page_kind in _KINDS
        ]
        self.captures.update(row.capture for row in nearest)
        sheets = [self._named_in(row) for row in nearest if row.url in named.styles]
        return Appearance(
            tuple(url for each in sheets for url in each.styles), tuple(url for each in sheets for url in each.pictures)
        )

    def _captures_of(self, source: str, urls: Set[str]) -> list[Sequence[Any]]:
        """The captures of each address. Cached, as most pages of a site name the same ones."""
        if len(self._captures) > _MAX_ADDRESSES:
            self._captures.clear()
        unknown = [url for url in urls if (source, url) not in self._captures]
        self._captures |= {
            (source, url): rows for url, rows in captures_by_url(self._connection, source, unknown).items()
        }
        return [self._captures[source, url] for url in sorted(urls)]

    def _named_in(self, sheet: Any) -> Appearance:
        """The addresses that a style sheet names. Cached, as most pages of a site have the same style sheets."""
        key = sheet.url, sheet.sha256
        if key not in self._sheets:
            if len(self._sheets) == _MAX_SHEETS:
                self._sheets.clear()
            try:
                css, _ = decode(read_blob(self._archive, sheet.sha256), sheet.content_type)
            except DamagedBlob:
                css = ""
            self._sheets[key] = named_in_sheets([(sheet.url, css)])
        return self._sheets[key]
