"""The draft of a list from what its page requested in a browser, confirmed by requests without one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from etl.clock import CHINA
from etl.counting import counted
from etl.pipeline.look.exchanges import Exchange
from etl.pipeline.look.views import Look, element_with, new_rows
from etl.pipeline.stages.catalog_walk import fetch_listing_page
from etl.pipeline.survey.needs import needs_of
from etl.pipeline.survey.parts import guesser, why_no_list, with_listing
from etl.pipeline.survey.visits import ListProbe, LiveVisit, request_in_words
from etl.platforms.base import CandidateList, Entry, ListingRequest, NotAListing
from etl.platforms.drafting.seen_requests import (
    Change,
    SeenRequest,
    Turn,
    changes,
    turn_between,
    values_of,
    without_clocks,
)
from etl.platforms.drafting.seen_rows import SeenRows, address_form, seen_rows, seen_words, squeezed
from etl.platforms.elements.columns import page_name
from etl.platforms.elements.list_addresses import is_of_list, is_of_other_box
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.listing import read_list_page
from etl.reasons import english
from etl.web.page import WebPage
from etl.web.urls import from_root

_DIGITS = re.compile(r"\d+")
_LEAST_ROWS, _MOST_SHOWN, _MOST_NAMED = 2, 0.8, 3
_SHOWN_CHARS = 60
_NUMBERS = {"page": "page_number", "start": "row_number"}
"""The key of a source file for what a value counts."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look gave. `probe`, `listing`: the list as a source file says it and as it was read without a browser;
    None where it cannot be. `words`: what was seen, and what cannot be crawled."""

    probe: ListProbe | None
    listing: Mapping[str, Any] | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _List:
    """The requests for the first and the second page of a list, as far as they were seen."""

    one: Exchange | None
    two: Exchange | None

    @property
    def sample(self) -> Exchange:
        sample = self.one or self.two
        assert sample is not None
        return sample

    @property
    def answer(self) -> WebPage:
        answer = self.sample.answer
        assert answer is not None
        return answer

    def seen(self, look: Look) -> SeenRows:
        """The rows of the answer that are seen in the page."""
        return seen_rows(self.answer, look.shown if self.one else look.then_shown)


async def drafted(page: WebPage, look: Look, fresh: LiveVisit) -> Looked:
    """What a source file says of the list of a page, by what was seen of it. `fresh`: visits without cookies of the
    page, as a crawl begins."""
    notes = tuple(dict.fromkeys(look.notes))
    of_list = _list_of(look)
    if of_list is None:
        return Looked(None, None, (*_without_request(look), *notes))
    answer, seen, request = of_list.answer, of_list.seen(look), _in_words(of_list.sample)
    begins = f"{request} answers the rows that {'the page' if of_list.one else look.step} shows"
    listing, lack = _listing(answer, seen, look)
    if listing is None:
        return Looked(None, None, (f"{begins}; {lack}", *notes))
    turn = _turn(of_list, len(_entries(listing, answer)) or seen.count)
    seen_first = of_list.sample.sent.seen
    first = turn.first if turn else without_clocks(seen_first)
    if turn and turn.pages:
        second = {"second": turn.second} if turn.second != 2 else {}
        rest = {key: value for key, value in listing.items() if key not in ("next", "second")}
        listing = {**rest, "pages": turn.pages, **second}
    if turn and turn.turned_by:
        listing = {**listing, _NUMBERS[turn.turned_by[0]]: turn.turned_by[1]}
    # Some services want the clock that scripts add, whatever its time.
    with_clock = seen_first if first == without_clocks(seen_first) else first
    for each in dict.fromkeys((first, with_clock)):
        column = CandidateList(each.url, page_name(page), each.post)
        probe = await fresh.probe(with_listing(guesser(), listing), column, page)
        if probe.entries:
            break
    else:
        needs = await needs_of(of_list.sample, seen, fresh, _named(turn.beside) if turn else "")
        return Looked(None, None, (f"{begins}, and not without the browser ({probe.reason}): {needs}", *notes))
    if _begins_later(of_list, probe, look):
        own = f"the first ones stand in the page itself, and {column.url} answers others: write both as columns"
        return Looked(None, None, (f"{request} answers rows that {look.step} shows; {own}", *notes))
    words = [begins, *_lacking(seen, probe), *_others(of_list, look), *_of_today(column)]
    is_read, second_words = await _second(of_list, turn, listing, probe, look, fresh)
    if turn and not turn.is_known and not is_read:
        return Looked(None, None, (f"{begins}; {_not_turned(turn, look)}", *notes))
    return Looked(probe, listing, (*words, second_words, *notes) if second_words else (*words, *notes))


def _lacking(seen: SeenRows, probe: ListProbe) -> list[str]:
    """What is said if other rows were read than the browser shows. Pages have other links than rows."""
    words = []
    if seen.data and (missing := seen.count - len(probe.entries)) > 0:
        words.append(f"(?) of {counted(seen.count, 'row')} in the browser, {missing} are not read without it")
    if seen.data and seen.count < seen.rows * _MOST_SHOWN:
        words.append(f"(?) of {counted(seen.rows, 'row')} of the answer, the page shows {seen.count}")
    return words


def _begins_later(of_list: _List, probe: ListProbe, look: Look) -> bool:
    """Whether the page itself has first rows that the service has not."""
    titles = [squeezed(entry.title) for entry in probe.entries]
    return of_list.one is None and sum(bool(seen_words(title, look.shown)) for title in titles) * 2 < len(titles)


def _others(of_list: _List, look: Look) -> list[str]:
    """The other requests whose rows the page shows, too."""
    chosen = of_list.sample.sent.seen
    others = [each for each in look.answers(0) if each.answer and each is not of_list.one and each.sent.seen != chosen]
    seen = [(each, seen_rows(each.answer, look.shown)) for each in others if each.answer]
    named = [_in_words(each) for each, rows in seen if _is_of_rows(each, rows) and not _is_beside(rows, look)]
    return [f"(?) the page also shows rows of {request}" for request in dict.fromkeys(named)]


def _of_today(column: CandidateList) -> list[str]:
    """What is said if the request has the day of the look, beyond which it may list nothing later."""
    now = datetime.now(UTC)
    days = {f"{moment:%Y-%m-%d}" for moment in (now, now.astimezone(CHINA))}
    forms = {day.replace("-", sign) for day in days for sign in ("-", "/", "", ".")}
    sent = values_of(SeenRequest(column.url, column.post))
    dated = [name.removeprefix("post ") for name, value in sent.items() if any(form in value for form in forms)]
    return [f"(?) {name} is today: later documents may be left out" for name in dated]


# -- which requests are those of the list


def _list_of(look: Look) -> _List | None:
    def new(each: Exchange) -> int:
        return new_rows(each, look.shown, look.then_shown)

    before = [(each, seen_rows(each.answer, look.shown)) for each in look.answers(0) if each.answer]
    if two := max(filter(new, look.answers(look.turn)), key=new, default=None) if look.turn else None:
        alike = [(len(changes(each.sent.seen, two.sent.seen)), -seen.count, place)
                 for place, (each, seen) in enumerate(before) if seen.count and _is_alike(each, two)]  # fmt: skip
        return _List(before[min(alike)[2]][0] if alike else None, two)
    services = [pair for pair in before if _is_of_rows(*pair) and not _is_beside(pair[1], look)]
    best = max(services, key=lambda pair: (new(pair[0]), *_rank(*pair)), default=None)
    return _List(best[0], None) if best else None


def _is_of_rows(exchange: Exchange, seen: SeenRows) -> bool:
    return exchange.sent.kind != "document" and seen.count >= _LEAST_ROWS


def _is_beside(seen: SeenRows, look: Look) -> bool:
    """Whether the rows of an answer are seen in boxes beside a list alone (热点)."""
    holders = [element for view in look.first if (element := element_with(view, seen.words[0])) is not None]
    return bool(holders) and all(map(is_in_side_box, holders))


def _is_alike(one: Exchange, two: Exchange) -> bool:
    """Whether two requests are of one service: they differ in numbers of their path only. Pages may be anywhere."""
    if one.sent.kind == "document" or two.sent.kind == "document":
        return one.sent.kind == two.sent.kind
    first, second = (urlsplit(each.sent.url) for each in (one, two))
    return (first.netloc, _DIGITS.sub("", first.path)) == (second.netloc, _DIGITS.sub("", second.path))


def _rank(each: Exchange, seen: SeenRows) -> tuple[bool, int, bool]:
    return not is_of_other_box(each.sent.url), seen.count, is_of_list(each.sent.url)


def _turn(of_list: _List, rows: int) -> Turn | None:
    """How the list is turned; None where no second page was seen."""
    if of_list.two is None:
        return None
    one, two, answer = of_list.one, of_list.two.sent.seen, of_list.answer
    by_number = not answer.is_markup or bool(two.post)
    return turn_between(one.sent.seen if one else None, two, rows, by_number=by_number, values=answer.text.__contains__)


# -- how its rows are read


def _listing(answer: WebPage, seen: SeenRows, look: Look) -> tuple[Mapping[str, Any] | None, str]:
    """How the rows of an answer are read, or why they cannot be."""
    guess = guesser().guess_listing(answer)
    form = from_root(address_form(seen.data, look.addresses), answer.url) if seen.data and look.addresses else ""
    if guess is not None and ("rows" in guess or not form or _agrees(_entries(guess, answer), look.addresses)):
        return guess, ""
    if form and "#" not in form:
        return {"address": form}, ""
    shown = next(iter(look.addresses.values()), "")
    if not shown:
        return None, "its rows have no addresses, and a click on one opens none"
    if "#" in shown:
        return None, f"its documents are shown by scripts alone ({shown})"
    return None, f"the addresses of its documents ({shown}) cannot be made of the values of its rows"


def _agrees(entries: tuple[Entry, ...], addresses: Mapping[str, str]) -> bool:
    """Whether the addresses that were read are those that the browser shows, where it shows them."""
    both = list(_both(entries, addresses))
    return not both or any(read == shown for read, shown in both)


def _both(entries: Iterable[Entry], addresses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses of entries as they were read and as the browser shows them."""
    read = {squeezed(entry.title)[: len(words)]: entry.url for entry in entries for words in addresses}
    yield from ((read[words], shown) for words, shown in addresses.items() if words in read)


def _entries(listing: Mapping[str, Any], answer: WebPage) -> tuple[Entry, ...]:
    try:
        return read_list_page(with_listing(guesser(), listing), answer, ListingRequest(answer.url)).entries
    except NotAListing:
        return ()


# -- what is said


def _in_words(exchange: Exchange) -> str:
    seen = without_clocks(exchange.sent.seen)
    return request_in_words(seen.url, seen.post)


async def _second(
    of_list: _List, turn: Turn | None, listing: Mapping[str, Any], probe: ListProbe, look: Look, fresh: LiveVisit
) -> tuple[bool, str]:
    """Whether the second page was read as the browser shows it, and what is said of it."""
    if turn is None or (two := of_list.two) is None:
        if look.step:
            return True, f"{look.step} shows further rows without a request: the first answer has them"
        return False, "nothing that leads to a second page was seen in the browser" if probe.may_have_more_pages else ""
    requests = probe.page.next_requests if probe.page else ()
    if not requests:
        words = f"(?) {look.step} leads to a second page ({_in_words(two)}), which is not requested without the browser"
        return False, words
    fetched = await fetch_listing_page(fresh.fetch, with_listing(guesser(), listing), requests[0])
    entries = fetched.page.entries if fetched.page else ()
    known = {entry.url for entry in probe.entries}
    new = sum(entry.url not in known for entry in entries)
    expected = new_rows(two, look.shown, look.then_shown)
    if new >= expected:
        others = _made_otherwise(entries, look.addresses) if "address" in listing else ""
        return True, f"{look.step} leads to the second page, which was read without the browser too{others}"
    beside = f"; it also differs in {_named(turn.beside)}, which scripts make anew" if turn.beside else ""
    reason = f" ({english(fetched.reason)})" if fetched.reason else ""
    return False, (
        f"(?) of {counted(expected, 'new row')} that {look.step} shows, {new} are read without the browser"
        f" at {request_in_words(requests[0].url, (requests[0].body or b'').decode())}{reason}{beside}"
    )


def _made_otherwise(entries: Iterable[Entry], addresses: Mapping[str, str]) -> str:
    """What is said if `address`, which makes the addresses of the first page, makes others than the second one shows:
    it may have the year of the newest documents in it."""
    differ = ((read, shown) for read, shown in _both(entries, addresses) if read != shown)
    made = next(differ, None)
    return f"; (?) a document there is at {made[1]}, and `address` makes {made[0]} of its row" if made else ""


def _not_turned(turn: Turn, look: Look) -> str:
    """Why a source file cannot say how the list is turned."""
    begins = f"{look.step} requests the second page"
    if turn.cursor:
        return f"{begins} with {_named(turn.cursor)} of the answer before it, which a source file cannot say"
    return f"{begins} with other values of {_named(turn.unknown)}, of which none is a number that turns pages"


def _named(listed: tuple[Change, ...]) -> str:
    """The names of values, with what they are, as a sentence has them."""
    return ", ".join(
        f"{each.name.removeprefix('post ') or 'the body'} ({_short(each.before)} → {_short(each.after)})"
        for each in listed
    )


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    return value if len(value) <= _SHOWN_CHARS // 2 else f"{value[: _SHOWN_CHARS // 2]}…"


def _without_request(look: Look) -> tuple[str, ...]:
    """What is said if no answer has the rows that the page shows."""
    shown = any(guesser().guess_listing(view.page) for view in look.first)
    later = [each for each in look.answers(look.turn) if each.sent.kind != "document"] if look.turn else []
    services = later or [each for each in look.answers(0) if each.sent.kind != "document"]
    beside = [each for each in services if each.answer and seen_rows(each.answer, look.shown).count]
    others = [each for each in services if each not in beside]
    lacks = [f"{each.sent.url} ({each.reason})" for each in look.exchanges if each.reason]
    lacks += [f"{_in_words(each)} ({why_no_list(each.answer)})" for each in others if each.answer]
    lacking = f"; it lacks a list in {', '.join(dict.fromkeys(lacks[:_MOST_NAMED]))}" if lacks else ""
    if beside:
        named = ", ".join(dict.fromkeys(map(_in_words, beside[:_MOST_NAMED])))
        return (f"the page shows rows of boxes beside a list alone ({named}){lacking}",)
    if shown and services:
        named = ", ".join(dict.fromkeys(map(_in_words, services[:_MOST_NAMED])))
        varied = _changed(services, look) if later else ""
        return (f"the page shows rows that are in no answer: what {named} answers is encrypted or encoded{varied}",)
    if shown:
        return ("the page shows rows without a request for them",)
    return (f"the page shows no rows{lacking}",)


def _changed(services: list[Exchange], look: Look) -> str:
    before = [each for each in look.answers(0) if _is_alike(each, services[0])]
    left = tuple(changes(before[0].sent.seen, services[0].sent.seen)) if before else ()
    return f"; its requests differ in {_named(left)}" if left else ""
