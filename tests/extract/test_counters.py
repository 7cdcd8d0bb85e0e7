"""Counters, clocks and tokens are not text of a document; its own numbers and dates are."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import extract
from etl.extract.counters import without_counters
from etl.web.urls import without_tokens

TEXT = """各村民委员会：
为做好防汛值守工作，现将有关事项通知如下，请认真贯彻执行。
一、加强组织领导，按时报送进展情况，确保4项任务如期完成。
二、落实物资储备，在6月15日前完成101处隐患点排查。
三、严格督促检查。
四、做好信息报送。
联系电话：0579-8812345
云溪镇人民政府
2023年5月9日"""
COUNTERS = (
    "浏览次数：{}", "浏览量：{} 次", "阅读次数：[{}]", "点击数：（{}）次", "访问量 {}", "本文已被阅读{}次",
    "已有 {} 人浏览",
    "您是本页第{}位访问者", "您是第 {} 位访客", "您是第{}位访问者，欢迎您！",
    "hits：{}", "Views: {}", "当前在线人数：{}", "在线 {} 人", "阅读：{}", "{}次浏览", "点赞 {}",
    "【字体：大 中 小】 浏览量：{} 次 【打印】【关闭】", "来源：云溪镇 浏览次数：{} 字号：大 中 小", "浏览次数：\n{}",
    "本页面浏览次数：{}次", "网站总访问量：{}", "文章点击量：{}", "（浏览{}次）",
)  # fmt: skip
OF_VISITS = (
    "欢迎您，您是第 {} 位来访的客人", "{}人读过", "👍 {}", "有用（{}） 没用（{}）", "UV：{}", "【本文已有{}人关注】",
    "当前有{}人在线", "距离申报截止还有{}天", "剩余时间：{}天{}小时", "发布距今已有{}天", "{}天前更新",
    "本站已安全运行{}天", "您的IP：{}",
)  # fmt: skip
"""What a visit shows besides counters: who visits, how long something has been or will be."""
CLOCKS = (
    "今天是{d:%Y}年{d.month}月{d.day}日 {w}", "当前时间：{d:%Y-%m-%d} {t}", "打印时间：{d:%Y-%m-%d} {t}",
    "现在是北京时间 {t}",
    "页面更新时间：{d:%Y-%m-%d} {t}", "{d:%Y}年{d.month}月{d.day}日 {w}", "{d:%Y-%m-%d} {t} {w}",
    "今天是 {d:%Y-%m-%d}，{w}",
    "今天是：丙午年十月初一 {w}", "本页面生成于{d:%Y-%m-%d} {t}", "今日天气：多云 -1℃～{d.month}℃",
    "今日{w}", "{d:%Y}年{d.month}月{d.day}日 {w} 晴转多云 11~20℃", "页面执行时间：0.0123秒",
    "系统时间：{d:%Y}年{d.month}月{d.day}日{t}", "今天是{d:%Y}年{d.month}月{d.day}日 {w} 农历十月初一",
)  # fmt: skip
_numbers = st.integers(0, 10**7).flatmap(lambda n: st.sampled_from([str(n), f"{n:,}"]))
_places = st.integers(0, 3) | st.integers(6, 9)
"""Lines of TEXT before which a page may show a counter: near its ends."""


def _with(line: str, at: int, text: str = TEXT) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[:at], line, *lines[at:]])


def _clock(form: str, day: date, second: int) -> str:
    time = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return form.format(d=day, t=time, w="星期" + "一二三四五六日"[day.weekday()])


@settings(deadline=None)
@given(st.sampled_from((*COUNTERS, *OF_VISITS)), _numbers, _numbers, _places)
def test_two_states_of_a_counter_are_one_text(form: str, first: str, second: str, at: int) -> None:
    one, other = (without_counters(_with(form.format(number, number), at)) for number in (first, second))
    assert one == other


@settings(deadline=None)
@given(st.sampled_from(CLOCKS), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 900), _places, st.data())
def test_two_states_of_a_clock_are_one_text(form: str, day: date, later: int, at: int, data: st.DataObject) -> None:
    states = [
        without_counters(_with(_clock(form, today, data.draw(st.integers(0, 86399))), at), today)
        for today in (day, day + timedelta(days=later))
    ]
    assert states[0] == states[1] == TEXT


@settings(deadline=None)
@given(st.data())
def test_every_other_difference_is_a_change(data: st.DataObject) -> None:
    """Any digit or character of the text, with and without a counter beside it."""
    at = data.draw(st.integers(0, len(TEXT) - 1).filter(lambda at: TEXT[at] not in "\n 　"))
    other = data.draw(st.sampled_from("零7甲乙9").filter(lambda c: c != TEXT[at]))
    counter = data.draw(st.sampled_from(COUNTERS)).format(data.draw(_numbers))
    line = data.draw(_places)
    changed = TEXT[:at] + other + TEXT[at + 1 :]
    assert without_counters(_with(counter, line)) != without_counters(_with(counter, line, changed))


FIGURES = (
    "全年网站访问量{}万次，同比增长5%。", "网站总访问量 | {} | 次", "共受理申请{}件", "点击数 | {}", "2023年5月{}日",
    "截至目前，平台浏览量达{}次。", "一、本年度主动公开信息{}条", "附件{}", "限期{}日", "联系电话：{}",
    "会议时间：2023年5月9日 星期二 {}",
    "下载并填写申请表{}份", "访问群众{}人", "金额：{}元", "开标时间：2023年5月9日 09:{:02}",
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(FIGURES), st.integers(10, 28), st.integers(10, 28), st.integers(0, 9))
def test_figures_of_a_document_are_no_counters(form: str, first: int, second: int, at: int) -> None:
    day = date(2023, 5, 9)
    one, other = (without_counters(_with(form.format(number), at), day) for number in (first, second))
    assert (one == other) == (first == second)


def test_a_date_with_its_weekday_is_text_on_any_other_day() -> None:
    line = "2023年5月9日 星期二"
    assert without_counters(line, date(2023, 7, 1)) == line
    assert without_counters("2023年5月9日", date(2023, 5, 9)) == "2023年5月9日"


TOOLS = ("【字体：大 中 小】", "【打印】", "【关闭】", "打印本页", "分享到：", "字号：[大][中][小]", "[关闭窗口]")
ONLY_COUNTERS = tuple(form for form in COUNTERS if "来源" not in form and "欢迎" not in form)


@given(
    st.lists(st.sampled_from(TOOLS) | st.sampled_from(ONLY_COUNTERS), min_size=1, max_size=4),
    _numbers,
    st.sampled_from([" ", "　", " | "]),
)
def test_a_line_of_tools_and_counters_is_no_text(parts: list[str], number: str, gap: str) -> None:
    line = gap.join(part.format(number) for part in parts)
    lines = "".join(f"<p>{text}</p>" for text in TEXT.split("\n"))
    body = f"<div class='TRS_Editor'>{lines}<div>{line}</div></div>"
    page = f"<html><body><h1>关于做好防汛值守工作的通知</h1><p>2023-05-09</p>{body}</body></html>"
    assert extract(page.encode(), "http://www.yunxi.example/gk/202305/t20230509_1.html").text == TEXT


TOKENS = (
    "Signature={}", "Expires={}", "token={}", "OSSAccessKeyId=a&Signature={}&Expires=1",
    "X-Amz-Signature={}&X-Amz-Date=2",
    "sign={}", "access_token={}", "_={}",
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(TOKENS), st.text("abcdef0123456789", min_size=1), st.text("abcdef0123456789", min_size=1))
def test_tokens_of_addresses(form: str, first: str, second: str) -> None:
    urls = {without_tokens(f"https://a.example/f.pdf?id=7&{form.format(value)}") for value in (first, second)}
    assert urls == {"https://a.example/f.pdf?id=7"}


def test_values_are_tokens_only_where_the_bytes_are_known() -> None:
    moment, other = "https://a.example/f.pdf?t=1699999999", "https://a.example/f.pdf?t=1700000555"
    assert without_tokens(moment) != without_tokens(other)
    assert without_tokens(moment, values=True) == without_tokens(other, values=True) == "https://a.example/f.pdf"
    assert without_tokens("https://a.example/d?id=12&page=2", values=True) == "https://a.example/d?id=12&page=2"
