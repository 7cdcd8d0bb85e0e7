"""Lists of five families with a pager of any form: a small page for each, and what is read of it."""

from dataclasses import dataclass

from etl.platforms.base import ListingPage, ListingRequest, Platform
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage

HOST = "http://x.example"
LIST = f"{HOST}/gk/zcwj/"


@dataclass(frozen=True)
class Case:
    """A family, the address of its list, and the address of a document with `{}` for its number."""

    family: Platform
    url: str
    document: str


CASES = {
    "trs_wcm": Case(platform("trs_wcm"), LIST, "./202401/t20240101_{}.html"),
    "ucap": Case(platform("ucap"), f"{HOST}/s/c1/list.shtml", "/s/c1/202401/c1_{}.shtml"),
    "lonsun": Case(platform("lonsun"), f"{HOST}/gk/index.html", "/gk/9000{}.html"),
    "nfcms": Case(platform("nfcms"), f"{HOST}/gk/", "/gk/content/post_{}.html"),
    "generic": Case(
        platform("generic").for_source(
            adhoc_source("x", "x", LIST, ["x.example"]).model_copy(update={"listing": Listing(rows="ul.l > li")})
        ),
        LIST,
        "/show.php?id={}",
    ),
}


def rows(case: Case, count: int = 3) -> str:
    lines = (
        f'<li><a href="{case.document.format(n)}">桐溪县第{n}号通知</a><span>2024-01-{n % 28 + 1:02}</span></li>'
        for n in range(1, count + 1)
    )
    return f'<ul class="l">{"".join(lines)}</ul>'


def read(case: Case, paging: str, *, seen: int = 0, url: str = "", count: int = 3) -> ListingPage:
    url = url or case.url
    page = WebPage(url, f"<html><body>{rows(case, count)}{paging}</body></html>", "utf-8")
    return read_list_page(case.family, page, ListingRequest(url, "c", seen))


def following(listing: ListingPage) -> list[str]:
    return [request.url for request in listing.next_requests]
