"""Files of a page that is not UTF-8: a query is in its charset, a path is UTF-8, and names are read back."""

from datetime import date

import pytest

from etl.extract import extract
from etl.web.urls import canonical_url

TEXT = "<p>各区人民政府，市政府各部门：现将有关事项通知如下，请认真贯彻执行。</p>" * 4


@pytest.mark.parametrize(
    ("markup", "path", "name"),
    [
        ('<a href="/d.jsp?name=通知.doc">附件：通知.doc</a>', "/d.jsp?name=%CD%A8%D6%AA.doc", "附件：通知.doc"),
        ('<a href="/通知/a.doc">附件：通知.doc</a>', "/%E9%80%9A%E7%9F%A5/a.doc", "附件：通知.doc"),
        ('<iframe src="/js/viewer.html?file=/u/通知.pdf"></iframe>', "/u/%E9%80%9A%E7%9F%A5.pdf", "通知.pdf"),
        (
            '<iframe src="/js/viewer.html?file=/u/%E9%80%9A%E7%9F%A5.pdf"></iframe>',
            "/u/%E9%80%9A%E7%9F%A5.pdf",
            "通知.pdf",
        ),
    ],
)
def test_the_address_of_a_file_is_the_one_that_a_browser_requests(markup: str, path: str, name: str) -> None:
    page = f'<html><head><meta charset="gbk"><title>某通知</title></head><body><h1>某通知</h1><div>{TEXT}{markup}</div>'
    found = extract(page.encode("gbk"), "http://x.example/gk/1.html", "", None, date(2026, 11, 1)).attachments
    assert [(canonical_url(file.url), file.name) for file in found] == [(f"http://x.example{path}", name)]
