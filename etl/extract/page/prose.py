"""Decides which lines are prose, and which belong to the site around a document."""

import re
from functools import lru_cache

from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.extract.page.blocks import Block
from etl.extract.page.subheading import NUMBERED, is_subheading

_LABELS_OF_HEADER = 3
"""From this many colons on, a line without a sentence is a line of labelled fields."""
_PUNCTUATION = re.compile("[，。；！？,;]")
_REGISTERED = re.compile(r"ICP[备证][\s:：第字]*\d{6}|公网安备[\s:：]*\d{8}|标识码[\s:：]*(?:bm)?\d{8}|opyright")
_SITE_WORDS = split_words("""
    版权所有 主办单位 承办单位 技术支持 推荐使用 浏览器 分辨率 无障碍 适老 网站地图 请输入 验证码 客户端
""")
"""Words of footers and tools that documents have too: 无障碍环境建设, 适老化改造, 手机客户端."""
_CLAUSE = re.compile("[，。；！？]")
_SITE_SENTENCE = re.compile(
    r"(?:建议|推荐|最佳|请).{0,16}(?:浏览器|分辨率)|(?:浏览|显示|访问)效果|[您你]的浏览器|浏览器.{0,6}版本"
    r"|(?:未经|不得|禁止|谢绝).{0,20}(?:转载|复制|镜像)|(?:[主承协]办单位|版权所有|技术支持)\s*[:：©@]"
)
"""Whole sentences of a site."""
OF_SITE = re.compile("本(?:网站|站|网)(?!络)")
"""What a site calls itself."""
_OF_OPERATOR = re.compile("地址|电话|邮编|邮箱|版权|opyright")
"""What lines about the operator of a site say."""
_TIP_WORDS = split_words("即将离开 即将跳转 扫一扫 智能机器人 智能客服 仅供参考 本页面 本栏目")
_TIP = re.compile(
    r"即将(?:离开|跳转).{0,40}(?:网站|网页|页面|链接|网址)|“?扫一扫”?.{0,12}(?:分享|打开|朋友圈|[当本]前?页)"
    r"|^本(?:页面|栏目)(?!设)|智能(?:机器人|客服).{0,16}(?:为您|帮您|服务)|(?:本(?:网站?|站).{0,30}|(?:以上|本页)(?:内容|信息).{0,4})仅供参考|(?:页面|译文|翻译).{0,16}仅供参考"
)
"""Words of boxes that open over a page, of codes to scan, and of notes on what a page is worth."""
_TITLE_WITH_SITE_WORD = re.compile(
    r"[^\s|：:]{3,}(?:通知|通报|通告|公告|公示|公报|办法|规定|条例|细则|意见|方案|规划|计划|报告|决定|批复|复函|答复|解读|标准|规范|指南|指引|目录|清单"
    r"|名单|要点|措施|问答|倡议书|建议|提案|活动|工作|行动|工程|项目|建设|改造|情况|设施|要求)[)）》”\s]*"
)


def is_of_footer(text: str) -> bool:
    """Whether a line has the numbers under which a site is registered, or its copyright."""
    return _may_be_of_footer(text) and _REGISTERED.search(text) is not None


def _may_be_of_footer(text: str) -> bool:
    # Substrings, one by one: an alternation or a loop costs ten times as much.
    if not ("ICP备" in text or "ICP证" in text or "公网安备" in text or "网站标识码" in text or "opyright" in text):
        return False
    # A sentence of a text may be about another site: “云溪生活网”（云ICP备…号）未按规定公示备案编号。
    is_of_site = any(says.search(text) for says in (_SITE_SENTENCE, OF_SITE, _OF_OPERATOR))
    return is_of_site or not text.endswith(("。", "；", "："))


@lru_cache(4096)  # pages of one site have the same menus and footers
def is_boilerplate(text: str) -> bool:
    """Whether a line belongs to the site, not to a document."""
    if _may_be_of_footer(text):
        return True
    for word in _SITE_WORDS:
        if word in text:
            return not _is_of_document(text)
    return False


def is_site_sentence(text: str) -> bool:
    """Whether a line is a sentence of the site (您的浏览器不支持语音播报。), which may also be above a text."""
    return text.endswith("。") and is_boilerplate(text) and not is_of_footer(text)


def is_tip(text: str) -> bool:
    """Whether a line is of a box that opens over a page, or a note on what its contents are worth."""
    for word in _TIP_WORDS:
        if word in text:
            return _TIP.search(text) is not None
    return False


def _is_of_document(text: str) -> bool:
    """Whether a line with a word of the site is a sentence or a title of a document."""
    if NUMBERED.match(text):
        return True
    if _CLAUSE.search(text):
        return _SITE_SENTENCE.search(text) is None
    return _TITLE_WITH_SITE_WORD.fullmatch(text.replace(INLINE_BOUNDARY, "").strip()) is not None


def is_prose(line: Block) -> bool:
    """Whether a visible line is prose: not mostly links, long or punctuated, and not a line of the site, such as a long
    one below a headline with the site's name, the date and tools."""
    text, chars = line.text, len(line.text)
    if line.link_chars * 2 >= chars:
        return False
    if not (text.endswith("：") or _PUNCTUATION.search(text)) and (chars <= 60 or is_subheading(text)):
        return False
    if text.count("：") >= _LABELS_OF_HEADER and "。" not in text:
        return False
    return chars > 400 or not (is_boilerplate(text) or is_tip(text))
