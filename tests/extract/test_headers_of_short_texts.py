"""Pages whose text gives no help to find it: tables, files, a sentence. Their header must be read as on other pages."""

# ruff: noqa: E501 — a part of a page is a line.

from itertools import product

import pytest

from etl.extract import extract
from tests.support.pages import PARAGRAPHS, TITLE, page, paragraphs
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
NUMBER, OFFICE, INDEX = "云政办发〔2023〕17号", "云溪区人民政府办公室", "000000001/2023-00012"
ROWS = "".join(
    f"<tr><td>{name}街</td><td>{count}台</td></tr>" for name, count in (("东", 3), ("南", 5), ("西", 8), ("北", 2))
)
BODIES = {
    "a table": f"<table border=1><tr><td>街道</td><td>电梯</td></tr>{ROWS}</table>",
    "an annex": '<p>附件：<a href="./P020230509.pdf">老旧电梯更新计划一览表</a></p>',
    "a file": '<p><a href="./P020230509.pdf">老旧电梯更新计划.pdf</a></p>',
    "a sentence": "<p>现将老旧电梯更新计划予以公布。</p>",
    "a text": paragraphs(),
}
TEXTS = {
    "a table": "街道 | 电梯\n东街 | 3台\n南街 | 5台\n西街 | 8台\n北街 | 2台",
    "a file": "老旧电梯更新计划.pdf",
    "a sentence": "现将老旧电梯更新计划予以公布。",
}
PAIRS = {
    "标题": TITLE,
    "发布机构": OFFICE,
    "文号": NUMBER,
    "成文日期": "2023-05-08",
    "发布日期": "2023-05-09",
    "分类": "城乡建设",
}
FIELDS = {
    "title": TITLE, "publisher": OFFICE, "document_number": NUMBER, "written_date": "2023-05-08", "published_date": "2023-05-09",
    "subject_category": "城乡建设",
}  # fmt: skip
FORMS = {
    "items of two elements": ("<ul>{}</ul>", "<li><label>{0}：</label><p>{1}</p></li>"),
    "boxes of two lines": ("<div>{}</div>", "<div class=r><div>{0}</div><div>{1}</div></div>"),
    "lines": ("<div>{}</div>", "<p>{0}：{1}</p>"),
    "rows": ("<table>{}</table>", "<tr><td>{0}</td><td>{1}</td></tr>"),
    "definitions": ("<dl>{}</dl>", "<dt>{0}</dt><dd>{1}</dd>"),
}


def read(html: str) -> tuple[dict[str, str], str]:
    found = extract(html.encode(), URL)
    return {name: value.value for name, value in found.fields.items() if value.origin != "body"}, found.text


def test_a_header_that_repeats_the_headline_is_read_to_its_end() -> None:
    wrong = []
    for body, (form, (around, pair)) in share(product(BODIES, FORMS.items())):
        rows = around.format("".join(pair.format(*each) for each in PAIRS.items()))
        fields, text = read(page(headline=f"<h1>{TITLE}</h1>{rows}", body=BODIES[body]))
        if fields != FIELDS or text != TEXTS.get(body, text):
            wrong.append((body, form, fields, text))
    assert wrong == []


def test_a_header_below_a_text_is_not_part_of_it() -> None:
    wrong = []
    for body, (form, (around, pair)) in share(product(BODIES, FORMS.items())):
        labels = {"文号": NUMBER, "发布机构": OFFICE, "公开方式": "主动公开"}
        rows = around.format("".join(pair.format(*each) for each in labels.items()))
        fields, text = read(
            page(headline=f"<h1>{TITLE}</h1><p>发布时间：2023-05-09</p>", body=BODIES[body], below=f"<div>{rows}</div>")
        )
        if (fields.get("document_number"), fields.get("publisher")) != (NUMBER, OFFICE) or NUMBER in text:
            wrong.append((body, form, fields, text))
    assert wrong == []


@pytest.mark.parametrize("form", ["rows", "lines"])
@pytest.mark.parametrize(
    "above",
    ["下列规范性文件自本通知印发之日起废止：", "一、废止的规范性文件", "废止的规范性文件目录"],
)
def test_labels_of_another_document_that_a_text_ends_with_are_text(above: str, form: str) -> None:
    around, pair = FORMS[form]
    rows = around.format(
        "".join(pair.format(*each) for each in {"文号": NUMBER, "发布机构": OFFICE, "成文日期": "2020-01-02"}.items())
    )
    fields, text = read(
        page(
            headline=f"<h1>{TITLE}</h1><p>发布时间：2023-05-09</p>",
            body=paragraphs(PARAGRAPHS) + f"<p>{above}</p>{rows}",
        )
    )
    assert fields == {"title": TITLE, "published_date": "2023-05-09"}
    assert NUMBER in text


@pytest.mark.parametrize("body", BODIES)
def test_a_number_between_headline_and_date_belongs_to_the_header(body: str) -> None:
    line = "<div>发布日期：2023-05-09　来源：云溪日报　字体：<a>大</a>|<a>小</a></div>"
    fields, text = read(page(headline=f"<h1>{TITLE}</h1><h4>{NUMBER}</h4>{line}", body=BODIES[body]))
    assert (fields["document_number"], fields["published_date"], fields["source"]) == (NUMBER, "2023-05-09", "云溪日报")
    assert text == TEXTS.get(body, text)
    assert NUMBER not in text


@pytest.mark.parametrize("body", BODIES)
def test_the_title_above_its_date_is_no_text_in_a_known_container_either(body: str) -> None:
    line = "<p>发布时间：2023-05-09 15:20　来源：云溪日报　浏览次数：<b>12</b></p>"
    fields, text = read(
        page(
            headline="",
            container='<div class="j-fontContent">{}</div>',
            body=f"<h1>{TITLE}</h1>{line}<div>{BODIES[body]}</div>",
        )
    )
    assert (fields["title"], fields["published_date"], fields["source"]) == (TITLE, "2023-05-09", "云溪日报")
    assert text == TEXTS.get(body, text)
    assert TITLE not in text


ITEMS = {
    "items": "<ul><li>2023-05-09</li><li>云溪日报</li><li>浏览量 33</li></ul>",
    "items, name first": "<ul><li>云溪日报</li><li>2023-05-09</li></ul>",
    "boxes": "<div><div>2023-05-09 10:20</div><div>云溪日报</div><div>打印</div></div>",
    "a line": "<p>2023-05-09 云溪日报 【<a>大</a> <a>中</a>】</p>",
    "a line with wide gaps": "<p>2023-05-09　云溪日报</p>",
    "a line in brackets": "<p>[ 作者：佚名 | 来源：云溪日报 | 更新时间：2023/5/9 | 阅读次数：77 ]</p>",
}


@pytest.mark.parametrize(("form", "body"), list(product(ITEMS, BODIES)))
def test_date_and_source_without_labels_may_be_several_elements_or_gaps_apart(form: str, body: str) -> None:
    fields, text = read(page(headline=f"<p><b>{TITLE}</b></p>{ITEMS[form]}", title="电梯更新", body=BODIES[body]))
    assert (fields["published_date"][:10].replace("/5/9", "-05-09"), fields["source"]) == ("2023-05-09", "云溪日报")
    assert "云溪日报" not in text
    assert "33" not in text


def test_a_number_may_be_an_element_of_the_line_with_date_and_name() -> None:
    for line in (
        f"<div><span>{NUMBER}</span><span>云溪日报</span><span>2023-05-09</span></div>",
        f"<ul><li>2023-05-09</li><li>{NUMBER}</li></ul>",
    ):
        fields, _ = read(page(headline=f"<h1>{TITLE}</h1>{line}"))
        assert (fields["document_number"], fields["published_date"]) == (NUMBER, "2023-05-09")


def test_lines_that_say_more_than_date_and_source_are_text() -> None:
    html = page(headline=f"<h1>{TITLE}</h1>", body="<ul><li>2023-05-09</li><li>更换电梯已完成</li></ul>" + paragraphs())
    fields, text = read(html)
    assert "source" not in fields
    assert "更换电梯已完成" in text


def test_date_and_source_below_a_note_on_adoption() -> None:
    note = "（2022年10月26日云溪市第七届人民代表大会常务委员会第三次会议通过）"
    law = ("第一条 为了加强电梯管理，保障乘梯安全，制定本条例。", "第二条 电梯应当按期检验，检验结果向居民公布。")
    for line in ("发布时间：2023-02-01　来源：云溪日报", "发布时间：2023-02-01"):
        body = f"<p>{note}</p><div>{line}</div><div>打印</div>{paragraphs(law)}"
        fields, text = read(page(title="云溪市电梯管理条例", body=body))
        assert fields["published_date"] == "2023-02-01"
        assert text.split("\n") == [note, *law]


def test_a_date_alone_above_a_red_header() -> None:
    head = f"<p style='color:red'>云溪区人民政府办公室文件</p><p>{NUMBER}</p><p align=center><b>{TITLE}</b></p>"
    fields, _ = read(page(headline="<div>2023-05-09</div>", body=head + paragraphs()))
    assert (fields["published_date"], fields["document_number"]) == ("2023-05-09", NUMBER)


def test_the_kind_of_a_policy_is_no_subject() -> None:
    fields, _ = read(page(f"<ul><li>政策类型：规范性文件</li><li>索引号：{INDEX}</li><li>文号：{NUMBER}</li></ul>"))
    assert "subject_category" not in fields
    assert fields["index_number"] == INDEX
