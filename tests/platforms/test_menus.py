"""Menus in which surveys find the lists of a site: whatever form their items have, each is found with its name."""

import pytest

from etl.platforms.recognise import recognise
from etl.platforms.registry import platform
from etl.web.page import read_page

URL = "https://www.yunxi.example/zfxxgk/zcwj/"
LISTS = {"政策文件": URL} | {
    name: f"https://www.yunxi.example/zfxxgk/{folder}/"
    for name, folder in (("规划计划", "ghjh"), ("财政资金", "czzj"), ("人事任免", "rsrm"))
}
ROWS = "".join(
    f"<li><a href='/zfxxgk/zcwj/202405/t2024051{day}_90{day}.html'>关于公布第{day}批农村公路养护名录的通知</a>"
    f"<span>2024-05-1{day}</span></li>"
    for day in range(5)
)
ITEMS = {
    "links": '<li><a href="{url}">{name}</a></li>',
    "pictures": '<a href="{url}"><img src="/{name}.png" alt="{name}"></a>',
    "pictures with a title": '<a href="{url}" title="{name}"><img src="/m.png"></a>',
    "clicks": "<div onclick=\"location.href='{url}'\">{name}</div>",
    "windows": "<p><span onclick=\"javascript:window.open('{url}','_self')\">{name}</span></p>",
    "boxes": '<div><h3>{name}</h3><span><a href="{url}">更多&gt;&gt;</a></span></div>',
    "heads of boxes": '<dl><dt>{name}<a href="{url}">MORE</a></dt></dl>',
    "nodes": '<script>var t = new dTree("t"); {add} document.write(t);</script>',
}


def columns(menu: str, family: str, rest: str = "") -> dict[str, str]:
    page = read_page(f"<html><body>{menu}<ul class='list'>{ROWS}</ul>{rest}</body></html>".encode(), URL)
    recognise(page)
    return {column.name: column.url for column in platform(family).find_columns(page)}


@pytest.mark.parametrize("family", ["generic", "trs_wcm"])
@pytest.mark.parametrize("form", ITEMS)
def test_every_item_of_a_menu_is_a_list_with_its_name(form: str, family: str) -> None:
    added = "".join(f't.add({number}, 0, "{name}", "{url}");' for number, (name, url) in enumerate(LISTS.items(), 1))
    items = "".join(ITEMS[form].format(name=name, url=url, add=added) for name, url in LISTS.items())
    found = columns(items, family)
    assert {name: found.get(name) for name in list(LISTS)[1:]} == dict(list(LISTS.items())[1:])


def test_a_picture_without_words_below_the_page_is_a_list_without_a_name() -> None:
    found = columns('<a href="/zfxxgk/zcwj/gz/"><img src="/1.png"></a><a href="/"><img src="/logo.png"></a>', "trs_wcm")
    assert found[""] == f"{URL}gz/"


@pytest.mark.parametrize("words", ["2", "下一页", "尾页", "加载更多", "第3页"])
def test_a_step_to_further_pages_is_no_list(words: str) -> None:
    assert f"{URL}?page=2" not in columns("", "trs_wcm", f'<a href="?page=2">{words}</a>').values()
