"""Files of documents: calls, handlers and late pictures of any form, drawn at random."""

import html
from urllib.parse import urljoin

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import extract
from tests.extract.traps.registry import URL
from tests.support.pages import TITLE, page, paragraphs

DATED = f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>"
_endings = st.sampled_from(("doc", "docx", "pdf", "xlsx", "wps", "ofd", "zip", "PDF"))
_stems = st.text("abcdefgW0123456789_", min_size=3, max_size=12)
_folders = st.sampled_from(("/", "./", "../", "/u/2023/", "files/2023/", "https://www.yunxi.gov.cn/f/"))
_addresses = st.builds("{}{}.{}".format, _folders, _stems, _endings)
_names = st.builds("{}.{}".format, st.text("登记申请表名册清单汇总（）0123456789", min_size=2, max_size=12), _endings)
_callees = st.sampled_from(("down", "downFj", "openFile", "window.open", "this.save", "$.download"))
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
def test_the_pictures_of_a_document_are_those_that_a_visitor_sees_in_the_end(pictures: list[tuple[str, str]]) -> None:
    markup = page(headline=DATED, body="".join(f"<p>{picture}</p>" for picture, _ in pictures))
    found = extract(markup.encode(), URL).attachments
    assert [(file.url, file.role) for file in found] == [(urljoin(URL, address), "image") for _, address in pictures]
