"""Further pages that hidden links name for a script, which loads them: they have rows alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.answered_walks import HTML, Answer, Question, Walked, lines, walk_answers
from tests.support.share import examples

SIZE = 12


def _walk(documents: int, *, rows: str = "#box_7 ul > li", links: str = "{}", lacks: int = 0, ignores: bool = False,
          words: bool = False) -> Walked:  # fmt: skip
    """A walk over a list whose pages are numbered from the last one. `links`: where their links stand; `lacks`: the
    page without a link; `ignores`: each of them has the rows of the first."""
    all_lines, pages = lines(documents, "/n/{number}.html"), -(-documents // SIZE)

    def shown(page: int) -> str:
        some = all_lines[SIZE * (page - 1) : SIZE * page]
        return (
            "<ul>" + "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in some) + "</ul>"
        )

    def answer(asked: Question) -> Answer:
        if asked.path.startswith("/gk/index_7_"):
            number = int(asked.path.removeprefix("/gk/index_7_").removesuffix(".html"))
            return shown(1 if ignores else pages - number + 1), HTML
        numbers = (n for n in range(pages - 1, 0, -1) if n != lacks)
        hidden = links.format("".join(f'<a href="index_7_{n}.html">{n if words else ""}</a>' for n in numbers))
        script = "<script src=/p.js></script>"
        return f'<html><title>公告</title><body><div id="box_7">{shown(1)}</div>{hidden}{script}</body></html>', HTML

    return walk_answers("generic", "/gk/index.html", answer, listing={"rows": rows})


HIDDEN = '<div style="display:none" id=p>{}</div>'


@settings(max_examples=examples(30), deadline=None)
@given(
    documents=st.integers(1, 120),
    rows=st.sampled_from(["#box_7 ul > li", "div#box_7 > ul > li", "ul > li", "body ul > li"]),
    words=st.booleans(),
)
def test_all_pages_of_hidden_links_are_walked(documents: int, rows: str, words: bool) -> None:
    walked = _walk(documents, rows=rows, links=HIDDEN, words=words)
    assert (len(walked.entries), walked.red) == (documents, [])


@pytest.mark.parametrize(
    ("links", "lacks"),
    [
        ("<div>{}</div>", 0),
        ("<div style='display:none'>{}<a href='/about.html'></a></div>", 0),
        ("<div style='display:none'>友情链接{}</div>", 0),
        (HIDDEN, 2),
    ],
    ids=["shown", "with others", "with words", "not all"],
)
def test_other_links_are_no_pages(links: str, lacks: int) -> None:
    walked = _walk(4 * SIZE, links=links, lacks=lacks)
    assert len(walked.questions) == 1


def test_pages_that_repeat_the_first_are_red() -> None:
    walked = _walk(4 * SIZE, links=HIDDEN, ignores=True)
    assert len(walked.entries) == SIZE
    assert walked.red
