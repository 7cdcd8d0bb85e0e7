"""What a stored capture says, as its source has it."""

from datetime import UTC, datetime

from etl.archive.records.extracted_pages import fill_from_listing
from etl.extract import Attachment, Extraction
from etl.pipeline.documents import join_article_pages
from etl.pipeline.reading.page_reading import PageToRead, extract_page
from etl.sources.schema import adhoc_source
from tests.support.pages import page, paragraphs

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"


def test_a_file_at_two_spellings_of_its_address_is_one() -> None:
    links = (
        "<p><a href='/f/1.pdf'><img src='/i.png'></a><a href='http://www.yunxi.gov.cn//f/1.pdf?_t=5'>登记表.pdf</a></p>"
    )
    body = page(body=paragraphs() + links).encode()
    source = adhoc_source("yunxi", "云溪", URL, ["www.yunxi.gov.cn"])
    source = source.model_copy(update={"twins": {"http://www.yunxi.gov.cn": "https://www.yunxi.gov.cn"}})
    read = extract_page(source, None, PageToRead.of(URL, [("content-type", "text/html")], datetime.now(UTC)), body)
    assert [file.url for file in read.attachments] == ["https://www.yunxi.gov.cn/f/1.pdf"]


def test_the_first_name_of_a_file_stays_over_the_pages_of_an_article() -> None:
    source = adhoc_source("yunxi", "云溪", URL, ["www.yunxi.gov.cn"])
    parts = [
        extract_page(
            source,
            None,
            PageToRead.of(URL, (), datetime.now(UTC)),
            page(body=f"{paragraphs()}<p><a href='/f/1.pdf'>{name}</a></p>").encode(),
        )
        for name in ("登记表", "下载")
    ]
    assert join_article_pages(parts).attachments == (Attachment("https://www.yunxi.gov.cn/f/1.pdf", "登记表"),)


def test_an_odd_value_of_a_listing_entry_means_what_its_source_says() -> None:
    listing = {"validity": "1", "publisher": "云溪区人民政府", "source": "-"}
    page = fill_from_listing(Extraction("document", ""), listing, {"validity": {"1": "有效"}, "source": {"-": ""}})
    assert {name: (field.value, field.raw) for name, field in page.fields.items()} == {
        "validity": ("有效", "1"),
        "publisher": ("云溪区人民政府", "云溪区人民政府"),
    }
    assert page.flags == ("validity:looked_up", "source:looked_up")
