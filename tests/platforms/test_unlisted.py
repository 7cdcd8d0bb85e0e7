"""Families that are recognised and whose lists are not read: their addresses name them, and no other family."""

import pytest

from etl.platforms.recognise import decide_family, recognise
from etl.web.page import WebPage

UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("hebei_columns", [f"/columns/{UUID}/index.html", f"/columns/{UUID}/202510/23/{UUID}.html"]),
        ("xxgk_list", ["/xxgk-list-xzgfxwj.html", "/xxgk-list-xzgfxwj-2.html", "/xxgk-show-84688.html"]),
        ("ilist_jsp", ["/info/iList.jsp?node_id=GKyp&cat_id=25723&cur_page=2", "/info/nIndex.jsp?node_id=GKyp"]),
    ],
)
def test_a_page_that_links_its_lists_or_documents_is_recognised(name: str, paths: list[str]) -> None:
    for path in paths:
        family = decide_family(recognise(WebPage("https://www.a.example/", f"<a href='{path}'>通知</a>", "utf-8")))
        assert family is not None, path
        assert (family.name, family.lists) == (name, False)
