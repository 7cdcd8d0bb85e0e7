"""Drafts a source file from a survey: findings become keys, open decisions become comments."""

import json
import re
import string
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from urllib.parse import quote, urlsplit

import yaml

from etl.counting import counted
from etl.errors import GongkaiError
from etl.fetch.refusals import refusing_line, words_instead
from etl.pipeline.survey.names import Guess, agency_name, region_code, site_name
from etl.pipeline.survey.survey import Survey
from etl.pipeline.survey.visits import ListProbe
from etl.platforms.answers.data_lists import read_data_list
from etl.platforms.base import CandidateList, ListingRequest, NotAListing
from etl.platforms.elements.columns import column_key, is_front_page, same_site
from etl.platforms.elements.menus import MAX_NAME, named_links
from etl.platforms.paging.list_scripts import services_asked
from etl.platforms.unread.unread_menus import unread_menus
from etl.sources.schema import Limits, Source
from etl.sources.typed import typed_address
from etl.web.page import WebPage
from etl.web.redirects import page_redirect

_UNKNOWN_REGION = "000000"
_SHARE_OF_TOTAL = 0.7
"""Proposed `min_records`, as a share of the documents that the lists report: some links are always dead or lead to
other sites."""
_OLD_DAYS = 730
_MAX_LEFT_OUT, _MAX_IN_REFUSAL = 20, 8
_WRITE_SERVICE = (
    "give the address of a page that lists documents; if scripts fill this one, look in a browser's network view which"
    " address answers its rows, and write it as `url` of a column, and what is posted to it as `post`"
)
MAX_ID_CHARS = 60
"""As many as the schema allows."""
_YEAR = re.compile(r"(?<!\d)20[0-3]\d(?!\d)")
_HOST_SHARE = 4
"""A host belongs to the catalog if at least one in four listed documents is on it; fewer are stray links."""


def draft(survey: Survey, today: date, *, allow_private: bool = False, delay: float = 2.0, name: str = "") -> str:
    """The text of a source file for the surveyed site. `name`: that of the file, which becomes the id.

    Raises `GongkaiError` if the survey found no list at all.
    """
    if onward := page_redirect(survey.page):
        raise GongkaiError(f"{survey.page.url}: the page only leads on to {onward.url}", hint="give that address")
    if survey.proposed is None or not survey.columns:
        raise GongkaiError(
            "; ".join((f"{survey.page.url}: no list was found to write down", *_not_understood(survey))),
            hint=_WRITE_SERVICE if survey.scripts else "give the address of a page that lists documents",
        )
    text = "\n".join(_lines(survey, today, allow_private, delay, _words(name) or _id(survey.page.url))) + "\n"
    Source.model_validate(yaml.safe_load(text))
    return text


def _not_understood(survey: Survey) -> Iterator[str]:
    """What a page without a list says instead, and what it has that may lead to one."""
    if survey.page.is_data:
        try:
            read_data_list(survey.page, ListingRequest(survey.page.url))
        except NotAListing as error:
            yield str(error)
    elif words := words_instead(survey.page):
        yield f"it says '{words}'"
    unread = dict.fromkeys((*unread_menus(survey.page), *(survey.unread or services_asked(survey.page))))
    yield from (f"{each} was not read" for each in islice(unread, _MAX_LEFT_OUT))
    if len(unread) > _MAX_LEFT_OUT:
        yield f"{len(unread) - _MAX_LEFT_OUT} others were not read"
    if survey.scripts and not unread:
        yield f"no request for a list was understood in its scripts ({', '.join(survey.scripts[:_MAX_IN_REFUSAL])})"
    yield from (f"in a browser: {each}" for each in survey.seen)
    if links := _left_out(survey)[:_MAX_IN_REFUSAL]:
        yield "it links " + ", ".join(f"{link.name} ({link.url})" for link in links)


def _lines(survey: Survey, today: date, allow_private: bool, delay: float, identifier: str) -> Iterator[str]:
    yield f"# Drafted on {today} by `gongkai sources new {survey.requested}`. Lines with (?) are to be decided."
    yield from _findings(survey)
    yield f"id: {identifier}"
    yield from _publisher(survey.outer or survey.page)
    yield f"platform: {survey.proposed.name if survey.proposed else ''}"
    listed = [probe for probe in survey.columns if probe.entries]
    yield from _selectors(survey, is_listed=bool(listed))
    own = [probe for probe in survey.columns if not probe.entries and probe.column.url in survey.unread_lists]
    yield from _columns(survey, [*own, *listed] if listed else list(survey.columns))
    yield f"hosts: [{', '.join(map(_quoted, _hosts(survey)))}]"
    if hosts := _other_hosts(survey):
        yield f"# The lists lead also to {', '.join(hosts)}: add those that are the agency's own (?)."
    yield 'schedule: "@daily"'
    yield f"pace: {{delay: {delay:g}}}"
    if allow_private:
        yield "allow_private_addresses: true"
    yield from _assertions(listed, _hosts(survey), today)
    yield "verified: never  # `gongkai sources check ID --live` looks, and writes the day here"


def _findings(survey: Survey) -> Iterator[str]:
    """Comments on what the page is."""
    if survey.page.url != survey.requested:
        yield f"# What is below is of {survey.page.url}, to which that address leads."
    if survey.family is None:
        rows = "those that its page repeats" if "rows" in (survey.listing or {}) else "those of an answer"
        yield f"# The site is of no known family: the rows below are {rows} (?)."
    elif survey.family is not survey.proposed:
        yield f"# The site is {survey.family.name}, whose lists are not read: the rows below are a guess (?)."
    else:
        signs = dict.fromkeys(sign.fingerprint.what for sign in survey.candidates[0].signs)
        yield f"# Known by: {'; '.join(signs)}."
    if words := refusing_line(survey.page):
        yield f"# (?) The page says {_quoted(words)}: the rows may be of boxes beside that."
    if survey.catalog:
        yield f"# (?) This is a front page. Its catalog ({survey.catalog.name}) is {survey.catalog.url}: survey that."


def _publisher(page: WebPage) -> Iterator[str]:
    """Name, agency and region, as far as the page names them."""
    host = urlsplit(page.url).netloc
    site, agency, code = site_name(page), agency_name(page), region_code(page)
    doubt = "" if site and site.certain else f"  # (?) {_origin(site)}"
    yield f"name: {_quoted(site.value if site else host)}{doubt}"
    yield f"agency: {_quoted(agency.value if agency else host)}  # (?) {_origin(agency)}"
    if code:
        yield f'region: "{code.value}"  # the site\'s identification code begins so: {code.origin}'
    else:
        yield f'region: "{_UNKNOWN_REGION}"  # (?) the page names no identification code'


def _selectors(survey: Survey, *, is_listed: bool) -> Iterator[str]:
    """The key `listing`; for a family that takes it and a page without documents, where to find it."""
    if survey.listing:
        yield "listing:"
        selectors = yaml.safe_dump(dict(survey.listing), allow_unicode=True, sort_keys=False, width=1000)
        yield from (f"  {line}" for line in selectors.splitlines())
        if "address" in survey.listing:
            origin = "the browser shows" if survey.seen else "a script of the page writes"
            yield f"  # (?) address: as {origin} its links; open one of the list to compare"
            if year := _YEAR.search(survey.listing["address"]):
                yield f"  # (?) {year[0]} in it may be the year of the newest documents, and wrong for all others"
    elif survey.proposed and survey.proposed.accepts_selectors and not is_listed:
        yield "# (?) listing: survey the page of one of the lists below, whose rows are not known."


def _columns(survey: Survey, chosen: list[ListProbe]) -> Iterator[str]:
    yield "columns:"
    for probe in chosen:
        yield f"  - {_column(probe.column)}{_remark(probe)}"
        yield from (f"    # (?) {problem}" for problem in probe.problems)
    others = [probe for probe in survey.columns if probe not in chosen]
    if others:
        yield "  # Named by the page too, and not lists as far as is known:"
        yield from (f"  # - {_column(probe.column)}  # {probe.reason}" for probe in others)
    if survey.not_requested:
        every = len(survey.columns) + len(survey.not_requested)
        yield f"  # (?) Named by the page too, and not requested; `--columns {every}` requests them:"
        yield from (f"  # - {_column(column)}" for column in survey.not_requested)
    yield from (f"  # (?) A menu was not read: {menu}" for menu in unread_menus(survey.page))
    yield from (f"  # In a browser: {each}" for each in survey.seen)
    yield from (f"  # (?) The page's scripts: {each}" for each in survey.unread[:_MAX_LEFT_OUT])
    if len(survey.unread) > _MAX_LEFT_OUT:
        yield f"  # (?) and {len(survey.unread) - _MAX_LEFT_OUT} more"
    if left_out := _left_out(survey):
        yield "  # (?) Linked too, and taken for no lists of documents:"
        yield from (f"  # - {_column(column)}" for column in left_out[:_MAX_LEFT_OUT])
    if len(left_out) > _MAX_LEFT_OUT:
        yield f"  # and {len(left_out) - _MAX_LEFT_OUT} more"


def _left_out(survey: Survey) -> list[CandidateList]:
    """The links of the page, with names that lists may have, that lead neither to lists nor to listed documents."""
    lists = [*(probe.column.url for probe in survey.columns), *(column.url for column in survey.not_requested)]
    documents = (entry.url for probe in survey.columns for entry in probe.entries)
    known = set(map(column_key, chain([survey.page.url], lists, documents)))
    links = (link for link in named_links(survey.page) if 1 < len(link.name) <= MAX_NAME)
    others = {column_key(link.url): CandidateList(link.url, link.name) for link in links
              if same_site(link.url, survey.page) and not is_front_page(link.url)}  # fmt: skip
    return [column for key, column in others.items() if key not in known]


def _column(column: CandidateList) -> str:
    name = f", name: {_quoted(column.name)}" if column.name else ""
    post = f", post: {_quoted(column.post)}" if column.post else ""
    return f"{{url: {_quoted(_escaped(column.url))}{name}{post}}}"


def _escaped(url: str) -> str:
    """The address of a link as a source file may have it: what is a slip in one that somebody typed is escaped."""
    try:
        return typed_address(url)
    except ValueError:
        return quote(url, safe=string.punctuation)


def _remark(probe: ListProbe) -> str:
    page = probe.page
    if page is None:
        return f"  # (?) {probe.reason}"
    if probe.below:
        return f"  # {probe.below} lists below it"
    totals = ((page.reported_total, "document"), (page.reported_pages, "page"))
    reported = [counted(number, unit) for number, unit in totals if number]
    remarks = [f"reports {', '.join(reported)}"] if reported else []
    if probe.may_have_more_pages:
        remarks.append("(?) no next page found")
    return f"  # {'; '.join(remarks)}" if remarks else ""


def _assertions(listed: list[ListProbe], hosts: list[str], today: date) -> Iterator[str]:
    seen = {entry.url for probe in listed for entry in probe.entries if urlsplit(entry.url).hostname in hosts}
    days = [date.fromisoformat(day) for probe in listed for entry in probe.entries
            if (day := entry.fields.get("published_date") or entry.fields.get("written_date"))]  # fmt: skip
    newest = max((day for day in days if day <= today), default=None)
    totals = [probe.page.reported_total for probe in listed if probe.page and probe.page.reported_total]
    records = max(len(seen), min(int(sum(totals) * _SHARE_OF_TOTAL), Limits().pages), 1)
    reported = f", {sum(totals)} are reported" if totals else ""
    yield f"# (?) {len(seen)} documents on the first pages{reported}; the newest is of {newest or 'no known day'}."
    if newest and (today - newest).days > _OLD_DAYS:
        yield "# (?) That is long ago: is the list still kept, and is its newest document the first?"
    yield f"assertions: {{min_records: {records}, max_age_days: {_max_age(newest, today)}}}"


def _max_age(newest: date | None, today: date) -> int:
    """Twice the age of the newest document, as sites pause; if it is old, its age plus half a year."""
    if newest is None:
        return 365
    age = (today - newest).days
    return max(60, min(2 * age, age + 180))


def _origin(guess: Guess | None) -> str:
    return f"from {guess.origin}" if guess else "the page names none"


def _id(url: str) -> str:
    """A short name from the host: `www.kq.gov.cn` gives `kq`, an address or port in digits stays."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").removesuffix(".gov.cn").removesuffix(".cn")
    return _words(host) or "site"


def _words(name: str) -> str:
    """Words of letters and digits joined by hyphens, as an id has them."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:MAX_ID_CHARS].rstrip("-")


def _hosts(survey: Survey) -> list[str]:
    """The page's host, those of its lists, and those that have a good share of the listed documents."""
    columns = [probe.column.url for probe in survey.columns if probe.entries]
    own = dict.fromkeys(urlsplit(url).hostname or "" for url in (survey.page.url, *columns))
    entries = _entry_hosts(survey)
    own |= dict.fromkeys(host for host, count in entries.items() if count * _HOST_SHARE >= entries.total())
    return list(own)


def _other_hosts(survey: Survey) -> list[str]:
    return sorted(set(_entry_hosts(survey)) - set(_hosts(survey)))


def _entry_hosts(survey: Survey) -> Counter[str]:
    hosts = (urlsplit(entry.url).hostname for probe in survey.columns for entry in probe.entries)
    return Counter(host for host in hosts if host)


def _quoted(text: str) -> str:
    """The text as a JSON string, which is a YAML string too."""
    return json.dumps(text, ensure_ascii=False)
