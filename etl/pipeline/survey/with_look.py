"""A survey with a look at its page in a browser, where scripts fill the list and no rule says what they request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module

from etl.fetch.client import fetcher
from etl.pipeline.look.gate import AnyHost, Gate
from etl.pipeline.look.installed import BrowserFailed, chromium_path, missing_parts
from etl.pipeline.look.views import Look
from etl.pipeline.survey.looks import Looked, drafted
from etl.pipeline.survey.parts import guesser
from etl.pipeline.survey.survey import Survey, WithLook
from etl.pipeline.survey.visits import ListProbe, LiveVisit
from etl.platforms.elements.columns import is_front_page
from etl.web.page import WebPage

_SECONDS = 30


def looker(browser: str | None, user_agent: str, report: Callable[[str], None]) -> WithLook:
    """What adds a look to a survey. `browser`: the one that is named, "" for none, None for one on PATH."""

    async def with_look(survey: Survey, visit: LiveVisit) -> Survey:
        if browser == "" or not needs_look(survey):
            return survey
        path = chromium_path(browser)
        if missing := missing_parts(path):
            return replace(survey, seen=(f"with {missing} its page could be looked at in a browser",))
        page = survey.outer or survey.page
        report(f"{page.url} (in {path})")
        try:
            looked = await _looked(page, visit, path, user_agent)
        except BrowserFailed as failed:
            return replace(survey, seen=(str(failed),))
        return _with(survey, page, looked)

    return with_look


def needs_look(survey: Survey) -> bool:
    """Whether the survey found no list on its page, or one whose further pages are not understood."""
    page = survey.outer or survey.page
    if not page.is_markup:
        return False
    if survey.proposed is None or not survey.columns or page.url in survey.unread_lists:
        return not is_front_page(page.url) or not survey.columns
    own = [probe for probe in survey.columns if probe.column.url in (page.url, survey.page.url)]
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
    others = AnyHost.model_construct(**dict(source))
    async with fetcher(source, visit.hosts, user_agent) as own, fetcher(others, visit.hosts, user_agent) as libraries:
        yield Gate(source, own, libraries, visit.attempts, visit.report_address)


def _with(survey: Survey, page: WebPage, looked: Looked) -> Survey:
    """The survey with the list that was seen, unless others were read in another way: one source file says one."""
    if looked.probe is None or looked.listing is None:
        return replace(survey, seen=looked.words)
    others = [probe for probe in survey.columns if probe.column.url not in (page.url, survey.page.url)]
    others = [probe for probe in others if (probe.column.url, probe.column.post) != _key(looked.probe)]
    listed = [probe for probe in others if probe.entries]
    if listed and not _are_one(survey, looked):
        own = f"a source file of its own can have it, with {_key(looked.probe)} and listing {dict(looked.listing)}"
        return replace(survey, seen=(*looked.words, own))
    listing = {**(survey.listing or {}), **looked.listing} if listed else looked.listing
    return replace(
        survey,
        proposed=guesser(),
        listing=listing,
        columns=(looked.probe, *others),
        unread_lists=survey.unread_lists - {page.url},
        seen=looked.words,
    )


def _key(probe: ListProbe) -> tuple[str, str]:
    return probe.column.url, probe.column.post


def _are_one(survey: Survey, looked: Looked) -> bool:
    """Whether the key `listing` of the other lists says nothing else than that of the list that was seen."""
    own = survey.listing or {}
    if survey.proposed is None or not survey.proposed.accepts_selectors:
        return False
    return all(own.get(key, value) == value for key, value in (looked.listing or {}).items())
