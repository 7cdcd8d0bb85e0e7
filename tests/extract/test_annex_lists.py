"""Where a list of attachments ends, buttons that fetch a file by a script, and pictures below 附件."""

from urllib.parse import urljoin

import pytest

from etl.extract import Extraction, extract
from tests.extract.traps.registry import URL
from tests.support.pages import page, paragraphs

LISTS = {
    "in a line of the text": ('<p>附件：<a href="/f/1.doc">登记表.doc</a></p>', ""),
    "in lines of the text": ('<p>附件：</p><p><a href="/f/1.doc">登记表</a></p>', ""),
    "in a box below": ("", '<div class="fj"><h4>附件下载</h4><ul><li><a href="/f/1.doc">登记表</a></li></ul></div>'),
    "in lines below": ("", '<p>附件：</p><p><a href="/f/1.doc">登记表</a></p>'),
}
TAILS = {
    "home pages": '<div class="yq"><a href="http://b.example/">水利厅</a><a href="http://c.example">财政厅</a></div>',
    "pages of other sites": '<ul class="yq"><li><a href="http://moe.example/yw/China">语委</a></li></ul>',
    "programs of the site": '<div class="foot"><a href="/gywm.jsp?id=2">关于</a><a href="/?m=rss">订阅</a></div>',
    "tools with addresses": '<div><a href="/remark.jsp?id=1">查看评论</a><a href="/print.jsp?id=9">打印本页</a></div>',
    "tools without": '<div><a href="#" onclick="c()">复制网址</a><a href="javascript:;">收起</a></div>',
    "votes": '<div class="pj"><a href="javascript:;">非常满意</a><a href="javascript:;">不满意</a></div>',
    "icons of networks": '<div class="fx"><a href="javascript:;" title="分享到新浪微博"></a></div>',
    "neighbours": '<div><a href="/a.jsp?x=1">上一条：云溪区植树</a><a href="/a.jsp?x=2">下一条：云溪区防汛</a></div>',
}


def _found(body: str, below: str = "") -> Extraction:
    return extract(page(body=paragraphs() + body, below=below).encode(), URL)


def _has_unknown_file(found: Extraction) -> bool:
    return "file_without_address" in found.flags


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
@pytest.mark.parametrize("files", LISTS.values(), ids=LISTS.keys())
def test_a_list_of_attachments_ends_where_other_links_begin(files: tuple[str, str], tail: str) -> None:
    found = _found(files[0], files[1] + tail)
    assert [file.url for file in found.attachments] == [urljoin(URL, "/f/1.doc")]
    assert not _has_unknown_file(found)


@pytest.mark.parametrize("address", ["/fj/show.jsp?id={}", "/s/{}", "/fj?uuid={}", "https://pan.example/s/{}.bin"])
@pytest.mark.parametrize("box", ["<p>附件：</p>{}", "<div class='x'><b>附件</b></div><div class='y'>{}</div>"])
def test_a_list_goes_on_in_lines_that_are_alike(box: str, address: str) -> None:
    links = "".join(f"<p><a href='{address.format(number)}'>{number}.登记表</a></p>" for number in (7, 8, 9))
    for found in (_found(box.format(links)), _found("", box.format(links))):
        assert [file.url for file in found.attachments] == [urljoin(URL, address.format(n)) for n in (7, 8, 9)]


BUTTONS = {
    "a link": '<p>附件：登记表 <a href="javascript:void(0)" onclick="down(this)">下载</a></p>',
    "a button": '<p>附件：登记表 <button onclick="down(12)">下载</button></p>',
    "a field": '<p>附件：登记表 <input type="button" value="下载" onclick="down(12)"></p>',
    "a word": '<p>附件：登记表 <span onclick="down(12)">下载</span></p>',
    "a form that is sent back": "<p>附件：登记表 <a href=\"javascript:__doPostBack('a$lbt','')\">点击下载</a></p>",
    "such a form without the word": "<p><a href=\"javascript:__doPostBack('a$lbt','')\">期刊下载</a></p>",
    "a row": '<table><tr><td>附件</td><td>登记表</td><td><a href="#" onclick="d(3)">下载</a></td></tr></table>',
    "a link of a script elsewhere": '<p><a href="#" class="btn" data-id="33">附件下载</a></p>',
}


@pytest.mark.parametrize("button", BUTTONS.values(), ids=BUTTONS.keys())
def test_a_button_that_fetches_a_file_by_a_script_is_reported(button: str) -> None:
    found = _found(button)
    assert (_has_unknown_file(found), found.attachments) == (True, ())


BESIDE_FILES = {
    "previews": '<p>附件：<a href="/f/1.doc">登记表.doc</a> <a href="javascript:;" onclick="see(1)">预览</a></p>',
    "all at once": '<p>附件：<a href="#" onclick="all()">全部下载</a></p><p><a href="/f/1.doc">登记表.doc</a></p>',
    "a row": (
        '<table><tr><td>附件</td><td>登记表.doc</td><td><a href="/f/1.doc">下载</a></td>'
        '<td><a href="#" onclick="see(1)">查看</a></td></tr></table>'
    ),
    "a heading": '<div><a href="javascript:void(0)">附件下载</a></div><ul><li><a href="/f/1.doc">登记表</a></li></ul>',
}


@pytest.mark.parametrize("markup", BESIDE_FILES.values(), ids=BESIDE_FILES.keys())
def test_a_button_beside_a_file_is_one_for_this_file(markup: str) -> None:
    found = _found(markup)
    assert [file.url for file in found.attachments] == [urljoin(URL, "/f/1.doc")]
    assert not _has_unknown_file(found)


def test_a_tool_above_the_text_is_no_lost_file() -> None:
    found = extract(page("<div><a class='download' title='文件下载'>文件下载</a></div>").encode(), URL)
    assert (found.kind, _has_unknown_file(found)) == ("document", False)


PICTURES = {
    "below its name": "<p>附件：平面图</p><p><img src='/p/1.png'></p>",
    "below a line break": "<p>附件：平面图<br><img src='/p/1.png'></p>",
    "in an element with other lines": "<div><p>附件：平面图</p><img src='/p/1.png'></div>",
    "two below two names": "<div><p>附件：1．平面图</p><p>2．位置图</p><img src='/p/1.png'><img src='/p/2.png'></div>",
    "two below lines with breaks": "<p>附件：<br>1.甲图<br>2.乙图<br><img src='/p/1.png'><br><img src='/p/2.png'></p>",
    "below many names": "<p>附件：1.甲</p><p>2.乙</p><p>3.丙</p><p>4.丁</p><p>5.戊</p><p><img src='/p/1.png'></p>",
}


@pytest.mark.parametrize("markup", PICTURES.values(), ids=PICTURES.keys())
def test_pictures_below_the_names_of_annexes_are_annexes(markup: str) -> None:
    found = _found(markup).attachments
    assert [file.url for file in found] == [urljoin(URL, f"/p/{n}.png") for n in (1, 2) if f"/p/{n}.png" in markup]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>附件：平面图<img src='/p/1.png'></p>",
        "<p>附件：平面图</p><p><span><img src='/p/1.png'></span>见图</p>",
        "<p>附件：平面图</p><p>图中为现场。</p><p><img src='/p/1.png'></p>",
        "<p>1.平面图</p><p>2.位置图</p><p><img src='/p/1.png'></p>",
    ],
)
def test_other_pictures_are_none(markup: str) -> None:
    assert _found(markup).attachments == ()
