"""What single families do, and the header forms of the five catalogs that the project starts from."""

# ruff: noqa: E501 — tables of pages: a case is a line.

import json

from tests.extract.traps.registry import WHOLE, table, trap
from tests.support.pages import TITLE, page, paragraphs

CONTENT = paragraphs().replace("<", "\\u003C").replace("/", "\\/")
GKMLPT = (
    "<html><head><title>云溪</title></head><body><div id='app'></div><script>window._CONFIG = { SID:'1', DETAIL: "
    f'{{"title":"{TITLE}","content":"{CONTENT}","date":"2023-05-09","source":"区政府办","display_publish_time":0,'
    '"gkml_data":{"identifier":"00000000-0/2023-00017","document_number":"云政办发〔2023〕17号","date":1683475200,'
    '"validity":0}}};</script></body></html>'
)
trap(
    "gkmlpt-json",
    "the article is data with escapes; 成文日期 in seconds, +8 hours; validity is always 0",
    "gkmlpt",
    GKMLPT,
    url="http://www.yunxi.gov.cn/gkmlpt/content/1/1234/post_1234567.html",
    fields={
        "title": TITLE,
        "document_number": "云政办发〔2023〕17号",
        "written_date": "2023-05-08",
        "published_date": "2023-05-09",
    },
    origins={"document_number": "json"},
    absent=("validity", "expiry_date"),
    text=WHOLE,
)
trap(
    "gkmlpt-shown-header",
    "commented cells in the header, the words 已失效 in the search form",
    "gkmlpt",
    page(
        "<div class='search'>文件状态 <label>现行有效</label><label>已失效</label></div><div class='classify'>"
        + table(
            ("索引号:", "00000000-0/2023-00017", "分类:", "城乡建设"),
            ("发布机构:", "云溪区住房和城乡建设局", "成文日期:", "2023-05-08"),
        )
        + "<!--<table><tr><td>失效日期:</td><td>2024-01-01</td></tr><tr><td>文件状态:</td><td>已失效</td></tr></table>--></div>",
        container='<div class="article-content">{}</div>',
    ),
    fields={"publisher": "云溪区住房和城乡建设局", "written_date": "2023-05-08", "subject_category": "城乡建设"},
    absent=("validity", "expiry_date"),
    text=WHOLE,
)
trap(
    "epoint-inputs",
    "title, date and source stand in hidden inputs",
    "Epoint",
    page(
        headline="<h2 id='showtitle'></h2>",
        above=f'<input type="hidden" id="title" value="{TITLE}"><input type="hidden" id="infodate" value="2023-05-09 18:06">'
        '<input type="hidden" id="zhuanzai" value="云溪区交易中心">',
        title="云溪交易",
    ),
    fields={"title": TITLE, "source": "云溪区交易中心", "published_date": "2023-05-09"},
)
trap(
    "gbk-called-utf8",
    "GBK bytes that call themselves UTF-8",
    "charsets",
    page("<ul><li>来源：云溪日报</li></ul>").encode("gb18030"),
    fields={"title": TITLE, "source": "云溪日报"},
    text=WHOLE,
)
trap(
    "utf8-called-gb2312",
    "UTF-8 bytes that call themselves gb2312",
    "charsets",
    page("<ul><li>来源：云溪日报</li></ul>").replace("charset='utf-8'", "charset='gb2312'").encode(),
    fields={"title": TITLE, "source": "云溪日报"},
    text=WHOLE,
)

trap(
    "gkmlpt-expired",
    "validity by is_expired, which validity: 0 contradicts",
    "gkmlpt",
    GKMLPT.replace('"validity":0', '"validity":0,"is_expired":1,"is_abolished":0,"expired_time":1700000000'),
    url="http://www.yunxi.gov.cn/gkmlpt/content/1/1234/mpost_1234567.html",
    fields={"validity": "失效", "expiry_date": "2023-11-15"},
)
trap(
    "nfcms-consultation",
    "a consultation is a shell around question_data",
    "NFCMS",
    "<html><head><title>征集</title></head><body><div id='app'></div><script>window._CONFIG = { question_data: "
    f'{{"title":"{TITLE}","article":{{"source":"云溪日报","content":"{CONTENT}"}}}}}};</script></body></html>',
    url="http://www.yunxi.gov.cn/hdjlpt/yjzj/answer/29201",
    fields={"title": TITLE, "source": "云溪日报"},
    text=WHOLE,
)
trap(
    "nfcms-consultation-form",
    "a shell whose only visible words are those of a form to answer",
    "NFCMS",
    f"<html><head><title>{TITLE}</title></head><body><div id='article-content'></div><a name='f'>结果反馈</a>反馈时间："
    "<div>结果公布后可在本栏目查看</div><form><div>* 所在地区：<select><option>云溪区</option></select></div>"
    "<div>* 电子邮箱：<input></div><div>* 您对本次征集的总体评价：<input></div><div><b>*</b> 昵称：<input></div>"
    "<div><b>*</b> 联系手机：<input></div><div><b>*</b> 发表意见：<textarea></textarea></div><div>当前征集已结束，无法提交评论"
    "</div></form><script>window._CONFIG = { question_data: "
    f'{{"title":"{TITLE}","article":{{"source":"云溪日报","content":"{CONTENT}"}}}}}};</script></body></html>',
    url="http://www.yunxi.gov.cn/hdjlpt/yjzj/answer/29201",
    fields={"title": TITLE, "source": "云溪日报"},
    text=WHOLE,
)
trap(
    "hanweb-meta-marks",
    "the text between meta elements ContentStart and ContentEnd, furniture around it",
    "Hanweb",
    page(
        container='<div class="x"><p>本页由系统生成，供公众查阅，请勿用于其他用途，谢谢。</p><meta name="ContentStart">{}<meta name="ContentEnd">'
        "<p>如需帮助，请与网站管理员联系，我们将尽快答复您的问题。</p></div>"
    ),
    text=WHOLE,
)
trap(
    "gov-cn-content",
    "the text in #UCAP-CONTENT",
    "gov.cn",
    page(container='<div id="UCAP-CONTENT" class="trs_editor_view">{}</div>'),
    text=WHOLE,
)
for name, told in {"slashes": "2023/5/9", "chinese": "2023年05月09日", "seconds": "2023-05-09 08:30:15"}.items():
    trap(
        f"meta-date-{name}",
        f"PubDate as `{told}`",
        "meta tags",
        page(head=f'<meta name="PubDate" content="{told}">'),
        evidence={"published_date": frozenset(("2023-05-09",))},
    )
trap(
    "stub-clearance",
    "a first answer that sets __jsl_clearance",
    "answers that are no documents",
    "<script>document.cookie=('_')+('_')+('j')+('s')+'l_clearance=1';location.href=location.pathname+location.search</script>",
    kind="stub",
)
for label in ("时效性", "效力状况", "文件状态", "是否有效"):
    trap(
        f"validity-{label}",
        f"{label} is the validity",
        "field labels",
        page(table((label, "有效"))),
        fields={"validity": "有效"},
    )
for label in ("发文机关", "发文机构", "制发机关", "发布单位"):
    trap(
        f"publisher-{label}",
        f"{label} is the publisher",
        "field labels",
        page(table((label, "云溪区司法局"))),
        fields={"publisher": "云溪区司法局"},
    )
for label in ("发文日期", "生成日期", "公文生成日期"):
    trap(
        f"written-{label}",
        f"{label} is the day of writing",
        "field labels",
        page(table((label, "2023-05-07"))),
        fields={"written_date": "2023-05-07"},
    )
for label in ("公开日期", "公布日期", "发布时间"):
    trap(
        f"published-{label}",
        f"{label} is the day of publication",
        "field labels",
        page(table((label, "2023-05-09"))),
        fields={"published_date": "2023-05-09"},
    )
trap(
    "genre-of-document",
    "公文种类 is the genre",
    "field labels",
    page(table(("公文种类", "通知"))),
    fields={"genre_category": "通知"},
)

# The five catalogs. Values are invented; where what stands is theirs.
STREET = "云溪区莲塘街道2022年法治政府建设年度报告"
REPORT = (
    "2022年，莲塘街道按照区委、区政府部署，扎实推进法治街道建设，现将有关情况报告如下：",
    "一、主要举措和成效",
    "（一）落实主体责任。街道党工委全年专题研究法治工作四次，把普法经费列入年度预算。",
    "二、存在的不足",
    "法治宣传的形式还不够丰富，社区法律顾问到岗时间有待增加，下一年将逐项改进。",
)
SIGNATURE = ("云溪区莲塘街道办事处", "2023年1月30日")
BODY = paragraphs((*REPORT, *SIGNATURE))
TEXT = "\n".join((*REPORT, *SIGNATURE))
BASE = {"title": STREET, "published_date": "2023-02-10", "source": "莲塘街道"}

trap(
    "seed-hanweb-district",
    "a district's Hanweb page: title and line inside #zoom, meta PubDate another day",
    "the five catalogs",
    page(
        headline="",
        title=STREET,
        head='<meta name="PubDate" content="2023-02-21 09:12">',
        container='<div id="zoom">{}</div>',
        body=f"<p class='con-title'>{STREET}</p><p class='con-time'><span>发布日期：2023-02-10</span><span>来源：莲塘街道</span>"
        f"<span>浏览次数：<script src='/v.jsp'></script></span></p>{BODY}",
    ),
    url="http://www.yunxi.gov.cn/art/2023/2/10/art_1229296473_4142223.html",
    fields=BASE,
    text=TEXT,
)
trap(
    "seed-chongqing-street",
    "a header twice, 发布机构 by document.write, 有效性 by a script from fzTime",
    "the five catalogs",
    page(
        "<script>var fzTime='';var fbjg='云溪区莲塘街道';</script>"
        + table(
            ("[ 索引号 ]", "11500105009270000M/2023-00021", "[ 发文字号 ]", "—"),
            ("[ 发布机构 ]", "<script>document.write(fbjg);</script>", "[ 主题分类 ]", "其他"),
            ("[ 成文日期 ]", "2023-01-30", "[ 发布日期 ]", "2023-02-10"),
            ("[ 有效性 ]", "<script>if(fzTime==''){document.write('有效')}else{document.write('废止')}</script>", "", ""),
        )
        + "<ul class='phone'><li>[ 索引号 ]<span>11500105009270000M/2023-00021</span></li>"
        "<li>[ 发布机构 ]<span><script>document.write(fbjg);</script></span></li></ul>",
        headline=f"<div class='document-title'>{STREET}</div>",
        title=STREET,
        container='<div class="view TRS_UEDITOR trs_paper_default">{}</div>',
        body=BODY,
    ),
    url="http://www.yunxi.gov.cn/jz/zwgk_73813/fzzfjsndbg/202302/t20230210_11591055.html",
    fields={
        "title": STREET, "publisher": "云溪区莲塘街道", "index_number": "11500105009270000M/2023-00021", "validity": "有效",
        "written_date": "2023-01-30", "published_date": "2023-02-10", "subject_category": "其他",
    },
    absent=("document_number",),
    text=TEXT,
    index={"region": "500105", "level": "county", "organisation_code": "009270000", "year": 2023},
)  # fmt: skip
trap(
    "seed-shenzhen-district",
    "信息提供日期, 来源 and 信息索引号 in one line without gaps; the foot names hosts and numbers",
    "the five catalogs",
    page(
        above="<div>首页 &gt; 政务公开 &gt; 区政府信息公开目录 &gt; 法治政府建设年度报告</div>",
        headline=f"<h1>{STREET}</h1><div>信息提供日期 : 2023-02-10 14:59来源 : 莲塘街道 信息索引号 : /2023-9007472</div>",
        title=STREET,
        container='<div class="zw">{}</div>',
        body=BODY,
        below="<div>分享到：</div><div>【打印本页】 【关闭窗口】</div>",
    ),
    url="http://www.yunxi.gov.cn/xxgk/zwgk/fzzfjsndbg/content/post_12630492.html",
    fields={**BASE, "index_number": "/2023-9007472"},
    text=TEXT,
    index={"scheme": "year_serial", "year": 2023},
)
trap(
    "seed-shaoxing-street",
    "two headers of different labels, empty 文件编码 and 文号, 信息来源 twice and once empty",
    "the five catalogs",
    page(
        table(
            ("索引号:", "00258242-X/2023-74457", "公开方式:", "主动公开"),
            ("发布机构:", "莲塘街道", "发文日期:", "2023-02-10"),
            ("组配分类:", "法治政府建设年度报告", "文件编码:", ""),
        )
        + "<ul>"
        + "".join(
            f"<li><span>• {label}:</span><p>{value}</p></li>"
            for label, value in (
                ("信息索引号", "00258242-X/2023-74457"), ("主题分类", "其他-"), ("发布机构", "莲塘街道"), ("成文日期", "2023-02-10"),
                ("文号", ""), ("文件登记号", ""), ("公开方式", "主动公开"), ("有效性", ""),
            )
        )
        + "</ul>",
        headline=f"<div class='title'>{STREET}</div><div>发布时间：2023-02-10 13:44</div><div>信息来源：莲塘街道</div><div>信息来源：</div><div>访问次数：</div>",
        title=STREET,
        container='<div id="zoom">{}</div>',
        body=BODY,
    ),
    url="http://www.yunxi.gov.cn/art/2023/2/10/art_1229_123456.html",
    fields={
        **BASE, "index_number": "00258242-X/2023-74457", "publisher": "莲塘街道", "written_date": "2023-02-10",
        "disclosure_method": "主动公开", "group_category": "法治政府建设年度报告", "subject_category": "其他",
    },
    absent=("document_number", "registration_number", "validity"),
    text=TEXT,
    index={"organisation_code": "00258242X", "serial": "74457", "flags": ()},
)  # fmt: skip
trap(
    "seed-shenzhen-city",
    "the city's page for a district's street: 发布时间 and 来源 with a font switch and counters",
    "the five catalogs",
    page(
        headline=f"<div class='tit'>{STREET}</div><div class='xx'><span>发布时间：2023-02-10</span><span>来源：莲塘街道</span>"
        "<span>字体：【大 中 小】</span><span>视力保护色：<i></i></span></div>",
        title=STREET,
        container='<div class="news_cont_d_wrap">{}</div>',
        body=BODY,
    ),
    url="http://www.yunxi.gov.cn/cn/xxgk/fzzfjsndbg/yxq/content/post_10329522.html",
    fields=BASE,
    text=TEXT,
)
trap(
    "data-names-a-file-three-times",
    "a file linked in the page, in the body in its data, and listed there",
    "gkmlpt",
    "<html><head><title>云溪</title></head><body><div id='app'></div><p><a href='/f/1.pdf'></a></p><script>window._CONFIG = "
    "{ DETAIL: " + json.dumps(
        {
            "title": TITLE,
            "content": paragraphs() + "<p><a href='/f/1.pdf'>登记表.pdf</a></p>",
            "attachment": [{"url": "/f/1.pdf", "name": "登记表"}, {"url": "/f/2.pdf", "name": "名单"}],
        }
    ) + " };</script></body></html>",
    files=("1.pdf", "2.pdf"),
)  # fmt: skip
