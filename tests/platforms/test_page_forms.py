"""Forms in which a reader chooses a page of the list."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.answered_walks import HTML, Answer, Question, Walked, lines, walk_answers
from tests.support.share import examples

LISTING = {"listing": {"rows": "ul.l > li"}}


def _walk(
    form: str, name: str, *, documents: int, marked: bool = True, words: str = "{}", path: str = "/gk/list.jsp"
) -> Walked:
    """A walk over a list of ten rows a page. `form`: with places for its options."""
    all_lines = lines(documents, "/n/{number}.html")
    pages = -(-documents // 10)

    def answer(asked: Question) -> Answer:
        page = int(asked.query.get(name, 1))
        if asked.query.get("cid") != "3" or not 1 <= page <= pages:
            return None
        shown = all_lines[10 * (page - 1) : 10 * page]
        rows = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
        choices = "".join(
            f"<option value={n}{' selected' if n == page and (marked or n > 1) else ''}>{words.format(n)}</option>"
            for n in range(1, pages + 1)
        )
        return f'<html><title>公告</title><body><ul class="l">{rows}</ul>{form.format(choices)}</body></html>', HTML

    return walk_answers("generic", f"{path}?cid=3", answer, **LISTING)


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_name_of_a_list_does_not_say_what_its_form_does(method: str) -> None:
    fields = "<input type=hidden name=cid value=3><input type=hidden name=page value={}>"
    step = "<a href='javascript:document.f.page.value=2;document.f.submit()'>下一页</a>"
    form = f"<form name=f method={method}>{fields.format(1)}{step}</form>"
    asked = walk_answers(
        "generic", "/gk/infoPublish.do", lambda _: (f"<ul class=l>{_row()}</ul>{form}", HTML), **LISTING
    ).questions
    assert [question.sent.get("page") for question in asked][:2] == [None, "2"]


def _row() -> str:
    return "".join(f'<li><a href="{line.path}">{line.title}</a></li>' for line in lines(7, "/n/{number}.html"))


@settings(max_examples=examples(40), deadline=None)
@given(
    documents=st.integers(11, 70),
    name=st.sampled_from(["page", "pageNo", "p", "currentPage"]),
    marked=st.booleans(),
    words=st.sampled_from(["{}", "第{}页"]),
    action=st.sampled_from(["", " action=list.jsp", " action=/gk/list.jsp method=get"]),
    sent=st.sampled_from(
        [
            "<input type=hidden name=cid value=3>",
            "<input type=number name=cid value=3>",
            "<input type=radio name=cid value=2><input type=radio name=cid value=3 checked>",
            "<input type=hidden name=cid value=3><input type=text name=cid value=9 disabled>",
        ]
    ),
)
def test_a_choice_of_pages_in_a_form_is_followed(
    documents: int, name: str, marked: bool, words: str, action: str, sent: str
) -> None:
    form = f"<form{action}>{sent}<select name={name}>{{}}</select><input type=submit></form>"
    walked = _walk(form, name, documents=documents, marked=marked, words=words)
    assert (len(walked.entries), walked.red) == (documents, [])


@pytest.mark.parametrize(
    "form",
    [
        "<form method=post><select name=page onchange=go()>{}</select></form>",
        "<form><select name=page onchange=go()>{}</select><select name=dept><option>1</option></select></form>",
        "<select name=page onchange=go()>{}</select>",
    ],
)
def test_a_choice_of_pages_that_no_address_sends_is_reported(form: str) -> None:
    walked = _walk(form, "page", documents=30)
    assert len(walked.entries) == 10
    assert walked.red


@pytest.mark.parametrize("action", ["/search.jsp", "http://so.example/gk/list.jsp", "/gk/vote/list.jsp"])
def test_a_form_that_is_sent_elsewhere_does_not_turn_the_list(action: str) -> None:
    box = f"<form action={action}><select name=p><option>1</option><option>2</option></select></form>"
    walked = _walk(f"<!--{{}}-->{box}", "page", documents=10)
    assert (len(walked.entries), len(walked.questions)) == (10, 1)
