"""Evidence stored with a value; results depend only on the page."""

import os
import subprocess
import sys

import pytest

from etl.extract import Flag, Rule, extract
from etl.extract.stages import MAX_PAGE_CHARS
from tests.extract.traps import TRAPS
from tests.extract.traps.registry import NUMBER, URL, table
from tests.support.pages import page


def test_a_value_keeps_what_the_page_shows_beside_its_normal_form() -> None:
    extraction = extract(page(table(("发文字号", "云政办发[2023] 017 号"))).encode(), URL)
    field = extraction.fields["document_number"]
    assert (field.value, field.raw, field.label) == (NUMBER, "云政办发[2023] 017 号", "发文字号")
    assert (field.origin, field.rule) == ("header", Rule.VALUE_BESIDE_LABEL)
    assert field in extraction.evidence


LOOKUPS = {"validity": {"1": "有效"}, "expiry_date": {"9999-12-31": ""}, "written_date": {"不详": "2023-05-01"}}


@pytest.mark.parametrize(
    "shown", [table(("有效性", "1")), "<p>发布日期：2023-05-09　有效性：1</p>", "<p>有效性： 1 </p>"]
)
def test_an_odd_value_means_what_its_source_says_and_shows_where_it_came_from(shown: str) -> None:
    markup = page(f"<h1>关于供水的通知</h1>{shown}").encode()
    assert "validity" not in extract(markup, URL).fields
    extraction = extract(markup, URL, lookups=LOOKUPS)
    field = extraction.fields["validity"]
    assert (field.value, field.raw, field.label) == ("有效", "1", "有效性")
    assert "validity:looked_up" in extraction.flags


def test_an_odd_value_may_mean_none_or_a_day() -> None:
    rows = table(("失效日期", "9999-12-31"), ("成文日期", "不详"), ("发文字号", "云政办发〔2023〕17号"))
    extraction = extract(page(rows).encode(), URL, lookups=LOOKUPS)
    assert "expiry_date" not in extraction.fields
    assert extraction.fields["written_date"].value == "2023-05-01"
    looked_up = {flag for flag in extraction.flags if flag.endswith(Flag.LOOKED_UP)}
    assert looked_up == {"expiry_date:looked_up", "written_date:looked_up"}


def test_every_chosen_value_is_among_the_evidence() -> None:
    for trap in list(TRAPS.values())[::9]:
        extraction = extract(trap.page if isinstance(trap.page, bytes) else trap.page.encode(), trap.url)
        assert set(extraction.fields.values()) <= set(extraction.evidence), trap.name


def test_the_answer_does_not_depend_on_the_process() -> None:
    """Sets of strings are ordered by a secret of the process."""
    code = (
        "import sys; from etl.extract import extract; "
        "print(extract(b'<title>aaaa_bbbb_cccc_dddd</title><div class=\"view TRS_Editor\">x</div>', 'http://a.cn/'))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def test_bytes_that_are_not_a_page_give_no_text() -> None:
    for body in (b"%PDF-1.7\n1 0 obj", b"PK\x03\x04" + b"text " * 100, b"\xd0\xcf\x11\xe0" + "文字。".encode() * 100):
        extraction = extract(body, "http://a.gov.cn/a.pdf")
        assert (extraction.kind, extraction.text, extraction.flags) == ("stub", "", (Flag.FILE,))


def test_the_beginning_of_an_endless_page_is_read() -> None:
    picture = f"<img src='data:image/png;base64,{'A' * MAX_PAGE_CHARS}'>"
    with_picture = page(body="供水安排如下。" * 20 + picture).encode()
    assert "cut" not in extract(with_picture, "http://a.gov.cn/a.html").flags
    endless = page(body="供水安排如下。" * 20 + f"<p>{'又一段。' * 100}</p>" * (MAX_PAGE_CHARS // 400)).encode()
    extraction = extract(endless, "http://a.gov.cn/a.html")
    assert "cut" in extraction.flags
    assert extraction.fields["title"].value
    assert extraction.text.startswith("供水安排如下。")


def test_a_page_that_stops_in_its_middle_is_flagged() -> None:
    whole = page(body="<p>供水安排如下。</p>" * 20)
    assert "ends_early" not in extract(whole.encode(), "http://a.gov.cn/a.html").flags
    assert "ends_early" not in extract(whole.removesuffix("</body></html>").encode(), "http://a.gov.cn/a.html").flags
    text = whole.find("供水安排如下", whole.find("neirong")) + 20
    for length in (text, whole.find("</p>", text), whole.find("<p>", text) + 2):
        assert "ends_early" in extract(whole[:length].encode(), "http://a.gov.cn/a.html").flags
