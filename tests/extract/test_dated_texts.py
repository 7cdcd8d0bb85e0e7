"""Title and day of the page inside the element of the text, which a template marks (zoom, TRS_Editor)."""

import pytest

from etl.extract import extract
from tests.extract.traps.registry import URL
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

CONTAINERS = (
    "<div id=zoom>{}</div>",
    "<div class=TRS_Editor>{}</div>",
    "<table><tr><td id=zoom>{}</td></tr></table>",
)
FORMS = (
    "<p align=center><b>{}</b></p><p align=center>{}</p>",
    "<table align=center><tr><td><strong>{}</strong></td></tr><tr><td>{}</td></tr></table>",
    "<h1>{}<br><small>{}</small></h1>",
)
WHOLE = "\n".join((*PARAGRAPHS, *SIGNED))


@pytest.mark.parametrize(
    "line", ["2023-05-10", "2023/5/10", "2023-05-10 16:31:22", "2023-05-10　云溪日报", "云溪日报　2023-05-10"]
)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_the_line_with_the_day_is_read_and_is_none_of_the_text(container: str, form: str, line: str) -> None:
    found = extract(page(headline="", body=form.format(TITLE, line) + paragraphs(), container=container).encode(), URL)
    assert found.fields["title"].value == TITLE
    assert found.fields["published_date"].value == "2023-05-10"
    assert found.text == WHOLE


@pytest.mark.parametrize("line", ["2023年5月10日", "云溪区区长 王一 2023年5月10日", "（2023-05-10）", "2023-05-10"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_day_of_the_text_itself_is_part_of_it(container: str, line: str) -> None:
    """The page states its own day above, or the day is written as speeches and laws have it."""
    headline = f"<h1>{TITLE}</h1><p>发布时间：2023-05-12</p>"
    body = FORMS[0].format(TITLE, line) + paragraphs()
    found = extract(page(headline=headline, body=body, container=container).encode(), URL)
    assert found.fields["published_date"].value == "2023-05-12"
    assert line in found.text
    assert found.text.endswith(WHOLE)
