"""A walk over a served site without an archive: every request that follows from another, and what its answer said."""

from collections import deque
from dataclasses import dataclass, field

import httpx
import yaml

from demo import source_text
from demo.server import Site
from etl.platforms.base import ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.reason_codes import Code
from etl.sources.schema import Source
from etl.web.page import read_page


@dataclass
class Walk:
    """What a walk met: pages in their order, and the requests whose answer was no listing, with the reason."""

    pages: list[tuple[ListingRequest, ListingPage]] = field(default_factory=list)
    lost: list[tuple[ListingRequest, str]] = field(default_factory=list)

    def entries(self, column: str) -> list[dict[str, str]]:
        """The entries of a column as `goldens.entries` writes them."""
        listed = [entry for request, page in self.pages if request.column == column for entry in page.entries]
        return [{"url": entry.url, "title": entry.title, **entry.fields} for entry in listed]

    def reported(self, column: str) -> tuple[int | None, int | None]:
        """The total and the number of pages that the column's answers told last."""
        pages = [page for request, page in self.pages if request.column == column]
        totals = [page.reported_total for page in pages if page.reported_total is not None]
        counts = [page.reported_pages for page in pages if page.reported_pages is not None]
        return (totals or [None])[-1], (counts or [None])[-1]


def first_requests(family: Platform, site: Site) -> tuple[ListingRequest, ...]:
    """Where a walk of the site's source file begins."""
    return family.start(Source.model_validate(yaml.load(source_text(site), yaml.CSafeLoader)))


def ask(client: httpx.Client, family: Platform, request: ListingRequest) -> ListingPage:
    """Fetches one listing page and reads it. Raises `NotAListing`."""
    headers = dict(request.headers)
    answer = client.request(request.method, request.url, headers=headers, content=request.body)
    if answer.status_code != 200:
        raise NotAListing(Code.SERVICE_ANSWERS, message=f"status {answer.status_code}")
    page = read_page(answer.content, str(answer.url), answer.headers.get("content-type", ""))
    listing = read_list_page(family, page, request)
    assert listing.problems == ()
    return listing


def walk(client: httpx.Client, family: Platform, *first: ListingRequest, most: int = 100) -> Walk:
    """Walks from these requests to the end, or to `most` of them."""
    walked, waiting = Walk(), deque(first)
    while waiting and len(walked.pages) + len(walked.lost) < most:
        request = waiting.popleft()
        try:
            page = ask(client, family, request)
        except NotAListing as error:
            walked.lost.append((request, str(error)))
            continue
        walked.pages.append((request, page))
        waiting.extendleft(reversed(page.next_requests))
    return walked
