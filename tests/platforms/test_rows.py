"""Rows of a list are found whatever holds them: built from generated nestings, and read back."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.base import Entry
from etl.platforms.rows.rows import linked_rows
from etl.web.page import WebPage, read_page
from tests.support.list_forms import LIST, TITLES, Form, date_of, expected, flat, forms, number_of, page_of
from tests.support.share import examples

DETAIL = re.compile(r"/t\d{8}_\d+\.html$")


def as_known(entries: tuple[Entry, ...]) -> list[Entry]:
    return [Entry(entry.url, entry.title, dict(entry.fields)) for entry in entries]


@settings(max_examples=examples(150), deadline=None)
@given(forms)
def test_each_document_is_one_entry_with_what_stands_beside_it(form: Form) -> None:
    page = WebPage(LIST, page_of(form), "utf-8")
    assert as_known(linked_rows(page, DETAIL)) == expected(form)


def test_blocks_that_are_never_closed_take_no_time() -> None:
    row = '<div><a href="./202403/t20240310_{}.html">桐溪县第{}号通知</a>2024-03-10'
    page = WebPage(LIST, "".join(row.format(number, number) for number in range(800)), "utf-8")
    start = time.process_time()
    linked_rows(page, DETAIL)
    assert time.process_time() - start < 8


def test_comments_between_rows_and_in_a_heading_are_no_cells() -> None:
    row = '<tr><!-- 序 --><td><a href="./t20240310_{0}.html">桐溪县第{0}号通知</a></td><td>甲〔2024〕{0}</td></tr>'
    rows = "<!-- -->".join(map(row.format, (1, 2)))
    table = f"<table><tr><!-- x --><th>名称</th><!-- y --><th>文号</th></tr>{rows}</table>"
    entries = linked_rows(WebPage(LIST, f"<html><body>{table}</body></html>", "utf-8"), DETAIL)
    assert [entry.fields["document_number"] for entry in entries] == ["甲〔2024〕1", "甲〔2024〕2"]


@given(forms, st.integers(2, 5))
def test_rows_without_a_block_of_their_own_are_entries_too(form: Form, rows: int) -> None:
    page = WebPage(LIST, f"<html><body><div>{flat(form, rows)}</div></body></html>", "utf-8")
    fields = [{"published_date": date_of(row), "document_number": number_of(row)} for row in range(rows)]
    entries = linked_rows(page, DETAIL)
    assert [entry.title for entry in entries] == list(TITLES[:rows])
    assert [dict(entry.fields) for entry in entries] == fields


@given(st.integers(0, 12), st.booleans(), st.booleans())
def test_a_last_page_of_one_row_outweighs_the_box_of_the_newest(newest: int, dated: bool, before: bool) -> None:
    date = "<i>2024-03-20</i>" if dated else ""
    box = "".join(
        f'<li><a href="./202403/t20240320_{n}.html">{TITLES[n % 5]}（{n}）</a>{date}</li>' for n in range(newest)
    )
    box = f'<div class="side"><h3>最新</h3><ul>{box}</ul></div>'
    row = '<ul class="list"><li><a href="./202303/t20230301_99.html">最早的通知</a><span>2023-03-01</span></li></ul>'
    pager = '<p class="fy"><a href="index.html">首页</a><a href="index_3.html">上一页</a><span>下一页</span></p>'
    parts = (box, f'<div class="main">{row}{pager}</div>') if before else (f'<div class="main">{row}{pager}</div>', box)
    page = WebPage(LIST + "index_4.html", f"<html><body>{''.join(parts)}</body></html>", "utf-8")
    assert [entry.title for entry in linked_rows(page, DETAIL)] == ["最早的通知"]


@given(forms, st.sampled_from(("&#{};", "&#x{:x};")))
def test_rows_read_the_same_with_letters_as_numbers_and_letters_that_nobody_sees(form: Form, reference: str) -> None:
    source = page_of(form)
    in_numbers = "".join(letter if letter.isascii() else reference.format(ord(letter)) for letter in source)
    unseen = re.sub("(?<=[一-龥])(?=[一-龥])", "\u200b", source)
    for written in (in_numbers, unseen):
        page = read_page(written.encode(), LIST, "text/html; charset=utf-8")
        assert as_known(linked_rows(page, DETAIL)) == expected(form)


@given(st.sampled_from(("", " ", "　", "　　", "\xa0\xa0")))
def test_labels_of_a_row_may_have_gaps_between_their_letters(gap: str) -> None:
    label, unit = gap.join("文号"), gap.join("发布单位")
    fields = "{1}：甲〔2024〕{0}号　{2}：桐溪县水务局　公开日期：2024-03-1{0}"
    row = f'<li><a href="./t20240310_{{0}}.html">桐溪县第{{0}}号通知</a><p>{fields}</p></li>'
    rows = "".join(row.format(number, label, unit) for number in (1, 2))
    entries = linked_rows(WebPage(LIST, f"<html><body><ul>{rows}</ul></body></html>", "utf-8"), DETAIL)
    assert [dict(entry.fields) for entry in entries] == [
        {
            "document_number": f"甲〔2024〕{number}号",
            "publisher": "桐溪县水务局",
            "published_date": f"2024-03-1{number}",
        }
        for number in (1, 2)
    ]


def test_rows_that_are_not_shown_are_no_list_beside_those_that_are() -> None:
    line = '<li><a href="/gk/t20240501_{0}.html">桐溪县第{0}号通知公告</a><i>2024-05-01</i></li>'
    shown, folded = ("".join(map(line.format, numbers)) for numbers in (range(10, 18), range(30, 50)))
    page = WebPage(
        "https://x.example/gk/", f"<ul>{shown}</ul><div style='display:none'><ol>{folded}</ol></div>", "utf-8"
    )
    assert len(linked_rows(page, DETAIL)) == 8
    alone = WebPage("https://x.example/gk/", f"<div style='display:none'><ol>{folded}</ol></div>", "utf-8")
    assert len(linked_rows(alone, DETAIL)) == 20


def test_many_links_without_words_take_no_time() -> None:
    rows = "".join(f'<li><a href="/gk/t20240501_{number}.html"></a></li>' for number in range(2000))
    started = time.process_time()
    assert linked_rows(WebPage(LIST, f"<ul>{rows}</ul>", "utf-8"), DETAIL) == ()
    assert time.process_time() - started < 2
