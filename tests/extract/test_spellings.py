"""A page gives the same values, however its source is spelt and whatever the site shows around it."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from etl.extract import Extraction, extract
from etl.extract.lexicon.labels import find_labels
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.platforms.registry import platform
from etl.web.page import read_page
from tests.support.pages import SIGNED, TITLE, page, paragraphs
from tests.support.share import share

URL = "https://www.yunxi.gov.cn/art/2023/5/9/art_12_3456.html"
HEADER = (
    "<table><tr><td>索<i></i>引<i></i>号：</td><td>YX0012-2023-00031</td>"
    "<td>文　　号：</td><td>云政办发〔2023〕31号</td></tr>"
    "<tr><td>发布机构：</td><td>云溪区人民政府办公室</td><td>发布日期：</td><td>2023-05-09</td></tr></table>"
)
SUBHEADING = "<div>发布时间：2023-05-09　来源：云溪日报　【字体：<a>大</a> <a>小</a>】</div>"
FILES = '<p>附件：<a href="/files/b1.xlsx">更新计划表.xlsx</a></p><p><a href="/files/b2.pdf">申报书.pdf</a></p>'
FILES_ALONE = '<a href="/files/b1.xlsx">更新计划表.xlsx</a><a href="/files/b2.pdf">申报书.pdf</a>'
PAGES = {
    "header": page(HEADER),
    "subheading": page(headline=f"<h2>{TITLE}</h2>{SUBHEADING}", body=paragraphs() + FILES),
    "files alone": page(headline=f"<h1>{TITLE}</h1>{SUBHEADING}", body=FILES_ALONE),
    "files in a known part": page(
        headline=f"<h1>{TITLE}</h1>{SUBHEADING}", body=FILES_ALONE, container='<div class="TRS_Editor">{}</div>'
    ),
    "adopted": page(
        headline=f"<h1>{TITLE}</h1><p>（2022年12月1日云溪区第六届人民代表大会常务委员会<br>第九次会议通过）</p>{SUBHEADING}"
    ),
}
TIPS = (
    "<div><p>您访问的链接即将离开“云溪区人民政府”门户网站，是否继续？</p><a>继续访问</a><a>放弃</a></div>",
    "<div><p>扫一扫，手机打开当前页</p><p>打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。</p></div>",
    "<div><p>我是智能机器人小溪，很高兴为您服务，请问有什么可以帮您？</p></div>",
    "<div><p>声明：本网站刊登的资料仅供参考，如有不一致，以正式文件为准。未经授权，不得转载。</p></div>",
    "<div><p>我们会尽快答复您的留言，感谢您对云溪区人民政府门户的支持与关注，祝您生活愉快！</p></div>",
    "<div><p>系统将于今晚十时至次日凌晨二时例行维护，期间部分栏目可能暂时打不开，给您带来不便，敬请谅解。</p></div>",
)


def _content(source: str | bytes) -> tuple[object, ...]:
    read: Extraction = extract(source if isinstance(source, bytes) else source.encode(), URL)
    fields = {name: value.value for name, value in read.fields.items()}
    return read.kind, fields, read.text, [(file.name, file.url) for file in read.attachments]


def _changed(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes the texts that a page shows."""

    def changed(source: str) -> str:
        tree = html.document_fromstring(source)
        for element in tree.find("body").iter():
            element.text, element.tail = change(element.text or ""), change(element.tail or "")
        return str(etree.tostring(tree, encoding="unicode", method="html"))

    return changed


def _in_numbers(source: str) -> str:
    return etree.tostring(html.document_fromstring(source), encoding="ascii", method="html").decode()


def _in_hexadecimals(source: str) -> str:
    return re.sub("[^\x00-\x7f]", lambda letter: f"&#x{ord(letter[0]):X};", source)


SPELLINGS: dict[str, Callable[[str], str | bytes]] = {
    "numbers": _in_numbers,
    "hexadecimals": _in_hexadecimals,
    "invisible letters": _changed(lambda words: re.sub("(?<=[一-龥])(?=[一-龥])", "\u200b", words)),
    "soft hyphens": lambda source: _changed(lambda words: re.sub("(?<=[一-龥])(?=[一-龥])", "\xad", words))(source),
    "no quotes": lambda source: re.sub(r"=[\"']([\w./-]+)[\"'](?=[ >])", r"=\1", source),
    "icons": _changed(lambda words: re.sub("(?<=日报)", "\ue613\ue609", words)),
    "GB 18030": lambda source: source.replace("charset='utf-8'", "charset=gb2312").encode("gb18030"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_another_spelling_gives_the_same_values(name: str) -> None:
    source = PAGES[name]
    before = _content(source)
    assert before[0] == "document"
    assert before[1]["title"] == TITLE  # type: ignore[index]
    assert before[1]["published_date"] == "2023-05-09"  # type: ignore[index]
    for spelling, spell in SPELLINGS.items():
        if spelling != "icons" or name == "subheading":
            assert _content(spell(source)) == before, spelling


def test_a_tip_of_the_site_is_not_part_of_the_document() -> None:
    for (name, source), tip, place in share(product(PAGES.items(), TIPS, ("<body>", "</body>"))):
        with_tip = source.replace(place, place + tip if place == "<body>" else tip + place)
        assert _content(with_tip) == _content(source), (name, tip, place)


def test_signs_of_markup_that_are_written_as_numbers_stay_text() -> None:
    written = "<p>字段填&#60;b&#62;和&#34;引号&#x22;，&#38;nbsp;照抄，&#0;与&#xD800;、&#99999999;不是字。</p>"
    read = read_page(written.encode(), URL)
    assert read.tree.text_content().startswith('字段填<b>和"引号"，&nbsp;照抄')
    assert read_page("<a href='/x\u200by'>甲\u200b乙</a>".encode(), URL).tree.find(".//a").get("href") == "/x\u200by"


def test_inputs_without_quotes_are_the_data_of_the_page() -> None:
    names = {"title": TITLE, "infodate": "2023-05-09", "zhuanzai": "云溪日报"}
    inputs = "".join(f"<input type=hidden id={name} value='{value}'>" for name, value in names.items())
    read = platform("epoint").embedded(read_page(page(below=inputs).encode(), URL))
    assert read is not None
    assert {value for value, _ in read.fields.values()} == set(names.values())


@given(st.text(alphabet=f"索引文号发布机构日期 ：:（）【】|甲2-{INLINE_BOUNDARY}\xa0　", max_size=40), st.booleans())
def test_a_line_is_searched_for_labels_whatever_cuts_it_up(line: str, coined: bool) -> None:
    for match in find_labels(line, coined=coined):
        assert match.raw_label in line


def test_a_label_cut_up_by_elements_and_gaps_is_one() -> None:
    b = INLINE_BOUNDARY
    (match,) = find_labels(f"{b}有{b}{b} 效 性{b}现行有效")
    assert (match.name, match.value) == ("validity", "现行有效")
    assert SIGNED[1] in _content(PAGES["header"])[2]  # type: ignore[operator]
