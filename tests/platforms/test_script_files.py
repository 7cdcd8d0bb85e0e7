"""Which script files of a page are fetched while its source file is drafted."""

import pytest

from etl.platforms.drafting.script_files import files_in, is_library, own_files, script_files, with_files
from etl.platforms.drafting.services import services_of
from etl.web.page import WebPage, read_page

URL = "https://www.yunxi.example/gk/zcwj/index.html"
SITE = "https://www.yunxi.example"


def page(content: str) -> WebPage:
    return read_page(f"<html><head>{content}</head><body><ul></ul></body></html>".encode(), URL)


@pytest.mark.parametrize(
    ("content", "files"),
    [
        ('<script src="list.js"></script>', [f"{SITE}/gk/zcwj/list.js"]),
        ('<script src="/js/gk.js?v=3"></script>', [f"{SITE}/js/gk.js?v=3"]),
        ('<script type="module" src="/assets/main.mjs"></script>', [f"{SITE}/assets/main.mjs"]),
        ('<script src="/lib/require.js" data-main="/js/main"></script>', [f"{SITE}/js/main.js"]),
        ("<script>$.getScript('/js/rows.js')</script>", [f"{SITE}/js/rows.js"]),
        ('<script src="/js/jquery-3.6.0.min.js"></script><script src="/js/vue.min.js"></script>', []),
        ('<script src="/js/bootstrap-table.min.js"></script><script src="/js/jquery.cookie.js"></script>', []),
        ('<script src="/js/jquery.newslist.js"></script>', [f"{SITE}/js/jquery.newslist.js"]),
        ('<script src="https://cdn.elsewhere.example/list.js"></script>', []),
        ('<script src="data:text/javascript,1"></script><script src="/list.php?js"></script>', []),
        ('<script type="text/template" src="/js/row.js"></script>', []),
    ],
)
def test_script_files_of_the_own_site_are_read_and_no_libraries(content: str, files: list[str]) -> None:
    assert script_files(page(content)) == files


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import { list } from './api.js'", [f"{SITE}/js/api.js"]),
        ('import"./a.js";import t from"../b.js"', [f"{SITE}/js/a.js", f"{SITE}/b.js"]),
        ("const m = await import('./rows.js')", [f"{SITE}/js/rows.js"]),
        ("require.config({baseUrl: '/js'}); require(['app/list'], f)", [f"{SITE}/js/app/list.js"]),
        ("import { x } from 'https://cdn.elsewhere.example/x.js'", []),
        ("var words = 'import from abroad'", []),
    ],
)
def test_a_script_file_may_load_others(code: str, files: list[str]) -> None:
    assert own_files(page(""), files_in(code, f"{SITE}/js/main.js")) == files


def test_a_library_says_at_its_beginning_that_others_load_it() -> None:
    assert is_library("!function(e,t){'object'==typeof exports?module.exports=t():e.X=t()}(this,function(){})")
    assert not is_library("function load(p) { $.get('/list', {page: p}, draw) } load(1)")


def test_what_the_files_request_is_requested_by_the_page() -> None:
    whole = with_files(
        page("<script>var lm = '1203'</script>"), {"/l.js": "$.get('/doc/list', {lm: lm, page: 1}, draw)"}
    )
    assert [each.url for each in services_of(whole)] == [f"{SITE}/doc/list?lm=1203&page=1"]
    assert services_of(page("<script>var lm = '1203'</script>")) == []
