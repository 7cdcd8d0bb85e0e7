"""Files of documents, however a page links them, wherever they stand, whatever they are called."""

from urllib.parse import urljoin

import pytest

from etl.extract import Attachment, extract
from tests.extract.traps.registry import URL
from tests.support.file_forms import HEADINGS, LINKED, NAME, NAMED, NOT_ITS, PLACES
from tests.support.pages import TITLE, page, paragraphs


def files_of(markup: str) -> tuple[Attachment, ...]:
    return extract(markup.encode(), URL).attachments


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize(("link", "address"), LINKED.values(), ids=LINKED.keys())
def test_a_file_is_found_however_it_is_linked(link: str, address: str, place: str) -> None:
    files = files_of(page(body=paragraphs() + place.format(link)))
    assert [(file.url, file.role) for file in files] == [(urljoin(URL, address), "file")]
    assert files[0].name.startswith(NAME)


@pytest.mark.parametrize("below", [False, True], ids=["in the text", "below the text"])
@pytest.mark.parametrize(("markup", "names"), NAMED.values(), ids=NAMED.keys())
def test_a_file_has_the_name_that_a_reader_gives_it(markup: str, names: dict[str, str], below: bool) -> None:
    files = files_of(page(below=f"<div>{markup}</div>") if below else page(body=paragraphs() + markup))
    assert {file.url: file.name for file in files} == {urljoin(URL, url): name for url, name in names.items()}


@pytest.mark.parametrize("markup", NOT_ITS.values(), ids=NOT_ITS.keys())
def test_a_file_of_the_site_or_of_another_document_is_not_an_attachment(markup: str) -> None:
    assert files_of(markup) == ()


def test_a_report_of_the_site_is_an_attachment_of_the_document_with_that_title() -> None:
    title = "云溪区政府网站工作年度报表"
    files = files_of(page(title=title, below=f"<div><a href='/u/nb.pdf'>{title}</a></div>"))
    assert [file.name for file in files] == [title]


@pytest.mark.parametrize("word", ["", "<h4>附件</h4>"], ids=["files alone", "behind the word"])
@pytest.mark.parametrize(
    "item",
    [
        "<p><a href='/u/{0}.xls'>第{0}号统计表</a></p>",
        "<table><tr><td>{0}</td><td>第{0}号统计表</td><td>3KB</td><td><a href='/u/{0}.xls'>下载</a></td></tr></table>",
    ],
    ids=["lines", "rows"],
)
def test_a_list_of_files_below_the_text_may_have_any_length(item: str, word: str) -> None:
    files = files_of(page(below=f"<div>{word}{''.join(map(item.format, range(150)))}</div>"))
    assert [file.url for file in files] == [urljoin(URL, f"/u/{number}.xls") for number in range(150)]
    assert {file.name for file in files} == {f"第{number}号统计表" for number in range(150)}


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("tag", ["h3", "p"])
def test_files_in_a_box_of_any_heading_are_the_documents(heading: str, tag: str) -> None:
    links = "<ul><li><a href='/f/1.doc'>登记表</a></li><li><a href='/f/2.doc'>汇总表</a></li></ul>"
    files = files_of(page(below=f"<div class='box'><{tag}>{heading}</{tag}>{links}</div>"))
    assert [file.name for file in files] == ["登记表", "汇总表"]


DATED = "<li><a href='/f/{0}.doc'>老旧电梯登记表{0}</a><span>2023-05-09</span></li>"


@pytest.mark.parametrize(
    "box", ["<div class='fj'>{}</div>", "<div><h4>附件</h4>{}</div>"], ids=["a class", "a heading"]
)
def test_files_of_the_document_may_have_days_too(box: str) -> None:
    files = files_of(page(below=box.format(f"<ul>{DATED.format(1)}{DATED.format(2)}</ul>")))
    assert [file.url for file in files] == [urljoin(URL, f"/f/{number}.doc") for number in (1, 2)]


ANNEX = "<p>附件</p><p>老旧电梯分布图</p><p><img src='/u/map1.png'></p><p><img src='/u/map2.png'></p>"


def test_pictures_below_the_word_for_annexes_are_annexes() -> None:
    files = files_of(page(body=paragraphs() + ANNEX))
    assert files == tuple(Attachment(urljoin(URL, f"/u/map{n}.png"), f"map{n}.png", "image") for n in (1, 2))


def test_a_picture_below_the_word_is_an_annex_where_the_page_is_one_row() -> None:
    annex = "<p>附件：</p><p><a href='/u/big.jpg'><img src='/u/small.jpg' width='600'></a></p>"
    rows = f"<table><tr><td><div id='zoom'>{paragraphs()}{annex}</div><a href='/'>首页</a></td></tr></table>"
    files = files_of(page(body=rows))
    assert [(file.url, file.role) for file in files] == [(urljoin(URL, "/u/big.jpg"), "image")]


NO_ANNEXES = {
    "an icon": "<p>附件</p><p><img src='/u/a.png' width='32'></p>",
    "an icon in a row": "<p>附件</p><table><tr><td><img src='/u/a.png'></td><td><a href='#f'>1</a></td></tr></table>",
    "a seal": "<p>附件：登记表</p><p>云溪区人民政府</p><p>2023年5月8日</p><p><img src='/u/a.png'></p>",
    "an icon beside a link": "<p>附件：<img src='/u/a.png'><a href='#f'>附件1</a></p>",
    "a picture in the text": "<p>各街道要公布以下图示。</p><p><img src='/u/a.png'></p>",
}


@pytest.mark.parametrize("markup", NO_ANNEXES.values(), ids=NO_ANNEXES.keys())
def test_other_pictures_of_a_text_are_no_files(markup: str) -> None:
    assert files_of(page(body=paragraphs() + markup)) == ()


def test_the_large_picture_is_the_scan_and_not_the_small_one_that_leads_to_it() -> None:
    scans = "".join(f"<p><a href='/u/big{n}.jpg'><img src='/u/small{n}.jpg'></a></p>" for n in (1, 2))
    files = files_of(page(headline=f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>", body=scans))
    assert [(file.url, file.role) for file in files] == [(urljoin(URL, f"/u/big{n}.jpg"), "image") for n in (1, 2)]
