"""A comment in the markup changes nothing, wherever it is."""

import re

from etl.extract import Extraction, extract
from tests.extract.traps import TRAPS
from tests.support.pages import page
from tests.support.share import share

_NO_MARKUP = re.compile(
    r"(<!--.*?-->|<(script|style|title|textarea|noscript|template|iframe|xmp)\b.*?</\2>)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[a-zA-Z/][^>]*>")


def with_comments(source: str) -> str:
    """The page with a comment before and behind each tag, outside scripts and their like."""
    parts, position = [], 0
    for raw in _NO_MARKUP.finditer(source):
        parts += [_TAG.sub(r"<!-- 栏目 -->\g<0><!---->", source[position : raw.start()]), raw[0]]
        position = raw.end()
    return "".join((*parts, _TAG.sub(r"<!-- 栏目 -->\g<0><!---->", source[position:])))


def content(read: Extraction) -> tuple[object, ...]:
    values = {name: field.value for name, field in read.fields.items()}
    return read.kind, values, read.text, read.attachments, read.flags


def test_comments_around_every_tag_change_nothing() -> None:
    texts = [trap for trap in TRAPS.values() if isinstance(trap.page, str)]
    for trap in share(texts):
        commented = with_comments(trap.page).encode()
        before = extract(trap.page.encode(), trap.url, captured_on=trap.captured_on)
        assert content(extract(commented, trap.url, captured_on=trap.captured_on)) == content(before), trap.name


def test_a_picture_between_comments_below_the_name_of_an_annex_is_read() -> None:
    annex = "<p>附件：云溪区规划图</p><p><!-- a --><img src='/u/1.jpg'><!-- b --></p>"
    read = extract(page(below=annex).encode(), "https://www.yunxi.gov.cn/gk/202305/t20230509_1.html")
    assert [file.url.rsplit("/", 1)[-1] for file in read.attachments] == ["1.jpg"]
