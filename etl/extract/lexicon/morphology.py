"""The field of an unlisted label, derived from the words that it consists of: 颁发时间, 颁布单位, 施行起始日.

Sites build labels from a small set of words in a fixed order: the thing described (信息, 公文), the act
(颁布, 施行), the kind of value (日期, 机关, 号). The rules below read the end of a label and the act before it.
They are for headers of documents alone (`etl.extract.rules.header`): elsewhere the same words are text and menus.
"""

import re
from functools import lru_cache

from etl.extract.lexicon.words import split_words

MAX_COINED_CHARS = 12
"""Maximum length of an unlisted label: the longest listed ones have ten characters; longer texts are phrases."""


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(split_words(words))})"


_WORD = _any_of("""
    政府 信息 消息 文件 公文 政策 法规 法律 规范性 公告 规章 文章 稿件 新闻 内容 资料 文档 网上 网站 对外 主动
    首次 最后 最新 正式 文字 文稿 图文 原文 本文 [本原该的]
""")
_DESCRIBED = f"{_WORD}*"
"""Words allowed before the decisive words; any others (会议, 报名, 项目) mean that something else is described."""
_DAY = "(?:起始|开始|起)?(?:日期|时间|之日|年月日?|日)"
_DIGIT = re.compile(r"\d")
_BODY = "(?:机关|机构|单位|部门|主体|部委|科室|处室)(?:名称|全称)?"
_CLASS = "(?:分类|类别|类型|种类|类目|门类)(?:名称)?"
_NUMBER = "(?:编号|编码|号码|代码|号|码)"
_STATE = "(?:状态|状况|情况|与否)"
_ISSUED = _any_of("成文 印发 印制 签发 制发 颁发 颁布 发文 制定 制作 制文 签署 出台 行文")
_PUT_ONLINE = _any_of("""
    发布 公布 公开 发表 发稿 刊发 刊登 刊载 登载 上网 上传 上线 上载 录入 添加 更新 修改 创建 提供 挂网 加入 公告
    首发 发出 推送 张贴 上版
""")
_ANSWERING = _any_of("""
    责任 承办 起草 联合 会签 审核 审批 提供 所属 投稿 解读 主管 执行 牵头 报送 监督 咨询 实施 保管 归口 配合 协办 录入
    供稿 撰稿 拟稿 隶属 登记 维护 管理
""")

_OF_EVENTS = _any_of("""
    开标 投标 评标 截标 来信 写信 提问 回复 办结 办理 办公 访谈 活动 举办 召开 举行 检查 抽查 考试 笔试 面试
    开工 竣工 签订 签约 成交 交易 采购 中标 处罚 作出 作出处罚 许可 决定 开庭 播出 公示 挂牌 竞价 申请
    完成 抽检 采样 生产
""")
"""Events whose days are no dates of the document: 开标时间, 来信日期."""

# fmt: off
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple((field, re.compile(pattern)) for field, pattern in (
    # People, counts, page tools; periods for submitting something.
    ("", "(?:人|者|员|编辑|电话|传真|邮箱|地址|网址|链接|位置|数|量|率|大小|指南|下载|附件|解读|依据|理由|程序|渠道)$"),
    ("", f"^(?:开始|结束|截止|截至|起止|征集|报名|登记|受理|答复|审核|归档|会议|咨询)(?!施行|实施|执行|生效).*{_DAY}$"),
    ("", f"^(?:{_OF_EVENTS})(?:的|决定)?{_DAY}$"),
    # It says which notice of a procedure, or which kind of policy, this is (采购公告, 规范性文件), not the subject.
    ("", "^(?:公告|政策)(?:类型|类别|种类)$"),
    ("index_number", f"^{_DESCRIBED}(?:公开|目录)?(?:索引|索取){_NUMBER}?$"),
    ("registration_number", f"^三?{_DESCRIBED}(?:统一|登记|备案)+{_NUMBER}$|^规范性文件{_NUMBER}$"),
    ("document_number", f"^{_DESCRIBED}(?:(?:发文|发布|颁布|公布|印发|制发)?(?:文号|字号)|发文{_NUMBER})$"),
    ("document_number", f"^{_DESCRIBED}(?:文件|公文)编?号$|^(?:行政)?(?:处罚|许可)?决定书?文书?号$"),
    ("", f"{_NUMBER}$"),
    ("expiry_date", f"^{_DESCRIBED}(?:(?:废止|失效|终止|停止执行|到期)+{_DAY}|时效期)$"),
    ("expiry_date", f"^{_DESCRIBED}(?:有效期?限?|效力)(?:(?:截止|终止|结束|届满)(?:{_DAY})?|[至到止])$"),
    ("effective_date", f"^{_DESCRIBED}(?:开始|起始)?(?:(?:施行|实施|生效|起效|执行|实行)+|有效期?(?=起|开)){_DAY}$"),
    ("effective_date", "^有效期起$"),
    ("written_date", f"^{_DESCRIBED}(?:{_ISSUED}|生成|形成|产生|落款){_DAY}$|^(?:公文|文件|政策){_DAY}$"),
    ("published_date", f"^{_DESCRIBED}{_PUT_ONLINE}*{_DAY}{{1,2}}$|^{_DESCRIBED}(?:发布|发表|刊登|更新|修改)于?$"),
    ("source", f"^{_DESCRIBED}(?:发布|转载)?(?:来源|出处|稿源)(?:于|网站|媒体|{_BODY})?$|^(?:转载|转贴|转|摘|来)自$"),
    # Persons or offices responsible for a page or a draft are not the publisher.
    ("", f"{_ANSWERING}.*{_BODY}$"),
    ("publisher", rf"^{_DESCRIBED}(?:{_ISSUED}|发布|公布|公开|办文|主办|发出){_BODY}(?:{_BODY}|\({_BODY}\))?$"),
    ("group_category", "组配|^法定主动公开"),
    ("genre_category", f"^{_DESCRIBED}(?:体裁|文种|文体)(?:{_CLASS})?$|^(?:公文|文件){_CLASS}$"),
    ("keywords", f"^{_DESCRIBED}(?:主题词|关键词|关键字词?|标引词|主题|标签){{1,2}}(?<!主题)$"),
    ("disclosure_scope", f"^{_DESCRIBED}公开的?(?:范围|对象)$"),
    ("disclosure_term", f"^{_DESCRIBED}公开的?(?:时限|期限|时效)$"),
    ("disclosure_method", f"^{_DESCRIBED}公开的?(?:方式|形式|属性|类别|类型|方法|途径|选项)$"),
    ("subject_category", f"^(?:{_WORD}|所属|目录|栏目|主题)*(?:{_CLASS}(?:主题)?|主题(?:信息|导航)?)$"),
    # 有效 alone is a value.
    ("validity", "^是否(?:仍然?|继续|现行)?有效$"),
    ("validity", f"^{_DESCRIBED}(?:[有时实]效性|有效期限?|时效|(?:法律)?效力)+(?:性质|{_STATE})?$"),
    ("validity", f"^{_DESCRIBED}(?:(?:有效|时效|效力){_STATE}|(?:文件|政策|信息)状态)$"),
    ("title", f"^(?:{_DESCRIBED}(?:名称?|标题|题名)|(?:信件|来信|留言|咨询|问题|诉求|提问|信访|邮件)(?:标题|主题))$"),
))
# fmt: on
"""In this order: the first rule whose pattern is found in a label decides. An empty field is a label of no field."""


@lru_cache(4096)
def field_of_words(label: str) -> str | None:
    """The field of an unlisted label; empty if its words name no field; None if they are not understood.

    `label`: its key (`etl.extract.lexicon.labels.label_key`). If slashes divide it, all parts that name a field must
    agree, and the first part must name one (发布机构/责任单位). A text with digits is a value (云政〔2023〕5号).
    """
    if not 2 <= len(label) <= MAX_COINED_CHARS or _DIGIT.search(label):
        return None
    parts = (part for part in re.split("[/、]|及|或", label) if part)
    fields = [field for part in parts if (field := _field_of_part(part)) is not None]
    return fields[0] if fields and len(set(filter(None, fields))) <= 1 else None


def _field_of_part(label: str) -> str | None:
    return next((field for field, pattern in _RULES if pattern.search(label)), None)
