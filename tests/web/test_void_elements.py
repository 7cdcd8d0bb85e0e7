"""The tree of a page has the places and the characters of HTML 5, although its parser knows HTML 4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import extract
from etl.web.page import WebPage

VOID = ["bgsound", "embed", "keygen", "source", "track", "wbr", "EMBED", "img", "br", "hr", "input"]


def _tree(markup: str) -> list[tuple[str, str, str]]:
    """Tag, text and tail of each element in a <div>."""
    tree = WebPage("https://www.yunxi.example/1.html", f"<html><body><div>{markup}</div></body></html>", "utf-8").tree
    return [(str(each.tag), each.text or "", each.tail or "") for each in tree.find(".//div").iter()][1:]


@given(st.lists(st.tuples(st.sampled_from(VOID), st.sampled_from(["", "甲", "<b>乙</b>", "<b>乙</b>丙"])), max_size=8))
def test_what_follows_an_element_without_content_stands_behind_it(parts: list[tuple[str, str]]) -> None:
    expected = []
    for tag, behind in parts:
        first = behind.split("<")[0]
        expected.append((tag.lower(), "", first))
        if "<b>" in behind:
            expected.append(("b", "乙", behind.partition("</b>")[2]))
    assert _tree("".join(f"<{tag}>{behind}" for tag, behind in parts)) == expected


def test_text_behind_an_embedded_recording_is_read() -> None:
    words = "为做好供水管道检修工作，现将有关事项通知如下。"
    recording = "<embed src='/v/1.mp4'><noembed>请安装插件</noembed>"
    last = "<p>三、第1<wbr>2<wbr>3号&shy;公告&#8203;另行&zwnj;发布。</p>"
    text = f"<p>一、{words}</p>{recording}<p>二、{words}</p>{last}"
    page = (
        "<html><head><title>关于供水管道检修的通知</title></head><body><h1>关于供水管道检修的通知</h1>"
        f"<p>发布时间：2023-05-09</p><div class='content'>{text}</div></body></html>"
    )
    extraction = extract(page.encode(), "https://www.yunxi.example/1.html", "text/html; charset=utf-8")
    assert extraction.text == f"一、{words}\n二、{words}\n三、第123号公告另行发布。"


REFERENCES = ["&shy;", "&shy ", "&#173;", "&#xAD;", "&zwnj;", "&zwj;", "&lrm;", "&#x200B;", "&#8203;"]


@pytest.mark.parametrize("reference", REFERENCES)
def test_invisible_characters_are_no_text_however_they_are_written(reference: str) -> None:
    markup = f"<html><body><p>停{reference}水</p></body></html>"
    tree = WebPage("https://www.yunxi.example/1.html", markup, "utf-8").tree
    assert tree.find(".//p").text.replace(" ", "") == "停水"
