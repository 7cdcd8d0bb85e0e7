"""Headers in forms that nobody listed: read right or flagged, and nothing is read from one without values."""

from dataclasses import replace

import pytest

from etl.extract import extract
from tests.support.header_forms import HOLDERS, LABELS, PLACES, VALUES, HeaderForm, outcome, page_of

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"


@pytest.mark.parametrize("empty", ["", "无", "—"])
def test_a_header_without_values_gives_none_and_no_flag(empty: str) -> None:
    for holder in HOLDERS:
        for place in PLACES:
            form = replace(HeaderForm("plain", holder, place, ""), values=(empty,) * len(VALUES))
            read = extract(page_of(form).encode(), URL)
            assert [flag for flag in read.flags if flag.endswith(":unread")] == [], form
            assert [n for n, value in read.fields.items() if n in VALUES and value.origin != "body"] == [], form


def test_labels_in_any_spelling_and_their_signs_are_read() -> None:
    signs = [holder for holder in HOLDERS if holder.startswith(("line with ", "value in corners"))]
    spelled = [label for label in LABELS if label not in _NOT_READ]
    forms = [HeaderForm(label, holder, "below the title", "") for label in spelled for holder in signs]
    wrong = [form for form in forms if outcome(form) not in ("right", "flagged")]
    assert wrong == []


_NOT_READ = ("English", "English behind")
