"""Whether an address or a name in a page's code, judged by its words, means a list of documents or one of the
boxes beside lists (navigation, weather, popular pages, visit counters)."""

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KEY = re.compile(
    r"By(?!\w{0,9}(?:Hit|Click|Visit|View|Read|Hot|Top|Rank|Recommend|Relat|Like))(?:[A-Z]\w*)?(?:Id|Code|Key|No|Num|Type)s?\b"
)
"""The key by which something is selected: `getFileListByCodeId`; the popular ones are in a box (`getNewsByHitNum`)."""
_COMMAND = re.compile(
    r"""(?:[?&](?:cmd|method|act|action|do|op|r)=|"(?:cmd|method|act|action|do|op|r)":\s?")([A-Za-z][\w.!/-]{2,59})(?=[&"]|$)"""
)
"""What is requested, where one address answers several: `jyxxAction.action?cmd=getList`, `{"method": "getList"}`."""
_DOCUMENTS = re.compile(
    r"(?:articles|docs|documents|manuscripts?|news|infos|notices|policies|records|rows|gkml|xxgk|"
    r"zfxxgk|zwgk|zcwj|zcfg|gfxwj|wenjian|tzgg|\w{0,6}wj|\w{0,12}(?:articles|docs|news|rows))"
)
_LIST = re.compile(r"graphql|lists?|more(?:info)?|(?!link|nav|menu|pic|img|video|play|class)\w{1,12}list")
_STRUCTURE = re.compile(
    r"channel\w?|columns?|lanmu|class\w{0,4}|types?|depts?|orgs?|areas?|regions?|categor(?:y|ies)|themes?"
)
_MENU = re.compile(r"navs?|navigat\w{0,6}|menus?|trees?|catalogs?|mulu")
_OTHERS = re.compile(
    r"navs?|navigat\w{0,6}|menus?|counts?|counter|(?:visit|hit|view|click|read)\w{0,2}(?:counts?|counter|num|log)|hits?|visits?|visitor|views?|pv|uv|weather|tianqi|hots?|hotwords?|words?|"
    r"user\w{0,5}|login|foot(?:er)?|head(?:er)?|top|bottom|config\w{0,4}|links?|trees?|comments?|pl|pinglun|track\w{0,3}|"
    r"stat|stats|statistics|log|logs|token|captcha|share|badge|dicts?|sites?|map|maps|banners?|recommend\w{0,6}|relat\w{0,5}|ranks?|ranking|"
    r"tj|tuijian|zan|praise|like|likes|city|cities|ads?|advert\w{0,6}|messages?|mail|letters?|survey|votes?|search|so|videos?|vod|"
    r"shipin|player|pics?|pictures?|photos?|imgs?|images?|album|slides?|slider|swiper|focus|lunbo|carousel|online|score|template|"
    r"suggest\w{0,5}|autocomplete|complete|hints?|tips?|zt|robot|icons?|friend\w{0,4}|common|inc|qr\w{0,4}|wza|sms|code"
)
_PROGRAM = re.compile(r"common|search|so|online|sites?")
"""Words for other boxes that may also name the part of the program which answers: `/common/search/getNoticeRows`."""
_CHANGES = re.compile(
    r"(?:save|update|insert|delete|submit|remove|modify)\w*|add|edit|del|send|create|set|incr|increase|vote|click|thumbs|"
    r"collect|fav|favorite|subscribe|upload|import|audit|reply|login|log(?:out|off)|sign(?:out|off)|exit|quit|"
    r"clear|reset|drop|flush|purge|restart|shutdown|tijiao|baocun|shanchu|xiugai|toupiao|liuyan|tuichu|zhuxiao"
)
"""What a service does that changes something: `/news/addReadNum`, `doc.do?method=deleteNews`."""
_ENDS_IN_CHANGE = re.compile(
    r"\w{0,12}(?:save|insert|delete|submit|remove|modify|update|publish|register)|add|edit|del|create|vote|click|upload|"
    r"apply|cancel|approve|comment|tijiao|baocun|shanchu|xiugai|toupiao|liuyan"
)
"""The same at the end of a name that does not say what is read: `newsSave`, `doc!delete`, but not `latestUpdate`."""
_READS = re.compile(r"get|find|query|list|load|search|select|show|latest|last|recent|new|newest")
_BEFORE_VERB = ("do", "ajax", "batch")
_PROGRAM_ENDING = re.compile(r"\.(?:do|action|jspx?|php|as[hmp]x|json|xml|s?html?)$")
_KEY_IN_PATH = re.compile(r"\d*|[\da-f-]{16,}")
"""A part of a path that is no name: `/news/delete/17`."""

OF_OTHER_THINGS = re.compile(
    r"(?:更多|全部|所有)\W{0,2}(?:[专主]题|专栏|专区|部门|单位|机构|栏目|频道|分类|类别|服务|应用|功能|视频|图片|图集|网站|链接|乡镇|街道|地区|选项|条件|筛选|标签)"
)
"""What is no document, of which a box beside the rows has more."""


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """The words of a name or an address, without those of a part of the program above the name of documents."""
    command = _COMMAND.search(text)
    named = _KEY.sub("", text.partition("?")[0] + (f"/{command[1]}" if command else ""))
    above, _, last = (tuple(map(str.lower, _WORD.findall(part))) for part in named.rpartition("/"))
    if any(map(_DOCUMENTS.fullmatch, last)):
        above = tuple(word for word in above if not _PROGRAM.fullmatch(word))
    return (*above, *last)


def is_of_other_box(text: str) -> bool:
    """Whether an address, or the name of a function or an element, is that of a box beside a list."""
    return any(map(_OTHERS.fullmatch, _words(text)))


def is_of_list(text: str) -> bool:
    """Whether an address, or the name of a function or an element, is that of documents, and of no other box."""
    words = _words(text)
    if any(map(_OTHERS.fullmatch, words)):
        return False
    lists = any(map(_LIST.fullmatch, words)) and not any(map(_STRUCTURE.fullmatch, words))
    return lists or any(map(_DOCUMENTS.fullmatch, words))


def changes_something(address: str, sent: str = "", own: str = "") -> bool:
    """Whether an address is that of a service which writes: a vote, a visit, a letter. `sent`: the form or the JSON
    that is sent there; `own`: the address of the list that sends it, whose name says nothing (`infoPublish.do`)."""
    path, _, query = address.removeprefix(own.partition("?")[0]).partition("?")
    names = (_PROGRAM_ENDING.sub("", part) for part in reversed(path.split("/")))
    commands = (_PROGRAM_ENDING.sub("", command[1]) for command in _COMMAND.finditer(f"?{query}&{sent}"))
    last = next((name for name in names if not _KEY_IN_PATH.fullmatch(name)), "")
    return any(map(_names_a_change, (last, *commands)))


def _names_a_change(name: str) -> bool:
    words = list(map(str.lower, _WORD.findall(name.rpartition("/")[2])))
    verbs = [word for word in words if word not in _BEFORE_VERB]
    if not verbs or _CHANGES.fullmatch(verbs[0]):
        return bool(verbs)
    return not _READS.fullmatch(verbs[0]) and _ENDS_IN_CHANGE.fullmatch(verbs[-1]) is not None


def is_of_menu(text: str) -> bool:
    """Whether an address may be that of the names of lists: a menu, a tree, columns, agencies."""
    return any(_MENU.fullmatch(word) or _STRUCTURE.fullmatch(word) for word in _words(text))
