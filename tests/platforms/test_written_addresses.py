"""Forms of addresses that scripts and templates of a page make of the values of a row."""

import json

import pytest

from etl.platforms.drafting.written_addresses import written_addresses
from etl.platforms.registry import platform
from etl.web.page import read_page

URL = "https://www.yunxi.example/zfxxgk/zcwj/"
SERVICE = "https://www.yunxi.example/api/doc/list"


def forms(content: str, service: str = SERVICE) -> list[str]:
    return written_addresses(read_page(f"<html><body>{content}</body></html>".encode(), URL), service)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("""<script>h += "<a href='/x.shtml?id=" + o.id + "' title='" + o.bt + "'>"</script>""", "/x.shtml?id={id}"),
        (r"""<script>h += "<a href=\"/d/" + v.lm + "/" + v.id + ".html\">";</script>""", "/d/{lm}/{id}.html"),
        ("""<script>h += `<a href="/d/${item.id}.html">${item.title}</a>`</script>""", "/d/{id}.html"),
        ("""<script>h += '<a href="' + rows[i].link + '">'</script>""", "{link}"),
        ("""<script>window.open('/d?id=' + encodeURIComponent(row.id))</script>""", "/d?id={id}"),
        ("""<script type="text/html"><a href="/d/{{d.id}}.html">{{ d.title }}</a></script>""", "/d/{id}.html"),
        ("""<a :href="'/' + item.folder + '/d/' + item.id">{{ item.title }}</a>""", "/{folder}/d/{id}"),
        ("""<a :href="`/d?id=${item.id}&lm=7`">{{ item.title }}</a>""", "/d?id={id}&lm=7"),
        ("""<a ng-href="detail.html?id={{row.id}}">{{row.title}}</a>""", "/zfxxgk/zcwj/detail.html?id={id}"),
        ("""<script>var view = '/gk/'; h += '<a href="' + view + x.id + '.html">'</script>""", "/gk/{id}.html"),
        (
            """<li @click="go(item.id)"></li>
            <script>var o = {go(key) { location.href = 'd.html?id=' + key }}</script>""",
            "/zfxxgk/zcwj/d.html?id={id}",
        ),
        (
            """<script>h += '<a onclick="open1(' + row.infoId + ')">'; function open1(id) { window.open('/d?i=' + id) }
            </script>""",
            "/d?i={infoId}",
        ),
        (
            """<script>h += '<li data-no="' + o.guid + '">'; $('li').click(function () { var no = $(this).data('no');
            location.href = '/d/' + no + '.html' })</script>""",
            "/d/{guid}.html",
        ),
        (
            """<script>h += '<p>' + day(o.time) + '<a href="../x/' + o.lm + '/' + o.id + '.html">'</script>""",
            "/zfxxgk/x/{lm}/{id}.html",
        ),
    ],
)
def test_the_address_of_a_row_is_read_where_it_is_made(content: str, expected: str) -> None:
    assert forms(content) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        "<script>location.href = '/list?page=' + n</script>",
        "<script>h += '<a href=\"javascript:show(' + o.id + ')\">'</script>",
        '<script>// h += "<a href=\'/d?id=" + o.id + "\'>"</script>',
        "<a href='/d/1.html'>{{ item.title }}</a>",
        "<script>h += '<a href=\"http://[' + o.id + '\">'</script>",
        "<script>h += '<a href=\"/doc/delete?id=' + o.id + '\">'</script>",
    ],
)
def test_what_is_made_of_no_value_of_a_row_is_no_form(content: str) -> None:
    assert forms(content) == []


def test_a_service_on_another_host_needs_the_whole_address() -> None:
    link = "<script>h += `<a href='/d/${o.id}.html'>`</script>"
    assert forms(link, "https://api.yunxi.example/list") == ["https://www.yunxi.example/d/{id}.html"]


def test_the_link_of_the_title_comes_before_other_links_of_a_row() -> None:
    link = "<script>h += `<a href='/dept/${o.id}'><i></i></a>`;\nh += `<a href='/d/${o.id}'>${o.title}</a>`</script>"
    assert forms(link) == ["/d/{id}", "/dept/{id}"]


@pytest.mark.parametrize(("form", "expected"), [("/d/${o.id}", {"address": "/d/{id}"}), ("/d/${o.lm}", None)])
def test_a_form_is_proposed_if_it_gives_each_row_an_address_of_its_own(
    form: str, expected: dict[str, str] | None
) -> None:
    rows = [{"id": 100 + n, "lm": "zc", "title": f"云溪县关于第{n}项工作的通知"} for n in range(5)]
    answer = read_page(json.dumps({"total": 5, "rows": rows}).encode(), SERVICE)
    outer = read_page(f"<script>h += `<a href='{form}'>${{o.title}}</a>`</script>".encode(), URL)
    family = platform("generic")
    assert family.guess_listing(answer) is None
    assert family.guess_listing(answer, outer) == expected
