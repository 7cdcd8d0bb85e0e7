"""A survey with a look at its page in a browser, where scripts fill the list and no rule says what they request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module

from etl.fetch.client import fetcher
from etl.outcomes import Outcome
from etl.pipeline.look.gate import AnyHost, Gate
from etl.pipeline.look.installed import BrowserFailed, chromium_path, why_no_look
from etl.pipeline.look.views import Look
from etl.pipeline.survey.looks import Looked, drafted
from etl.pipeline.survey.parts import guesser
from etl.pipeline.survey.survey import Survey, WithLook
from etl.pipeline.survey.visits import ListProbe, LiveVisit
from etl.platforms.elements.columns import is_front_page
from etl.web.page import WebPage

MAX_LOOKS, _MOST_FAILURES, _SECONDS = 5, 3, 30
"""Pages that are looked at: the surveyed one and those of its lists; so many without a list are the last ones."""


def looker(browser: str | None, user_agent: str, report: Callable[[str], None]) -> WithLook:
    """What adds a look to a survey. `browser`: the one that is named, "" for none, None for one on PATH."""

    async def with_look(survey: Survey, visit: LiveVisit) -> Survey:
        if browser == "" or not needs_look(survey):
            return survey
        path = chromium_path(browser)
        if reason := why_no_look(path):
            return replace(survey, seen=(reason,))
        try:
            return await _with_looks(survey, visit, path, user_agent, report)
        except BrowserFailed as failed:
            return replace(survey, seen=(str(failed),))

    return with_look


async def _with_looks(
    survey: Survey, visit: LiveVisit, path: str, user_agent: str, report: Callable[[str], None]
) -> Survey:
    """The survey with what is seen of its page, and of the pages of its lists that had no rows. Raises
    `BrowserFailed`."""
    page, failures = survey.outer or survey.page, 0
    unread = f"{Outcome.NOT_A_LISTING}"
    linked = survey.columns or tuple(ListProbe(each, None, unread) for each in guesser().find_columns(page))
    empty = [each for each in linked if _may_be_filled(each, survey)]
    pages: list[tuple[WebPage, ListProbe | None]] = [] if is_front_page(page.url) and empty else [(page, None)]
    tried = MAX_LOOKS - len(pages)
    for each in empty[:tried]:
        if (opened := await visit.open(each.column.url)) and opened.is_markup:
            pages.append((opened, each))
    left = [each.column.url for each in empty[tried:]]
    for place, (shown, probe) in enumerate(pages):
        if failures == _MOST_FAILURES:
            left = [*(each.url for each, _ in pages[place:]), *left]
            break
        report(f"{shown.url} (in {path})")
        looked = await _looked(shown, visit, path, user_agent)
        if probe:
            looked = replace(looked, words=tuple(f"{shown.url}: {words}" for words in looked.words))
        survey = _with(survey, shown, looked, probe)
        failures += looked.probe is None
    return replace(survey, seen=(*survey.seen, f"(?) not looked at: {', '.join(left)}")) if left else survey


def _may_be_filled(probe: ListProbe, survey: Survey) -> bool:
    """Whether the page of a list was there, and had no rows."""
    if probe.entries or probe.column.post or probe.column.url in _own(survey):
        return False
    return probe.page is not None or Outcome.NOT_A_LISTING in probe.reason


def _own(survey: Survey) -> tuple[str, ...]:
    """The addresses of the surveyed page."""
    return survey.page.url, (survey.outer or survey.page).url


def needs_look(survey: Survey) -> bool:
    """Whether the survey found no list on its page, or one whose further pages are not understood."""
    page = survey.outer or survey.page
    if not page.is_markup:
        return False
    if survey.proposed is None or not survey.columns or page.url in survey.unread_lists:
        return not is_front_page(page.url) or not survey.columns
    own = [probe for probe in survey.columns if probe.column.url in _own(survey)]
    listed = [probe for probe in survey.columns if probe.entries]
    if not own:
        own = listed if len(listed) == 1 else []
    return not listed or any(not probe.entries or _ends_too_early(probe) for probe in own)


def _ends_too_early(probe: ListProbe) -> bool:
    page = probe.page
    if page is None or page.next_requests:
        return False
    return bool(page.problems or page.may_go_on or page.open_end)


async def _looked(page: WebPage, visit: LiveVisit, path: str, user_agent: str) -> Looked:
    look_at: Callable[[str, str, Gate], Awaitable[Look]] = import_module("etl.pipeline.look.looking").look_at
    async with _gate(visit, user_agent) as gate:
        look = await look_at(page.url, path, gate)
    async with fetcher(visit.source, visit.hosts, user_agent) as fetch:
        fresh = LiveVisit(fetch, visit.source, visit.report_address, visit.most, hosts=visit.hosts)
        return await drafted(page, look, fresh)


@asynccontextmanager
async def _gate(visit: LiveVisit, user_agent: str) -> AsyncIterator[Gate]:
    limits = visit.source.limits.model_copy(update={"retries": 0, "seconds": _SECONDS})
    source = visit.source.model_copy(update={"limits": limits})
    others = AnyHost.model_construct(**{**dict(source), "allow_private_addresses": False})
    async with fetcher(source, visit.hosts, user_agent) as own, fetcher(others, visit.hosts, user_agent) as libraries:
        yield Gate(source, own, libraries, visit.attempts, visit.report_address)


def _with(survey: Survey, page: WebPage, looked: Looked, probe: ListProbe | None) -> Survey:
    """The survey with the list that was seen on a page, unless others were read in another way: one source file says
    one. `probe`: what the list was before."""
    words = (*survey.seen, *looked.words)
    if looked.probe is None or looked.listing is None:
        return replace(survey, seen=words)
    before = (page.url, *(() if probe else _own(survey)))
    others = [each for each in survey.columns if each.column.url not in before and _key(each) != _key(looked.probe)]
    listed = [each for each in others if each.entries]
    if listed and not _are_one(survey, looked):
        own = f"a source file of its own can have it, with {_key(looked.probe)} and listing {dict(looked.listing)}"
        return replace(survey, seen=(*words, own))
    name = probe.column.name if probe else ""
    column = replace(looked.probe.column, name=name or looked.probe.column.name)
    own_probe = replace(looked.probe, column=column)
    return replace(
        survey,
        proposed=guesser(),
        listing={**(survey.listing or {}), **looked.listing} if listed else looked.listing,
        columns=(*others, own_probe) if probe else (own_probe, *others),
        unread_lists=survey.unread_lists - {page.url},
        seen=words,
    )


def _key(probe: ListProbe) -> tuple[str, str]:
    return probe.column.url, probe.column.post


def _are_one(survey: Survey, looked: Looked) -> bool:
    """Whether the key `listing` of the other lists says nothing else than that of the list that was seen."""
    own = survey.listing or {}
    if survey.proposed is None or not survey.proposed.accepts_selectors:
        return False
    return all(own.get(key, value) == value for key, value in (looked.listing or {}).items())
