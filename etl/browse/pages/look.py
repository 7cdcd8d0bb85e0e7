"""The look of an archived page: its archived style sheets and pictures, from the time of the page."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from etl.archive.queries.looks import captures_near
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob, StoreError
from etl.browse.pages.replay import SHOWN_PICTURES, media_type_of
from etl.files.media_types import sniff
from etl.web.appearance import MAX_IMPORTS, Appearance, appearance_of, canonical_or_none, named_in_sheets
from etl.web.charset import decode
from etl.web.page import WebPage
from etl.web.styles import style_with

MAX_PICTURE_BYTES = 2_000_000
MAX_PICTURES_BYTES = 10_000_000
"""Maximum bytes of all pictures of a page together."""
MAX_STYLE_BYTES = 3_000_000
"""Maximum bytes of all style sheets of a page together."""
SVG = "image/svg+xml"
"""As the source of an `img`, an SVG runs no scripts and loads nothing (SVG 2, secure static mode)."""
_NONE = "url(data:,)"


@dataclass(frozen=True, slots=True)
class Resource:
    """A style sheet or picture of a page. `end`: `shown`; `not_shown`, if it is stored but too large or of a type that
    is not shown; `damaged`; the outcome of the last attempt, if nothing is stored; `not_fetched`, if there was none.

    `capture`: the one that is used, the nearest in time; None if there is none.
    """

    url: str
    kind: Literal["style", "picture"]
    end: str
    capture: int | None
    sha256: str | None
    content_type: str

    @property
    def is_shown(self) -> bool:
        """Whether the page is shown with it."""
        return self.end == "shown"


class Look:
    """The style sheets and pictures of a page. Pictures become `data:` addresses, and in styles custom properties."""

    def __init__(self, archive: Archive, resources: Mapping[str, Resource], sheets: Mapping[str, str]) -> None:
        self._archive, self._sheets = archive, sheets
        self.resources = resources
        self._data: dict[str, str] = {}
        self._in_styles: dict[str, str] = {}
        self._left = MAX_STYLE_BYTES

    def listed(self) -> tuple[Resource, ...]:
        """All of them, in the order of the page."""
        return tuple(self.resources.values())

    def picture(self, address: str) -> str:
        """A picture as a `data:` address; "" if it cannot be shown."""
        known = self.resources.get(address)
        if known is None or known.kind != "picture" or not known.is_shown or known.sha256 is None:
            return ""
        if address not in self._data:
            try:
                self._data[address] = _data_address(self._archive.store.blob(known.sha256), known.content_type)
            except (DamagedBlob, StoreError):
                self._data[address] = ""
        return self._data[address]

    def sheet(self, address: str) -> str:
        """A style sheet of the page, with the sheets that it imports inserted."""
        return self._sheet(address, ())

    def style(self, css: str, base: str) -> str:
        """Style that is in the page itself, with imported sheets inserted."""
        return self._style(css, base, ())

    def properties(self) -> str:
        """The style that defines the custom properties of all pictures that styles have named so far."""
        defined = "".join(f"{name}:url({self.picture(address)});" for address, name in self._in_styles.items())
        return f":root{{{defined}}}" if defined else ""

    def _sheet(self, address: str, within: tuple[str, ...]) -> str:
        if address in within or len(within) > MAX_IMPORTS or address not in self._sheets:
            return ""
        return self._style(self._sheets[address], address, (*within, address))

    def _style(self, css: str, base: str, within: tuple[str, ...]) -> str:
        self._left -= len(css)
        if self._left < 0:
            return ""
        return style_with(css, partial(self._in_style, base), lambda written: self._imported(base, written, within))

    def _imported(self, base: str, written: str, within: tuple[str, ...]) -> str:
        address = canonical_or_none(base, written)
        return self._sheet(address, within) if address else ""

    def _in_style(self, base: str, written: str) -> str:
        if not written:
            return _NONE
        address = canonical_or_none(base, written)
        if address is None or not self.picture(address):
            return _NONE
        return f"var({self._in_styles.setdefault(address, f'--archived-{len(self._in_styles)}')})"


def look_of(archive: Archive, connection: Connection, page: WebPage, source: str, at: datetime) -> Look:
    """The look of a page of that source, captured at that time. The page's tree must be unchanged since parsing."""
    named = appearance_of(page)
    resources: dict[str, Resource] = {}
    sheets: dict[str, str] = {}
    left = MAX_PICTURES_BYTES
    for _ in range(MAX_IMPORTS + 1):
        stored = _stored(connection, source, named, at, left)
        stored = {url: each for url, each in stored.items() if url not in resources}
        resources |= {url: resource for url, (resource, _) in stored.items()}
        left -= sum(size for resource, size in stored.values() if resource.kind == "picture" and resource.is_shown)
        named = named_in_sheets(_read_sheets(archive, (each for each, _ in stored.values()), sheets))
        if not named.styles and not named.pictures:
            break
    return Look(archive, resources, sheets)


def _read_sheets(archive: Archive, resources: Iterable[Resource], sheets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(address, text) of the style sheets among them, which are added to `sheets`."""
    for each in resources:
        if each.kind == "style" and each.is_shown and each.sha256:
            try:
                sheets[each.url], _ = decode(archive.store.blob(each.sha256), each.content_type)
            except (DamagedBlob, StoreError):
                continue
            yield each.url, sheets[each.url]


def _stored(
    connection: Connection, source: str, named: Appearance, at: datetime, left: int
) -> dict[str, tuple[Resource, int]]:
    """The archived resources at those addresses, nearest to that time, each with its size."""
    rows = captures_near(connection, source, (*named.styles, *named.pictures), at)
    stored: dict[str, tuple[Resource, int]] = {}
    for url in dict.fromkeys((*named.styles, *named.pictures)):
        kind: Literal["style", "picture"] = "style" if url in named.styles else "picture"
        if url not in rows:
            stored[url] = Resource(url, kind, "not_fetched", None, None, ""), 0
            continue
        row = rows[url]
        end = row.outcome
        if row.whole:
            shown = kind == "style" or (row.size <= min(left, MAX_PICTURE_BYTES) and _may_be_picture(row.content_type))
            end = "damaged" if row.damage else "shown" if shown else "not_shown"
        left -= row.size if end == "shown" and kind == "picture" else 0
        stored[url] = Resource(url, kind, end, row.capture, row.sha256, row.content_type), row.size or 0
    return stored


def _may_be_picture(content_type: str) -> bool:
    """Whether it may be a picture according to the site; the bytes decide later, when they are read."""
    media_type = media_type_of(content_type)
    return media_type in SHOWN_PICTURES | {SVG, "image/jpg", "image/pjpeg"} or not media_type.startswith(
        ("image/", "text/")
    )


def _data_address(body: bytes, content_type: str) -> str:
    media_type = sniff(body)
    if media_type_of(content_type) == SVG and b"<svg" in body:
        media_type = SVG
    return f"data:{media_type};base64,{b64encode(body).decode()}" if media_type in SHOWN_PICTURES | {SVG} else ""
