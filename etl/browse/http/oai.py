"""OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html): library and archive systems harvest records.

A resumption token contains everything that its list needs, so the server stores nothing: the filter, the last event of
the list's state, the record after which it continues, and the time up to which the list is complete.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from etl.archive.queries import harvest, published
from etl.archive.queries.harvest import Harvest
from etl.browse.http.routes import BaseAddress, OpenArchive, Respond, read_only
from etl.browse.pages.correction import form_pairs
from etl.browse.pages.oai import PREFIX, Answer, harvest_list, harvested_record, source_sets

router = APIRouter(redirect_slashes=False)

NO_CONTACT = "nobody@archive.invalid"
"""The mail address (RFC 2606) if none is set, as the protocol requires one."""
_LIST = (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"}))
_VERBS = {
    "Identify": (frozenset[str](), frozenset[str]()),
    "ListMetadataFormats": (frozenset[str](), frozenset({"identifier"})),
    "ListSets": (frozenset[str](), frozenset({"resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset[str]()),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
}
"""For each verb, the required and the optional arguments."""
_FORMS = {10: ("%Y-%m-%d", timedelta(days=1)), 20: ("%Y-%m-%dT%H:%M:%SZ", timedelta(seconds=1))}
_TOKEN = re.compile(r"([a-z0-9-]{0,60})~(-?\d{1,11}|)~(-?\d{1,11}|)~(\d{1,18})~(\d{1,18})~(\d{1,11})")


class _Refused(Exception):
    """An error of the protocol, by its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def _arguments(request: Request) -> list[tuple[str, str]]:
    sent = request.query_params.multi_items()
    return [*sent, *await form_pairs(request)] if request.method == "POST" else sent


Arguments = Annotated[list[tuple[str, str]], Depends(_arguments)]


@router.api_route("/oai", methods=["GET", "HEAD", "POST"], response_model=None)
def oai(
    request: Request, archive: OpenArchive, responder: Respond, base: BaseAddress, arguments: Arguments
) -> Response:
    """The answer to one request of a harvester. Errors of the protocol have status 200, as the protocol requires."""
    complete = harvest.complete_to(archive).astimezone(UTC)
    bare = Answer(f"{base}/oai", complete)
    answer = bare
    try:
        verb, given = _checked(arguments)
        answer = replace(bare, verb=verb, arguments=(("verb", verb), *given.items()))
        with read_only(archive) as connection:
            answer = _Call(connection, answer, given, base).answered()
        answer = replace(answer, contact=request.app.state.contact or NO_CONTACT)
    except _Refused as error:
        refused = bare if error.code in ("badVerb", "badArgument") else answer
        answer = replace(refused, error=(error.code, str(error)))
    return responder.oai(answer)


def _checked(arguments: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """The verb and its other arguments, each once and with a value. Raises `_Refused`."""
    given = dict(arguments)
    verbs = [value for name, value in arguments if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise _Refused("badVerb", f"give one verb: {', '.join(_VERBS)}")
    verb = given.pop("verb")
    needed, possible = _VERBS[verb]
    if _VERBS[verb] is _LIST and "resumptionToken" in given:
        needed, possible = frozenset({"resumptionToken"}), frozenset()
    for name in given.keys() - needed - possible:
        raise _Refused("badArgument", f"{verb} does not take {name[:100]} here")
    if len(given) + 1 != len(arguments):
        raise _Refused("badArgument", "an argument is given twice")
    for name in [each for each in needed if each not in given] + [each for each in given if not given[each]]:
        raise _Refused("badArgument", f"{name} is missing")
    return verb, given


@dataclass(frozen=True, slots=True)
class _Call:
    """A request with valid arguments."""

    connection: Connection
    bare: Answer
    given: dict[str, str]
    base: str

    def answered(self) -> Answer:
        """The answer. Raises `_Refused`."""
        if self.given.get("metadataPrefix", PREFIX) != PREFIX:
            raise _Refused("cannotDisseminateFormat", f"the archive has {PREFIX} alone")
        match self.bare.verb:
            case "Identify":
                return replace(self.bare, since=self._first())
            case "ListMetadataFormats":
                if "identifier" in self.given:
                    self._one()
                return self.bare
            case "ListSets":
                return self._sets()
            case "GetRecord":
                return self._one()
            case _:
                return self._page()

    @property
    def _host(self) -> str:
        return urlsplit(self.base).hostname or ""

    def _first(self) -> datetime | None:
        first = harvest.first_change(self.connection)
        return first and first.astimezone(UTC)

    def _one(self) -> Answer:
        record = harvested_record(self.connection, self.given["identifier"], self._host, self.base)
        if record is None:
            raise _Refused("idDoesNotExist", f"no record has this identifier; they begin with oai:{self._host}:")
        return replace(self.bare, records=(record,))

    def _sets(self) -> Answer:
        if "resumptionToken" in self.given:
            raise _Refused("badResumptionToken", "all sets are in one answer")
        sets = source_sets(self.connection)
        if not sets:
            raise _Refused("noSetHierarchy", "the archive has no sources yet")
        return replace(self.bare, sets=sets)

    def _page(self) -> Answer:
        token = self.given.get("resumptionToken")
        last = published.last_change(self.connection)
        selection, complete_until = (
            self._continued(token, last) if token else (self._begun(last), self.bare.complete_until)
        )
        records, following = harvest_list(self.connection, selection, self._host, self.base)
        if not records:
            raise _Refused("badResumptionToken", "nothing follows") if token else self._nothing(selection.source)
        ended = "" if token else None
        ahead = ended if following is None else _token(replace(selection, after=following), complete_until)
        return replace(self.bare, records=records, complete_until=complete_until, token=ahead)

    def _begun(self, last: int) -> Harvest:
        since, before = (self.given.get(name) for name in ("from", "until"))
        if since and before and (len(since) != len(before) or since > before):
            raise _Refused("badArgument", "from and until have one form, and from comes before until")
        ends = _moment(before, "until")
        return Harvest(
            upto=last,
            source=self.given.get("set", ""),
            since=_moment(since, "from"),
            before=ends + _FORMS[len(before)][1] if ends and before else None,
        )

    def _continued(self, token: str, last: int) -> tuple[Harvest, datetime]:
        try:
            read = _read(token)
        except (ValueError, OverflowError) as error:
            raise _Refused("badResumptionToken", "this archive made no such token") from error
        if read[0].upto > last:
            raise _Refused("badResumptionToken", "the list is of a state that the archive no longer has; begin anew")
        return read

    def _nothing(self, source: str) -> _Refused:
        if source and source not in dict(source_sets(self.connection)):
            return _Refused("noRecordsMatch", f"there is no set {source[:100]}")
        return _Refused("noRecordsMatch", "no record was changed in that time")


def _moment(value: str | None, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.strptime(value, _FORMS[len(value)][0]).replace(tzinfo=UTC)
        # None at the end of the calendar, after which there is no later time.
        return moment if moment + _FORMS[len(value)][1] else None
    except (KeyError, ValueError, OverflowError) as error:
        raise _Refused("badArgument", f"{name} is a day, 2026-03-01, or a second, 2026-03-01T08:00:00Z") from error


def _token(selection: Harvest, complete_until: datetime) -> str:
    edges = ("" if edge is None else f"{edge.timestamp():.0f}" for edge in (selection.since, selection.before))
    return "~".join(
        [selection.source, *edges, str(selection.upto), str(selection.after), f"{int(complete_until.timestamp())}"]
    )


def _read(token: str) -> tuple[Harvest, datetime]:
    """Parses a resumption token. Raises `ValueError` or `OverflowError` if it is invalid."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise ValueError(token)
    source, since, before, upto, after, complete_until = match.groups()
    edges = [datetime.fromtimestamp(int(edge), UTC) if edge else None for edge in (since, before)]
    return Harvest(int(upto), int(after), source, *edges), datetime.fromtimestamp(int(complete_until), UTC)
