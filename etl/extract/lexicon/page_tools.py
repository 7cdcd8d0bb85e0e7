"""Lines that only operate the page: print, close, font size, share, counters of readers."""

import re
from functools import lru_cache

from etl.extract.lexicon.aliases import DISPLAY_TOOLS, TOOLS
from etl.extract.lexicon.words import split_words

_TOOL_WORDS = (
    *TOOLS,
    *DISPLAY_TOOLS,
    *split_words("""
    我要打印 关闭 加入收藏 我的收藏 返回 转发 扫码 微信 微博 QQ空间 朋友圈 大 中 小 特大 默认 TOP
    top 顶部 上一篇 下一篇 上一条 下一条 没有了 无 本页 此页 页面 当前 当前页 当前页面 窗口 本窗口
    在手机打开当前页 在手机上打开当前页 在手机打开当前页面 在手机上打开当前页面 在手机上查看当前页面
    在手机查看当前页面 在手机上查看 在手机上浏览 手机浏览 到 至 我要纠错 纠错或建议 本信息公开文件 订阅 点赞
    导出 次 次数 人次 保护视力 相关附件下载 一键 公众号 二维码 手机 手机版 用手机 打开 查看 全文 原文
    文本 WORD Word PDF 版 显示稿件总访问量 上一页 下一页 尾页 末页 内容 文章 上级 我要 此文
    网页 评论 条评论 赞 踩 请注明 出处 访客 您是第 位 END 复制链接 Ctrl+D 来源 我的 页 A 简体
    繁体 Share Print Close Font Size Save Large Medium Small
    English 中文 无障碍 长者模式 关怀版 听全文 满意 不满意 基本满意 返回顶部
"""),
)
"""What a line of tools is made of: labels of tools and counters, and words that are no labels."""
_DECORATION = r"[\ue000-\uf8ff\s【\[(（|丨/·•…\]】)）:：,，。、\d+<>›»-]"
# The first are letters of icon fonts.
# Atomic and possessive: 附件下载 is one word or two, and a line of them must not be tried both ways at every place.
_TOOLS_ALONE = re.compile(
    rf"{_DECORATION}*+(?:(?>{'|'.join(map(re.escape, sorted(_TOOL_WORDS, key=len, reverse=True)))}){_DECORATION}*+)++"
)
_ICONS = re.compile(r"[^\w\ue000-\uf8ff]*+[\ue000-\uf8ff]\W*+")
WORDLESS = re.compile(r"[\W\d_]*")
"""A line of signs and digits."""
_DIGIT, _CHINESE = re.compile(r"\d"), re.compile("[\u4e00-\u9fff]")


@lru_cache(4096)  # pages of one site have the same lines
def is_page_tool(text: str) -> bool:
    """Whether a line only operates the page: print, close, font size, share. (`360A12-07-2023-0012` is an index
    number.)"""
    if len(text) < 120 and _ICONS.fullmatch(text):
        return True
    if len(text) >= 120 or WORDLESS.fullmatch(text) or (len(_DIGIT.findall(text)) > 5 and not _CHINESE.search(text)):
        return False
    return _TOOLS_ALONE.fullmatch(text) is not None
