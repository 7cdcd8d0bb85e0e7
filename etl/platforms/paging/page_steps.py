"""Links to further pages of a list, recognised by the form of their address, whatever their words: an icon, 往后, ⇒.

Another page of the list has this page's address with a number after its name (`index.html`, `index_1.html`), or
with a page or row number in its query. Entries and other columns have neither.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import label_of
from etl.platforms.paging.pager_elements import OF_PAGE, target_of
from etl.platforms.paging.pager_links import is_among_steps
from etl.platforms.paging.pager_numbers import DIGITS, differing_number, follows
from etl.web.page import WebPage, base_url

_NAME = re.compile(r"(?P<stem>[^/]*?)(?:(?P<mark>[_-])(?P<number>\d{1,4}))?(?P<ending>\.\w{2,5})?")
_INDEX = re.compile(r"(?:index|default|list|page)?", re.IGNORECASE)
_OF_ROW = re.compile(r"(?:\w{1,12}[._])?(?:start|offset|skip|from)(?:_?row)?", re.IGNORECASE)
_OF_VIEW = re.compile(
    rf"{OF_PAGE.pattern}|{_OF_ROW.pattern}|count|order|sort|dir|(?:expand|collapse)(?:view)?", re.IGNORECASE
)
"""Names of parameters that choose what of a list is shown, and how."""
_MAY_STEP = re.compile(r"[/_-](?:p|page)?\d{1,4}(?:\.\w|/|$)|=\d")
_IS_STEP = re.compile(
    r"^[^a-zA-Z\u4e00-\u9fff]{0,4}$|^\W*(?:(?:点击|查看|加载|显示|浏览)*更多|[更较]?早期?(?:的?(?:文章|文件|信息))?|继续|往[后下]|下\w{1,3}|后\w{1,3}|"
    r"first|prev\w*|next\w*|last\w*|more|older\w{0,6}|[首尾末上前]\w{1,3})\W*$",
    re.IGNORECASE,
)
_OTHER_SCRIPT = re.compile(r"^[^a-zA-Z\u4e00-\u9fff]+$")
"""Words of Tibetan, Uyghur or Mongolian, which are not read."""
_SAYS_NEXT = re.compile(
    r"^\W*(?:[下后次](?:\d{1,3}|[一二三五]?十?)[页頁批屏组篇条條]|往[后下]|next|older)\W*$", re.IGNORECASE
)
_YEAR = re.compile(r"^\W*(?:19|20)\d\d(?:年\w{0,6})?\W*$")
_BACK = re.compile(
    r"首页|第一页|上一?页|首頁|前一?页|^\W*[首前]\W*$|^[\W_]*1[\W_]*$|^\W*(?:first|prev\w*|<+|«|‹)\W*$", re.IGNORECASE
)
_LAST = re.compile(r"尾页|末[页頁]|最后|^\W*[尾末]\W*$|^\W*(?:last\w*|>>+|»»|[>›»]\|)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """A link to another page of the list. `own`, `number`: the numbers in the page's own address (None if it has none)
    and in the link's; `of_rows`: they count rows, not pages."""

    link: HtmlElement
    url: str
    own: int | None
    number: int
    of_rows: bool


def steps(page: WebPage, listed: Collection[str], *, is_further: bool = False, seen: int = 0) -> Iterator[Step]:
    """The page's links to further pages of its list, by the form of their address; `listed`: addresses of its entries.

    `is_further`: the page's address is that of a further page of its list: then its number is that of the page, and
    not of a column. `seen`: entries up to this page's end."""
    base, here = base_url(page), urlsplit(page.url)
    for link in page.tree.iter("a", "area", "option"):
        if not _MAY_STEP.search(link.get("href") or link.get("value") or ""):
            continue
        url = target_of(link, base)
        if not url or url in listed or _BACK.search(label_of(link)):
            continue
        there = urlsplit(url)
        if _YEAR.search(label_of(link)):
            continue  # a list of another year
        if there.netloc == here.netloc and (
            step := _by_name(here, there, is_further=is_further)
            or _by_query(here, there, rows=seen if _SAYS_NEXT.match(label_of(link)) else 0)
        ):
            own, number, of_rows = step
            if number > (own or 0):
                yield Step(link, url, own, number, of_rows)
        elif follows(page.url, url):
            own, rows = differing_number(page.url, url), len(listed)
            # Numbers that count from the last page are other ones than those of the rows before.
            is_placed = is_further and seen - rows in ((own - 1) * rows, own * rows)
            if not is_placed and (is_further or not _is_second(page, url, link)):
                continue
            yield Step(link, url, own, own + 1, False)


def is_view_of(url: str, own: str) -> bool:
    """Whether an address is that of the page itself with another part of its rows, another order, or other groups open.
    The query must name the list beside that: on some sites the number of a document stands there alone (`/?p=12`)."""
    if url == own or url.partition("?")[0] != own.partition("?")[0]:
        return False
    here, there = urlsplit(own), urlsplit(url)
    queries = (parse_qsl(parts.query, keep_blank_values=True) for parts in (here, there))
    before, after = ([each for each in query if not _OF_VIEW.fullmatch(each[0])] for query in queries)
    return before == after != []


def _is_second(page: WebPage, url: str, link: HtmlElement) -> bool:
    """Whether a link from a page of number 0 or 1 (`/12/1.html`) to the following number leads to a page, not to the
    next column: it is no name, and no name leads to a number behind it."""
    if differing_number(page.url, url) > 1 or not (label_of(link) or is_among_steps(link)):
        return False
    form, base = DIGITS.sub("#", url), base_url(page)
    alike = (other for other in page.tree.iter("a") if DIGITS.sub("#", target_of(other, base) or "") == form)
    named = {target_of(other, base) for other in alike if not _IS_STEP.match(label_of(other))}
    others = named - {url, page.url}
    return not others and (url not in named or _OTHER_SCRIPT.match(label_of(link)) is not None)


def page_behind(page: WebPage, listed: Collection[str], seen: int, *, is_further: bool) -> str | None:
    """The address of the next page, if a link to it is recognised by its form and has no known pager words.

    On a page without a number of its own, the link must be the only one of its kind: the next page may have number 1 or
    2. `seen`: entries up to this page's end, with which a row number must continue.
    """
    by_number = {
        step.number: step
        for step in steps(page, listed, is_further=is_further, seen=seen)
        if not _LAST.search(label_of(step.link))
    }
    if any(step.of_rows for step in by_number.values()):
        behind = [by_number[number] for number in (seen, seen + 1) if number in by_number]
    elif own := next((step.own for step in by_number.values() if step.own is not None), None):
        behind = [by_number[own + 1]] if own + 1 in by_number else []
    else:
        behind = [step for step in by_number.values() if len(by_number) == 1 and step.number <= 2]
    return behind[0].url if behind else None


def _by_name(here: SplitResult, there: SplitResult, *, is_further: bool) -> tuple[int | None, int, bool] | None:
    """The numbers after the names of two pages of one folder: `index.html` and `index_1.html`."""
    (folder, _, name), (other_folder, _, other_name) = here.path.rpartition("/"), there.path.rpartition("/")
    own, other = _NAME.fullmatch(name), _NAME.fullmatch(other_name)
    if folder != other_folder or here.query != there.query or not own or not other or not other["number"]:
        return None
    if own["number"] is None and not own["ending"]:  # the folder itself
        return (None, digits(other["number"]), False) if not name and _INDEX.fullmatch(other["stem"]) else None
    # If a number belongs to the name of the list, the next page has another number after it: `list_3_2.html`.
    stem = name.removesuffix(own["ending"] or "")
    if other["stem"] == stem:
        return None, digits(other["number"]), False
    if own["number"] is not None and (own["stem"], own["mark"]) == (other["stem"], other["mark"]):
        # Lists may have names such as `list_7.html`, where the number is that of the column.
        is_page = is_further or _INDEX.fullmatch(own["stem"]) is None or own["stem"].lower() in ("index", "default")
        return (digits(own["number"]), digits(other["number"]), False) if is_page else None
    return None


def _by_query(here: SplitResult, there: SplitResult, rows: int = 0) -> tuple[int | None, int, bool] | None:
    """The page or row numbers in two queries that are equal otherwise. `rows`: those up to a link that says that it
    leads on, whose number may have any name."""
    if here.path != there.path:
        return None
    own, other = dict(parse_qsl(here.query)), dict(parse_qsl(there.query))
    changed = [key for key, value in other.items() if own.get(key) != value]
    if len(changed) != 1 or own.keys() - other.keys() or not other[changed[0]].isdecimal():
        return None
    key, number = changed[0], digits(other[changed[0]])
    before, of_rows = own.get(key, ""), _OF_ROW.fullmatch(key) is not None or number == rows > 2
    if not (of_rows or rows or OF_PAGE.fullmatch(key)) or (before and not before.isdecimal()):
        return None
    return (digits(before) if before else None), number, of_rows
