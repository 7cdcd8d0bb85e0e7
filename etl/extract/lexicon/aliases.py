"""Labels as sites spell them, after NFKC and removal of white space; `etl.extract.lexicon.labels` finds them in
lines.

`etl.extract.lexicon.morphology` understands most labels by their words, but only in headers of documents."""

from etl.extract.lexicon.words import split_words

ALIASES: dict[str, tuple[str, ...]] = {
    "index_number": split_words("""
        索引号 信息索引号 索取号 索引编号 信息索引 索引码 信息索取号 公开索引号 政府信息索引号
        信息公开索引号 目录索引号 索取编号
    """),
    "publisher": split_words("""
        发布机构 发布单位 发文机关 发文机构 发文单位 制发机关 制发单位 发布机关 发布部门
        信息发布机构 信息发布单位 制定机关 印发机关 印发单位 颁布单位 颁布机构 颁发机构 发文部门 公开机构
        公开单位 公布机关 公文发布机构 发布机构名称 发布主体 制文机关 成文机关
        成文单位 发布机构（单位） 发文主体 公布单位 公开机关 办文单位 颁布部门 颁布机关 印发部门 信息公开单位 主办单位
        信息公开机构 发文机关名称
    """),
    "source": split_words("""
        来源 信息来源 文字来源 图文来源 原文来源 文章来源 稿件来源 内容来源 消息来源 新闻来源
        发布来源 稿源 资料来源 来源单位
        文件来源 来源于 来源网站 转载自 转贴自 转自 来自 出处
    """),
    "document_number": split_words("""
        文号 发文字号 文件编号 备注/文号 文件号 发文文号 公文文号 文件字号 发文号 文件文号 公文字号 发布文号
        发文编号 文号/备注 信息文号 文件发文字号 政策文号 公文号 公告文号 发文号/文号 法规文号 决定书文号 处罚决定书文号
        行政处罚决定书文号 行政处罚决定文书号 行政许可决定书文号 行政许可决定文书号
    """),
    "title": split_words("""
        名称 信息名称 标题 文件名称 信息标题 文件标题 公文名称 公文标题 政策标题 题名 信息名 政策名称
        信件标题 来信标题 留言标题 信件主题 来信主题 留言主题 咨询主题 咨询标题 问题标题 诉求标题 诉求主题 提问标题
        信访标题 邮件主题
    """),
    "written_date": split_words("""
        成文日期 发文日期 生成日期 公文生成日期 成文时间 发文时间 生成时间 印发日期 印发时间 签发日期
        文件成文日期 信息生成日期 文件生成日期 形成日期 制发日期 产生日期 公文成文日期 信息形成日期 制文日期
        颁布日期 文件日期 公文日期 制作日期 信息产生日期 签署日期 颁布时间 签发时间 制定日期 制定时间 文件成文时间
        产生时间 制发时间 信息生成时间
    """),
    "published_date": split_words("""
        发布日期 发布时间 公开日期 公布日期 信息提供日期 公开时间 公布时间 发表时间 发表日期 发稿时间 发稿日期
        发布于 信息发布日期 信息发布时间 上网日期 上网时间 录入时间 添加时间 更新时间 更新日期 上传时间 时间
        日期 信息公开日期 信息公开时间 文章发布时间 发布日期时间 提供日期 信息时间 信息日期 创建时间
        公文发布日期 公开发布日期 发布 刊发日期 刊发时间 刊登日期 上网发布日期 网站发布日期 对外公开日期 主动公开日期
        网上发布日期 首次发布时间 首次发布日期 发布时间/日期 公告日期 公告时间 挂网时间 加入时间 上传日期 文章时间
        稿件时间 录入日期 刊载时间 刊载日期 创建日期 最后更新 最后更新时间 最后修改 最后修改时间 发表于 网站发布时间
        公开发布时间 信息公布日期 首发时间 张贴日期 张贴时间 上版日期
    """),
    "effective_date": split_words("""
        实施日期 生效日期 施行日期 实施时间 生效时间 施行时间 执行日期 开始实施日期 生效施行日期 有效起始日期
    """),
    "expiry_date": split_words("""
        废止日期 失效日期 废止时间 失效时间 信息时效期 有效期至 终止日期 失效/废止日期 废止/失效日期
        有效期截止日期 有效截止日期 有效期截止 有效期限至
    """),
    "subject_category": split_words("""
        主题分类 信息分类 分类 主题类别 信息类别 所属主题 文件分类 主题 信息主题分类 分类主题 信息所属类别
        所属类别 类别 主题信息分类 目录分类 政策分类 主题导航 所属分类 栏目分类 信息主题 主题信息 主题类型 内容分类
    """),
    "group_category": split_words("""
        组配分类 法定主动公开分类 组配 组配类别 组配目录 信息组配 组配分类名称
    """),
    "genre_category": split_words("""
        体裁分类 体裁 公文种类 文种 文件种类 公文体裁 公文类型 文体 体裁类别 公文类别 文件类型 文件体裁 信息体裁
    """),
    "keywords": split_words("""
        主题词 关键词 关键字 关键字词 公文主题词 主题关键词 主题词/关键词 标引词 标签
    """),
    "disclosure_method": split_words("""
        公开方式 公开形式 信息公开方式 公开属性 公开类别 公开类型 信息公开属性 公开方法
        信息公开形式 信息公开类别 信息公开类型 信息公开选项
    """),
    "disclosure_scope": split_words("""
        公开范围 信息公开范围 公开对象
    """),
    "disclosure_term": split_words("""
        公开时限 公开期限 公开时效
    """),
    "validity": split_words("""
        有效性 时效性 效力状况 文件状态 是否有效 效力状态 时效 文件有效性 有效状态 有效期 文件时效 时效状态 效力
        文件效力 信息有效性 政策状态 信息状态 公文时效 公文效力 法规效力 实效性 文件时效性 规范性文件状态
        效力性质 文件效力状态 法律效力 规范性文件有效性 政策有效性 政策时效
    """),
    "registration_number": split_words("""
        统一编号 统一登记号 备案登记号 规范性文件编号 文件登记号 规范性文件统一编号 登记号 规范性文件登记号
        登记编号 规范性文件登记编号 三统一编号
    """),
}

CREDITS = split_words("""
    作者 责任编辑 编辑 责编 审核 审核人 审稿 校对 校核 录入 录入人 录入者 发布人 信息发布人 发布者 撰稿
    信息发布者 公布人 公布者 供稿 签发 签发人 初审 复审 终审 一审 二审 三审 审签 监制 主编 美编 统筹
    值班编辑 值班主编 文字编辑 信息编辑 信息审核 信息录入 信息发布 审核人员 发布人员 通讯员 摄影
""")
"""Labels of people who wrote, checked and published the page, in a line below the text."""
PUBLISHING_PEOPLE = frozenset(split_words("发布人 信息发布人 发布者 信息发布者 发布人员 公布人 公布者"))
"""Labels of the publisher of the page: a person, unless the value is the name of an agency."""
TOOLS = split_words("""
    点击量 点击数 点击 点击率 浏览次数 浏览 访问量 访问次数 阅读次数 阅读 分享 打印 收藏 扫一扫 文件下载
    附件下载 下载 纠错
""")
"""Counters and tools of the page, with or without a value: below the text, or a line of tools anywhere."""
COUNTERS = split_words("""
    浏览量 阅读量 浏览数 访问 阅读人次 阅读数 分享到 分享至
""")
"""Counters and tools below the text that are labels only: without a value they do not make a line of tools."""
DISPLAY_TOOLS = split_words("""
    点击次数 字体 字号 字体大小 文字大小 视力保护色 保护视力色 背景色 语音播报 朗读 语速 音量 音色 附件 转载 文字
""")
"""Page tools above the text; below it they may be lines of the text (附件：…)."""
RELATED = split_words("""
    解读 相关解读 政策解读 解读链接 解读文件 相关链接 相关文件 相关文档 政策文件 关联文件 原文链接
    原文地址 原文网址 本文地址 本文网址 本文链接
""")
"""Links to other documents below the text."""
SUMMARIES = split_words("""
    内容概述 内容概览 概述 内容摘要 摘要 信息摘要 内容简介
""")
"""Labels of a summary above the text: only after these may a header line be long."""
CONTACTS = split_words("""
    记者 联系电话 电话 传真 联系人 地址 邮编 邮政编码 邮箱 图片
""")
"""Labels with which lines of the text itself begin."""
_OTHERS = split_words("""
    背景颜色 手机查看 信息内容 在线链接地址 相关附件 开始日期 结束日期 开始时间 结束时间 截止日期
    截止时间 备注 载体类型 记录形式 公开载体 载体 公开程序 获取方式 公开依据 公开频率 文件编码 信息编码
    文章编号 信息编号 语种 责任单位 责任部门 责任科室 责任处室 公开主体 政策咨询 栏目 所属栏目 所属机构
    公开责任部门 信息公开责任部门 公开责任单位
    隶属关系 所属单位 关联 起止时间 征集时间 状态 稿件编号 序号 行政区划 行业分类 服务对象 服务对象分类
    承办单位 主办 承办 信息公开指南 发布渠道 发布范围 存放位置 存储位置 保存期限 不公开理由 密级 紧急程度
    适用范围 信息格式 信息大小 数据量 生命周期 用途分类 机构分类 部门分类 对象分类 信息所属单位 公开单位代码
    信息提供者 信息提供单位 当前位置 您的位置 您所在的位置 您当前的位置 位置 来源网址 热门标签 热词 文章作者
    信息作者 字体显示 字号大小 效力级别 效力等级 效力说明 法规类型 内容类别 公开目录 所属目录 联合发文单位
    登记日期 信息概况 起草单位 发文年份 发布形式 投稿部门 稿件审核 网络编辑
""")
"""Other statements about a document, and labels of other parts of the page."""
NON_FIELD_LABELS = (*CREDITS, *TOOLS, *COUNTERS, *DISPLAY_TOOLS, *RELATED, *SUMMARIES, *CONTACTS, *_OTHERS)
"""Labels that are not fields of ours: they end the value before them. Add a new one to the group that says where else
it counts."""
FOOTER_LABELS = frozenset((*CREDITS, *TOOLS, *COUNTERS, *RELATED))
"""Labels of lines below the text that do not belong to it."""
TEXT_LABELS = frozenset((*CONTACTS, "附件", "文字", "摄影", "通讯员"))
"""Labels with which a text's own lines begin."""

AMBIGUOUS_LABELS = frozenset(
    split_words("""
    时间 日期 名称 标题 分类 类别 主题 来源 时效 效力 体裁 文种 有效期 题名 更新时间 更新日期 创建时间 状态 组配
    公开类别 公开类型 公开属性 公开单位 主办单位 主题导航 发布 标签 出处 最后更新
    最后更新时间 最后修改 最后修改时间 创建日期 所属分类 栏目分类 来自
""")
)
"""Labels that search forms and menus have too: they count only with a colon, in a cell, or beside a value."""
