"""Placeholders and error messages that a template, script or program left in place of the page's text.

The rest of such a page (headline, date, menus) is often complete, so only the text shows that it failed.
"""

import re

from etl.web.program_reports import RUNTIME

_PLACEHOLDERS = re.compile(
    r"(?:(?:\$\{[^{}]{1,200}\}|\{\{[^{}]{1,200}\}\}|#\{[^{}]{1,200}\}|\{[$@][^{}]{1,200}\}|\{[a-z]{2,12}:[^{}]{1,200}\}"
    r"|<%[^<>]{1,200}%>|\[!--[^\[\]]{1,80}--\]|\[object Object\]|undefined|null|None|NaN)[\s|,;/]*+)++",
    re.IGNORECASE,
)
"""Placeholders of JSP, Vue, MyBatis, DedeCMS, PHPCMS, ASP, EmpireCMS, and of scripts with missing values."""
_REPORT = re.compile(RUNTIME)
_WAITS = re.compile(
    r"(?:(?:页面|网页|内容|数据|正文|文章|信息|文件|系统)*(?:正在)?(?:努力|拼命|全力)?(?:加载|载入|读取|获取|查询|请求|处理|跳转)中?"
    r"|loading|pleasewait|请稍[候后等]|(?:请)?耐心等待)[.。…·,，、!！~]*"
)
_FAILS = re.compile(
    r"很?抱歉|对不起|(?:温馨)?提示[:：]?|(?:(?:页面|内容|数据库?|正文|文章|信息|文件|附件|系统|服务器?|网络|程序|接口|请求|操作)*"
    r"(?:连接|加载|载入|读取|获取|查询|响应|访问|请求|运行|执行|处理|内部|发生|出现)*了?(?:超时|失败|错误|异常|繁忙|出错|中断|故障))"
)
_WITHHOLDS = re.compile(
    r"(?:(?:本|此|该|这|当前|以下|完整|部分|更多|剩余|篇|条|份)+|文[章件档]?|全文|正文|摘要|内容|信息|附件|栏目|页面?|网页|资源|详情|数据"
    r"|[您你]|所在|用户组?|游客|访客|会员|内部|人员|单位|账[号户]|身份|权限?|授权|认证|登[录陆]|注册|扫码|扫一扫|微信|统一|实名|密码|口令|会话|状态|系统|网站"
    r"|查[看阅]|浏览|阅读|访问|下载|观看|显示|开放|可见|公开|继续|重新|立即|点击|使用|通过|输入|设置|已经?|过期|超时|失效|不足|受限|保护|足够|相应|获[取得]|完成|跳转|政务?[内外]网|[内外]网|钉钉|[\u4e00-\u9fff]政[钉通]"
    r"|请|先|首|只有|正在|…|需要?|要求?|必?须|后|之|再|才|方|可以?|能|即|便|仅|只|限|对|向|供|由|或者?|并|和|凭|还|尚|暂时?|目前|没有?|未|无法?|不|了|的|以|查|看|为|是|进行|(?:温馨)?提示|[:：])++"
)
"""Sentences that say nothing but who may read the text, and how: 登录后可查看完整内容. A document that speaks of a
login names whose: 登录申报平台查看指南."""
_ACCESS = re.compile(r"登[录陆]|权|受限|身份|认证|密码|口令|会话|会员|用户|人员|注册|扫码")
_READS = re.compile(r"查[看阅]|浏览|阅读|访问|下载|观看|登[录陆]|可见|开放|仅限|权限")
"""Without one of these, such words may be about anything: 单位会员须进行注册."""
_BARS = re.compile(
    r"登[录陆]|权|密码|口令|会话|扫码|[仅只限未需须才先后凭]|无法|不[能可]|可[见查浏阅]|对.{2,8}(?:开放|公开)"
)
"""What bars others: 会员注册信息公开 and 请会员单位查看附件 bar nobody."""
_REFUSES = re.compile(
    r".{0,8}(?:[您你](?:的|当前)(?:网络|访问|请求|操作|ip|浏览器|设备|地址|行为|环境)|(?:本次|此次|当前)(?:访问|请求|ip|浏览器|网络环境))"
    r".{0,12}(?:拦截|阻[断止]|拒绝|禁止|限制|频繁|[过太][快多高]|异常|风险|威胁|非法|攻击)了?",
    re.IGNORECASE,
)
"""Sentences that say to a reader why this visit is refused."""
_FAREWELL = re.compile(
    r"(?:请|点击).{0,12}(?:稍[候后]|重试|再试|刷新|返回|联系|咨询|检查|登[录陆])|谢谢|敬请谅解|返回(?:首页|上一?页)"
)
_SENTENCES = re.compile(r"[。；！？!?，,\n]")
_MAX_NOTICE, _MAX_REPORT = 60, 5_000
"""Maximum length of such a notice, and of such an error report."""


def is_left_behind(text: str) -> bool:
    """Whether the text consists of placeholders, of an error report, or of a notice that it is loading, failed or is
    not for everybody."""
    text = text.strip()
    if _PLACEHOLDERS.fullmatch(text[:_MAX_REPORT]):
        return True
    if _REPORT.match(text) and len(text) <= _MAX_REPORT and "。" not in text.rstrip("。"):
        return True
    if len(text) > 4 * _MAX_NOTICE:  # most texts end here: removing their spaces takes time
        return False
    words = "".join(text.lower().split())
    if not 0 < len(words) <= _MAX_NOTICE:
        return False
    if not re.sub(_WAITS, "", words):
        return True
    sentences = [each for each in _SENTENCES.split("".join(text.split())) if each]
    is_notice = all(each.search(words) for each in (_ACCESS, _READS, _BARS))
    words_of_notice = _WITHHOLDS if is_notice else _FAILS
    says = (_FAILS, words_of_notice, _REFUSES)
    fails = [any(words.fullmatch(each) for words in says) for each in sentences]
    return (
        len(words) > 3
        and any(fails)
        and all(fail or _FAREWELL.search(each) for fail, each in zip(fails, sentences, strict=True))
    )
