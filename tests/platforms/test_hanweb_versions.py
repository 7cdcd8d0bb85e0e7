"""Hanweb: its versions and templates list the same documents, and what is cut is never green."""

import json
from dataclasses import dataclass

import pytest

from tests.support.answered_walks import HTML, JSON, Answer, Line, Question, Walked, lines, walk_answers

COLUMN, PROXY, SEARCH = "/col/col77/index.html", "/module/web/jpage/dataproxy.jsp", "/module/xxgk/search.jsp"
DOCUMENT = "/art/{day.year}/{day.month}/{day.day}/art_77_{number}.html"
PAGE = (
    "<html><head><title>公告</title><script src='/module/jslib/jquery/jquery.js'></script></head><body>{}</body></html>"
)


@dataclass(frozen=True)
class Store:
    """A column whose further lines come from dataproxy.jsp; the fields say how this version does it."""

    count: int = 93
    path: str = PROXY
    relative: bool = False
    escaped: bool = False
    stated: int | None = None
    """The total of the service; -1 for none."""
    on_page: int | None = None
    ends: str = "empty"
    posted: bool = False
    media_type: str = "text/xml;charset=UTF-8"

    @property
    def documents(self) -> list[Line]:
        return lines(self.count, DOCUMENT)

    def record(self, line: Line) -> str:
        path = f"../..{line.path}" if self.relative else line.path
        row = f'<li><a href="{path}" title="{line.title}">{line.title[:9]}…</a><span>{line.day}</span></li>'
        if self.escaped:
            return f"<record>{row.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</record>"
        return f"<record><![CDATA[{row}]]></record>"

    def store(self, shown: list[Line], total: int | None) -> str:
        address = f"{self.path}?page=2&appid=1&webid=3&path=/&columnid=77&unitid=423&permissiontype=0"
        link = "" if self.posted else f'<nextgroup><![CDATA[<a href="{address}"></a>]]></nextgroup>'
        number = f"<totalrecord>{total}</totalrecord>" if total is not None and total >= 0 else ""
        records = "".join(map(self.record, shown))
        return f"<datastore>{number}{link}<recordset>{records}</recordset></datastore>"

    def __call__(self, question: Question) -> Answer:
        documents, stated = self.documents, self.count if self.stated is None else self.stated
        if question.path == self.path and (not self.posted or question.method == "POST"):
            start = int(question.sent["startrecord"]) - 1
            shown = documents[start : int(question.sent["endrecord"])]
            if not shown and self.ends == "empty":
                return "<datastore></datastore>", self.media_type
            return self.store(shown, stated), self.media_type
        if question.path != COLUMN:
            return None
        form = "ajaxParam:{columnid:77,unitid:'423'}," if self.posted else ""
        total = self.count if self.on_page is None else self.on_page
        call = f"$('#423').jpage({{dataStore:d,totalRecord:{total},perPage:15,{form}proxyUrl:'{self.path}'}})"
        script = f"<script type='text/xml'>{self.store(documents[:45], None)}</script></div><script>{call}</script>"
        return PAGE.format(f"<div id='423'>{script}"), HTML


def whole(walked: Walked, documents: list[Line]) -> None:
    assert walked.red == []
    assert {url: entry.title for url, entry in walked.entries.items()} == {line.url: line.title for line in documents}
    assert {str(line.day) for line in documents} == {
        entry.fields["published_date"] for entry in walked.entries.values()
    }


@pytest.mark.parametrize(
    "store",
    [
        Store(),
        Store(relative=True),
        Store(escaped=True),
        Store(posted=True),
        Store(posted=True, relative=True),
        Store(path="/module/jpage/dataproxy.jsp"),
        Store(path="/module/jslib/jquery/jpage/dataproxy.jsp", media_type="text/html"),
        Store(on_page=0),
        Store(stated=0),
        Store(stated=-1),
        Store(stated=-1, on_page=0),
        Store(count=90, stated=-1, on_page=0),
        Store(count=45),
        Store(count=7, relative=True),
    ],
    ids=str,
)
def test_a_store_is_read_to_its_end(store: Store) -> None:
    whole(walk_answers("hanweb_jcms", COLUMN, store), store.documents)


@pytest.mark.parametrize("hidden", [1, 3, 15])
def test_hidden_documents_that_the_service_counts_make_a_run_amber(hidden: int) -> None:
    store = Store(stated=93 + hidden, on_page=93 + hidden, ends="total")
    walked = walk_answers("hanweb_jcms", COLUMN, store)
    whole(walked, store.documents)
    assert walked.amber


def test_a_service_that_stops_before_its_total_is_red_for_that() -> None:
    for ends in ("total", "empty"):
        store = Store(stated=300, on_page=300, ends=ends)
        red = " ".join(walk_answers("hanweb_jcms", COLUMN, store).red)
        assert "300" in red
        assert "93" in red
        assert "encrypted" not in red


@dataclass(frozen=True)
class Catalog:
    """A column whose lines are searched by search.jsp. `counts`: what an answer says of its pages."""

    counts: str = "共{pages}页"
    count: int = 57
    call: str = "loadDynamic('{path}?divid=div77&infotypeId=B1&jdid=2&area=&sortfield=x','div77','B1','','','2');"
    path: str = SEARCH
    frame: bool = False

    @property
    def documents(self) -> list[Line]:
        return lines(self.count, DOCUMENT)

    def __call__(self, question: Question) -> Answer:
        if question.path == self.path and question.sent.get("infotypeId") == "B1":
            number, pages = int(question.sent.get("currpage") or 1), -(-self.count // 15)
            shown = self.documents[15 * number - 15 : 15 * number]
            rows = "".join(f'<li><a href="{row.path}">{row.title}</a><b>{row.day}</b></li>' for row in shown)
            counts = self.counts.format(page=number, pages=pages, total=self.count)
            return f"<div><ul>{rows}</ul><table><tr><td>{counts}</td></tr></table></div>", HTML
        if question.path != COLUMN:
            return None
        address = f"{self.path}?fieldConfigId=38&infotypeId=B1&jdid=1&infoCount=15"
        frame = f"<iframe src='{address.replace('&', '&amp;')}'></iframe>" if self.frame else ""
        call = "" if self.frame else self.call.replace("{path}", self.path)
        return PAGE.format(f"<div id='div77'>{frame}</div><script>{call}</script>"), HTML


COUNTS = (
    "共{pages}页", "共&nbsp;{pages}&nbsp;页", "第{page}/{pages}页 共{total}条", "{page}/{pages}", "共有{pages}页",
    "共{total}条信息 分{pages}页显示 当前第{page}页", "总记录数{total}", "",
)  # fmt: skip
VALUES = "infotypeId:'B1',jdid:'2',divid:'div77',area:''"
CALLS = (
    "$('#div77').load('{path}?divid=div77&infotypeId=B1&jdid=2&area=');",
    f"$.ajax({{type:'POST',url:'{{path}}',data:{{{VALUES},currpage:1}},success:function(d){{show(d)}}}});",
    f"$.post('{{path}}',{{{VALUES}}},function(d){{show(d)}});",
)


@pytest.mark.parametrize(
    "catalog",
    [
        *(Catalog(counts) for counts in COUNTS),
        *(Catalog(counts, count=45) for counts in COUNTS),
        *(Catalog(counts, count=6) for counts in COUNTS),
        *(Catalog(call=call) for call in CALLS),
        Catalog(path="/module/xxgk/search_custom.jsp"),
        Catalog(path="/module/xxgk/search_custom.jsp", frame=True),
        Catalog(path="/module/xxgk/search_custom.jsp", frame=True, counts=""),
    ],
    ids=str,
)
def test_a_catalog_is_read_to_its_end(catalog: Catalog) -> None:
    whole(walk_answers("hanweb_jcms", COLUMN, catalog), catalog.documents)


def test_a_column_without_a_store_lists_its_own_documents_alone() -> None:
    own, other = lines(12, DOCUMENT), lines(5, DOCUMENT.replace("art_77_", "art_9_"))

    def rows(documents: list[Line]) -> str:
        links = (f'<li><a href="{row.path}">{row.title}</a><span>{row.day}</span></li>' for row in documents)
        return f"<ul>{''.join(links)}</ul>"

    whole(walk_answers("hanweb_jcms", COLUMN, lambda _: (PAGE.format(rows(own)), HTML)), own)
    beside = PAGE.format(f"<div><h3>最新信息</h3>{rows(other)}</div>")
    (reason,) = walk_answers("hanweb_jcms", COLUMN, lambda _: (beside, HTML)).red
    assert "art_<column>_<id>.html" in reason


@dataclass(frozen=True)
class Unit:
    """A column of jpaas. `stated`: the total, None for the true one; `form`: where the answer has the HTML."""

    count: int = 93
    stated: int | None = None
    form: str = "html"
    row: str = '<li><a href="{line.path}" title="{line.title}">{line.title}</a><span>{line.day}</span></li>'
    beyond: str = "empty"

    @property
    def documents(self) -> list[Line]:
        return lines(self.count, DOCUMENT)

    def __call__(self, question: Question) -> Answer:
        if question.path == COLUMN:
            query = "{'webId':'2','pageType':'column','tagId':'信息列表','pageId':'77'}"
            script = f'<script src="/x/unitbuild.js" url="/gw/page/build/unit" queryData="{query}"></script>'
            return PAGE.format(script), HTML
        number = json.loads(question.query["paramJson"])["pageNo"]
        shown = self.documents[20 * number - 20 : 20 * number]
        if not shown and self.beyond == "null":
            return json.dumps({"success": True, "data": None}), JSON
        total = self.count if self.stated is None else self.stated
        pager = f'<div class="pagination" rows="20" count="{total}"></div>' if total >= 0 else ""
        html = f"<ul>{''.join(self.row.format(line=line) for line in shown)}</ul>{pager}"
        return json.dumps({"success": True, "data": html if self.form == "data" else {"html": html}}), JSON


OPENED = "<li onclick=\"window.open('{line.path}')\"><p>{line.title}</p><span>{line.day}</span></li>"


@pytest.mark.parametrize(
    "unit",
    [
        Unit(),
        Unit(form="data"),
        Unit(stated=0),
        Unit(stated=-1, count=80),
        Unit(stated=-1, count=80, beyond="null"),
        Unit(row=OPENED),
    ],
    ids=str,
)
def test_a_unit_is_read_to_its_end(unit: Unit) -> None:
    whole(walk_answers("hanweb_jpaas", COLUMN, unit), unit.documents)
