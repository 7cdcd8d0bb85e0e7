"""Menus in which surveys find the lists of a site: whatever form their items have, each is found with its name."""

import re

import pytest

from etl.platforms.elements.columns import linked_columns
from etl.platforms.recognise import recognise
from etl.platforms.registry import platform
from etl.platforms.unread.unread_menus import unread_menus
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
    "areas": '<map name="m"><area href="{url}" alt="{name}"></map>',
    "words apart": '<div><a href="{url}"><i></i><b>{name}</b></a></div>',
    "long words": '<li><a href="{url}" title="{name}">云溪县人民政府办公室主动公开的{name}一览</a></li>',
    "written": "<script>document.write('<li><a href={url}>{name}</a></li>');</script>",
    "functions": "<p><a href=\"javascript:f('{url}')\">{name}</a></p><script>function f(u){{location.href=u}}</script>",
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


GROUPS = {
    "options": '<select onchange="location.href=this.value"><option>请选择</option>{}</select>',
    "data of a script": "<script>var menu = [{}]; for (m of menu) draw(m.href, m.title);</script>",
}
GROUPED = {
    "options": '<option value="{url}">{name}</option>',
    "data of a script": '{{"title": "{name}", "href": "{url}"}},',
}


@pytest.mark.parametrize("family", ["generic", "trs_wcm"])
@pytest.mark.parametrize("form", GROUPS)
def test_every_item_of_a_group_is_a_list(form: str, family: str) -> None:
    items = "".join(GROUPED[form].format(name=name, url=url) for name, url in LISTS.items())
    found = columns(GROUPS[form].replace("{}", items), family)
    assert {name: found.get(name) for name in list(LISTS)[1:]} == dict(list(LISTS.items())[1:])


@pytest.mark.parametrize(
    "names",
    [("教育体育局", "财政局", "林草局"), ("龙泉镇", "石溪乡", "清水街道"), ("政策文件", "通知公告", "重大项目")],
    ids=["agencies", "towns", "most of disclosure"],
)
def test_a_menu_of_lists_is_taken_whole(names: tuple[str, ...]) -> None:
    menu = "".join(f'<li><a href="/list.jsp?cid={number}">{name}</a></li>' for number, name in enumerate(names))
    assert set(names) <= set(columns(f"<ul>{menu}</ul>", "generic"))


def test_the_menu_that_names_the_page_is_taken_whole_and_that_of_the_site_is_not() -> None:
    menu = f'<ul><li><a href="{URL}">教育</a><li><a href="/list?c=2">卫生</a><li><a href="/list?c=3">环保</a></ul>'
    site = f'<p><a href="/">首页</a><a href="{URL}">公开</a><a href="/news/">要闻</a><a href="/serve/">办事</a></p>'
    found = columns(site + menu, "generic")
    assert {"卫生", "环保"} <= set(found)
    assert not {"要闻", "办事"} & set(found)


@pytest.mark.parametrize(
    ("menu", "unread"),
    [
        ("<ul>{}</ul><script>$('li').click(open)</script>", "ul: 规划计划, 财政资金, 人事任免 …"),
        ("<script>$.getJSON('/zfxxgk/menu.json', draw)</script>", "/zfxxgk/menu.json"),
        ("<script>fetch(`/api/getColumnTree?site=3`)</script>", "/api/getColumnTree?site=3"),
    ],
)
def test_a_menu_that_leads_nowhere_is_named(menu: str, unread: str) -> None:
    items = "".join(f'<li data-id="{number}">{name}</li>' for number, name in enumerate(list(LISTS)[1:]))
    page = read_page(f"<html><body>{menu.replace('{}', items)}<ul>{ROWS}</ul></body></html>".encode(), URL)
    assert list(unread_menus(page)) == [unread]


@pytest.mark.parametrize("form", ITEMS)
def test_a_menu_that_was_read_is_not_named_as_unread(form: str) -> None:
    items = "".join(ITEMS[form].format(name=name, url=url, add="") for name, url in LISTS.items())
    heads = "<table><tr><td>文件名称</td><td>文号</td><td>发布机构</td><td>公开日期</td></tr></table>"
    heads += "<div><span>文件名称</span><span>公开日期</span><span>发文文号</span></div>"
    heads += "<ul><li>公开形式：网站</li><li>公开范围：全部</li><li>公开日期：五月</li></ul>"
    page = read_page(f"<html><body>{items}{heads}<ul>{ROWS}</ul></body></html>".encode(), URL)
    assert list(unread_menus(page)) == []


def test_a_picture_without_words_below_the_page_is_a_list_without_a_name() -> None:
    found = columns('<a href="/zfxxgk/zcwj/gz/"><img src="/1.png"></a><a href="/"><img src="/logo.png"></a>', "trs_wcm")
    assert found[""] == f"{URL}gz/"


@pytest.mark.parametrize("words", ["2", "下一页", "尾页", "加载更多", "第3页"])
def test_a_step_to_further_pages_is_no_list(words: str) -> None:
    assert f"{URL}?page=2" not in columns("", "trs_wcm", f'<a href="?page=2">{words}</a>').values()


def test_an_address_of_the_front_page_with_a_query_may_be_a_list() -> None:
    # Old catalogs have one program in the root: `/?a=dir&p=12`.
    page = read_page(
        b"<html><title>" + "文件".encode() + b"</title><body></body></html>", "https://x.example/?a=dir&p=12"
    )
    assert [column.url for column in linked_columns(page, re.compile("^/"))] == [page.url]
    front = read_page(b"<html><body></body></html>", "https://x.example/index.html")
    assert linked_columns(front, re.compile("^/")) == ()


@pytest.mark.parametrize("bar", ["<div class=hd>{}</div>", "<div class=hd><ul>{}</ul></div>"])
def test_more_in_the_panel_of_a_tab_leads_to_the_list_that_the_tab_names(bar: str) -> None:
    tabs = "".join(f"<span onmouseover='s({place})'>{name}</span>" for place, name in enumerate(LISTS))
    panels = "".join(f"<div class=bd><ul>{ROWS}</ul><a href='{url}'>更多</a></div>" for url in LISTS.values())
    found = columns(bar.format(tabs.replace("span", "li") if "<ul>" in bar else tabs) + panels, "generic")
    assert {name: found.get(name) for name in list(LISTS)[1:]} == dict(list(LISTS.items())[1:])
