"""Memento (RFC 7089) and a CDX server: captures of an address, for programs that know web archives."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from etl.archive.queries import mementos
from etl.archive.queries.mementos import MatchType, same_address
from etl.browse.errors import InvalidParameter, RequestRefused
from etl.browse.http.parameters import refuse_unknown
from etl.browse.http.routes import BaseAddress, OpenArchive, read_only
from etl.browse.resources.mementos import (
    CDX_FIELDS,
    LINK_FORMAT,
    cdx_line,
    cdxj,
    json_timemap,
    link_timemap,
    links_of_timegate,
    replay_address,
)

router = APIRouter(redirect_slashes=False)

MEMENTOS = 1_000
"""Maximum number of captures in one TimeMap, which links to the next one."""
MOST_LINES = 10_000
"""Maximum number of lines in one answer of the CDX server."""
MOST_PAGES = 1_000
_METHODS = ["GET", "HEAD"]
_SLASHES = re.compile(r"^(https?:)/+", re.IGNORECASE)
_TIMESTAMP = r"^\d{4,14}$"


@router.api_route("/timegate/{rest:path}", methods=_METHODS, response_model=None)
def timegate(request: Request, archive: OpenArchive, base: BaseAddress) -> Response:
    """Redirects to the capture of an address that is closest to `Accept-Datetime`, or else to the latest."""
    url = _address_in_path(request, "/timegate/")
    _checked(url)
    moment = _accepted_moment(request.headers.get("accept-datetime"))
    with read_only(archive) as connection:
        around = mementos.around(connection, url, moment)
    if around is None:
        raise RequestRefused(404, "no_memento")
    headers = {"vary": "accept-datetime", "link": links_of_timegate(base, url, around)}
    return RedirectResponse(replay_address(base, around.closest.capture), 302, headers)


def _accepted_moment(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError as error:
        raise InvalidParameter("Accept-Datetime") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@router.api_route("/timemap/{form}/{rest:path}", methods=_METHODS, response_model=None)
def timemap(request: Request, archive: OpenArchive, base: BaseAddress, form: Literal["link", "json"]) -> Response:
    """All captures of an address with their times; with a number in the path, those after the capture of that
    number."""
    rest = _address_in_path(request, f"/timemap/{form}/")
    number, slash, behind = rest.partition("/")
    after, url = (int(number), _SLASHES.sub(r"\1//", behind)) if slash and number.isdecimal() else (0, rest)
    try:
        with read_only(archive) as connection:
            versions = mementos.mementos(connection, url, min(after, 2**63 - 1), MEMENTOS + 1)
    except ValueError as error:
        raise InvalidParameter("url") from error
    if not versions:
        raise RequestRefused(404, "no_memento")
    shown = versions[:MEMENTOS]
    following = shown[-1].capture if len(versions) > MEMENTOS else None
    if form == "json":
        return JSONResponse(json_timemap(base, url, shown, following))
    return Response(link_timemap(base, url, shown, following), media_type=LINK_FORMAT)


def _address_in_path(request: Request, begins: str) -> str:
    """The part of the raw path after `begins`, with its query."""
    raw = request.scope.get("raw_path", request.url.path.encode()).partition(b"?")[0].decode("ascii", "replace")
    url = _SLASHES.sub(r"\1//", raw.partition(begins)[2])
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{url}?{query}" if query else url


def _checked(url: str) -> Sequence[str]:
    try:
        return same_address(url)
    except ValueError as error:
        raise InvalidParameter("url") from error


UrlParam = Annotated[str, Query(min_length=1, max_length=2500, pattern=r"^[^\x00]*$")]
Timestamp = Annotated[str, Query(pattern=_TIMESTAMP)]
Lines = Annotated[int, Query(ge=1, le=MOST_LINES)]
PageNumber = Annotated[int, Query(ge=0, lt=MOST_PAGES)]
FieldList = Annotated[str, Query(max_length=200)]


@router.get("/cdx", response_model=None, dependencies=[Depends(refuse_unknown)])
def cdx(
    archive: OpenArchive,
    url: UrlParam,
    match: Annotated[MatchType | None, Query(alias="matchType")] = None,
    first: Annotated[Timestamp | None, Query(alias="from")] = None,
    last: Annotated[Timestamp | None, Query(alias="to")] = None,
    sort: Literal["default", "reverse"] = "default",
    limit: Lines = 1_000,
    page: PageNumber = 0,
    output: Literal["cdxj", "text", "json"] = "cdxj",
    fl: FieldList = "",
) -> Response:
    """Captures with bytes, one line each, by address and time, in the format of pywb's CDX server."""
    fields = [name for name in fl.split(",") if name]
    if not set(fields) <= set(CDX_FIELDS):
        raise InvalidParameter("fl")
    if match is None:
        match = "prefix" if url.endswith("*") else "exact"
    with read_only(archive) as connection:
        captures = mementos.index(
            connection,
            _beginnings(url.removesuffix("*") if match == "prefix" else url, match),
            match,
            _edge(first, "from"),
            _edge(last, "to"),
            newest_first=sort == "reverse",
            skip=page * limit,
            number=limit,
        )
    lines = [cdx_line(each) for each in captures]
    if fields:
        lines = [{name: line[name] for name in fields if name in line} for line in lines]
    if output == "json":
        return PlainTextResponse(
            "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), media_type="text/x-ndjson"
        )
    if fields:
        return PlainTextResponse("".join(f"{' '.join(line.get(name, '-') for name in fields)}\n" for line in lines))
    return PlainTextResponse("".join(map(cdxj, lines)), media_type="text/x-cdxj")


def _beginnings(url: str, match: MatchType) -> list[str]:
    """The addresses of the pages, or their beginnings."""
    whole = url if "://" in url else f"http://{url}"
    if match == "host":
        return [f"{scheme}://{urlsplit(_checked(whole)[0]).netloc}/" for scheme in ("https", "http")]
    return list(_checked(whole))


def _edge(timestamp: str | None, name: Literal["from", "to"]) -> datetime | None:
    """The first or last second of the time span that a timestamp of 4 to 14 digits means."""
    if timestamp is None:
        return None
    filled = timestamp + ("00000101000000"[len(timestamp) :])
    try:
        begins = datetime.strptime(filled, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return begins if name == "from" else begins + _length(timestamp, begins) - timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(name) from error


def _length(timestamp: str, begins: datetime) -> timedelta:
    if len(timestamp) < 6:
        return begins.replace(year=begins.year + 1) - begins
    if len(timestamp) < 8:
        return (begins.replace(day=28) + timedelta(days=4)).replace(day=1) - begins
    units = {8: timedelta(days=1), 10: timedelta(hours=1), 12: timedelta(minutes=1)}
    return units.get(len(timestamp) // 2 * 2, timedelta(seconds=1))
