"""Names of documents: which words in 《》 name one, and the keys by which a cited document is found."""

import re

from etl.folding import fold, number_key

# Seen in 《》 on saved pages: laws and documents, but as often contracts, certificates, forms and systems. A name
# counts where it ends like a document (GB/T 9704, kinds of laws), perhaps with its year or state in brackets behind.
_ENDINGS = (
    "法 法典 条例 规定 办法 细则 规则 规范 标准 规程 准则 通则 总则 导则 守则 章程 制度 通知 通告 公告 通报 公报 "
    "意见 决定 决议 命令 批复 函 请示 议案 纪要 方案 计划 规划 纲要 纲领 要点 措施 举措 政策 目录 清单 名录 指南 "
    "指引 指标 预案 解释 答复 条款 公约 条约 协定 宣言 建议 倡议 条 工作报告 修正案 体系 机制 要求 分类 定额 大纲"
)
_ENDING = re.compile(rf"(?:{'|'.join(_ENDINGS.split())})$")
_BEHIND = re.compile(r"(?:[（(〔\[][^（(〔\[\]〕)）]{1,40}[\]〕)）]|\d{4}\s*年?版|[一二三四五六七八九十]|\s)++$")
_ABOUT = re.compile(r"关于.{4,}的")
_NO_DOCUMENT = re.compile(r"(?:证|书|表|单|合同|协议|执照|报|网|牌|凭证|发票|收据|系统|手册|教程|杂志|频道|栏目|专栏)$")
_DRAFT = re.compile(r"[（(](?:公开)?(?:征求意见稿?|意见征求稿|征求意见.{0,6}|送审稿|草案.{0,8}|讨论稿|修订稿)[）)]$")
# 《通知》, 《暂行办法》, 《买卖合同》: short names of a document that was named in full before.
_GENERIC = re.compile(
    r"(?:(?:本|该|暂行|试行|实施|管理|若干|补充|有关|指导|工作|行动|政策|修订|总体|专项|处罚|通知|征求)*)"
    r"(?:法|法律|条例|规定|办法|细则|规则|规范|标准|规程|准则|通则|章程|制度|通知|通告|公告|通报|意见|决定|决议|批复|函|方案|"
    r"计划|规划|纲要|要点|措施|政策|目录|清单|指南|指引|预案|解释|答复|协议|合同|公约|通告|若干措施|报告|解读)"
)
_LAW = re.compile(
    r"(?:民法典|宪法|刑法|民法|商标法|专利法|公司法|劳动法|会计法|审计法|统计法|预算法|国歌法|国旗法|反垄断法)"
)
MIN_TITLE = 4
"""Characters of a title, but for laws that have a shorter one."""
MAX_TITLE = 300
"""Characters of a title with its brackets. The longest on saved pages has 90."""

_NUMBER_BESIDE = re.compile(
    r"^[\s（(〔\[【]*[\u4e00-\u9fffA-Za-z]{2,15}\s*[〔\[【(（〈﹝［]\s*(?:19|20)\d\d\s*[〕\]】)）〉﹞］]\s*第?\s*\d{1,5}\s*号[\s）)〕\]】]*"
    r"(?=\S{6})|"
    r"[\s（(〔\[【]+[\u4e00-\u9fffA-Za-z]{2,15}\s*[〔\[【(（〈﹝［]\s*(?:19|20)\d\d\s*[〕\]】)）〉﹞］]\s*第?\s*\d{1,5}\s*号"
    r"[\s）)〕\]】]*$"
)
_ISSUES = re.compile(
    r"(?:印发|发布|公布|颁布|颁发|实施)(?:修订后的|新修订的)?[《〈<]?(?P<title>[^《》]{4,200}?)[》〉>]?的?(?:通知|公告|通告|决定|命令|令)"
    r"(?:[（(][^（()）]{1,30}[）)])?$"
)


def title_key(title: str) -> str:
    """The key by which titles are compared: folded, without a 文号 before or after it. "" for a title without words."""
    return fold(_NUMBER_BESIDE.sub("", title) if "号" in title else title)


def cited_number_key(number: str) -> str:
    """The key by which numbers are compared: `number_key`, but for orders of the State Council without the state's
    name."""
    return number_key(number).removeprefix("中华人民共和国")


def issued_title(title: str) -> str | None:
    """The document that a notice issues and contains, according to its title: 关于印发《…办法》的通知."""
    match = _ISSUES.search(title)
    if match is None or not _ENDING.search(_BEHIND.sub("", match["title"])):
        return None
    return match["title"].strip("《》〈〉<> ")


def is_generic(title: str) -> bool:
    """Whether the words are a short name, such as 《通知》, which identifies no document by itself."""
    return _GENERIC.fullmatch(title) is not None


def is_draft(title: str) -> bool:
    """Whether the title says that it is a draft for comment."""
    return _DRAFT.search(title) is not None


def is_document(title: str) -> bool:
    """Whether words in 《》 name a document of an authority, judged by these words alone."""
    bare = _BEHIND.sub("", title)
    if len(bare) < MIN_TITLE:
        return _LAW.fullmatch(bare) is not None
    if is_generic(bare):
        return False
    return bool(_ENDING.search(bare)) or (bool(_ABOUT.search(bare)) and not _NO_DOCUMENT.search(bare))
