"""Words of page tools after a value: show more, print, share, font size."""

import re

from etl.extract.lexicon.words import INLINE_BOUNDARY

_BRACKETS, _BARS = r"\[【(（［\]】)）］", "|丨｜"
_EDGE = rf"[\s{INLINE_BOUNDARY}{_BRACKETS}{_BARS}·>»≫:：]"
_SHEER = (
    "(?:点击|点此)(?:查看|下载|展开|打印|收藏|阅读)[\u4e00-\u9fff]{0,4}"
    "|(?:查看|展开|收起|显示|浏览)(?:更多|全部|全文|详情|详细|原文)(?:属性|信息|内容)?"
    "|(?:打印|收藏|分享|复制|关闭)(?:本页|本文|此页|窗口|页面|链接)|返回(?:顶部|列表|上页|首页)|加入收藏"
    "|复制(?:文号|字号|索引号|标题|链接|全文|内容)|[上下]一[篇条页]|我要(?:纠错|打印|收藏|分享)|一键(?:复制|分享)|扫一扫[\u4e00-\u9fff]{0,8}|语音播报"
)
_SHORT = (
    "(?:点击|查看|展开|收起)[\u4e00-\u9fff]{0,6}|打印|收藏|分享|下载|复制|关闭|纠错|转发|订阅|评论|朗读|更多|详情|返回|二维码"
    "|手机(?:版|查看|浏览)|(?:浏览|阅读|点击|访问)(?:量|次数|数)?"
)
_SIZES = (
    rf"(?:大{_EDGE}{{0,6}}中{_EDGE}{{0,6}}小|小{_EDGE}{{0,6}}中{_EDGE}{{0,6}}大"
    rf"|(?<={_EDGE})A[+-]?(?:{_EDGE}{{1,6}}A[+-]?){{1,2}})"
)
_PIECE = re.compile(
    rf"(?P<edge>{_EDGE}++)|(?P<sheer>{_SHEER}|(?<={_EDGE})字[体号](?:大小)?(?={_EDGE}|大)|{_SIZES}(?={_EDGE}|$))"
    rf"|(?P<short>(?<={_EDGE})(?:{_SHORT})(?={_EDGE}|$))|(?P<word>.)",
    re.DOTALL,
)
"""The pieces of a value: text between words; words that are always tools, whatever precedes them; words that are tools
or words of documents (收藏, 打印); letters."""

_SIGN = re.compile("[A上点查展收显浏打分复关返加我一扫语下转订评朗更详二手阅访字中]")
"""At least one of these characters is in every tool: most values have none and need no further check."""


def without_tools(value: str, *, bars: bool = True) -> str:
    """The value without page tools at its end. Inline boundaries are kept.

    A tool word that documents use too counts only after the edge of an element, a bracket or, with `bars`, a bar.
    """
    if not _SIGN.search(value):
        return value
    pieces = list(_PIECE.finditer(value))
    end, strong = len(value), INLINE_BOUNDARY + "[【(（［" + (_BARS if bars else "")
    for at in range(len(pieces) - 1, -1, -1):
        kind = pieces[at].lastgroup
        if kind == "word" or (kind == "short" and not any(c in strong for c in pieces[at - 1].group())):
            break
        if kind != "edge":
            end = pieces[at - 1].start() if at and pieces[at - 1].lastgroup == "edge" else pieces[at].start()
    return value[:end]
