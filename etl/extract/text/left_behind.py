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
    r"很?抱歉|对不起|提示[:：]?|(?:(?:页面|内容|数据库?|正文|文章|信息|文件|附件|系统|服务器?|网络|程序|接口|请求|操作)*"
    r"(?:连接|加载|载入|读取|获取|查询|响应|访问|请求|运行|执行|处理|内部|发生|出现)*了?(?:超时|失败|错误|异常|繁忙|出错|中断|故障)"
    r"|(?:(?:请您?|需要?|须|必须)先?|立即)+登[录陆](?:系统|账号|网站)?(?:后|再|才|之后|能|方可)*(?:可以?)?(?:查看|浏览|阅读|访问|下载)?(?:全文|正文|内容|详情|文件|附件)?"
    r"|(?:[您你]|当前用户|游客)?(?:没有|无|暂无)(?:足够的?|相应的?)?(?:权限|权)(?:查看|浏览|阅读|访问)?(?:本|此|该)?(?:文|页面?|内容|信息|文件|栏目)?"
    r"|(?:[本此该](?:文|内容|信息|文件|栏目|页面))?(?:仅限|仅供|只限|只对)(?:内部|注册|登[录陆]|认证|本单位|系统|单位)*(?:用户|人员|会员)(?:查看|浏览|阅读|访问)?"
    r"|(?:[本此该](?:文|内容|信息|文件|栏目|页面))?(?:请|需要?|须)?(?:凭|输入)(?:访问)?密码(?:访问|查看|浏览)?[:：]?)"
)
_FAREWELL = re.compile(
    r"请.{0,12}(?:稍[候后]|重试|再试|刷新|返回|联系|咨询|检查|登[录陆])|谢谢|敬请谅解|返回(?:首页|上一?页)"
)
_SENTENCES = re.compile(r"[。；！？!?，,\n]")
_MAX_NOTICE, _MAX_REPORT = 60, 5_000
"""Maximum length of such a notice, and of such an error report."""


def is_left_behind(text: str) -> bool:
    """Whether the text consists of placeholders, of an error report, or of a notice that it is loading or failed."""
    text = text.strip()
    if _PLACEHOLDERS.fullmatch(text[:_MAX_REPORT]):
        return True
    if _REPORT.match(text) and len(text) <= _MAX_REPORT and "。" not in text:
        return True
    if len(text) > 4 * _MAX_NOTICE:  # most texts end here: removing their spaces takes time
        return False
    words = "".join(text.lower().split())
    if not 0 < len(words) <= _MAX_NOTICE:
        return False
    if not re.sub(_WAITS, "", words):
        return True
    sentences = [each for each in _SENTENCES.split("".join(text.split())) if each]
    fails = [bool(_FAILS.fullmatch(each)) for each in sentences]
    return (
        len(words) > 3
        and any(fails)
        and all(fail or _FAREWELL.search(each) for fail, each in zip(fails, sentences, strict=True))
    )
