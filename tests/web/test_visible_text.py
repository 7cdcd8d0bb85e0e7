"""What a reader sees of a page, as far as it is needed."""

from hypothesis import given
from hypothesis import strategies as st

from etl.web.page import WebPage, visible_text

PIECES = [
    "云溪县人民政府", " a b ", "<p>", "</p>", "<div><b>", "</b></div>", "<script>", "var x = '无';", "</script>",
    "<style>", "</style>", "<noscript>", "</noscript>", "<title>", "</title>", "<!--", "隐", "-->", "<br>", "&nbsp;",
    "<svg>",
]  # fmt: skip
UNSEEN = ("script", "style", "noscript")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.integers(0, 40))
def test_it_is_the_text_outside_of_what_is_unseen(markup: str, at_most: int) -> None:
    page = WebPage("http://www.yunxi.example/", markup, "utf-8")
    hidden = " or ".join(f"ancestor::{tag}" for tag in UNSEEN)
    whole = "".join("".join(page.tree.xpath(f"//text()[not({hidden})]")).split())
    found = visible_text(page, frozenset(UNSEEN), at_most)
    assert found == whole or (whole.startswith(found) and len(found) > at_most)
