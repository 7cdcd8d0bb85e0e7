"""Services that answer XML: whatever its elements are called, it is read as JSON of the same service."""

from collections.abc import Callable, Sequence

import pytest

from etl.platforms.answers.xml_data import read_xml
from etl.platforms.base import NotAListing
from tests.support.answered_walks import Answer, Line, Question, lines, walk_answers

XML = "text/xml;charset=UTF-8"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROWS: dict[str, Callable[[Line], str]] = {
    "elements": lambda line: f"<row><title>{line.title}</title><url>{line.path}</url><date>{line.day}</date></row>",
    "CDATA": lambda line: (
        f"<row><id>7</id><bt><![CDATA[{line.title}]]></bt><lj><![CDATA[{line.path}]]></lj><fbrq>{line.day}</fbrq></row>"
    ),
    "attributes": lambda line: f'<row id="7" title="{line.title}" url="{line.path}" date="{line.day}"/>',
    "both": lambda line: f'<row url="{line.path}"><title>{line.title}</title><date>{line.day}</date></row>',
}  # fmt: skip
SHAPES: dict[str, Callable[[Sequence[str], int], str]] = {
    "total beside": lambda rows, total: f"<result><total>{total}</total><list>{''.join(rows)}</list></result>",
    "total of the root": lambda rows, total: f"<rows total='{total}'>{''.join(rows)}</rows>",
    "total within": lambda rows, total: f"<answer><list totalRows='{total}'>{''.join(rows)}</list></answer>",
    "names of a space": lambda rows, total: f"<a:r xmlns:a='u:a'><zs>{total}</zs><a:l>{''.join(rows)}</a:l></a:r>",
    "no total": lambda rows, total: f"<result><code>0</code><list>{''.join(rows)}</list></result>",
}  # fmt: skip


def service(count: int, shape: str, row: str, behind: str = "") -> Callable[[Question], Answer]:
    documents = lines(count, "/zwgk/{number}.html")

    def answer(question: Question) -> Answer:
        number = int(question.query.get("page", "1"))
        shown = documents[20 * number - 20 : 20 * number]
        return PROLOG + (SHAPES[shape]([ROWS[row](line) for line in shown], count) if shown else behind), XML

    return answer


@pytest.mark.parametrize("count", [3, 41, 60])
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_xml_are_documents(shape: str, row: str, count: int) -> None:
    walked = walk_answers("generic", "/service/list?page=1", service(count, shape, row, "<result><list/></result>"))

    documents = lines(count, "/zwgk/{number}.html")
    assert {(entry.url, entry.title, entry.fields["published_date"]) for entry in walked.entries.values()} == {
        (line.url, line.title, str(line.day)) for line in documents
    }
    assert walked.red == []


@pytest.mark.parametrize("shape", SHAPES)
def test_xml_that_cannot_be_turned_is_no_whole_list(shape: str) -> None:
    assert walk_answers("generic", "/service/list?cid=3", service(93, shape, "elements")).red


@pytest.mark.parametrize("behind", ["<e><code>500</code><msg>系统异常</msg></e>", "<result><list>", "<result/>", ""])
def test_xml_of_another_kind_is_no_end_of_a_list(behind: str) -> None:
    walked = walk_answers("generic", "/service/list?page=1", service(60, "no total", "elements", behind))
    assert len(walked.entries) == 60
    assert walked.red


@pytest.mark.parametrize("platform", ["generic", "trs_wcm", "hanweb_jcms", "ucap"])
def test_xml_of_a_service_is_read_for_every_family(platform: str) -> None:
    walked = walk_answers(platform, "/service/list?page=1", service(53, "total beside", "CDATA"))
    assert len(walked.entries) == 53
    assert walked.red == []


@pytest.mark.parametrize("listing", [{"rows": "li"}, {"rows": "//li", "title": "a"}])
@pytest.mark.parametrize("count", [41, 53])
def test_rows_of_html_in_xml_are_read_by_selectors(listing: dict[str, str], count: int) -> None:
    def answer(question: Question) -> Answer:
        number = int(question.query["page"])
        rows = (
            f"<record><![CDATA[<li><a href='{line.path}'>{line.title}</a><span>{line.day}</span></li>]]></record>"
            for line in lines(count, "/zwgk/{number}.html")[20 * number - 20 : 20 * number]
        )
        return f"{PROLOG}<store><totalrecord>{count}</totalrecord><set>{''.join(rows)}</set></store>", XML

    walked = walk_answers("generic", "/service/list?page=1", answer, listing=listing)
    assert len(walked.entries) == count
    assert walked.red == []
    unread = walk_answers("generic", "/service/list?page=1", answer)
    assert "name their elements in listing.rows" in unread.red[0]


def test_values_of_elements() -> None:
    assert read_xml("<a><b>1</b><c/><d e='2'>x</d></a>") == {"b": "1", "c": None, "d": {"e": "2", "text": "x"}}
    assert read_xml("<a><b><c>1</c></b></a>") == {"b": [{"c": "1"}]}
    assert read_xml("<a>x<!-- y --></a>") == "x"


def test_entities_reach_no_file_and_do_not_grow() -> None:
    head = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY g "gg"><!ENTITY h "&g;&g;">]>'
    assert read_xml(f"{head}<a><b>&f;</b><c>&h;</c></a>") == {"b": "&f;", "c": "&h;"}


def test_half_of_xml_is_none() -> None:
    with pytest.raises(NotAListing, match="broken XML"):
        read_xml("<a><b>1</b>")
