"""Tables that libraries fill from a service: what each of them sends by itself for the first page.

By the documentation of layui (table), bootstrap-table, EasyUI and MiniUI (datagrid), DataTables and jqGrid.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from etl.web.page import WebPage
from etl.web.script.values import to_number

_OPTION = re.compile(r"-(\w)")


@dataclass(frozen=True, slots=True)
class Grid:
    """A library. `page`, `size`: the names that it sends for the number of the page, or of the first row, and for that
    of rows, which option `sizes` gives; `first`: the number of the first page; `more`: what else it sends; `turns`: the
    option that makes it turn pages; `posts`: whether it posts if nothing else is said."""

    page: str
    size: str
    sizes: str
    first: float = 1.0
    rows: float = 10.0
    more: tuple[tuple[str, str], ...] = ()
    turns: str = "pagination"
    posts: bool = False

    def sends(self, data: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent for the first page, with the data of the page's own script."""
        says_itself = not isinstance(options.get("queryParams"), (dict, str, type(None)))
        if not options.get(self.turns) or (self.sizes == "pageSize" and says_itself and data):
            return dict(data)
        # Other names, as layui and pagination.js take them.
        request, alias = (each if isinstance(each, dict) else {} for each in map(options.get, ("request", "alias")))
        page = request.get("pageName") or alias.get("pageNumber") or self.page
        size = request.get("limitName") or alias.get("pageSize") or self.size
        if options.get("queryParamsType") in ("", "undefined"):  # of bootstrap-table
            page, size = "pageNumber", "pageSize"
        rows = options.get(self.sizes)
        first = 1.0 if page == "pageNumber" else self.first
        numbers = {page: first, size: rows if isinstance(rows, (float, str)) else self.rows}
        return {**dict(self.more), **data, **numbers}


_GRIDS = {
    "render": Grid("page", "limit", "limit", turns="page"),
    "bootstraptable": Grid("offset", "limit", "pageSize", first=0.0, more=(("order", "asc"),)),
    "datagrid": Grid("page", "rows", "pageSize", posts=True),
    "treegrid": Grid("page", "rows", "pageSize", posts=True),
    "minidatagrid": Grid("pageIndex", "pageSize", "pageSize", first=0.0, turns="url", posts=True),
    "datatable": Grid("start", "length", "pageLength", first=0.0, more=(("draw", "1"),), turns="serverSide"),
    "kendogrid": Grid("page", "pageSize", "pageSize", turns="serverPaging"),
    "kendolistview": Grid("page", "pageSize", "pageSize", turns="serverPaging"),
    "pagination": Grid("pageNumber", "pageSize", "pageSize", turns="dataSource"),
    "jqgrid": Grid("page", "rows", "rowNum", rows=20.0, more=(("_search", "false"),), turns="url"),
}


def grid_of(name: str, options: Mapping[str, Any]) -> Grid | None:
    """The library whose function of this name is called with these options; None for a request of another kind."""
    needs = {"render": {"cols", "page"}, "pagination": {"dataSource"}}.get(name)
    if needs and not needs & options.keys():
        return None
    return _GRIDS.get(name.lower())


def elements_as_calls(page: WebPage) -> Iterator[str]:
    """What elements say to libraries in their attributes, as the calls that say the same."""
    if "-datagrid" in page.text:
        for element in page.tree.xpath("//*[contains(@class, '-datagrid') and (@data-options or @url)]"):
            name = "minidatagrid" if "mini-" in (element.get("class") or "") else "datagrid"
            options = (element.get("data-options") or "").strip().strip("{}")
            yield f"$(this).{name}({{{_attributes(element)}{options}}});"
    if "data-url" in page.text:
        for element in page.tree.xpath("//table[@data-url]"):
            stated = {name[5:]: value for name, value in element.items() if name.startswith("data-")}
            data = {_OPTION.sub(lambda letter: letter[1].upper(), name): _plain(value)
                    for name, value in stated.items() if name != "query-params"}  # fmt: skip
            named = element.get("data-query-params")
            function = f", queryParams: {named}" if named and named.isidentifier() else ""
            yield f"$(this).bootstrapTable({{...{json.dumps(data)}{function}, url: {json.dumps(data['url'])}}});"
    if "lay-data" in page.text:
        for element in page.tree.xpath("//table[contains(@lay-data, 'url')]"):
            options = (element.get("lay-data") or "").strip().strip("{}")
            yield f"table.render({{cols: [], {options}}});"


def _attributes(element: HtmlElement) -> str:
    names = {"url": "url", "method": "method", "pagesize": "pageSize", "pagination": "pagination"}
    attributes = {name: _plain(value) for key, name in names.items() if (value := element.get(key))}
    return "".join(f"{name}: {json.dumps(value)}, " for name, value in attributes.items())


def _plain(value: str) -> Any:
    return value == "true" if value in ("true", "false") else to_number(value) if value.isdecimal() else value
