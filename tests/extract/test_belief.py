"""What confirms a chosen value, and what disputes it."""

import pytest

from etl.extract import Belief, Rule, extract
from etl.extract.codes import flag_names
from tests.extract.traps.registry import HEAD, NUMBER, URL, table
from tests.support.pages import TITLE, page, paragraphs

AGREED, SINGLE, DISPUTED = Belief


def _meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def _titled(title: str, head: str = "") -> str:
    """A page with the headline TITLE and that `<title>`."""
    return page(head=head).replace(f"<title>{TITLE}_云溪区人民政府</title>", f"<title>{title}</title>")


def _dated(day: str, head: str = "", above: str = "") -> str:
    return page(above, headline=f"{HEAD}<p>来源：云溪日报 发布时间：{day}</p>", head=head)


CASES = {
    "headline-in-parts-of-title": (page(), "title", AGREED),
    "headline-in-article-title": (_titled("云溪区人民政府", _meta("ArticleTitle", TITLE)), "title", AGREED),
    "headline-between-spaces": (_titled(f"云溪区人民政府 政策文件 {TITLE}"), "title", AGREED),
    "short-headline-beside-site": (page(title="拟录用人员公示").replace("_云溪区", " 云溪区"), "title", AGREED),
    "short-headline-behind-column": (
        page(title="拟录用人员公示").replace("<title>", "<title>政策文件 ").replace("_云溪区", " 云溪区"),
        "title",
        AGREED,
    ),
    "short-headline-beside-more": (
        page(title="拟录用人员公示").replace("_云溪区人民政府", " （二）"),
        "title",
        DISPUTED,
    ),
    "title-names-the-site": (_titled("云溪区人民政府"), "title", SINGLE),
    "headline-is-a-beginning": (
        _titled(f"{TITLE}和维护工作的补充说明", _meta("ArticleTitle", f"{TITLE}和维护工作的补充说明")),
        "title",
        DISPUTED,
    ),
    "article-title-is-another": (_titled("云溪区人民政府", _meta("ArticleTitle", "规范性文件库")), "title", DISPUTED),
    "article-title-is-another-but-title-agrees": (page(head=_meta("ArticleTitle", "规范性文件库")), "title", AGREED),
    "only-meta-tags": (
        page(headline="", title="通告", head=_meta("ArticleTitle", "关于停水的通告全文")),
        "title",
        SINGLE,
    ),
    "date-alone": (_dated("2023-05-09"), "published_date", SINGLE),
    "meta-tag-has-the-day": (_dated("2023-05-09", _meta("PubDate", "2023-05-09 08:00")), "published_date", AGREED),
    "meta-tag-has-the-day-of-generation": (
        _dated("2023-05-09", _meta("PubDate", "2025-10-12")),
        "published_date",
        SINGLE,
    ),
    "header-and-line-agree": (
        _dated("2023-05-09", above=table(("公开日期", "2023-05-09"))),
        "published_date",
        AGREED,
    ),
    "header-and-line-differ": (
        _dated("2023-05-09", above=table(("公开日期", "2023-05-11"))),
        "published_date",
        DISPUTED,
    ),
    "a-meta-tag-does-not-settle-it": (
        _dated("2023-05-09", _meta("PubDate", "2023-05-11"), table(("公开日期", "2023-05-11"))),
        "published_date",
        DISPUTED,
    ),
    "one-label-two-values": (
        page(table(("发布机构", "云溪区民政局"), ("发布机构", "云溪区财政局"))),
        "publisher",
        DISPUTED,
    ),
    "the-same-label-again-confirms-nothing": (
        page(table(("发布机构", "云溪区民政局"), ("发布机构", "云溪区民政局"))),
        "publisher",
        SINGLE,
    ),
    "a-longer-name": (
        page(table(("发布机构", "云溪区民政局"), ("发布机构", "云溪区民政局办公室"))),
        "publisher",
        SINGLE,
    ),
    "number-in-header-and-red-header": (
        page(table(("文号", NUMBER)), body=f"<p>{NUMBER}</p>{paragraphs()}"),
        "document_number",
        AGREED,
    ),
    "number-of-an-attached-file": (
        page(table(("文号", NUMBER)), body=f"{paragraphs()}<p><a href='/a.doc'>云政发〔2019〕3号.doc</a></p>"),
        "document_number",
        SINGLE,
    ),
    "signed-on-another-day": (page(table(("成文日期", "2023-05-02"))), "written_date", DISPUTED),
    "signed-on-the-day": (page(table(("成文日期", "2023-05-08"))), "written_date", AGREED),
}


@pytest.mark.parametrize(("html", "field", "belief"), CASES.values(), ids=CASES)
def test_belief(html: str, field: str, belief: Belief) -> None:
    extraction = extract(html.encode(), URL)
    assert extraction.beliefs[field] == belief, [item for item in extraction.evidence if item.name == field]
    assert (f"{field}:disputed" in extraction.flags) == (belief == DISPUTED)
    assert extraction.beliefs.keys() == extraction.fields.keys()


def test_the_flag_is_named_in_both_languages() -> None:
    assert flag_names("title:disputed") == ("标题：另有依据不符", "title: other evidence differs")


def test_an_attachments_name_was_seen() -> None:
    html, field, _ = CASES["number-of-an-attached-file"]
    rules = {item.rule for item in extract(html.encode(), URL).evidence if item.name == field}
    assert Rule.ATTACHMENT_NAME in rules
