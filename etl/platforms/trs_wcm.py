"""TRS WCM: most of the country (Chongqing, Beijing, Nanjing, Fujian, Hunan, ministries …).

Detail `…/{yyyymm}/t{yyyymmdd}_{id}.html|htm|shtml`, attachments `./P0….pdf` beside it. A list says its number of
pages in `createPageHTML(pages, current, "index", "html")`; Chongqing writes `createPage(…)`, Beijing puts one more
argument in front. Page k stands at `index_{k-1}.html`, the first at `index.html` (seen on saved pages, July 2026).
"""

import re
from urllib.parse import urljoin

from etl.platforms.base import Layout, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.listing import linked_rows
from etl.web.page import WebPage

_DETAIL = re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?(?:$|[?#])")
_ARTICLE = re.compile(r"^t(?:19|20)\d{6}_\d+$")
# Calls only: the definition of the function in the page names its parameters, a call gives numbers.
_PAGER = re.compile(
    r"""createPage(?:HTML)?\s*\(\s*(?:["'][^"']*["']\s*,\s*)?(\d+)\s*,\s*(\d+)\s*,\s*["']([\w-]+)["']\s*,\s*["'](\w+)["']"""
)


class TrsWcm(Platform):
    """TRS WCM."""

    name = "trs_wcm"
    layout = Layout(
        body=(
            "div.TRS_UEDITOR",
            "div.trs_editor_view",
            "div.TRS_Editor",
            "div.TRS_PreAppend",
            "div.Custom_UnionStyle",
            "#Zoom",
            "div.view",
        ),
    )

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        entries = linked_rows(page, _DETAIL)
        pager = _PAGER.search(page.text)
        if not entries and not pager:
            raise NotAListing("neither links to documents (t<date>_<id>.html) nor a call of createPageHTML")
        following: tuple[ListingRequest, ...] = ()
        pages = None
        if pager:
            pages, current, stem, extension = int(pager[1]), int(pager[2]), pager[3], pager[4]
            if current + 1 < pages:
                url = urljoin(page.url, f"{stem}_{current + 1}.{extension}")
                following = (ListingRequest(url, request.column, request.seen + len(entries)),)
        return ListingPage(entries, told_pages=pages, following=following)

    def further_pages(self, page: WebPage) -> tuple[str, ...]:
        """An article of several pages calls the same pager as a list does, with its own name as the stem."""
        pager = _PAGER.search(page.text)
        if pager is None or not _ARTICLE.match(pager[3]):
            return ()
        return tuple(urljoin(page.url, f"{pager[3]}_{number}.{pager[4]}") for number in range(1, int(pager[1])))
