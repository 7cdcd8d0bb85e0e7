"""Files of documents: randomly generated calls, handlers and lazily loaded pictures."""

import html
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import Extraction, extract
from etl.extract.rules.link_targets import ENDINGS_OF_PAGES
from tests.extract.traps.registry import HEAD, URL
from tests.support.pages import TITLE, page, paragraphs

DATED = f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>"
_endings = st.sampled_from(("doc", "docx", "pdf", "xlsx", "wps", "ofd", "zip", "PDF"))
_stems = st.text("abcdefgW0123456789_", min_size=3, max_size=12)
_folders = st.sampled_from(("/", "./", "../", "/u/2023/", "files/2023/", "https://www.yunxi.gov.cn/f/"))
_addresses = st.builds("{}{}.{}".format, _folders, _stems, _endings)
_names = st.builds("{}.{}".format, st.text("登记申请表名册清单汇总（）0123456789", min_size=2, max_size=12), _endings)
_callees = st.sampled_from(("down", "downFj", "openFile", "this.save", "$.download"))
_others = st.lists(st.sampled_from(("'_blank'", "this", "1", "'12'", "true")), max_size=2)


@st.composite
def _calls(draw: st.DrawFn) -> tuple[str, str]:
    """A call that names a file and where it is, among other arguments in any order, and the address."""
    address, name = draw(_addresses), draw(_names)
    arguments = draw(st.permutations([repr(address), repr(name), *draw(_others)]))
    return f"{draw(_callees)}({','.join(arguments)})", address


@settings(deadline=None)
@given(
    _calls(),
    st.sampled_from(
        (
            '<a onclick="{}">登记表</a>',
            '<a href="javascript:{}">登记表</a>',
            '<a href="#" onclick="count();{};return false">登记表</a>',
            '<button onclick="{}">登记表</button>',
            '<span onclick="{}">登记表</span>',
        )
    ),
)
def test_the_argument_that_is_an_address_is_the_file(call: tuple[str, str], element: str) -> None:
    code, address = call
    markup = element.format(html.escape(code))
    found = extract(page(body=f"{paragraphs()}<p>附件：{markup}</p>").encode(), URL).attachments
    assert [file.url for file in found] == [urljoin(URL, address)]


_placeholders = st.sampled_from(
    (
        "",
        "/images/loading.png",
        "/i/blank.gif",
        "data:image/gif;base64,R0lGOD",
        "/img/grey.jpg",
        "./lazy.png",
        "#",
        "/x/1x1.png",
    )
)
_late = st.sampled_from(("data-src", "data-original", "data-lazy", "data-lazy-src", "data-echo", "data-original-src"))


@st.composite
def _pictures(draw: st.DrawFn) -> tuple[str, str]:
    """A picture that is loaded late, and its address."""
    address = f"/pic/{draw(_stems)}.{draw(st.sampled_from(('jpg', 'png', 'jpeg', 'webp')))}"
    before, late = draw(_placeholders), draw(_late)
    forms = (
        f"<img src='{before}' {late}='{address}'>",
        f"<img {late}='{address}' src='{before}' alt='第一页'>",
        f"<img src='{before}' srcset='{address} 2x'>",
        f"<img src='{before}' data-srcset='/small.png 100w, {address} 900w'>",
        f"<picture><source srcset='{address}'><img src='{before}'></picture>",
        f"<img src='{before}'><noscript><img src='{address}'></noscript>",
        f"<img src='{address}'>",
    )
    return draw(st.sampled_from(forms)), address


@settings(deadline=None)
@given(st.lists(_pictures(), min_size=1, max_size=4, unique_by=lambda each: each[1]))
def test_the_pictures_of_a_document_are_those_that_a_visitor_finally_sees(pictures: list[tuple[str, str]]) -> None:
    markup = page(headline=DATED, body="".join(f"<p>{picture}</p>" for picture, _ in pictures))
    found = extract(markup.encode(), URL).attachments
    assert [(file.url, file.role) for file in found] == [(urljoin(URL, address), "image") for _, address in pictures]


def found_in(markup: str, *, below: bool = False) -> Extraction:
    content = page(below=markup) if below else page(body=paragraphs() + markup)
    return extract(content.encode(), URL)


def is_flagged(found: Extraction) -> bool:
    return "file_without_address" in found.flags


@settings(deadline=None)
@given(
    st.from_regex(r"[a-z][a-z0-9]{1,4}", fullmatch=True).filter(lambda ending: ending not in ENDINGS_OF_PAGES),
    st.sampled_from(
        ('<p>附件：<a href="{}">规划图</a></p>', '<h4>附件下载</h4><ul><li><a href="{}">规划图</a></li></ul>')
    ),
    st.booleans(),
)
def test_an_attachment_may_end_in_any_way(ending: str, markup: str, below: bool) -> None:
    found = found_in(markup.format(f"/f/W1.{ending}"), below=below)
    assert [file.url for file in found.attachments] == [urljoin(URL, f"/f/W1.{ending}")]


@pytest.mark.parametrize("below", [False, True])
def test_all_links_of_a_list_of_attachments_are_files(below: bool) -> None:
    links = "".join(f'<li><a href="/fj?uuid={number}">{number}.登记表</a></li>' for number in range(12))
    found = found_in(f"<h4>附件列表</h4><ul>{links}</ul><p>相关链接</p><p><a href='/x?id=3'>门户</a></p>", below=below)
    assert [file.url for file in found.attachments] == [urljoin(URL, f"/fj?uuid={number}") for number in range(12)]


def test_an_address_that_is_too_long_to_request_is_flagged() -> None:
    found = found_in(f"<p>附件：<a href='/f/{'x' * 3_000}.doc'>登记表</a></p>")
    assert (is_flagged(found), [file.name for file in found.attachments]) == (True, ["登记表"])


WITHOUT_ADDRESS = {
    "a call with a number": '<p>附件：<a href="javascript:;" onclick="down(8121)">登记表</a></p>',
    "a call with an id": "<p><a href=\"javascript:down('8a8a')\">登记表.docx</a></p>",
    "a name alone": "<p>附件：1.登记表.docx</p>",
    "a name in a box": "<div><span>登记表.xlsx</span></div>",
    "a network disk": '<p>附件：<a href="https://pan.example/s/1abc">登记表</a>（提取码：ab12）</p>',
    "a file on somebody's disk": '<p>附件：<a href="file:///C:/Desktop/1.doc">登记表</a></p>',
    "a path on somebody's disk": '<p>附件：<a href="C:\\Desktop\\1.doc">登记表</a></p>',
    "a file server": '<p>附件：<a href="ftp://ftp.yunxi.gov.cn/1.doc">登记表</a></p>',
    "a file in its address": '<p>附件：<a href="data:application/msword;base64,0M8R4KGxGuE=">登记表</a></p>',
    "a file of an editor": '<p>附件：<a href="webkit-fake-url://A1/登记表.doc">登记表</a></p>',
    "a place in a page's own program": '<p>附件：<a href="/#/file/9">登记表.doc</a></p>',
    "an address without a link": "<p>附件下载：https://pan.example/s/1abc 提取码：ab12</p>",
    "a player of another site": '<p><iframe src="https://player.example/embed?vid=x1"></iframe></p>',
    "a stream": '<video src="/v/1.m3u8"></video>',
    "a player that a script fills": "<video id=v></video><script>play('v', '/v/1.mp4')</script>",
}


@pytest.mark.parametrize("markup", WITHOUT_ADDRESS.values(), ids=WITHOUT_ADDRESS.keys())
@pytest.mark.parametrize("below", [False, True])
def test_a_file_without_an_address_is_flagged(markup: str, below: bool) -> None:
    found = found_in(markup, below=below)
    assert (is_flagged(found), found.attachments) == (True, ())


NO_FILES = {
    "a place in the text": '<p>附件：<a href="#fj1">附件1</a></p>',
    "a page": '<p>附件：<a href="/gk/9.html">管理办法</a></p>',
    "tools below a list": '<p>附件：<a href="/f/1.docx">登记表</a></p><a href="javascript:print()">打印</a>',
    "a file that is found": '<p>附件：登记表.docx</p><p><a href="/f/1.docx">登记表.docx</a></p>',
    "a player that reads aloud": "<audio id=player></audio>",
    "an empty player": '<video src=""></video>',
}


@pytest.mark.parametrize("markup", NO_FILES.values(), ids=NO_FILES.keys())
def test_lines_that_name_no_other_file_are_not_flagged(markup: str) -> None:
    found = found_in(markup)
    assert not is_flagged(found)
    assert {file.url for file in found.attachments} <= {urljoin(URL, "/f/1.docx")}


@pytest.mark.parametrize("markup", ['<video src="/v/1.mp4"></video>', '<audio><source src="/v/1.mp4"></audio>'])
def test_a_recording_in_the_text_is_a_file(markup: str) -> None:
    assert [file.url for file in found_in(markup).attachments] == [urljoin(URL, "/v/1.mp4")]


@pytest.mark.parametrize(("tag", "files"), [("video", [urljoin(URL, "/v/1.mp4")]), ("audio", [])])
def test_a_video_between_headline_and_text_is_a_file_and_a_reader_aloud_is_none(tag: str, files: list[str]) -> None:
    above = f"{HEAD}<{tag} src='/v/1.mp4'></{tag}><p>2023-05-09</p>"
    found = extract(page(headline=above).encode(), URL).attachments
    assert [file.url for file in found] == files


@pytest.mark.parametrize("address", ["/s/7", "/gkxx/show.jsp?n=7", "/zwgk/202305/W020230509"])
@pytest.mark.parametrize(
    "line",
    [
        "点击<a href='{}'>此处</a>下载登记表。",
        "登记表请<a href='{}'>点击下载</a>",
        "请<a href='{}'>点击这里</a>下载登记表",
        "登记表：<a href='{}'>下载</a>",
        "登记表（<a href='{}'>下载表格</a>）",
    ],
)
def test_a_link_that_downloads_as_the_text_says_leads_to_a_file(address: str, line: str) -> None:
    found = extract(page(body=f"{paragraphs()}<p>{line.format(address)}</p>").encode(), URL).attachments
    assert [file.url for file in found] == [urljoin(URL, address)]


@pytest.mark.parametrize(
    "line",
    [
        "点击<a href='/s/7'>此处</a>查看登记情况。",
        "<a href='/s/7.html'>点击下载</a>登记表",
        "请到<a href='/'>点击下载</a>",
        "<a href='/s/7'>下载中心</a>",
        "本通知可<a href='/s/7'>下载本页</a>",
    ],
)
def test_other_links_of_a_text_are_not_files(line: str) -> None:
    assert extract(page(body=f"{paragraphs()}<p>{line}</p>").encode(), URL).attachments == ()


def test_a_sentence_above_a_file_is_a_text() -> None:
    """`attachments_only` and `images_only` say that there is no text."""
    for shown in ("<p><a href='/f/1.xlsx'>资助名单.xlsx</a></p>", "<p><img src='/f/1.jpg'></p>"):
        for words, is_text in (("现将资助名单予以公布。", True), ("", False)):
            read = extract(page(body=f"<p>{words}</p>{shown}").encode(), "https://a.gov.cn/t20230509_1.html")
            assert len(read.attachments) == 1
            assert ({"attachments_only", "images_only"} & set(read.flags) == set()) is is_text
