"""What style sheets and pages name, and style sheets with other addresses."""

import time

from etl.web.appearance import appearance_of
from etl.web.page import read_page
from etl.web.styles import Named, named_in_style, style_with

SHEET = r"""
@charset "utf-8"; @import url("a.css") screen; @import 'b.css';
/* url(comment.png) @import "comment.css"; */
@font-face { font-family: x; src: url(x.woff2) }
.a { background: #fff url( 'img/a b.png' ) no-repeat } .b::before { content: "url(text.png)" }
.c { background: url(data:image/gif;base64,AAAA), URL(c\(1\).gif) }
"""


def test_a_style_sheet_names_others_and_pictures_but_not_what_stands_in_comments_and_texts() -> None:
    found = list(named_in_style(SHEET))
    sheets, pictures = [Named("a.css", True), Named("b.css", True)], ["img/a b.png"]
    assert [each for each in found if each.is_sheet] == sheets
    assert [each.address for each in found if not each.is_sheet][:1] == pictures


def test_another_address_takes_the_place_of_each_and_nothing_leaves_the_element() -> None:
    made = style_with(
        SHEET + ".d{content:'</style><b>'}", lambda address: f"var(--{address[:5]})", lambda a: f"/{a}/{{}}"
    )
    assert "@media screen {/a.css/{}}" in made
    assert "background: #fff var(--img/a) no-repeat" in made
    assert 'content: "url(text.png)"' in made
    assert "</" not in made
    assert not {"@import", "@font-face", "comment"} & set(made.replace("{", " ").split())


def test_hostile_style_sheets_take_time_that_grows_with_their_length_alone() -> None:
    for hostile in ("(" * 500_000, "url(" * 200_000, '@import "' * 100_000, "/*" * 300_000, "'\\" * 300_000):
        began = time.process_time()
        list(named_in_style(hostile))
        assert time.process_time() - began < 5, hostile[:20]


def test_a_page_names_what_it_is_shown_with() -> None:
    body = b"""<html><head><base href="/site/"><link rel="Stylesheet" href="a.css">
        <link rel="alternate stylesheet" href="n.css">
        <link rel="icon" href="i.ico"><style>@import "b.css"; p{background:url(p.png)}</style></head>
        <body background="wall.jpg"><img src="one.gif"><img src="load.gif" data-original="/late.jpg">
        <img src="data:image/gif;base64,AA"><div style="background:url('d.png')"></div><input type="image" src="go.gif">
        <img src="ftp://x/y.gif"><a href="z.css">z</a></body></html>"""
    named = appearance_of(read_page(body, "https://www.lanchuan.example/x/y.html"))
    at = "https://www.lanchuan.example/site/"
    assert named.styles == (f"{at}a.css", f"{at}b.css")
    pictures = {f"{at}{name}" for name in ("p.png", "wall.jpg", "one.gif", "d.png", "go.gif")}
    assert set(named.pictures) == pictures | {"https://www.lanchuan.example/late.jpg"}
