"""Documents that stand apart from the rows of their list, and rows that lead to one address."""

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, HOST, LIST, rows

CASE = CASES["trs_wcm"]


def _read(above: str, below: str = "") -> ListingPage:
    page = WebPage(LIST, f"<body><div>{above}{rows(CASE, 6)}{below}</div></body>", "utf-8")
    return read_list_page(CASE.family, page, ListingRequest(LIST, "c"))


@pytest.mark.parametrize(
    "above",
    [
        '<div class="tt"><h2><a href="./202405/t20240501_90.html">桐溪县防汛预案</a></h2><p>2024-05-01</p></div>',
        '<p><em>置顶</em><a href="./202405/t20240501_90.html">桐溪县防汛预案</a><span>2024-05-01</span></p>',
        '<div><a href="./202405/t20240501_90.html"><img src="1.jpg"></a>'
        '<h3><a href="./202405/t20240501_90.html">桐溪县防汛预案</a></h3><i>2024-05-01</i></div>',
    ],
)
def test_a_document_set_apart_above_the_rows_is_listed(above: str) -> None:
    listing = _read(above)
    first = listing.entries[0]
    assert (len(listing.entries), first.url, first.title, first.fields.get("published_date")) == (
        7,
        f"{LIST}202405/t20240501_90.html",
        "桐溪县防汛预案",
        "2024-05-01",
    )


@pytest.mark.parametrize(
    "above",
    [
        '<p><a href="/gk/zcwj/">政策文件目录说明</a></p>',
        '<p><a href="/gk/other/202405/t20240501_90.html">桐溪县防汛预案</a></p>',
        '<div class="hot"><a href="./202405/t20240501_90.html">桐溪县防汛预案</a></div>',
        '<div class="slider"><a href="./202405/t20240501_90.html">桐溪县防汛预案</a></div>',
    ],
)
def test_navigation_other_columns_and_boxes_above_the_rows_are_not_listed(above: str) -> None:
    assert len(_read(above).entries) == 6


def test_a_dated_title_right_above_the_rows_is_one_of_them_wherever_the_documents_are() -> None:
    case = CASES["generic"]
    apart = '<div class="top"><a href="/show.php?id=90">桐溪县防汛应急预案</a>{}</div>'
    found = []
    for above in (apart.format("<span>2024-05-01</span>"), apart.format("")):
        page = WebPage(LIST, f"<body><div>{above}{rows(case, 6)}</div></body>", "utf-8")
        found.append(len(read_list_page(case.family, page, ListingRequest(LIST, "c")).entries))
    assert found == [7, 6]


@pytest.mark.parametrize("address", ["/detail.html#id={}", "/view/#!/doc/{}", "#/detail/{}"])
def test_documents_that_differ_only_in_the_fragment_are_reported(address: str) -> None:
    case = CASES["generic"]
    lines = "".join(f'<li><a href="{address.format(n)}">桐溪县第{n}号通知书</a></li>' for n in range(1, 7))
    page = WebPage(f"{HOST}/gk/index.html", f'<body><ul class="l">{lines}</ul></body>', "utf-8")
    (problem,) = read_list_page(case.family, page, ListingRequest(page.url, "c")).problems
    assert (problem.code, problem.params["links"], problem.params["entries"]) == ("rows_not_understood", 6, 1)


@pytest.mark.parametrize(
    "element",
    [
        '<turbo-frame src="./rest" loading="lazy"></turbo-frame>',
        '<div w3-include-html="rest.html"></div>',
        '<script src="./data_2.js"></script>',
        '<a href="/gk.nsf/v1?OpenView&Start=1&Expand=2"><img src="expand.gif"></a>',
    ],
)
def test_rows_that_an_element_loads_or_unfolds_are_reported(element: str) -> None:
    assert [problem.code for problem in _read("", element).problems] == ["paging_not_understood"]


TITLES = [f'<a href="./202405/t20240501_{90 + number}.html">桐溪县防汛预案第{number}号</a>' for number in range(3)]


@pytest.mark.parametrize(
    "above",
    [
        f"<ul>{''.join(f'<li>{title}<i>2024-05-0{1 + place}</i></li>' for place, title in enumerate(TITLES))}</ul>",
        "".join(f"<div><em>置顶</em>{title}</div>" for title in TITLES),
        f"<marquee>{' '.join(TITLES)}</marquee>",
        f"<table>{''.join(f'<tr><td><img src=t.gif></td><td>{title}</td></tr>' for title in TITLES)}</table>",
        "".join(f"<h2>{title}</h2>" for title in TITLES),
    ],
)
def test_several_documents_above_the_rows_are_listed(above: str) -> None:
    listed = [(entry.url, entry.title) for entry in _read(above).entries[:3]]
    assert listed == [(f"{LIST}202405/t20240501_{90 + n}.html", f"桐溪县防汛预案第{n}号") for n in range(3)]


def test_links_to_elsewhere_beside_them_make_them_rows_of_another_list() -> None:
    box = f'<div><h3>政策文件</h3><a href="/gk/qb/">更多</a>{"".join(TITLES)}</div>'
    assert len(_read(box).entries) == 6
