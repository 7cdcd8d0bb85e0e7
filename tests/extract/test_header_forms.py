"""Headers in unlisted forms: values are read correctly or flagged, and a header without values gives none."""

from dataclasses import replace
from itertools import product

import pytest

from etl.extract import extract
from tests.support.header_forms import CHINESE, HOLDERS, LABELS, PLACES, VALUES, HeaderForm, outcome, page_of
from tests.support.pages import TITLE, page
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"


@pytest.mark.parametrize("empty", ["", "无", "—"])
def test_a_header_without_values_gives_none_and_no_flag(empty: str) -> None:
    for holder, place in share(product(HOLDERS, PLACES)):
        form = replace(HeaderForm("plain", holder, place, ""), values=(empty,) * len(VALUES))
        read = extract(page_of(form).encode(), URL)
        assert [flag for flag in read.flags if flag.endswith(":unread")] == [], form
        assert [n for n, value in read.fields.items() if n in VALUES and value.origin != "body"] == [], form


def test_labels_in_any_spelling_and_their_signs_are_read() -> None:
    signs = [holder for holder in HOLDERS if holder.startswith(("line with ", "value in corners"))]
    spelled = [label for label in LABELS if label not in _NOT_READ]
    forms = [HeaderForm(label, holder, "below the title", "") for label in spelled for holder in signs]
    wrong = [form for form in share(forms) if outcome(form) not in ("right", "flagged")]
    assert wrong == []


_NOT_READ = ("English", "English behind")


@pytest.mark.parametrize("empty", ["publisher", "subject_category", "validity"])
def test_an_empty_last_label_takes_no_value_from_the_lines_after_it(empty: str) -> None:
    """A headline, a pager, the foot of the page: 主题词 is the last label of many headers, and has no value."""
    pairs = [(label, "" if name == empty else VALUES[name]) for label, name in zip(CHINESE, VALUES, strict=True)]
    pairs.sort(key=lambda pair: not pair[1])
    headline = f"<p align=center>{TITLE[:10]}</p><p align=center>{TITLE[10:]}</p>"
    pager = "<p>上一篇：<a href='1.html'>关于加强电梯维保的通知</a></p>"
    wrong = []
    for name in share(each for each in HOLDERS if each not in _NOT_READ_WITH_A_GAP):
        header = HOLDERS[name](pairs)
        for place, html in (
            ("above", page(headline=header + headline)),
            ("above a heading", page(headline=f"<div>{header}</div><h1>{TITLE}</h1>")),
            ("above the pager", page(headline=headline, below=header + pager)),
            ("above the foot", page(headline=headline, below=header)),
        ):
            read = extract(html.encode(), URL).fields
            got = {n: read[n].value for n in VALUES if n in read and read[n].origin != "body"}
            if empty in got or any(value != VALUES[n] for n, value in got.items()):
                wrong.append((name, place, got))
    assert wrong == []


_NOT_READ_WITH_A_GAP = (
    "value above its label", "labels in spans, then values in spans", "labels in boxes, then values in boxes",
    "dl, terms first", "deep boxes", "lines and breaks", "value in parentheses",
)  # fmt: skip
"""Forms in which little but the order says which value is a label's."""
