"""A hidden element in the middle of a line does not end the line; what does end it still does."""

from hypothesis import given
from hypothesis import strategies as st

from etl.extract import extract

FIRST = "各乡镇人民政府，市政府各部门：为做好供水管道检修工作，现将有关事项通知如下。"
LAST = "三、对落实不力的，由市人民政府予以通报批评，请各单位认真贯彻执行本通知。"
PIECES = st.sampled_from(
    [
        ("水务局", "水务局"),
        ("<b>停水</b>", "停水"),
        ("<a href='/a.html'>管网</a>", "管网"),
        ('<span style="display:none">隐藏文字</span>', ""),
        ("<i hidden>隐藏<b>文</b>字</i>", ""),
        ("<span class='hide'>隐<span hidden>藏</span></span>", ""),
        ("<br>", "\n"),
        ("<div>检修</div>", "\n检修\n"),
    ]
)


def _text(body: str) -> str:
    title = "关于做好供水管道检修的通知"
    markup = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>发布时间：2023-05-09</p>"
        f"<div class='content'><p>{FIRST}</p>{body}<p>{LAST}</p></div></body></html>"
    )
    return extract(markup.encode(), "https://www.yunxi.example/1.html", "text/html; charset=utf-8").text


@given(st.lists(PIECES, max_size=7))
def test_a_line_goes_on_behind_what_it_does_not_show(pieces: list[tuple[str, str]]) -> None:
    shown = "".join(text for _, text in pieces)
    lines = [line for line in shown.split("\n") if line]
    assert _text(f"<div>{''.join(html for html, _ in pieces)}</div>") == "\n".join([FIRST, *lines, LAST])


def test_words_of_latin_letters_stay_apart() -> None:
    assert "Water Supply" in _text("<p>Water <span hidden>x</span> Supply</p>")
