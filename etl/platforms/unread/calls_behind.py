"""Calls right behind the rows of a list that give numbers to a function which the page does not have: `fy(4, 1)` and
`setpage(12, 0, "index", "html")` draw or turn pages by a script that is not read. What they mean is not known; that
they belong to the list follows from their place. So does a call of an element without words: `nx()`.
"""

import re

from etl.outside import digits
from etl.platforms.elements.list_addresses import is_of_other_box
from etl.platforms.paging.list_scripts import is_whole

_ARGUMENT = r"""\s*+(?:\d{1,6}|true|false|["'][^"'()]{0,80}["']|\{[^{}()]{0,200}\})\s*+"""
_CALL = re.compile(
    rf"(?<![\w$.])([A-Za-z_$][\w$.]{{0,60}})\s*+\(((?:{_ARGUMENT}(?:,{_ARGUMENT}){{0,7}})?|this|event)\)"
)
_NUMBER = re.compile(r"(?<![\w\"'.-])\d{1,6}(?![\w\"'.-])|(?<=[\"'])\d{1,6}(?=[\"'])")
_OF_BROWSERS = re.compile(
    r"\A(?:alert|confirm|eval|parse\w+|set(?:Timeout|Interval)|Date|Number|String|Array|require|if|while|for|switch|return"
    r"|\$|jQuery|print\w*|close|focus|scroll\w*|font\w*|doZoom|zoom|size\w*|(?:set|change)(?:size|color|lang|skin)\w*"
    r"|(?:window|document|console|Math|history|\$|jQuery|_\w+)\..*)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"share|weixin|wechat|tongji|login|weather|clock|calendar|survey|vote|score|(?<!ene)rate|fav|collect|bookmark"
    r"|(?<!up)date|time|swiper|slide|scroll|marquee|carousel|banner|video|player|map|chart|graph|height|width|resize|menu"
    r"|cnzz|jiathis|getclick|lazy|skin|gr[ae]y|error|cookie|close|hover|tabs?(?!le)|png|(?:aria|wow|aos)\.",
    re.IGNORECASE,
)
_OF_READERS = re.compile(
    r"top|back|print|dayin|zan|like|qr|code|wx|kefu|chat|ask|consult|help|voice|read|speak|play|audio|search|query|submit"
    r"|open|show|hide|expand|toggle|fold|collaps|copy|down|save|send|check|refresh|reload|home|nav|user|\bie|wza|acc?ess"
    r"|barrier|img|pic|font|zoom|big|small|size|ziti|lang|jianti|fanti|elder|old|jiucuo|jubao|tousu|feed|report|pingjia"
    r"|evaluat|mail|phone|mobile|(?<![a-z])(?:app|qq|tts|rss|fx)(?![a-z])|(?<![a-z])fix|dingyue|subscri|fenxiang|shoucang"
    r"|love|float|share|social|weibo|wb",
    re.IGNORECASE,
)
"""What elements without words do for readers of any page, and what the bars are called that float over it."""
_DRAWS = re.compile(
    r"(?:document\.write|innerHTML|append\w*)\b[^;]{0,200}href|href[^;]{0,200};[^;]{0,80}document\.write"
)
_MAX_CODE = 400
"""Longer scripts do more than call a pager."""


def unknown_call(code: str, source: str, seen: int, *, own: str | None) -> str | None:
    """A call in a piece of script that gives numbers to a function which the page's own scripts (`source`) do not
    define, or which writes links there; None if there is none, or if the numbers show that the list has no more than
    the `seen` entries. `own`: for the code of an element without words, whose call may have no arguments, its names."""
    for call in _CALL.finditer(code) if len(code) <= _MAX_CODE else ():
        name, arguments = call.groups()
        numbers = [digits(number) for number in _NUMBER.findall(arguments)]
        if max(numbers, default=0) < 2 and (own is None or numbers or _OF_READERS.search(f"{name} {own}")):
            continue
        if _OF_BROWSERS.fullmatch(name) or _OF_OTHERS.search(name) or is_of_other_box(name):
            continue
        draws = _DRAWS.search(code) or not _is_defined(name.partition(".")[0], source)
        if draws and not is_whole(f"{arguments})", seen):
            return call[0]
    return None


def _is_defined(name: str, source: str) -> bool:
    """Whether the scripts of the page have a function or a variable of the name."""
    own = re.escape(name)
    return re.search(rf"\bfunction\s+{own}\b|(?<![\w$.]){own}\s*=(?!=)", source) is not None
