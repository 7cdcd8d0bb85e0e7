"""What pages say in place of a document: that it is missing or was taken down, or that its reader must be verified."""

import re

CHALLENGE = re.compile(
    r"Virtual Container Shield|__jsl_clearance|_\$jsvmp|\$_ts\s*=|请开启JavaScript|安全验证|访问被拦截"
    r"|网站防火墙|Access Denied|"
    r"http-equiv=[\"']?refresh|(?:window|document|self|top)\.location(?:\.href)?\s*=|location\.replace\(",
    re.IGNORECASE,
)
ERROR_NOTICE = re.compile(
    "(?:页面|网页|网址|地址|内容|文件|信息|资源|栏目|文章).{0,8}(?:不存在|已删除|已被删除|已移除|找不到|[无没]法?[有能]?找到|走丢)|(?:页面|网站).{0,6}(?:维护|升级)中?"
    "|[您你](?:要|所|正在)?(?:访问|查看|浏览|查找|请求)的(?:页面|网页|内容|文章|信息|链接)[^。！!，]{0,16}?已?经?被?(?:删除|下线|移除|更名|丢失|失效|不可用)"
    "|(?:系统|网站|平台|服务器?)(?:正在)?(?:升级)?维护(?:升级)?中"
    "|(?:系统|网站|平台|服务器).{0,40}(?:维护|升级|检修|改造).{0,12}(?:暂停|停止|无法|不能).{0,4}(?:访问|服务|使用|运行|登录)"
    "|本(?:网站|站|栏目|平台).{0,12}(?:迁移|迁至|停止(?:更新|运行|服务)|关停)"
    "|[Pp]age.{0,24}(?:not found|cannot be found|could not be found)|[Ii]nternal [Ss]erver [Ee]rror"
    "|(?:访问|请求).{0,8}(?:被阻断|被拦截|设置拦截|被拒绝|被禁止)|地区无法访问"
)
VERIFIES = re.compile(
    "(?:拖动|滑动|点击|完成|通过|进行).{0,14}(?:滑块|拼图|验证|校验).{0,40}(?:访问|浏览|继续|不是机器人)|(?:滑块|拼图)(?:完成|进行)?.{0,4}验证"
    "|(?:验证|确认|证明).{0,6}不是机器人|人机(?:身份)?(?:验证|校验)|(?:访问|请求|操作)(?:次数)?(?:过于|太过?)(?:频繁|多|快)"
    "|输入.{0,12}验证码.{0,16}(?:继续|解除|访问|浏览|查看)|浏览器(?:环境)?.{0,6}(?:风险|异常)|(?:异常|可疑|恶意)的?(?:网络)?(?:访问|请求|流量)"
)
"""What a page says whose reader must prove to be human. Fetching recognises such pages too, but not in all wordings."""
HEADS_OF_NOTICES = re.compile(
    "(?:安全|访问|人机|身份|滑[动块]|网站|系统|温馨|信息|浏览器)*(?:验证|校验|提示|检[查测]|拦截)(?:信息|页面?|失败)?"
)
"""Headings of pages that verify their reader. A document below any other headline may speak of verification."""
_SHOWN = "(?:条|篇|份|件)?(?:信息|内容|文章?|文件|文档|稿件|公文|公[告示]|通知|页面?|网页|资源|链接|栏目)"
ENDED = re.compile(
    r"(?:(?:很?抱歉|对不起|不好意思|您好|提示)[，,:：]?)*"
    rf"(?:[您你](?:要|所|想|正在)*(?:访问|查看|浏览|查?找|请求|打开|阅读)的{_SHOWN}"
    rf"|(?:[该此本]|当前){_SHOWN}[^所涉]{{0,6}}?(?:已经?被?|被)?(?:"
    r"失效|过期|过公示期|删除|下线|下架|撤[下除稿]|移除|移[至到]|迁移|屏蔽|关闭|不存在|(?:正在|尚在)(?:审核|审查|整理)中?"
    r"|不再(?:公开|展示|显示|提供)|无法(?:显示|查看|访问|打开)|暂?不予?(?:公开|开放))"
    r"|(?:公示)?(?:内容|信息)(?:已经?)?不再(?:公开|展示|显示|提供)|暂时?(?:无法|不能)(?:显示|查看|访问|打开))"
)
"""The beginning of a sentence in place of a text that was taken down: it speaks of what its reader wants to see, or
says that this ended. 废止 and 撤销 are acts of an agency instead."""
FAREWELL = re.compile(
    r"请.{0,30}(?:点击|查看|查阅|访问|浏览|联系|咨询|返回|关注|稍后|谅解|拨打)|带来.{0,4}不便|敬请|感谢|谢谢|返回(?:首页|上一?页)"
)
MISSING = re.compile(
    r"(?:(?:很?抱歉|对不起|提示)[，,!！:： ]*)?(?:[您你](?:要|所|正在)?(?:访问|查看|浏览|查找|请求|打开)的|[该此本])?"
    r"(?:信息|内容|文章|文件|文档|稿件|新闻|公告|通知|数据|记录|页面|网页|资源){1,2}(?:ID)?"
    r"(?:不存在|已?经?被?(?:删除|移除|下线|下架)|找不到|未找到|未通过审核|正在审核中?)(?:(?:或者?|，)?(?:不存在|已?经?被?(?:删除|移除)|未通过审核))*[。.!！~…]*"
)
SITE_CLOSED = re.compile(
    r"(?:网站|网页|平台|栏目|本站).{0,40}(?:停止(?:更新|运行|服务|维护|使用)|关停|关闭|下线|停用|迁移|迁至|整合|并入|合并)"
    r".{0,80}请.{0,30}(?:访问|登[录陆]|前往|查[询阅看]|关注)",
    re.DOTALL,
)
"""What a site says at each of its addresses when it has come to an end. A list may have such an announcement, too."""
