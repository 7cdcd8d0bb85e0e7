"""A page that stops in its middle is told from one that only lacks its end tags."""

from hypothesis import given
from hypothesis import strategies as st

from etl.web.markup import ends_early

PIECES = st.sampled_from((
    "<p>第一条 总则", "<ul><li>一</li><li>二</ul>", "<table><tr><td>索引号<td>x</table>", "<br>", "<img src='a>b.png'>",
    "<div class=tit>x</div>", "<DIV>x</DIV>", "<!-- <div> -->", "<script>if (a<b) { write('<div>') }</script>",
    "<style>div{}</style>", "<form><input></form>", "<textarea><div></textarea>", "</body></html>", "1 < 2", "\n",
))  # fmt: skip
CONTENT = st.lists(PIECES, max_size=12).map("".join)
HEADS = st.sampled_from(
    ("<!DOCTYPE html><html><head><title>x</title></head><body>", "<html>", "\n<HTML><BODY>", "<body>")
)
ENDS = st.sampled_from(
    ("</div></div></body></html>", "</div></div>", "</DIV></div>\n<!-- 1 -->", "</div></div></HTML>\n")
)


@given(HEADS, CONTENT, ENDS)
def test_a_whole_page_ends_with_or_without_end_tags(head: str, content: str, end: str) -> None:
    assert not ends_early(f"{head}<div><div id=a>{content}{end}")


@given(HEADS, CONTENT, ENDS, st.integers(0, 10_000))
def test_a_page_that_is_cut_anywhere_within_two_elements_stops_early(
    head: str, content: str, end: str, place: int
) -> None:
    content = content.replace("</body></html>", "")
    whole = f"{head}<div><div id=a>{content}"
    cut = whole[: len(head) + 15 + place % (len(content) + 1)]
    assert ends_early(cut), cut


def test_a_piece_of_a_page_is_one_whole_element() -> None:
    rows = "<ul><li><a href='a.html'>x</a></li><li>y</li></ul>"
    assert not ends_early(rows)
    assert all(ends_early(rows[:length]) for length in range(5, len(rows) - 1))


def test_only_markup_stops_early() -> None:
    assert not any(map(ends_early, ("", "x < y <div", '{"html": "<div><div>', "\ufeffvar a = '<div><div>'")))
    assert ends_early("\ufeff <div><div>")


def test_a_page_that_ends_within_a_tag_or_a_letter_stops_early() -> None:
    whole = "<!DOCTYPE html><html><body><div>总则<p>附则</p>"
    assert not ends_early(whole)
    assert ends_early(f"{whole}<")
    assert ends_early(f"{whole}\ufffd")
    assert not ends_early(f"{whole}\ufffd</div></body></html>")
