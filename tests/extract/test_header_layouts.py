"""Header fields in every layout that sites use; each case is one layout."""

from datetime import date

import pytest

from etl.extract import Extraction, extract
from tests.extract.pages import TITLE, page

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"
INDEX = "00000000-0/2023-00017"
NUMBER = "云政办发〔2023〕17号"

PAIRS = [
    ("索引号", "index_number", INDEX),
    ("发布机构", "publisher", "云溪区人民政府办公室"),
    ("成文日期", "written_date", "2023-05-08"),
    ("文号", "document_number", NUMBER),
    ("主题分类", "subject_category", "城乡建设、环境保护"),
    ("发布日期", "published_date", "2023-05-09"),
]


def read(html: str) -> Extraction:
    return extract(html.encode(), URL)


def values(html: str) -> dict[str, str]:
    return {name: field.value for name, field in read(html).fields.items()}


LAYOUTS = {
    "th_td": "<table>" + "".join(f"<tr><th>{n}</th><td>{v}</td></tr>" for n, _, v in PAIRS) + "</table>",
    "td_td_with_colons": "<table>" + "".join(f"<tr><td>{n}：</td><td>{v}</td></tr>" for n, _, v in PAIRS) + "</table>",
    "two_pairs_a_row": "<table><tr>"
    + "</tr><tr>".join(
        "".join(f"<td>{n}</td><td>{v}</td>" for n, _, v in PAIRS[i : i + 2]) for i in range(0, len(PAIRS), 2)
    )
    + "</tr></table>",
    "labels_above_values": "<table><tr>"
    + "".join(f"<td>{n}</td>" for n, _, _ in PAIRS)
    + "</tr><tr>"
    + "".join(f"<td>{v}</td>" for _, _, v in PAIRS)
    + "</tr></table>",
    "one_cell": "<table>" + "".join(f"<tr><td>{n}: {v}</td></tr>" for n, _, v in PAIRS) + "</table>",
    "bold_label_in_cell": "<table>" + "".join(f"<tr><td><b>{n}：</b>{v}</td></tr>" for n, _, v in PAIRS) + "</table>",
    "heading_and_paragraph": "".join(f"<div><h1>{n}</h1><p>{v}</p></div>" for n, _, v in PAIRS),
    "list_items": "<ul>" + "".join(f"<li>{n}：{v}</li>" for n, _, v in PAIRS) + "</ul>",
    "list_items_apart": "<ul>"
    + "".join(f"<li class='k'>{n}：</li><li class='v'>{v}</li>" for n, _, v in PAIRS)
    + "</ul>",
    "list_item_with_paragraph": "<ul>"
    + "".join(f"<li><span>{n}：</span><p>{v}</p></li>" for n, _, v in PAIRS)
    + "</ul>",
    "definition_list": "<dl>" + "".join(f"<dt>{n}</dt><dd>{v}</dd>" for n, _, v in PAIRS) + "</dl>",
    "spans_in_one_line": "<div>" + "".join(f"<span>{n}：{v}</span>" for n, _, v in PAIRS) + "</div>",
    "plain_text_in_one_line": "<div>" + " ".join(f"{n}：{v}" for n, _, v in PAIRS) + "</div>",
    "brackets_around_labels": "<table>"
    + "".join(f"<tr><td>[ {n} ]</td><td>{v}</td></tr>" for n, _, v in PAIRS)
    + "</table>",
    "bullets": "<div>" + "".join(f"<p>• {n}:</p><p>{v}</p>" for n, _, v in PAIRS) + "</div>",
    "spaces_inside_labels": "<ul>" + "".join(f"<li>{'　'.join(n)}：{v}</li>" for n, _, v in PAIRS) + "</ul>",
    "label_letters_split_by_elements": "<ul>"
    + "".join(f"<li>{'<i></i>'.join(n)}：{v}</li>" for n, _, v in PAIRS)
    + "</ul>",
    "entities_inside_labels": "<ul>"
    + "".join(f"<li>{'&ensp;&nbsp;'.join(n)}：{v}</li>" for n, _, v in PAIRS)
    + "</ul>",
    "full_width_digits_and_colons": "<ul>"
    + "".join(f"<li>{n}︰{v}</li>".replace("︰", "：") for n, _, v in PAIRS)
    + "</ul>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_gives_every_field(layout: str) -> None:
    found = values(page(LAYOUTS[layout]))
    assert {name: found.get(name) for _, name, _ in PAIRS} == {name: value for _, name, value in PAIRS}
    assert found["title"] == TITLE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_header_is_no_part_of_the_text(layout: str) -> None:
    text = read(page(LAYOUTS[layout])).text
    assert text.startswith("各镇人民政府")
    assert text.endswith("2023年5月8日")
    assert INDEX not in text


def test_seed_sub_heading_with_spaced_colons_and_no_gap_before_a_label() -> None:
    line = "<p>信息提供日期 : 2021-01-06 14:59来源 : 云溪区莲塘街道办事处 信息索引号 : /2021-9007472</p>"
    found = values(page(below="", above="", headline=f"<h1>{TITLE}</h1>{line}"))
    assert found["published_date"] == "2021-01-06"
    assert found["source"] == "云溪区莲塘街道办事处"
    assert found["index_number"] == "/2021-9007472"


def test_header_printed_twice_is_read_once() -> None:
    twice = LAYOUTS["two_pairs_a_row"] + LAYOUTS["list_items"]
    assert values(page(twice))["index_number"] == INDEX


def test_value_of_an_empty_cell_is_not_the_next_label() -> None:
    table = "<table><tr><td>文号：</td><td></td></tr><tr><td>内部编码</td><td>甲乙丙2023号</td></tr></table>"
    assert "document_number" not in values(page(table))


@pytest.mark.parametrize("nothing", ["", "无", "—", "— —", "/", "暂无", "&nbsp;", "{{doc.number}}", "null"])
def test_placeholders_are_no_value(nothing: str) -> None:
    table = f"<table><tr><td>文号</td><td>{nothing}</td></tr><tr><td>主题分类</td><td>{nothing}</td></tr></table>"
    found = values(page(table))
    assert "document_number" not in found
    assert "subject_category" not in found


@pytest.mark.parametrize("label", ["规范性文件编号", "统一编号", "统一登记号", "备案登记号", "文件登记号"])
def test_registration_numbers_are_not_the_document_number(label: str) -> None:
    found = values(page(f"<table><tr><td>{label}</td><td>YXQD01-2023-0003</td></tr></table>"))
    assert found["registration_number"] == "YXQD01-2023-0003"
    assert "document_number" not in found


def test_file_code_is_no_document_number() -> None:
    assert "document_number" not in values(page("<table><tr><td>文件编码</td><td>YX〔2023〕3号</td></tr></table>"))


def test_every_labelled_date_is_kept_apart() -> None:
    rows = {
        "成文日期": ("written_date", "2023-05-08"),
        "发布日期": ("published_date", "2023-05-09"),
        "生效日期": ("effective_date", "2023-06-01"),
        "失效日期": ("expiry_date", "2028-05-31"),
    }
    table = "<table>" + "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, (_, v) in rows.items()) + "</table>"
    found = values(page(table))
    assert {n: found[n] for n, _ in rows.values()} == {n: v for n, v in rows.values()}


def test_validity_under_the_label_of_the_expiry_date() -> None:
    found = values(page("<table><tr><td>废止日期</td><td>有效</td></tr></table>"))
    assert found["validity"] == "有效"
    assert "expiry_date" not in found


def test_search_form_gives_no_values() -> None:
    form = "<div class='search'><span>文件状态</span> <span>不限</span> <span>现行有效</span> <span>已失效</span></div>"
    assert "validity" not in values(page(form))


def test_values_in_comments_do_not_count() -> None:
    found = values(page("<!-- <table><tr><td>失效日期</td><td>2024-01-01</td></tr></table> -->"))
    assert "expiry_date" not in found


def test_source_and_time_below_the_text() -> None:
    found = values(page(below="<div>来源：云溪日报</div><div>时间：2023-05-09 08:30</div><div>打印</div>"))
    assert found["source"] == "云溪日报"
    assert found["published_date"] == "2023-05-09"


def test_source_ends_before_the_tools_of_its_line() -> None:
    line = "<div><span>来源：云溪日报</span> <span>字体：[大 中 小]</span> <span>打印</span></div>"
    assert values(page(headline=f"<h1>{TITLE}</h1>{line}"))["source"] == "云溪日报"


def test_date_behind_the_source_is_the_date() -> None:
    found = values(page(headline=f"<h1>{TITLE}</h1><div>来源：云溪日报 2023-05-09 08:30 浏览次数：15</div>"))
    assert found["source"] == "云溪日报"
    assert found["published_date"] == "2023-05-09"


def test_labels_in_brackets_without_colons() -> None:
    header = f"<ol><li>[发文机构] <span>云溪区人民政府办公室</span></li><li>[发文字号] <span>{NUMBER}</span></li></ol>"
    found = values(page(header))
    assert (found["publisher"], found["document_number"]) == ("云溪区人民政府办公室", NUMBER)


@pytest.mark.parametrize(
    "layout", ["th_td", "two_pairs_a_row", "labels_above_values", "list_items", "spans_in_one_line"]
)
def test_header_in_the_same_element_as_the_text(layout: str) -> None:
    found = read(page(LAYOUTS[layout], container="{}"))
    assert found.fields["index_number"].value == INDEX
    assert found.text.startswith("各镇人民政府")


def test_author_and_uploader_are_not_the_source() -> None:
    line = "<div>发布时间：2023-05-09 作者：王工 信息发布人：管理员</div>"
    found = values(page(headline=f"<h1>{TITLE}</h1>{line}"))
    assert "source" not in found
    assert "publisher" not in found


def test_bare_date_under_the_title() -> None:
    assert values(page(headline=f"<h1>{TITLE}</h1><p>2023-05-09</p>"))["published_date"] == "2023-05-09"


def test_date_broken_over_lines() -> None:
    line = "<div>发布日期：<span>\n2023-\n05-\n09\n</span></div>"
    assert values(page(headline=f"<h1>{TITLE}</h1>{line}"))["published_date"] == "2023-05-09"


def test_unlabelled_number_line_under_the_title_is_the_documents_own() -> None:
    field = read(page(headline=f"<h2>{TITLE}</h2><h3>{NUMBER}</h3>")).fields["document_number"]
    assert (field.value, field.origin) == (NUMBER, "header")


def test_red_header_is_marked_as_from_the_text() -> None:
    body = f"<p>{NUMBER}</p>" + page().split('<div class="neirong">')[1].split("</div>")[0]
    field = read(page(body=body)).fields["document_number"]
    assert (field.value, field.origin) == (NUMBER, "body")


def test_cited_number_is_not_the_documents_own() -> None:
    body = "<p>根据《云溪区电梯管理办法》（云政规〔2021〕3号）的要求，现将有关事项通知如下，请遵照执行。</p>" * 3
    assert "document_number" not in values(page(body=body))


def test_number_in_the_title_but_not_in_a_cited_title() -> None:
    assert values(page(title="关于印发电梯更新办法的通知（云建〔2023〕8号）"))["document_number"] == "云建〔2023〕8号"
    cited = values(page(title="关于《云溪区电梯办法（云建〔2023〕8号）》的政策解读"))
    assert "document_number" not in cited


def test_signature_date_is_evidence_from_the_text() -> None:
    field = read(page()).fields["written_date"]
    assert (field.value, field.origin, field.rule) == ("2023-05-08", "body", "date of the signature")


def test_header_overrules_the_signature_and_both_are_kept() -> None:
    found = read(page("<table><tr><td>成文日期</td><td>2023-05-07</td></tr></table>"))
    assert found.fields["written_date"].value == "2023-05-07"
    assert {e.value for e in found.evidence if e.name == "written_date"} == {"2023-05-07", "2023-05-08"}


def test_meta_tags_are_evidence_only() -> None:
    head = (
        '<meta content="2024-01-01 10:00" name="PUBDATE"><meta name="ContentSource" content="云溪网">'
        '<meta name="Keywords" content="电梯">'
    )
    found = read(page(head=head))
    assert not {"published_date", "source", "keywords"} & set(found.fields)
    assert {"published_date", "source", "keywords"} <= {e.name for e in found.evidence if e.origin == "meta"}


def test_disclosure_method_as_the_labelled_last_line_of_the_text() -> None:
    body = page().split('<div class="neirong">')[1].split("</div>")[0] + "<p>公开方式：主动公开</p>"
    found = read(page(body=body))
    assert found.fields["disclosure_method"].value == "主动公开"
    assert found.text.endswith("公开方式：主动公开")


def test_impossible_and_future_dates_are_refused_with_a_flag() -> None:
    table = "<table><tr><td>成文日期</td><td>2023-02-30</td></tr><tr><td>发布日期</td><td>2033-01-01</td></tr></table>"
    found = extract(
        page(table, body="<p>本页没有落款，正文只有这一句话，用来说明日期。</p>").encode(), URL, seen=date(2026, 7, 1)
    )
    assert not {"written_date", "published_date"} & set(found.fields)
    assert {"written_date:impossible", "published_date:future"} <= set(found.flags)


def test_number_keeps_its_raw_form_beside_the_normal_one() -> None:
    field = read(page("<table><tr><td>发文字号</td><td>云政办发[2023] 017 号</td></tr></table>")).fields[
        "document_number"
    ]
    assert (field.value, field.raw, field.label) == (NUMBER, "云政办发[2023] 017 号", "发文字号")
