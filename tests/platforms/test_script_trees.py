"""Trees of columns that a script draws: their nodes are lists of their own, or make a list red that shows one node."""

import pytest

from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, HOST, LIST, read, rows

NAMES = ("办公室", "发展改革局", "教育体育局")
DRAWN = (
    "var zNodes = [{}]; $.fn.zTree.init($('#t'), setting, zNodes);",
    "layui.tree.render({{elem: '#t', data: [{}]}});",
    "$('#t').jstree({{core: {{data: [{}]}}}});",
    "$('#t').treeview({{data: [{}]}});",
)
NODES = (
    "{{id: {n}, pId: 0, name: '{name}', url: '/gk/list.jsp?dept={n}'}}",
    '{{"id": "{n}", "text": "{name}", "href": "list.jsp?dept={n}"}}',
    "{{title: '{name}', link: './list.jsp?dept={n}', id: {n}}}",
)


def _tree(drawn: str, node: str) -> str:
    return f"<script>{drawn.format(', '.join(node.format(n=n, name=name) for n, name in enumerate(NAMES)))}</script>"


def _columns(script: str) -> dict[str, str]:
    page = WebPage(f"{HOST}/gk/", f"<html><body>{rows(CASES['generic'])}{script}</body></html>", "utf-8")
    return {column.name: column.url for column in platform("generic").find_columns(page)}


@pytest.mark.parametrize("drawn", DRAWN)
@pytest.mark.parametrize("node", NODES)
def test_the_nodes_of_a_tree_are_lists(drawn: str, node: str) -> None:
    columns = _columns(_tree(drawn, node))
    assert {name: columns.get(name) for name in NAMES} == {
        name: f"{HOST}/gk/list.jsp?dept={n}" for n, name in enumerate(NAMES)
    }
    assert read(CASES["generic"], _tree(drawn, node)).problems == ()


def test_the_calls_that_add_nodes_to_a_tree_name_lists() -> None:
    added = "".join(f"d.add({n + 1}, 0, '{name}', 'list.jsp?dept={n}');" for n, name in enumerate(NAMES))
    columns = _columns(f"<script>var d = new dTree('d'); d.add(0, -1, '目录'); {added} document.write(d);</script>")
    assert [columns.get(name) for name in NAMES] == [f"{HOST}/gk/list.jsp?dept={n}" for n in range(3)]


@pytest.mark.parametrize(
    "script",
    [
        *(_tree(drawn, "{{id: {n}, pId: 0, name: '{name}'}}") for drawn in DRAWN),
        "<script>var set = {async: {enable: true, url: '/gk/tree.jsp'}}; $.fn.zTree.init($('#t'), set);</script>",
        "<script>d = new dTree('d'); d.add(0, -1, '目录'); d.add(1, 0, '办公室'); d.add(2, 0, '教育局');</script>",
        "<script>$('#t').tree({animate: true, url: '/gk/tree.jsp'}); $('#u').treeview({data, levels: 1});</script>",
        '<ul id="t" class="ztree"></ul><script src="/js/catalog.js"></script>',
        "<ul class=filetree><li><span>机构设置</span></li><li><span>规划计划</span></li></ul>",
        '<el-tree :data="nodes" @node-click="load"></el-tree>',
    ],
)
def test_a_tree_whose_nodes_lead_nowhere_makes_its_list_red(script: str) -> None:
    assert [problem.code for problem in read(CASES["generic"], script, url=LIST).problems] == ["paging_not_understood"]


@pytest.mark.parametrize(
    "script",
    [
        "<!-- $.fn.zTree.init($('#t'), s, [{name: '办公室'}, {name: '教育局'}]) -->",
        "<script>// $.fn.zTree.init($('#t'), s, [{name: '办公室'}, {name: '教育局'}])</script>",
        "<ul class=treeview><li><a href=/gk/a/>机构设置</a></li><li><a href=/gk/b/>规划计划</a></li></ul>",
        "<ul id=t class=treeview><li><a href=/gk/a/>机构设置</a></li><li><a href=/gk/b/>规划计划</a></li></ul>"
        "<script>$('#t').treeview({collapsed: true, toggle: function (node) { location = node.url }});</script>",
        "<div id=t><ul><li><a href=/gk/a/>机构设置</a></li></ul></div>"
        "<script>$('#t').jstree({core: {themes: {icons: false}}});</script>",
        "<script>var street = [{name: '办公室'}, {name: '教育局'}];</script>",
    ],
)
def test_what_draws_no_tree_is_none(script: str) -> None:
    assert read(CASES["generic"], script).problems == ()


@pytest.mark.parametrize("hidden", ['style="display:none"', "hidden"])
@pytest.mark.parametrize(
    "field", ['<input name="jg" readonly onclick="choose()">', '<p><input type="text" name="jg"></p>']
)
def test_the_hidden_choice_of_a_search_is_no_tree_of_lists(hidden: str, field: str) -> None:
    tree = '<ul id="t" class="ztree"></ul>'
    drawn = "<script>$.fn.zTree.init($('#t'), setting, zNodes);</script>"
    search, catalog = f"<form>{field}<div {hidden}>{tree}</div></form>{drawn}", f"<div>{tree}</div>{field}{drawn}"
    assert read(CASES["generic"], search).problems == ()
    assert [problem.code for problem in read(CASES["generic"], catalog).problems] == ["paging_not_understood"]
