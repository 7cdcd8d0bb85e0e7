"""What kind of page it is, and which files belong to it."""

import pytest

from etl.extract import Extraction, extract
from tests.extract.pages import NAV, TITLE, page, paragraphs

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"


def read(html: str, url: str = URL) -> Extraction:
    return extract(html.encode(), url)


def rows(count: int) -> str:
    row = "<li><a href='t2023050{0}_{1}.html'>关于第{1}批老旧电梯更新名单的公示</a><span>2023-05-0{0}</span></li>"
    return "".join(row.format(i % 9 + 1, i) for i in range(count))


def test_listing() -> None:
    html = f"<html><body><ul>{NAV}</ul><ul class='list'>{rows(15)}</ul></body></html>"
    assert read(html, "https://www.yunxi.gov.cn/gk/").kind == "listing"


def test_home_page_at_the_address_of_a_document_is_a_stub() -> None:
    found = read(f"<html><body><ul>{NAV}</ul><ul>{rows(20)}</ul></body></html>")
    assert found.kind == "stub"
    assert "links" in found.reason


STUBS = {
    "empty": "",
    "refresh": "<html><head><meta http-equiv='refresh' content='0;url=/'></head><body></body></html>",
    "script_redirect": "<script>window.location.href='/index.html';</script>",
    "shield": "<html><head><title>Virtual Container Shield</title></head><body><script>x()</script></body></html>",
    "shell": "<html><body><div id='app'></div><script src='/app.js'></script></body></html>",
    "notice": "<html><body>该信息不存在</body></html>",
}


@pytest.mark.parametrize("stub", STUBS)
def test_stub(stub: str) -> None:
    found = read(STUBS[stub])
    assert found.kind == "stub"
    assert found.reason


def test_document_with_a_long_menu_of_links() -> None:
    menu = "".join(f"<li><a href='/{i}'>云溪区住房和城乡建设局第{i}号直属单位栏目</a></li>" for i in range(60))
    assert read(page(above=f"<ul>{menu}</ul>")).kind == "document"


def test_short_document_beside_a_list_of_others() -> None:
    head = f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>"
    found = read(page(headline=head, body="<p>经研究，同意更新。</p>", below=f"<ul>{rows(15)}</ul>"))
    assert found.kind == "document"


def test_only_a_file() -> None:
    found = read(
        page(
            headline=f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>",
            body="<p><a href='./P020230509.pdf'>关于老旧电梯更新工作的通知.pdf</a></p>",
            container='<div class="TRS_Editor">{}</div>',
        )
    )
    assert found.kind == "document"
    assert "attachments_only" in found.flags
    assert [a.url for a in found.attachments] == ["https://www.yunxi.gov.cn/gk/202305/P020230509.pdf"]


def test_only_pictures() -> None:
    found = read(
        page(
            headline=f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>",
            body="<p><img src='./W1.png'></p><p><img src='./W2.png'></p>",
            container='<div class="TRS_Editor">{}</div>',
        )
    )
    assert found.kind == "document"
    assert "images_only" in found.flags
    assert [(a.url.rsplit("/", 1)[-1], a.role) for a in found.attachments] == [("W1.png", "image"), ("W2.png", "image")]


FILES = {
    "relative": ("<a href='./P01.docx'>登记表.docx</a>", "https://www.yunxi.gov.cn/gk/202305/P01.docx"),
    "no_ending_in_the_name": ("<a href='/f/1.xlsx'>更新计划表</a>", "https://www.yunxi.gov.cn/f/1.xlsx"),
    "download_service": (
        "<a href='/api/file-download?fileUrl=/a/5a.pdf&amp;fileName=x'>表.pdf</a>",
        "https://www.yunxi.gov.cn/api/file-download?fileUrl=/a/5a.pdf&fileName=x",
    ),
    "encrypted_service": (
        "<a href='/front/document/download?fileUrl=YW5U%3D'>登记表.pdf</a>",
        "https://www.yunxi.gov.cn/front/document/download?fileUrl=YW5U%3D",
    ),
    "onclick": (
        "<a href='javascript:void(0)' onclick=\"down('/f/2.wps')\">申请书</a>",
        "https://www.yunxi.gov.cn/f/2.wps",
    ),
    "written_by_script": (
        "<script>document.write('<a href=\"./P02.ofd\">版式文件.ofd</a>');</script>",
        "https://www.yunxi.gov.cn/gk/202305/P02.ofd",
    ),
    "list_of_a_script": (
        "<script>var files=[{name:'原件.pdf', url:'http://www.yunxi.gov.cn/gk/P03.pdf'}];</script>",
        "http://www.yunxi.gov.cn/gk/P03.pdf",
    ),
}


@pytest.mark.parametrize("how", FILES)
@pytest.mark.parametrize("place", ["inside", "below", "above"])
def test_file(how: str, place: str) -> None:
    link, url = FILES[how]
    html = {
        "inside": page(body=paragraphs() + f"<p>{link}</p>"),
        "below": page(below=f"<div>附件：{link}</div>"),
        "above": page(above=f"<table><tr><td>文件下载</td><td>{link}</td></tr></table>"),
    }[place]
    assert [a.url for a in read(html).attachments] == [url]


NO_FILES = {
    "in_a_comment": "<!-- <a href='./P01.docx'>登记表.docx</a> -->",
    "without_text": "<a href='./P01.docx'></a>",
    "hidden": "<div style='display:none'><a href='./P01.docx'>登记表.docx</a></div>",
    "export_of_the_page": "<a href='/downxxgk.php?fid=47'>下载本信息公开文件</a>",
    "page": "<a href='t20230501_1.html'>政策解读</a>",
    "mail": "<a href='mailto:a@yunxi.gov.cn'>信箱.pdf</a>",
}


@pytest.mark.parametrize("how", NO_FILES)
def test_no_file(how: str) -> None:
    assert read(page(body=paragraphs() + f"<p>{NO_FILES[how]}</p>")).attachments == ()


def test_file_is_named_once() -> None:
    twice = "<a href='./P01.docx'>登记表.docx</a>"
    assert len(read(page(above=twice, below=twice)).attachments) == 1
