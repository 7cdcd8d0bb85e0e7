"""Where the text stands, what is seen of it, and what does not belong to it."""

import pytest

from etl.extract import Extraction, extract
from tests.extract.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"
WHOLE = "\n".join((*PARAGRAPHS, *SIGNED))


def read(html: str, url: str = URL) -> Extraction:
    return extract(html.encode(), url)


CONTAINERS = {
    "trs_editor": '<div class="TRS_Editor">{}</div>',
    "trs_editor_in_itself": '<div class="TRS_Editor"><div class="TRS_Editor">{}</div></div>',
    "trs_ueditor": '<div class="view TRS_UEDITOR trs_web">{}</div>',
    "hanweb_zoom": '<div id="zoom">{}</div>',
    "ucap_element": "<div><ucapcontent>{}</ucapcontent></div>",
    "font_element": '<font id="Zoom">{}</font>',
    "cell": "<table><tr><td>{}</td></tr></table>",
    "unknown": '<div class="abc123">{}</div>',
    "loose": "{}",
    "hanweb_comments": "<div><!--<$[信息内容]>begin-->{}<!--<$[信息内容]>end--></div>",
    "zjeg_comments": "<div><!--ZJEG_RSS.content.begin-->{}<!--ZJEG_RSS.content.end--></div>",
    "second_html_document": "<html><body><div>{}</div></body></html>",
    "after_unbalanced_span": "<div><span><span>{}</div>",
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_container(container: str) -> None:
    assert read(page(container=CONTAINERS[container])).text == WHOLE


NOISE = {
    "share_bar": "<div>分享到：<a href='#'>微信</a><a href='#'>微博</a></div>",
    "print_links": "<div>【<a href='#'>打印本页</a>】【<a href='#'>关闭窗口</a>】</div>",
    "neighbours": "<p>上一篇：<a href='t1.html'>云溪区召开春季植树动员会</a></p><p>下一篇：没有了</p>",
    "related": "<h4>相关解读</h4><ul><li><a href='j.html'>一张图看懂老旧电梯更新政策要点</a></li></ul>",
    "scan_code": "<p>扫一扫在手机打开当前页</p>",
    "font_switch": "<div>【字体：<a>大</a> <a>中</a> <a>小</a>】</div>",
    "editor": "<div>责任编辑：李四 浏览次数：<span>12</span></div>",
    "empty_attachment_heading": "<div>附件：</div>",
}


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("inside", [True, False], ids=["inside_the_container", "below_it"])
def test_noise_below_the_text(noise: str, inside: bool) -> None:
    html = page(body=paragraphs() + NOISE[noise]) if inside else page(below=NOISE[noise])
    assert read(html).text == WHOLE


def test_sub_heading_inside_the_container_is_cut_off() -> None:
    line = f"<h2>{TITLE}</h2><div>发布时间：2023-05-09 来源：云溪日报 字体：大 中 小</div>"
    assert read(page(headline="", body=line + paragraphs())).text == WHOLE


def test_name_of_the_annex_inside_the_text_is_not_taken_for_the_headline() -> None:
    title = "关于印发《云溪区老旧电梯更新办法》的通知"
    body = f"<div>{PARAGRAPHS[0]}</div><div>{PARAGRAPHS[1]}</div><div>云溪区老旧电梯更新办法</div>" + "".join(
        f"<div>{p}</div>" for p in PARAGRAPHS[2:]
    )
    assert read(page(title=title, body=body)).text.startswith(PARAGRAPHS[0])


def test_summary_row_of_the_header_is_no_text() -> None:
    header = f"<table><tr><td>内容概述：{PARAGRAPHS[1]}{PARAGRAPHS[2]}</td></tr></table>"
    assert read(page(header, container="{}")).text == WHOLE


def test_title_inside_the_editor_belongs_to_the_text() -> None:
    html = page(container='<div class="TRS_Editor">{}</div>', body=f"<p>{TITLE}</p>" + paragraphs())
    assert read(html).text == f"{TITLE}\n{WHOLE}"


def test_table_row_is_a_line_with_its_cells_apart() -> None:
    table = "<table><tr><th>街道</th><th>台数</th></tr><tr><td>莲塘</td><td>12</td></tr></table>"
    assert "街道 | 台数\n莲塘 | 12" in read(page(body=paragraphs() + table)).text


def test_line_breaks_make_lines() -> None:
    body = "<p>" + "<br>".join((*PARAGRAPHS, *SIGNED)) + "</p>"
    assert read(page(body=body)).text == WHOLE


def test_list_items_are_lines() -> None:
    body = "<ol>" + "".join(f"<li>{p}</li>" for p in PARAGRAPHS) + "</ol>"
    assert read(page(body=body)).text == "\n".join(PARAGRAPHS)


HIDDEN = {
    "style": "<p style='color:red; DISPLAY : none'>{}</p>",
    "attribute": "<p hidden>{}</p>",
    "class": "<p class='hide'>{}</p>",
    "style_sheet": "<style>.gone{{display:none}}</style><p class='gone'>{}</p>",
    "comment": "<!-- <p>{}</p> -->",
    "condition": '<p ms-visible=\'"02"=="01"\'>{}</p>',
    "template": "<template><p>{}</p></template>",
    "script": "<script>$(function(){{ $('.later').hide(); }})</script><p class='later'>{}</p>",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_is_no_text(how: str) -> None:
    text = read(page(body=paragraphs() + HIDDEN[how].format("此件已经废止，不再执行，特此说明。"))).text
    assert "此件已经废止" not in text
    assert text.startswith(PARAGRAPHS[0])


SHOWN = {
    "condition": "<p style='display:none' ms-visible='\"02\"==\"02\"'>{}</p>",
    "important": "<style>#p1{{display:block !important}}</style><p id='p1' style='display:none'>{}</p>",
    "script": "<script>$('#p1').show();</script><p id='p1' style='display:none'>{}</p>",
    "visibility_of_the_page": "<style>body{{visibility:hidden}}</style><p>{}</p>",
}


@pytest.mark.parametrize("how", SHOWN)
def test_shown_again_is_text(how: str) -> None:
    assert (
        "本通知自印发之日起施行。" in read(page(body=paragraphs() + SHOWN[how].format("本通知自印发之日起施行。"))).text
    )


def test_one_of_several_states_is_shown() -> None:
    items = "".join(
        f"<li ms-visible='\"02\"==\"{code}\"' style='display:none'>有效性：<em>{word}</em></li>"
        for code, word in (("", "有效"), ("01", "有效"), ("02", "失效"), ("03", "废止"))
    )
    assert read(page(f"<ul>{items}</ul>")).fields["validity"].value == "失效"


def test_hidden_text_that_a_script_writes_out() -> None:
    body = (
        f'<div id="DOC" style="display:none">{paragraphs()}</div>'
        '<script>var s=document.getElementById("DOC").innerHTML;'
        "document.write(s.replace(/&lt;/g,function(a){return a;}));</script>"
    )
    assert read(page(body=body)).text == WHOLE


def test_document_write_of_literals() -> None:
    line = "<div><script>var d='2023-05-09 10:00'; if(d!=''){document.write('发布日期：'+d+'&emsp;');}</script></div>"
    assert read(page(headline=f"<h1>{TITLE}</h1>{line}")).fields["published_date"].value == "2023-05-09"


def test_document_write_of_a_name_set_elsewhere_with_a_default() -> None:
    line = (
        "<script>var from = '';</script>"
        "<div>来源：<script>if(from == ''){from='云溪区人民政府';} document.write(from);</script></div>"
    )
    assert read(page(headline=f"<h1>{TITLE}</h1>{line}")).fields["source"].value == "云溪区人民政府"


def test_branch_that_is_not_taken_writes_nothing() -> None:
    line = "<script>var f=''; if(f!=''){document.write('<p>发布日期：2020-01-01</p>')}</script>"
    assert "published_date" not in read(page(headline=f"<h1>{TITLE}</h1>{line}")).fields


def test_script_that_depends_on_the_reader_writes_nothing() -> None:
    line = "<script>if(navigator.userAgent.length>0){document.write('<p>发布日期：2020-01-01</p>')}</script>"
    assert "published_date" not in read(page(headline=f"<h1>{TITLE}</h1>{line}")).fields


def test_element_filled_by_a_script() -> None:
    line = "<div class='from'></div><script>var n='云溪日报'; $('.from').html('来源：'+n);</script>"
    assert read(page(headline=f"<h1>{TITLE}</h1>{line}")).fields["source"].value == "云溪日报"


def test_catalog_body_as_json_with_escapes() -> None:
    content = paragraphs().replace("<", "\\u003C").replace("/", "\\/")
    html = (
        "<html><head><title>云溪</title></head><body><div id='app'></div><script>window._CONFIG = { SID:'1', DETAIL: "
        f'{{"title":"{TITLE}","content":"{content}","date":"2023-05-09","source":"区政府办",'
        '"gkml_data":{"identifier":"00000000-0/2023-00017","document_number":"云政办发〔2023〕17号","date":1683475200,"validity":0}}}'
        "};</script></body></html>"
    )
    found = read(html, "http://www.yunxi.gov.cn/gkmlpt/content/1/1234/post_1234567.html")
    assert found.kind == "document"
    assert found.text == WHOLE
    assert found.fields["title"].value == TITLE
    assert found.fields["document_number"].origin == "json"
    assert found.fields["written_date"].value == "2023-05-08"
    assert "validity" not in found.fields


def test_fields_from_hidden_inputs_where_the_family_fills_them_in() -> None:
    inputs = (
        f'<input type="hidden" id="title" value="{TITLE}"><input type="hidden" id="infodate" value="2023-05-09 18:06">'
        '<input type="hidden" id="zhuanzai" value="云溪区交易中心">'
    )
    fields = read(page(headline="<h2 id='showtitle'></h2>", above=inputs, title="云溪交易")).fields
    assert (fields["title"].value, fields["source"].value) == (TITLE, "云溪区交易中心")
    assert fields["published_date"].value == "2023-05-09"


TITLES = {
    "heading": f"<h1>{TITLE}</h1>",
    "paragraph_with_class": f"<div class='titP'><p>{TITLE}</p></div>",
    "cell": f"<table><tr><td class='title'>{TITLE}</td></tr></table>",
    "broken_by_br": f"<h2>{TITLE[:12]}<br>{TITLE[12:]}</h2>",
    "header_row_only": f"<table><tr><td>标 题：</td><td>{TITLE}</td></tr></table>",
}


@pytest.mark.parametrize("where", TITLES)
def test_title(where: str) -> None:
    html = page(headline=TITLES[where]).replace(f"<title>{TITLE}_", "<title>政策文件_")
    assert read(html).fields["title"].value == TITLE


def test_shown_title_with_a_mark_wins_over_the_meta_tag() -> None:
    html = page(headline=f"<h1>[已废止]{TITLE}</h1>", head=f'<meta name="ArticleTitle" content="{TITLE}">')
    assert read(html).fields["title"].value == f"[已废止]{TITLE}"


def test_site_name_in_a_heading_is_not_the_title() -> None:
    html = page(above="<h1>云溪区人民政府门户网站</h1>", headline=f"<h3>{TITLE}</h3>")
    assert read(html).fields["title"].value == TITLE
