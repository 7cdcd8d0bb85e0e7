"""Of each form in which lists say that they go on (`tests/support/paging_forms.py`), the list is followed or red; and
green where the same form says one page, or stands for something else."""

from itertools import cycle, product

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.paging.list_numbers import counted_by
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support import paging_forms_further as further
from tests.support import paging_pairs as paired
from tests.support.paged_lists import CASES, HOST, LIST, Case, following, read, rows
from tests.support.paging_forms import DATA, MORE, NAMED, WHOLE, WORDS, written
from tests.support.share import share

FAMILIES = ("trs_wcm", "ucap", "generic")
PLACES = (
    "{}",
    '<div class="box"><p>{}</p></div>',
    "<table><tr><td>{}</td></tr></table>",
    '<div class="page">{}</div>',
)
GROUPS = {"names": NAMED, "words": WORDS, "data": DATA, "no numbers": MORE, "further": further.MORE}


def placed(form: str, places: tuple[str, ...]) -> list[str]:
    """The form in each place; scripts and inputs stand anywhere."""
    return [form] if form.startswith(("<script", "<input")) else [place.format(form) for place in places]


def lists(
    forms: dict[str, str], pages: int, documents: int, places: tuple[str, ...] = PLACES
) -> list[tuple[str, ListingPage]]:
    """Each form, and what is read of a list of three rows that has it."""
    contents = [content for form in forms.values() for content in placed(written(form, pages, documents), places)]
    return [(content, read(CASES[family], content)) for content, family in share(zip(contents, cycle(FAMILIES)))]


@pytest.mark.parametrize("group", GROUPS)
def test_no_list_that_goes_on_passes_for_a_whole_one(group: str) -> None:
    found = lists(GROUPS[group], 12, 230)
    silent = [content for content, listing in found if not listing.problems and not following(listing)]
    # A walk compares the pages that were told with those that it read.
    assert [content for content, listing in found if content in silent and (listing.reported_pages or 1) == 1] == []


@pytest.mark.parametrize("group", ["names", "words", "data"])
def test_the_same_forms_of_one_page_make_no_list_red(group: str) -> None:
    assert red(lists(GROUPS[group], 1, 3)) == []


def test_elements_beside_complete_lists_make_none_red() -> None:
    assert red(lists(WHOLE, 1, 3, PLACES[:-1])) == []
    assert red(lists(further.WHOLE, 1, 3, PLACES[:1])) == []
    assert red(lists(dict(zip(paired.WHOLE, paired.WHOLE, strict=True)), 1, 3, PLACES[:1])) == []


@pytest.mark.parametrize("kind", paired.PAIRS)
def test_of_two_similar_lists_only_the_one_that_continues_is_red_or_followed(kind: str) -> None:
    # Data in a page has the addresses of one family's documents.
    families = FAMILIES[:1] if kind == "data islands" else FAMILIES
    read_by_all = [
        (more, whole, read(CASES[family], more), read(CASES[family], whole))
        for (more, whole), family in share(product(paired.PAIRS[kind], families))
    ]
    assert [more for more, _, listing, _ in read_by_all if not _goes_on(listing)] == []
    assert red([(whole, listing) for _, whole, _, listing in read_by_all]) == []


def _goes_on(listing: ListingPage) -> bool:
    return bool(listing.problems or following(listing) or (listing.reported_pages or 1) > 1)


def red(found: list[tuple[str, ListingPage]]) -> list[tuple[str, object]]:
    return [(content, listing.problems) for content, listing in found if listing.problems or following(listing)]


NAMES = {
    "pages": ("total_page_count", "PageTotal", "intPageCount", "lastPageNo", "totlePage", "listPageCount", "zys",),
    "documents": ("RecordTotal", "nTotalRows", "infoCount", "all_count", "data-total-num", "zjls", "countOfNews"),
    None: (
        "pageNum", "pageSize", "visiblePages", "showPageCount", "pageWidth", "pageItemCount", "countPerPage", "perPage",
        "visitCount", "hits", "maxCount", "totalTime", "listNum", "maxItems", "pageId", "lastPageUrl", "n", "", "size",
        "o" * 200, "no" * 60, "page" * 60,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names])
def test_a_name_counts_by_the_words_that_it_is_made_of(kind: str | None, name: str) -> None:
    assert counted_by(name) == kind


BEFORE_THE_PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">\n',
    '<?xml version="1.0"?>',
    "\ufeff\ufeff",
    "\r\n\ufeff\n",
    "Notice: Undefined index: page in list.php on line 3\n<br />\n",
    "<!-- cached 12:01 -->",
)


@pytest.mark.parametrize("before", BEFORE_THE_PAGE)
@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
def test_text_before_the_first_tag_of_a_page_does_not_hide_its_pager(before: str, family: str) -> None:
    case, read_with = CASES[family], list[tuple[object, ...]]()
    pagers = [form for pairs in paired.PAIRS.values() for pair in pairs for form in pair]
    for paging in (*pagers[::7], '<a href="?page=2">下一页</a>'):
        for prolog in ("", before):
            page = WebPage(case.url, f"{prolog}<html><body>{rows(case)}{paging}</body></html>", "utf-8")
            listing = read_list_page(case.family, page, ListingRequest(case.url, "c"))
            read_with.append((following(listing), [problem.code for problem in listing.problems]))
    assert read_with[::2] == read_with[1::2]
    assert any(problems for _, problems in read_with)


YEARS = '<p>{}<a href="javascript:;">2023年</a><a href="javascript:;">2022年</a></p>'


def test_tabs_of_years_beside_all_years_only_narrow_the_list() -> None:
    assert red([("", read(CASES["trs_wcm"], YEARS.format("<a href='javascript:;'>全部</a>")))]) == []
    assert [problem.params["words"] for problem in read(CASES["trs_wcm"], YEARS.format("")).problems] == ["2023年"]


def test_a_calendar_has_no_tabs_of_months() -> None:
    months = "".join(f'<a href="javascript:;">{number}月</a>' for number in range(1, 13))
    assert red([("", read(CASES["trs_wcm"], f'<div class="calendar">{months}</div>'))]) == []
    assert read(CASES["trs_wcm"], f"<div>{months}</div>").problems


OF_YEARS = '<p><a href="{}2023/">2023年</a> <a href="{}2022/index.html">2022年度</a></p>'


def test_lists_of_other_years_are_separate_lists() -> None:
    listing = read(CASES["trs_wcm"], OF_YEARS.format("./", "./") + "<p>共1页 3条</p>")
    assert [(request.url, request.column, request.seen) for request in listing.next_requests] == [
        (f"{LIST}2023/", "c / 2023年", 0),
        (f"{LIST}2022/index.html", "c / 2022年度", 0),
    ]


def test_pictures_with_the_names_of_years_lead_to_lists_too() -> None:
    pictures = '<a href="{0}2023.html"><img src="/i/y2023.gif"></a><a href="{0}2022.html"><img src="/i/y2022.gif"></a>'
    assert following(read(CASES["trs_wcm"], pictures.format(LIST))) == [f"{LIST}2023.html", f"{LIST}2022.html"]
    photos = '<a href="/tp/a.html"><img src="/upload/20230501.jpg"></a>'
    assert following(read(CASES["trs_wcm"], photos)) == []


@pytest.mark.parametrize(
    ("select", "is_sign"),
    [("<select id=nf>{}</select>", True), ("<select class=y>{}</select>", True), ("<select>{}</select>", False)],
)
def test_a_named_selection_of_years_may_be_used_by_a_script_that_is_not_read(select: str, is_sign: bool) -> None:
    of_years = select.format("<option>2024年</option><option>2023年</option>")
    of_all = select.format("<option>全部</option><option>2024年</option><option>2023年</option>")
    found = [read(CASES["generic"], each).problems != () for each in (of_years, of_all)]
    assert found == [is_sign, False]


def test_a_selection_of_the_addresses_of_other_years_leads_to_their_lists() -> None:
    years = "".join(f"<option value='/gk/zcwj/{year}/'>{year}年</option>" for year in (2024, 2023, 2022))
    listing = read(CASES["trs_wcm"], f"<select onchange='location = this.value'>{years}</select>")
    assert following(listing) == [f"{LIST}2023/", f"{LIST}2022/"]
    assert listing.problems == ()


def test_each_list_of_a_year_leads_to_the_others_by_their_first_name() -> None:
    page = WebPage(
        f"{LIST}2024/", f"<html><body>{rows(CASES['trs_wcm'])}{OF_YEARS.format('../', '../')}</body></html>", "utf-8"
    )
    listing = read_list_page(CASES["trs_wcm"].family, page, ListingRequest(page.url, "c / 2024年"))
    assert [request.column for request in listing.next_requests] == ["c / 2023年", "c / 2022年度"]


MONTHS = ("2024年{:02}月", "2024年{}月", "2024-{:02}", "2024.{}", "【2024年{}月】", "2024年{}月（12）")
MONTHS_AT = ("2024{:02}/", "2024-{:02}/", "2024/{:02}/index.html", "list_2024{}.html")


@pytest.mark.parametrize("words", MONTHS)
@pytest.mark.parametrize("address", MONTHS_AT)
@pytest.mark.parametrize(("months", "others"), [((1, 2, 3, 4), 3), ((2, 3, 12), 3), ((1,), 0), ((1, 2), 0)])
def test_lists_of_other_months_are_separate_lists(
    words: str, address: str, months: tuple[int, ...], others: int
) -> None:
    archive = " ".join(f'<a href="{address.format(month)}">{words.format(month)}</a>' for month in months)
    listing = read(CASES["trs_wcm"], f"<p>{archive}</p>")
    assert (len({request.column for request in listing.next_requests}), listing.problems) == (others, ())


@pytest.mark.parametrize("address", ["/tj/2024{:02}/", "./202402/t202402{:02}_7.html", "?d=2024{:02}", "2024{:02}.pdf"])
def test_other_names_with_months_are_not_lists_of_other_months(address: str) -> None:
    links = " ".join(f'<a href="{address.format(month)}">2024年{month}月数据</a>' for month in range(2, 6))
    assert following(read(CASES["trs_wcm"], f"<p>{links}</p>")) == []


@pytest.mark.parametrize("words", MONTHS[:4])
@pytest.mark.parametrize(("months", "told"), [((1, 2, 3, 4), True), ((1, 2), False), ((1,), False)])
def test_a_choice_of_months_is_reported_unless_it_only_filters(words: str, months: tuple[int, ...], told: bool) -> None:
    options = "".join(f"<option>{words.format(month)}</option>" for month in months)
    select = "<select onchange='go()'>{}</select>"
    assert bool(read(CASES["trs_wcm"], select.format(options)).problems) == told
    assert read(CASES["trs_wcm"], select.format(f"<option>全部</option>{options}")).problems == ()


LETTERS_AT = ("{}.html", "./list_{}.html", "?letter={}", "index_{1}.html")
OWN = (
    "<b>{0}</b>",
    '<a class="on" href="./">{0}</a>',
    "<span>{0}</span>",
    '<a href="">{0}</a>',
    '<a href="./">{0}</a>',
)


@pytest.mark.parametrize("address", LETTERS_AT)
@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("item", ["{}", "<li>{}</li>"])
def test_lists_of_other_letters_are_lists_of_their_own(address: str, own: str, place: int, item: str) -> None:
    at = {letter: address.format(letter, number + 1) for number, letter in enumerate("ABCDE")}
    shown = "ABCDE"[place]
    letters = [
        item.format(own.format(letter, url) if letter == shown else f'<a href="{url}">{letter}</a>')
        for letter, url in at.items()
    ]
    listing = read(CASES["trs_wcm"], f"<div>{' '.join(letters)}</div>")
    others = [(f"c / {letter}", 0) for letter in at if letter != shown]
    assert ([(each.column, each.seen) for each in listing.next_requests], listing.problems) == (others, ())
    # None is marked, or all of them can be chosen: then they narrow a list that is whole.
    for whole in ("", '<a class="on" href="./">全部</a>'):
        narrows = "".join(f'<a href="?l={letter}">{letter}</a>' for letter in "ABCDE")
        listing = read(CASES["trs_wcm"], f"<div>{whole}{narrows}</div>")
        assert (following(listing), listing.problems) == ([], ())


def test_a_list_of_several_years_is_not_split_by_years() -> None:
    older = '<ul class="l"><li><a href="./202301/t20230101_9.html">桐溪县第9号通知</a><span>2023-01-05</span></li></ul>'
    assert following(read(CASES["trs_wcm"], older + OF_YEARS.format("./", "./"))) == []


def test_rows_in_data_are_counted() -> None:
    (more, _), *_ = paired.PAIRS["data islands"]
    (problem,) = read(CASES["trs_wcm"], more).problems
    assert (problem.params["links"], problem.params["entries"]) == (40, 3)


def test_the_numbers_of_a_column_tell_its_data_from_that_of_another() -> None:
    case = Case(platform("ucap"), f"{HOST}/s/c100123/list.shtml", "/s/c100123/202401/c100123_{}.shtml")
    data = [f'"/s/c100999/202401/c100999_{n}.shtml"' for n in range(9)]
    assert red([("", read(case, f"<script>var focus = [{','.join(data)}]</script>"))]) == []
    data = [f'"/s/c100123/202402/c100123_{n}.shtml"' for n in range(9)]
    assert read(case, f"<script>var a = [{','.join(data)}]</script>").problems
