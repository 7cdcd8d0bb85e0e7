"""Title and date of pages with an unmarked headline, which only the line below it shows; that line has many forms."""

from itertools import product
from random import Random

import pytest

from etl.extract import extract
from etl.extract.page.headlines import names_agency
from etl.extract.page.subheading import date_among_pieces, is_subheading
from tests.support.pages import NAV, PARAGRAPHS, paragraphs
from tests.support.share import examples, share

TITLE = "云溪市城区绿化提升工程开工"
PROSE = PARAGRAPHS[1]
TITLES = ("", "云溪市林业局", "动态_云溪市林业局", "正文", TITLE, f"{TITLE}-云溪市林业局")
HEADLINES = (
    "<div class='tit'>{}</div>", "<h2>{}</h2>", "<div>{}</div>", "<p align='center'><b>{}</b></p>",
    "<strong>{}</strong><br>", "<center><font size=5>{}</font></center>", "<span style='font-size:24px'>{}</span><br>",
    "<div class=top><p>{}</p></div>",
)  # fmt: skip
BELOW = (
    "<div>发布时间：2023-05-09 来源：市林业局</div>", "<div>2023-05-09 10:20</div>", "<div>2023/5/9 10:20:11</div>",
    "<p><span>发布日期：2023年5月9日</span></p>", "<center>（2023年5月9日）</center>", "<div>【2023-05-09】</div>",
    "<div>[2023-05-09 10:20:00] 来源：市林业局 【字体：大 中 小】</div>", "<div>市林业局 2023-05-09 10:20</div>",
    "<div><span>市林业局</span><span>2023-05-09</span><span>阅读：33</span></div>", "<div>Time:2023-05-09</div>",
    "<div>作者：办公室 时间：2023-05-09</div>", "<div>来源：市林业局 | 2023-05-09</div>",
    "<div>发表时间 2023-05-09</div>",
    "<div>浏览次数：33 发布于 2023-05-09 10:20</div>", "<div><em>2023-05-09</em> | <em>办公室</em></div>",
    "<div>稿件来源：办公室 录入：管理员 录入时间：2023-05-09</div>", "<div>编辑：张三 发布：2023-5-9 点击：12</div>",
    "<div>信息来源：市林业局&nbsp;&nbsp;更新日期：2023年05月09日</div>", "<div>[ 日期：2023-05-09 ]</div>",
    "<div>来源：市林业局</div><div>时间：2023-05-09</div>",
)  # fmt: skip
HEADER = (
    ("主题分类", "农业、林业"), ("发布机构", "云溪市林业局"), ("有效性", "有效"), ("主题词", "绿化；检查"),
    ("标题", TITLE),
)  # fmt: skip
WHOLE = (
    "<body>{}</body>",
    "<body><div class='wrap'>{}</div></body>",
    "<body><table><tr><td>{}</td></tr></table></body>",
)


def wrong(page: str, title: str = TITLE) -> tuple[object, ...]:
    """What is read wrongly; empty if nothing is."""
    found = extract(page.encode(), "http://lyj.yunxi.gov.cn/dt/202305/t20230509_1.html")
    fields = {name: value.value for name, value in found.fields.items()}
    right = (title, "2023-05-09", "document")
    return (
        () if (fields.get("title"), fields.get("published_date"), found.kind) == right else (page, fields, found.kind)
    )


def test_pages_of_little_more_than_their_text() -> None:
    before = (
        "", "<div><a href='/'>首页</a></div>", "<div><a href='/'>返回首页</a></div>", "<div><img src='logo.png'></div>",
        "<div><a href='/'>首页</a> &gt; <a href='/a/'>动态</a></div>",
        "<ul><li><a href='/'>首页</a></li><li>动态</li></ul>",
    )  # fmt: skip
    texts = (f"<div>{PROSE}</div>", f"<div class='view'>{f'<p>{PROSE}</p>' * 5}</div>")
    pages = Random(1).sample([*product(before, HEADLINES[:4], BELOW, texts, WHOLE)], examples(400))
    pages_wrong = [
        each
        for above, headline, below, text, whole in pages
        if (each := wrong(f"<title>云溪市林业局</title>{whole.format(above + headline.format(TITLE) + below + text)}"))
    ]
    assert not pages_wrong, f"{len(pages_wrong)}: {pages_wrong[:3]}"


def test_pages_with_menus_and_related_links() -> None:
    before = (
        f"<ul>{NAV}</ul>", f"<ul>{NAV}</ul><div>当前位置：<a href='/'>首页</a>&gt;<a href='/d/'>动态</a>&gt;正文</div>",
        f"<div><a href='/w'>无障碍</a> <a href='/m'>手机版</a> 今天是2023年6月1日 星期四</div><ul>{NAV}</ul>",
        f"<ul>{NAV}</ul><div class=side><h3>栏目导航</h3><ul><li><a href=/1/>领导之窗</a></li></ul></div>",
        f"<h1>云溪市林业局</h1><ul>{NAV}</ul><div><input><button>搜索</button> 热门搜索：<a href=#>公积金</a></div>",
    )  # fmt: skip
    rows = "".join(f"<tr><td>{number}</td><td>第{number}工程队</td></tr>" for number in range(8))
    texts = (
        paragraphs(),
        f"<div>{'<br>'.join(PARAGRAPHS)}</div>",
        f"<table><tr><td>序号</td><td>单位</td></tr>{rows}</table>",
    )
    after = (
        "<div>版权所有：云溪市林业局 云ICP备00000001号</div>",
        "<div>上一篇：<a href='t2_1.html'>无</a></div><div>主办：云溪市林业局 联系电话：0000-1234567</div>",
        "<h4>相关文章</h4><ul><li><a href=t4.html>关于开展检查的通知</a><span>2023-01-02</span></li></ul>",
    )
    drawn = Random(1)
    kinds = (TITLES, before, HEADLINES, BELOW, texts, after, WHOLE)
    pages_wrong = []
    for _ in range(examples(400)):
        title, above, headline, below, text, foot, whole = (drawn.choice(kind) for kind in kinds)
        content = f"{above}<div class=main>{headline.format(TITLE)}{below}{text}</div>{foot}"
        if each := wrong(f"<html><title>{title}</title>{whole.format(content)}</html>"):
            pages_wrong.append(each)
    assert not pages_wrong, f"{len(pages_wrong)}: {pages_wrong[:3]}"


def test_a_title_of_a_few_words_or_the_name_of_an_agency_stands_out() -> None:
    headlines = [each for each in HEADLINES if each.startswith(("<h2", "<div class='tit'", "<center", "<p align"))]
    pages_wrong = [
        each
        for title, headline, below in share(
            product(("张三", "办公室", "云溪市人民政府办公室", "党群服务中心"), headlines, BELOW)
        )
        if (
            each := wrong(
                f"<title>云溪市林业局</title><h1>云溪市林业局</h1><ul>{NAV}</ul><div>今天是2023年6月1日 星期四</div>"
                f"<div>{headline.format(title)}{below}{paragraphs()}</div>",
                title,
            )
        )
    ]
    assert not pages_wrong, f"{len(pages_wrong)}: {pages_wrong[:3]}"


def test_other_lines_with_a_date_are_not_lines_below_a_headline() -> None:
    for line in (
        "今天是2023年6月1日 星期四", "2023年6月1日 星期四 农历四月十四", "市林业局 2023年5月9日召开会议",
        "会议于2023-05-09在市林业局召开。", "有效期：2023-05-09 | 2025-05-09", "施行日期：2023-05-09",
        "2022-05-09 | 2023-05-09", "截止 2023-05-09 共收到意见 3 条",
    ):  # fmt: skip
        assert date_among_pieces(line) is None, line
    assert not any(map(is_subheading, ("今天是2023年6月1日 星期四", "2023年5月8日", "市林业局2023年5月9日召开会议")))


@pytest.mark.parametrize("href", ["javascript:void(0);", "#", " JavaScript:;", "", "about:blank"])
@pytest.mark.parametrize("title", ["公告通知", "动态_云溪市林业局"])
def test_a_headline_in_a_link_that_leads_nowhere(href: str, title: str) -> None:
    for below in BELOW:
        head = f"<p class='tit'><a href='{href}'> {TITLE} </a></p>{below}"
        assert not wrong(f"<title>{title}</title><body>{NAV}<div>{head}{paragraphs()}</div></body>")


def test_entries_of_a_list_above_the_text_are_no_headline() -> None:
    entry = "<p class='tit'><a href='/dt/202305/t20230501_9.html'>云溪市召开春季造林工作会议</a></p>"
    head = f"{entry}<div>2023-05-01</div><h2>{TITLE}</h2><div>2023-05-09 来源：市林业局</div>"
    assert not wrong(f"<title>公告通知</title><body>{NAV}<div>{head}{paragraphs()}</div></body>")


def test_headlines_broken_into_lines_anywhere() -> None:
    drawn = ("<p align='center'><b>{}</b></p>", "<table><tr><td align='center'><b>{}</b></td></tr></table>")
    plain = ("<div>{}</div>", "<table><tr><td>{}</td></tr></table>", "<table><tr><td><font>{}</font></td></tr></table>")
    titles = (
        ("云溪市2022年国民经济和社会发展统计公报", drawn),
        ("云溪市林业局关于开展城区绿化提升工程检查工作的通知", (*drawn, *plain)),
    )
    pages_wrong = [
        each
        for title, forms in titles
        for at, form, below in share(product(range(8, len(title) - 1), forms, BELOW[:3]))
        if (each := wrong(f"{NAV}{form.format(f'{title[:at]}<br>{title[at:]}')}{below}{paragraphs()}", title))
    ]
    assert not pages_wrong, f"{len(pages_wrong)}: {pages_wrong[:3]}"


def test_another_line_above_a_headline_is_not_part_of_it() -> None:
    title = "关于开展城区绿化提升工程检查工作的通知"
    others = ("通知公告", "欢迎访问云溪市林业局网站", "关于公布绿化工程名单的通知", "今天是2023年6月1日 星期四")
    for other, form in product(others, ("<div>{}</div>", "<table><tr><td>{}</td></tr></table>")):
        assert wrong(f"{NAV}{form.format(f'{other}<br>{title}')}{BELOW[0]}{paragraphs()}", title) == ()


def test_a_title_cut_off_in_the_title_tag_that_stands_in_two_lines() -> None:
    title = "云溪市人民政府办公室关于开展城区绿化提升工程检查工作的通知"
    headlines = (f"<h3>{title[:10]}<br>{title[10:]}</h3>", f"<p class=t>{title[:10]}</p><p class=t>{title[10:]}</p>")
    for headline, below in product(headlines, BELOW[:3]):
        page = f"<title>{title[:18]}...</title><h2>动态</h2><div>{headline}{below}{paragraphs()}</div>"
        assert wrong(page, title) == ()


def test_values_of_a_header_below_the_headline_are_no_text() -> None:
    rows = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in HEADER)
    page = f"<h2>{TITLE}</h2>{BELOW[0]}<table>{rows}</table><div><p>{PROSE}</p><p>{PARAGRAPHS[0]}</p></div>"
    found = extract(f"{NAV}{page}".encode(), "http://lyj.yunxi.gov.cn/dt/202305/t20230509_1.html")
    assert found.text.splitlines() == [PROSE, PARAGRAPHS[0]]
    assert found.fields["subject_category"].value == "农业、林业"


BADGED = (
    f"[图文]{TITLE}", f"【原创】 {TITLE}", f"· {TITLE}", f"● {TITLE}", f"{TITLE}<font color=green>[报名中]</font>",
    f"{TITLE} <em>（已结束）</em>", "　".join(TITLE),
)  # fmt: skip


@pytest.mark.parametrize("shown", BADGED)
def test_a_headline_is_read_without_what_the_page_puts_around_it(shown: str) -> None:
    page = f"<title>{TITLE}-云溪市林业局</title><ul>{NAV}</ul><div><h1>{shown}</h1>{BELOW[0]}{paragraphs()}</div>"
    assert wrong(page) == ()


@pytest.mark.parametrize("end", ["（试行）", "[已废止]", "（征求意见稿）", "（第一批）"])
def test_words_of_a_headline_about_its_document_are_kept(end: str) -> None:
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}<font>{end}</font></h1>{BELOW[0]}{paragraphs()}</div>"
    assert wrong(page, TITLE + end) == ()


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        (f"<h1>{TITLE}</h1><p>（云林发〔2023〕9号）</p>", TITLE),
        (f"<div>{TITLE}</div><div>（云林发〔2023〕9号）</div>", TITLE),
        (f"<div>{TITLE}<br>（云林发〔2023〕9号）</div>", f"{TITLE}（云林发〔2023〕9号）"),
    ],
)
def test_a_number_below_a_headline_is_a_part_of_it_in_its_own_element_only(headline: str, title: str) -> None:
    menu = "".join(f"<p><a href='/{at}'>栏目</a></p><p>{PROSE}</p>" for at in range(9))
    page = f"<title>林业局</title>{menu}<div>{headline}{BELOW[0]}<p>各镇：</p><p>现将事项通知如下。</p></div>"
    assert wrong(page, title) == ()
    found = extract(page.encode(), "http://lyj.yunxi.gov.cn/dt/202305/t20230509_1.html")
    assert found.fields["document_number"].value == "云林发〔2023〕9号"


@pytest.mark.parametrize(
    "title",
    [
        "全市防汛工作再安排再部署", "云溪区一季度经济实现良好开局", "云溪区民生实事让群众舒心好办",
        "坚持以人民为中心", "全区首批项目打造便民服务平台", "区医保局多举措织密医疗保障网",
        "区领导到街道走访慰问消防救援局", "王一：坚守一线三十年的水文人",
        "王一：扎根基层，三十年守护一方水的水务局", "“一网通管”的云溪区大数据中心",
    ],
)  # fmt: skip
@pytest.mark.parametrize("stated", ["{}_云溪区人民政府", "云溪区人民政府"])
@pytest.mark.parametrize(
    "form",
    [
        "<h1>{}</h1><div>2023-05-09 来源：云溪日报</div>",
        "<p align=center><b>{}</b></p><p align=center>发布日期：2023-05-09</p>",
        "<h1>{}</h1><h5>——春季工作纪实</h5><p>云溪日报 2023-05-09 10:00</p>",
    ],
)
def test_a_headline_may_end_like_the_name_of_an_agency(form: str, stated: str, title: str) -> None:
    text = "".join(f"<p>{PROSE}第{number}条。</p>" for number in "一二三")
    html = f"<title>{stated.format(title)}</title><div class=w>{form.format(title)}<div class=c>{text}</div></div>"
    found = extract(html.encode(), "http://www.yunxi.example/gk/202305/t20230509_1.html")
    assert (found.kind, found.fields["title"].value) == ("document", title)
    assert found.fields["published_date"].value == "2023-05-09"


@pytest.mark.parametrize(
    "name",
    [
        "云溪区财政局", "云溪区民政局", "云溪区国家安全局", "云溪高新局", "云溪区政务公开办", "云溪区乡村振兴办",
        "云溪区市场办", "云溪区交通办", "云溪区政府督查办", "云溪区人民医院", "云溪区土地办", "云溪区双创办",
        "云溪区创建办公室", "云溪区创建全国文明城市指挥部办公室", "云溪区委政策调研办公室",
    ],
)  # fmt: skip
def test_agencies_are_still_known_by_their_endings(name: str) -> None:
    assert names_agency(name)
