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
    English 中文 无障碍 长者模式 关怀版 听全文 满意 不满意 基本满意 返回顶部 一般 有用 没用 无用 智能问答
    本文 加入收藏夹 Top 首页 列表 更多 查看更多 发表评论 收藏夹 推荐给朋友 在看 暂停 播放 停止 回到顶部 回顶部 下页 上页
    复制网址 复制地址 复制 新浪微博 腾讯微博 新浪 腾讯 RSS RSS订阅 设为首页 网站地图 非常满意 非常不满意 收起 展开
    进入 切换 退出 长者版 长者助手 长者浏览模式 关怀模式 适老版 适老模式 老年版 大字版 无障碍模式 读屏软件 返回主站
    网站支持IPv6 本网站支持IPv6 语音朗读 生成海报 字体放大 字体缩小 繁體 繁体版 繁體版 简体版 简体中文 站点地图 rss订阅
    收听 试听 倍速 倍速播放 男声 女声 顶一下 踩一下 挑错 告诉好友 有帮助 没有帮助 没帮助 共享此文章 分享此文章
    返回目录 分享让更多人看到 上一张 下一张
    我要评价 我要提意见 提意见 发表意见 提交意见 我要留言 我要咨询 我要投诉 在线办理 在线咨询 在线申请
    正文结束 全文完 已经是第一篇 已是第一篇 已经是最后一篇 已是最后一篇
"""),
)
"""The words of a line of tools: labels of tools and counters, and words that are not labels."""
_DECORATION = r"[\ue000-\uf8ff\s【\[(（［|丨｜/·•…\]】)）］:：,，。、!！\d+<>›»↑↓←→▲▼△▽◀▶~～—–“”-]"
# The first ones are characters of icon fonts.
_SPACED = tuple(r"返\s回 关\s闭 打\s印 分\s享 收\s藏 (?<=\d)(?:\.\d{1,2})?[xX×倍]".split())
"""Words in which templates put spaces between the characters; the speed of a player (1.5X)."""
# Atomic and possessive: 附件下载 is one word or two, and trying both at every place of a long line would be slow.
_TOOLS_ALONE = re.compile(
    rf"{_DECORATION}*+(?:(?>{'|'.join((*map(re.escape, sorted(_TOOL_WORDS, key=len, reverse=True)), *_SPACED))})"
    rf"{_DECORATION}*+)++"
)
_WORD_OF_TEXTS = re.compile(
    rf"{_DECORATION}*+(?:无(?:内容|附件)?|[大中小次位到至页版A]|特大|默认|次数|人次|内容|文章|上级|文本|全文|原文|中文|English|PDF|W(?:ord|ORD)"
    rf"|不?满意|基本满意|一般|页面|网页|手机|附件|公众号|转载|文字|当前|本文|列表|首页|播放|停止|进入|切换|退出){_DECORATION}*+"
)
"""A tool word that may also be a whole line of a text: 六、其他需要报告的事项 / 无。"""
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
    if len(text) >= 120 or WORDLESS.fullmatch(text) or (not _CHINESE.search(text) and len(_DIGIT.findall(text)) > 5):
        return False
    return _TOOLS_ALONE.fullmatch(text) is not None


def is_word_of_texts(text: str) -> bool:
    """Whether a line that consists of tool words is only a word that texts also have as a line or cell: 无, 中, 5次,
    附件1. After other tools it is a tool."""
    return len(text) < _MAX_WORD_CHARS and _WORD_OF_TEXTS.fullmatch(text) is not None


_FOLLOW = re.compile(
    r"\W*+(?:(?:欢迎|敬请|请|快来|更多(?:内容|资讯|信息|精彩|详情)?|赶快)*+(?:(?:长按|点击|扫[描码一]|识别|微信扫|打开微信)[^，。；]{0,24}?[，,]?)?"
    r"(?:(?:请|一键|立即|欢迎)?关注(?:我们|[^，。；]{0,20}?(?:公众号|微信|微博|视频号|抖音号|订阅号))[^，。；]{0,8}|(?<=请)关注[:：]?)"
    r"|关注[^，。；]{2,16}[，,](?:第一时间)?(?:获取|了解)(?:更多|最新|权威)[^，。；]{0,16}|长按[^，。；]{0,10}二维码[^，。；]{0,8}"
    r"|请?(?:使?用|打开)?微信[^，。；]{0,6}扫[^，。；]{0,16}(?:分享|朋友圈)[^，。；]{0,12}"
    r"|(?:用|打开)?(?:微信)?扫(?:一扫|[描码])[^，。；]{0,8}[，,]?(?:即可|立即)?关注[^，。；]{2,16}"
    r"|微信[里中]点[^。；]{0,30}分享[^，。；]{0,12}"
    r"|(?:点击)?[“”\"]?阅读原文[“”\"]?(?:查看|了解|获取)?(?:更多|详情|全文)?)[！!。~～↓\W]*+"
)
_INSTRUCTS = re.compile("报名|查询|咨询|办理|预约|申[请报领]|登录|下载|投诉|举报|缴|填")
_MAX_WORD_CHARS, _MAX_FOLLOW_CHARS = 12, 50


@lru_cache(4096)
def asks_to_follow(text: str) -> bool:
    """Whether a line only asks readers to follow or share an account: 长按识别二维码关注我们. If the account serves the
    people whom the text concerns, the line belongs to the text."""
    if len(text) > _MAX_FOLLOW_CHARS or not any(word in text for word in ("关注", "扫", "二维码", "原文")):
        return False
    return _FOLLOW.fullmatch(text) is not None and not instructs(text)


def instructs(text: str) -> bool:
    """Whether words tell readers how to get something that the text is about, by an account, a code or a link."""
    return _INSTRUCTS.search(text) is not None
