"""Parts of a page that change at every visit: counters, clocks, today's date. They make no version of a document.

A line counts as one only if it contains nothing else: `全年网站访问量101万次，同比增长5%` is text, and so is a row of
figures. Dates without a label count as clocks only if they are the day of the capture and have a weekday or a time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from etl.dates import DATE, TIME, first_iso_date

_NUMBER = r"[\[【(（<《]?\s*\d[\d,，]*(?:\.\d+)?\s*[万wWkK]?\+?\s*[\]】)）>》]?"
_OWN = r"(?:(?:本|此|该)(?:篇|条)?(?:文章?|页面?|网页|信息|稿件?|新闻|通知|公告)|文章|页面|稿件|信息|显示稿件)?"
_ACT = r"(?:浏览|阅读|点击|访问|查看|阅览|点赞|下载|转发|分享|评论|收藏|围观|人气|热度)"
_AMOUNT = r"(?:总?次数|人次|人数|总数|总量|数量|[数量])?"
_SITE = r"(?:(?:本站|网站|全站|总|累计|历史|今日|昨日|本月|当前|目前)+)"
_TIMES = r"\s*(?:人次|次|人|位)?"
_COUNTERS = (
    rf"{_OWN}(?:总|累计|已被|被|共)?{_ACT}{_AMOUNT}\s*[:：]?\s*{_NUMBER}{_TIMES}",
    rf"{_OWN}(?:已经|已|被|共|有)+\s*{_NUMBER}{_TIMES}\s*(?:网友|读者|用户)?(?:{_ACT}|关注)[过了]?(?:{_OWN})",
    rf"{_OWN}(?:已经|已|被|共|有)*{_ACT}[过了]?\s*{_NUMBER}{_TIMES}",
    rf"(?:欢迎您?[,，！!]?\s*)?您是{_OWN}(?:本站|网站|本网)?的?\s*第?\s*{_NUMBER}\s*[位个名](?:来访的?|到访的?)?"
    r"(?:访问者|访客|浏览者|读者|来访者|客人|朋友|网友|用户)?",
    rf"\d[\d,]*{_TIMES}\s*(?:{_ACT}|(?<=人)(?:读|看|赞)过|(?<=人)(?:觉得有用|在看))",
    rf"[👍👁❤♥♡]\ufe0f?\s*{_NUMBER}|(?:有用|没用|无用|顶|踩|赞)\s*[（(]\d[\d,]*[)）]|(?:UV|IP)\s*[:：]\s*\d[\d,]*",
    r"您的(?:IP(?:地址)?|浏览器)\s*(?:是|为)?\s*[:：]?\s*[\w.:,·-]{1,40}",
    rf"(?i:hits?|views?|visits?|visitors?|clicks?|page\s?views?|pv)\s*[:：]?\s*{_NUMBER}(?:\s*times)?",
    r"热度\s*[:：]?\s*\d+\s*℃",
    rf"(?:当前|目前|本站)?在线(?:人数|用户|访客)?\s*[:：]?\s*{_NUMBER}{_TIMES}",
    rf"(?:当前|目前|本站)+\s*(?:共有|有|共)?\s*{_NUMBER}\s*(?:人|位)(?:访客|用户)?在线",
)
_SITE_COUNTERS = (rf"{_SITE}{_ACT}{_AMOUNT}\s*[:：]?\s*{_NUMBER}{_TIMES}",)
"""Counters in the footer of a page; the same words in a report are figures."""
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_SECONDS = rf"{TIME}(?:[:：]\d{{2}})?"
_LUNAR = (
    r"(?:农历[^\s，。]{2,14}|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年[^\s，。]{2,10}"
    r"|立春|雨水|惊蛰|春分|清明|谷雨|立夏|小满|芒种|夏至|小暑|大暑|立秋|处暑|白露|秋分|寒露|霜降|立冬|小雪|大雪|冬至|小寒|大寒)"
)
_WEATHER = r"(?:晴|多云|阴|雾|霾|转|[小中大暴雷阵]{0,2}[雨雪]|-?\d{1,2}(?:\s?℃?\s?[-~～/至]\s?-?\d{1,2})?\s?℃)"
_WHEN = rf"(?:(?:{DATE}|\d{{1,2}}月\d{{1,2}}日|{_WEEKDAY}|{_SECONDS}|{_LUNAR}|{_WEATHER}|[上下]午|晚上|凌晨)[\s,，]*)+"
_SPAN = r"(?:\d[\d,]*\s*(?:年|个?月|周|天|日|小时|时|分钟|分|秒)\s*)+"
_CLOCK_LABELS = (
    r"(?:(?:今天是|今天|今日是|今日|现在是|现在时间|当前(?:系统)?时间|当前日期|北京时间|系统时间|服务器时间|本地时间"
    r"|访问时间|浏览时间|打印时间|打印日期|查询时间|页面(?:最后)?更新(?:时间|于)?|(?:本?页面|本页)?(?:最后)?(?:更新|生成|打印|缓存)(?:时间|于)?)\s?){1,2}"
)
_CLOCKS = (
    rf"{_CLOCK_LABELS}\s*[是为]?\s*[:：]?\s*{_WHEN}",
    r"(?:页面|本页)?(?:执行|加载|处理|运行)(?:时间|耗时)?\s*[:：]?\s*\d+(?:\.\d+)?\s*(?:毫秒|秒|ms|s)(?:[,，]\s*(?:查询|执行|数据库查询)\s*\d+\s*次)?",
    rf"(?:距离?|离)[^，。；]{{0,30}}(?:还有|仅剩|只剩|剩余|剩)\s*{_SPAN}|(?:剩余时间|倒计时)\s*[:：]?\s*{_SPAN}",
    rf"(?:发布|更新)?(?:距今|至今)(?:已有|已|有)?\s*{_SPAN}|{_SPAN}前(?:更新|发布)?|刚刚(?:更新|发布)?|(?:昨天|前天)(?:更新|发布)",
    rf"(?:本站|网站|系统)?(?:已)?(?:安全|稳定|连续|持续)*运行\s*(?:了|时间)?\s*[:：]?\s*{_SPAN}",
    rf"(?:今日|今天|当前|实时)天气\s*[:：]?\s*{_WHEN}",
    r"(?:早上|上午|中午|下午|晚上)好[，,！!。\s]*(?:欢迎[^，。；]{0,30})?[！!。]?",
    r"Processed in \d+\.\d+ second\(?s?\)?(?:,\s*\d+ quer(?:y|ies))?",
)
_TIMED_DATE = rf"(?P<day>{DATE})(?:[\s,，]*(?:{_WEEKDAY}|{_SECONDS}|{_LUNAR})(?:[\s,，]*{_WEATHER})*)+"
_BEFORE, _AFTER = r"(?:(?<=^)|(?<=[\s【\[(（|｜\]】)）·]))", r"(?=$|[\s\[【(（|｜\]】)）·。.!！])"


def _bounded(*forms: str) -> re.Pattern[str]:
    """A pattern for any of the forms, separated from the text before and after it."""
    return re.compile(rf"{_BEFORE}(?:{'|'.join(forms)}){_AFTER}")


_PASSING, _AT_EDGES, _DATED = _bounded(*_COUNTERS, *_CLOCKS), _bounded(*_SITE_COUNTERS), _bounded(_TIMED_DATE)
_CLOCK = re.compile(rf"\s*(?:{'|'.join(_CLOCKS)})\s*")
_AFTER_SENTENCE = re.compile(rf"(?<=[。！？”）])\s*(?:{'|'.join((*_COUNTERS, *_CLOCKS))})\s*[。.]?$")
_CLAUSES, _COURTESY = re.compile(r"[，,](?!\d)|[。；！!]"), re.compile("(?:欢迎|谢谢|感谢).{0,14}|")
_SENTENCE = re.compile("[。，；？！]")
_EMPTY_BRACKETS = re.compile(r"[\[【(（]\s*[\]】)）]")
_EDGE_LINES = 4
_LONGEST = 200
"""Maximum length of a line of tools; a longer one is text."""
_SPLIT = re.compile(rf"^({_OWN}{_ACT}{_AMOUNT}\s*[:：]|{_CLOCK_LABELS}\s*[是为:：]?)\s*$")
_AMOUNT_ALONE = re.compile(rf"^\s*(?:{_NUMBER}|{_WHEN})\s*$")


def without_counters(text: str, captured_on: date | None = None) -> str:
    """The text without counters and clocks, for comparing two captures of a page; the lines that were nothing else are
    left out. `captured_on`: the day of the capture."""
    left = zip(text.split("\n"), lines_without_counters(text, captured_on), strict=True)
    return "\n".join(rest for line, rest in left if rest or not line.strip())


def lines_without_counters(text: str, captured_on: date | None) -> list[str]:
    """The rest of each line after `without_counters`, empty for a counter. A label whose number is on the next line
    gets the rest of both lines."""
    # One space for any white space: patterns with several optional spaces would try each way to share a long gap.
    joined = list(_rejoined([" ".join(line.split()) for line in text.split("\n")]))
    remaining: list[str] = []
    for at, (line, number) in enumerate(joined):
        edge = at < _EDGE_LINES or at >= len(joined) - _EDGE_LINES
        remaining += [_line_without(line, captured_on, edge=edge), *[""] * (number - 1)]
    return remaining


def is_clock(text: str) -> bool:
    """Whether the text is a date that the page shows as today's date."""
    return _CLOCK.fullmatch(text) is not None


def _rejoined(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The lines, with a label and its number on the next line joined, and the number of original lines of each."""
    waiting = ""
    for line in lines:
        if waiting and _AMOUNT_ALONE.match(line):
            yield f"{waiting.rstrip()} {line.strip()}", 2
            waiting = ""
            continue
        if waiting:
            yield waiting, 1
            waiting = ""
        if _SPLIT.match(line):
            waiting = line
        else:
            yield line, 1
    if waiting:
        yield waiting, 1


def _line_without(line: str, captured_on: date | None, *, edge: bool) -> str:
    if edge:
        line = _AFTER_SENTENCE.sub("", line)
    if len(line) > _LONGEST or _SENTENCE.search(line.rstrip().rstrip("。")):
        return "" if is_clock(line.rstrip("。 ")) or _is_greeting(line) else line
    if " | " in line:
        cells = [_cell_without(cell) for cell in line.split(" | ")]
        return " | ".join(cells) if any(cells) else ""
    return _cleaned(line, edge=edge, is_today=_is_day(captured_on))


def _is_greeting(line: str) -> bool:
    """Whether a sentence only counts visitors: `您是第5位访问者，欢迎您！`."""
    if len(line) > _LONGEST:
        return False
    clauses = [clause.strip() for clause in _CLAUSES.split(line)]
    others = [clause for clause in clauses if not _PASSING.fullmatch(clause)]
    return len(others) < len(clauses) and all(_COURTESY.fullmatch(clause) for clause in others)


def _cell_without(cell: str) -> str:
    """A cell of a row: only with a label and a colon, since rows hold figures of reports too."""
    passing = _PASSING.fullmatch(cell.strip()) and re.search("[:：]", cell)
    return "" if passing else cell


def _cleaned(line: str, *, edge: bool, is_today: Callable[[re.Match[str]], bool]) -> str:
    rest = _PASSING.sub("", line)
    rest = _AT_EDGES.sub("", rest) if edge else rest
    rest = _DATED.sub(lambda match: "" if is_today(match) else match[0], rest)
    if rest == line:
        return line
    rest = _EMPTY_BRACKETS.sub("", rest)
    return rest.strip() if re.search(r"\w", rest) else ""


def _is_day(captured_on: date | None) -> Callable[[re.Match[str]], bool]:
    """Whether a date is the day of the capture, or next to it: clocks of servers and visitors differ."""

    def is_today(match: re.Match[str]) -> bool:
        day = first_iso_date(match["day"])
        if captured_on is None or day is None:
            return False
        return abs(date.fromisoformat(day) - captured_on) <= timedelta(days=1)

    return is_today
