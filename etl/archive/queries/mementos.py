"""Captures by address, regardless of source: what was answered there, and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import TEXT

from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, Page, Record
from etl.outcomes import FAILED
from etl.web.urls import canonical_url

MatchType = Literal["exact", "prefix", "host"]
_ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memento:
    """A capture with bytes. `url`: the address of its page; `final_url`: the one that answered.

    `content_type`: as the site declared it, "" if it did not.
    """

    capture: int
    url: str
    final_url: str
    fetched_at: datetime
    status: int | None
    outcome: str
    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Around:
    """Captures of an address: the first, the last, and the one closest to a given time."""

    first: Memento
    closest: Memento
    last: Memento


def same_address(url: str) -> tuple[str, ...]:
    """The addresses under which a page may be archived: canonical, with https and with http.

    Raises `ValueError` if `url` is not an http(s) address.
    """
    rest = canonical_url(url).partition("://")[2]
    return f"https://{rest}", f"http://{rest}"


@dataclass(frozen=True, slots=True)
class PageAt:
    """The numbers of a page and of its record, if it has one."""

    page: int
    record: int | None


def page_at(connection: Connection, typed: str) -> PageAt | None:
    """The page at the address that a reader typed, with scheme or without; of pages of several sources rather one with
    a record that is still on its site. None if no page has it, or it is no address."""
    address = typed if "://" in typed else f"http://{typed}"
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        addresses = same_address(address)
    except ValueError:
        return None
    pages = select(Page.id, Record.id).outerjoin(Record, Record.page_id == Page.id)
    pages = pages.where(among(Page.url, addresses)).order_by(Record.state, Page.id).limit(1)
    row = connection.execute(pages).one_or_none()
    return PageAt(*row) if row else None


def around(connection: Connection, url: str, moment: datetime | None) -> Around | None:
    """The captures of the page around the moment (None: now); None if there are none.

    Leaves out attempts that failed, and error pages that a site sends instead of the page. Raises `ValueError` if `url`
    is not an address.
    """
    selected = _selected().where(among(Page.url, same_address(url)), ~among(Capture.outcome, FAILED))
    latest = selected.order_by(Capture.fetched_at.desc(), Capture.id.desc()).limit(1)
    earliest = selected.order_by(Capture.fetched_at, Capture.id).limit(1)
    last = _one(connection, latest)
    first = _one(connection, earliest)
    if last is None or first is None:
        return None
    if moment is None:
        return Around(first, last, last)
    before = _one(connection, latest.where(Capture.fetched_at <= moment))
    after = _one(connection, earliest.where(Capture.fetched_at > moment))
    near = [each for each in (before, after) if each]
    return Around(first, min(near, key=lambda each: abs(each.fetched_at - moment)), last)


def origin(connection: Connection, capture: int) -> Memento | None:
    """The capture with that number; None if there is none, or if it has no bytes."""
    return _one(connection, _selected().where(Capture.id == capture))


def mementos(connection: Connection, url: str, after: int, number: int) -> list[Memento]:
    """The captures of the page after the capture `after` (0: from the first), by time; leaves out the same ones as
    `around`.

    Raises `ValueError` if `url` is not an address.
    """
    selected = _selected().where(among(Page.url, same_address(url)), ~among(Capture.outcome, FAILED))
    if after:
        place = select(Capture.fetched_at).where(Capture.id == after).scalar_subquery()
        later = and_(Capture.fetched_at == place, Capture.id > after)
        selected = selected.where(or_(Capture.fetched_at > place, later))
    rows = connection.execute(selected.order_by(Capture.fetched_at, Capture.id).limit(number)).mappings()
    return [Memento(**row) for row in rows]


def index(
    connection: Connection,
    addresses: Sequence[str],
    match: MatchType,
    first: datetime | None = None,
    last: datetime | None = None,
    *,
    newest_first: bool = False,
    skip: int = 0,
    number: int = 1000,
) -> list[Memento]:
    """All captures with bytes whose page has one of the addresses, or begins with one, by address and time."""
    selected = _selected().where(or_(*(_is_at(address, match) for address in addresses)))
    if first:
        selected = selected.where(Capture.fetched_at >= first)
    if last:
        selected = selected.where(Capture.fetched_at <= last)
    times = (Capture.fetched_at.desc(), Capture.id.desc()) if newest_first else (Capture.fetched_at, Capture.id)
    rows = connection.execute(selected.order_by(Page.url, *times).offset(skip).limit(number)).mappings()
    return [Memento(**row) for row in rows]


def _is_at(address: str, match: MatchType) -> ColumnElement[bool]:
    return Page.url == address if match == "exact" else Page.url.startswith(address, autoescape=True)


def _one(connection: Connection, query: Select[Any]) -> Memento | None:
    row = connection.execute(query).mappings().one_or_none()
    return Memento(**row) if row else None


def _selected() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Capture.id.label("capture"),
        Page.url,
        Capture.final_url,
        Capture.fetched_at,
        Capture.status,
        Capture.outcome,
        Blob.sha256,
        Blob.size,
        func.coalesce(content_type_of(), "").label("content_type"),
    )
    return select(*columns).join(Page, Page.id == Capture.page_id).join(Blob, Blob.sha256 == Capture.blob_sha256)


def content_type_of() -> ColumnElement[str]:
    """SQL expression: the `Content-Type` of a capture, from its headers, which are pairs of name and value."""
    header = func.jsonb_array_elements(Capture.headers).column_valued("header")
    named = func.lower(header.op("->>")(0).cast(TEXT)) == "content-type"
    return select(header.op("->>")(1).cast(TEXT)).where(named).limit(1).scalar_subquery()
