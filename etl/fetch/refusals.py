"""Detects pages with status 200 that refuse the document: pages of firewalls, of servers that failed or are in
maintenance, and pages that say that the document is missing."""

import re

from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import WebPage, read_page, visible_text

# Every alternative begins with a plain character, which makes the search four times as fast (2 ms for a page of 46 KB,
# not 9): no re.IGNORECASE and no leading `\b`.
_CHALLENGE = re.compile(
    r"__jsl_clearance|acw_sc__v2|\$_ts\s*=|wzws|yunsuo|virtual container shield"
    r"|document\.cookie\s*=[^;]{0,200};[^<]{0,200}location|访问(?:已)?被?(?:拦截|阻断|拒绝)|请求(?:已)?被?(?:拦截|阻断)"
    r"|请安全验证|请(?:您)?(?:先)?(?:完成|进行|通过)(?:以下|下方|下列|安全)*验证|访问过于频繁|非法访问|仅限?(?:中国)?境内访问"
    r"|设置为?拦截|疑似(?:黑客)?攻击|不合法参数|网站防火墙"
)
"""Searched in the lower-case page."""
_FORBIDS = re.compile(
    r"(?:访问|请求|ip(?:地址)?)(?:已?被|已被?).{0,10}(?:拦截|阻断|拒绝|封禁|限制|列入黑名单)|(?:访问|操作|请求)(?:次数)?(?:太|过于?)(?:频繁|多|快)"
    r"|(?:按住|拖动|拖拽).{0,6}滑块|人机(?:验证|校验)|输入验证码后?继续访问|正在(?:检查|验证)(?:您的)?浏览器|checkingyourbrowser"
    r"|安全风险.{0,8}拦截|禁止访问(?:本|该)(?:网站|站点|系统)|被禁止访问|(?:境外|海外).{0,6}(?:暂停|禁止|限制)访问|非授权访问"
    r"|requestrejected|requestedurlwasrejected|accessdenied"
)
"""Searched in the words of a page, in lower case."""
_MISSING_WORDS = (
    r"页面(?:不存在|找不到|已删除|未找到)|(?:找不到|没有找到|访问的)(?:该|此|您)?.{0,8}页面|没有找到站点"
    r"|(?:信息|内容|文章|资源|网页|文件|附件)(?:已?不存在|已经?被?(?:删除|下线|撤下))|链接(?:已经?)?失效"
    r"|file ?not ?found"
)
_MISSING = re.compile(r"404(?<!\w404)(?<!\d[-.,]404)(?![\w.,%])|" + _MISSING_WORDS, re.IGNORECASE)
_MISSING_IN_TEXT = re.compile(_MISSING_WORDS, re.IGNORECASE)
_FAILS = re.compile(
    r"内部服务器错误|服务器(?:发生)?内部错误|(?:系统|程序)(?:发生|出现)(?:了)?(?:错误|异常)|数据库连接(?:失败|错误|异常)|(?:系统|服务器)繁忙"
    r"|站点创建成功|站点已(?:经被管理员停止运行|关闭|暂停)|welcometonginx!|(?:网站|系统|平台).{0,12}(?:升级|维护|改造|改版).{0,80}"
    r"(?:暂停|暂时|无法|停止|稍后).{0,8}(?:访问|服务|使用)"
)
_REPORT = re.compile(
    r"(?:.{0,60}?“/[^”]{0,80}”应用程序中的服务器错误|.{0,60}?servererrorin'|.{0,20}?(?:http(?:status|状态)|error)[-–:]?(?P<status>[45]\d\d)[-–]"
    r"|.{0,20}?strutsproblemreport)"
)
"""Beginnings of error reports of servers (ASP.NET, Tomcat, TongWeb, WebLogic, Struts), which may be long."""
_OF_AN_ANSWER = re.compile(r"告知书|[您你](?:单位)?(?:申请|要求)(?:公开|获取)")
"""Words of an answer to a request for information, which often says that the information does not exist. They do not
match menus (依申请公开)."""
_SAYS = re.compile(r"""alert\(\s*["']([^"'\n]{4,80})["']""")
"""The message of a page that shows it by script only: `alert("您查看的信息不存在"); history.back()`."""
_WORDS = (_CHALLENGE, _FORBIDS, _MISSING_IN_TEXT, _FAILS)
_SENTENCE_END = re.compile(r"[。！!\n]")
_MIN_REST_CHARS = 30
"""A page with more characters than this, besides such sentences, says more than 如有疑问请联系网站管理员."""
_MAX_CHARACTERS = 400
"""Visible characters of a block page or "not found" page; documents that quote such words are longer."""
_UNSEEN = frozenset({"script", "style", "noscript"})

Refusal = tuple[Outcome, str]
"""`blocked`, `soft_404` or `http_error`, and the stored reason (`etl.reasons`)."""
_MAX_LINE_BYTES = 240
"""Maximum length in bytes of a message without markup."""
MAX_JUDGED_BYTES = 1_000_000
"""Larger pages are not checked: a refusal is short, even with scripts. Searching 43 MB for such words took 17 s, during
which the whole process was blocked."""


def find_refusal(body: bytes, url: str, content_type: str, status: int) -> Refusal | None:
    """The refusal of a page with such words; None for any other page."""
    return refusal_of(read_page(body, url, content_type), status) if may_refuse(body) else None


def may_refuse(body: bytes) -> bool:
    """Whether the body may be a refusal: HTML that is not too large, or a line of text. A quick check before
    parsing."""
    return len(body) <= _MAX_LINE_BYTES or (len(body) <= MAX_JUDGED_BYTES and is_markup(body))


def is_markup(body: bytes) -> bool:
    """Whether the body begins like HTML."""
    head = body[:1024].lstrip().lower()
    return head.startswith(b"<") or b"<html" in head or b"<script" in head


def refusal_of(page: WebPage, status: int) -> Refusal | None:
    """As `find_refusal`, for a page that is parsed already."""
    visible = visible_text(page, _UNSEEN, _MAX_CHARACTERS)
    if report := _REPORT.match(visible[:120].lower()):
        missing = report["status"] in ("404", "410")
        return (Outcome.SOFT_404 if missing else Outcome.HTTP_ERROR), _fails(status, report.group())
    if len(visible) > _MAX_CHARACTERS:  # first, as it is so for nearly every page, and searching for words takes 2 ms
        return None
    if _CHALLENGE.search(page.text.lower()):
        return Outcome.BLOCKED, encode_reason(Code.FIREWALL_PAGE)
    if _OF_AN_ANSWER.search(visible):
        return None
    if _FORBIDS.search(visible.lower()):
        return Outcome.BLOCKED, encode_reason(Code.FIREWALL_PAGE)
    says_missing = _MISSING if "<" in page.text else _MISSING_IN_TEXT  # in data, 404 may be any number
    wording = visible or " ".join(_SAYS.findall(page.text))
    if match := says_missing.search(page.text) and says_missing.search(wording):
        return Outcome.SOFT_404, encode_reason(Code.PAGE_SAYS_MISSING, status=status, words=match.group())
    if match := _FAILS.search(visible.lower()):
        return Outcome.HTTP_ERROR, _fails(status, match.group())
    return None


def _fails(status: int, words: str) -> str:
    return encode_reason(Code.PAGE_SAYS_FAILURE, status=status, words=words)


def says_more(text: str) -> bool:
    """Whether the main text of a page says more than that something is missing, failed or is forbidden."""
    sentences = ["".join(each.split()).lower() for each in _SENTENCE_END.split(text)]
    rest = [each for each in sentences if not any(words.search(each) for words in _WORDS)]
    return len(rest) == len(sentences) or len("".join(rest)) >= _MIN_REST_CHARS
