"""Detects pages with status 200 that refuse the document: pages of firewalls, of servers that failed or are in
maintenance, and pages that say that the document is missing."""

import re
from itertools import islice

from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import WebPage, read_page, visible_parts, visible_text
from etl.web.program_reports import FIREWALLS, LINES_OF_REPORT, RUNTIME, SERVERS

# Every alternative begins with a plain character, which makes the search four times as fast (2 ms for a page of 46 KB,
# not 9): no re.IGNORECASE and no leading `\b`.
_CHALLENGE = re.compile(
    r"__jsl_clearance|acw_sc__v2|arg1\s*=\s*['\"][0-9a-f]{30}|\$_ts\s*=|wzws|yunsuo|virtual container shield"
    r"|eo-bot-js-token|baidu\.errors|/\.safeline/|/_guard/|/(?:renji|huadong)_\w{8}|your support id is"
    r"|document\.cookie\s*=[^;]{0,200};[^<]{0,200}location|(?:访问|请求)已?被?(?:拦截|阻断)"
)
"""Searched in the lower-case page: what the scripts of firewalls are called, do, and say."""
_WATCH = re.compile(
    r"<(?:meta|script)[^<>]{1,300}\sr=['\"]?m\b|aliyun_waf|eojschallengesdk|/tspd/|_incapsula_resource|/cdn-cgi/challenge"
)
"""Scripts that firewalls also put into the pages that they let through, which have links."""
_NO_ACCESS = r"(?:无法|暂停|禁止|不能).{0,6}访问"
_UNREGISTERED = r"(?:未|没有|尽快|先).{0,12}备案"
"""The foot of nearly every page has the number under which the site is registered: 备案号."""
_FORBIDS = re.compile(
    r"(?:访问|请求|ip(?:地址)?)(?:已?被|已被?).{0,10}(?:拦截|阻断|拒绝|封禁|限制|列入黑名单)|(?:访问|操作|请求)(?:次数|频率)?(?:太|过于?)(?:频繁|密集|多|快|高)"
    r"|已被.{0,16}(?:拦截|阻断|阻止|识别为)|(?:请求|行为|操作).{0,12}已被.{0,12}(?:拒绝|禁止)|(?:访问|请求)(?:行为|状态)?(?:存在|有)?异常|非法访问"
    r"|ip.{0,4}(?:屏蔽|封锁)|被.{0,6}限制访问|每(?:秒|分钟|小时|[天日]).{0,6}(?:最多|只能|限)(?:访问|请求)|拒绝访问|白名单.{0,8}禁止"
    r"|(?:触发|违反)了?.{0,24}(?:防护|访问)(?:策略|规则)|设置为?拦截|疑似(?:黑客)?攻击|不合法参数|(?:网站|应用)防火墙|盾_?拦截提示|安全狗.{0,6}验证|防止恶意访问"
    r"|(?:按住|拖动|拖拽).{0,6}滑块|人机(?:验证|校验)|输入验证码后?继续访问|正在(?:检查|验证)(?:您的)?浏览器|checkingyourbrowser"
    r"|请安全验证|请(?:您)?(?:先)?(?:完成|进行|通过)(?:以下|下方|下列|安全)*验证|(?:是不是|不是|是否为?)(?:真人|机器人)"
    r"|安全风险.{0,8}拦截|禁止访问(?:本|该)(?:网站|站点|系统)|被禁止访问|(?:境外|海外).{0,6}(?:暂停|禁止|限制)访问|非授权访问|仅限?(?:中国)?境内访问"
    r"|(?:仅限|仅供|请在|请使用|限于).{0,10}(?:[内外]|专)网.{0,4}(?:访问|使用|打开|浏览|查[看阅])|不在允许访问的"
    rf"|{_UNREGISTERED}.{{0,40}}{_NO_ACCESS}|{_NO_ACCESS}.{{0,40}}{_UNREGISTERED}"
    r"|requestrejected|requestedurlwasrejected|accessdenied|requestblocked"
)
"""Searched in the words of a page, in lower case."""
_MISSING_WORDS = (
    r"页面(?:不存在|找不到|已删除|未找到)|(?:找不到|没有找到|访问的)(?:该|此|您)?.{0,8}页面"
    r"|(?:信息|内容|文章|资源|网页|文件|附件)(?:已?不存在|已经?被?(?:删除|下线|撤下))|链接(?:已经?)?失效"
    r"|file ?not ?found"
)
_MISSING = re.compile(r"404(?<!\w404)(?<!\d[-.,]404)(?![\w.,%])|" + _MISSING_WORDS, re.IGNORECASE)
_MISSING_IN_TEXT = re.compile(_MISSING_WORDS, re.IGNORECASE)
_FAILS = re.compile(
    r"内部服务器错误|服务器(?:发生)?内部错误|(?:系统|程序)(?:发生|出现)(?:了)?(?:错误|异常)|数据库连接(?:失败|错误|异常)|(?:系统|服务器)繁忙"
    r"|没有找到站点|站点创建成功|站点已(?:经被管理员停止运行|关闭|暂停)|welcometonginx!|(?:网站|系统|平台).{0,12}(?:升级|维护|改造|改版).{0,80}"
    r"(?:暂停|暂时|无法|停止|稍后).{0,8}(?:访问|服务|使用)"
)
_SERVER, _FIREWALL = re.compile(SERVERS, re.IGNORECASE), re.compile(FIREWALLS, re.IGNORECASE)
_RUNTIME = re.compile(RUNTIME)
_MISSING_STATUS = re.compile(
    r"(?<!\d)4(?:04|10)(?!\d)|not found|cannot be found|找不到文件或目录|无法找到(?:资源|该|此|网)|不存在[:：]",
    re.IGNORECASE,
)
"""In the first lines of a server's report: it fails because the page is missing."""
_OTHER_STATUS = re.compile(r"(?<![\d./_])(?:5\d\d|4(?!04|10)\d\d)(?!\d)")
"""In what makes a line a server's report: what it does not find is a file or a table of its own."""
_OF_AN_ANSWER = re.compile(r"告知书|[您你](?:单位)?(?:申请|要求)(?:公开|获取)")
"""Words of an answer to a request for information, which often says that the information does not exist. They do not
match menus (依申请公开)."""
_SAYS = re.compile(r"""alert\(\s*["']([^"'\n]{4,80})["']""")
"""The message of a page that shows it by script only: `alert("您查看的信息不存在"); history.back()`."""
_WORDS = (_CHALLENGE, _FORBIDS, _MISSING_IN_TEXT, _FAILS)
_OF_SITES = re.compile("网站|网页|系统|平台|服务器|门户|维护|升级|访问")
_CLAUSE_END = re.compile(r"[，。；！？,;!?\n]")
_POLITE = re.compile(r"抱歉|对不起|谅解|请.{0,12}(?:联系|稍[候后]|返回|检查|确认|登[录陆])|谢谢|返回(?:首页|上一?页)")
_MIN_REST_CHARS = 10
"""A page with more characters than this, besides such words and polite ones, says more than that."""
_MAX_CHARACTERS = 400
"""Visible characters of a block page or "not found" page; documents that quote such words are longer."""
MAX_WORDS = 100
"""Maximum length of the words of a page that a reason quotes."""
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
    lines = tuple(islice(filter(None, map(str.strip, visible_parts(page, _UNSEEN))), LINES_OF_REPORT + 1))
    if firewall := next(filter(None, map(_FIREWALL.match, lines[:2])), None):
        return _blocks(firewall.string)
    if reports := tuple(filter(None, map(_SERVER.match, lines))):
        states_other = any(_OTHER_STATUS.search(report[0]) for report in reports)
        is_missing = not states_other and any(map(_MISSING_STATUS.search, lines))
        return (_misses if is_missing else _fails)(status, reports[0].string)
    visible = visible_text(page, _UNSEEN, _MAX_CHARACTERS)
    if len(visible) > _MAX_CHARACTERS:  # first, as it is so for nearly every page, and searching for words takes 2 ms
        return None
    if report := next(filter(None, map(_RUNTIME.match, (page.text.lstrip(), *lines[:1]))), None):
        return _fails(status, report.group())
    is_answer = _OF_AN_ANSWER.search(visible) is not None
    if not is_answer and (match := _FORBIDS.search(visible.lower())):
        return _blocks(_shown(page, match))
    if _CHALLENGE.search(page.lower) or (_WATCH.search(page.lower) and next(page.tree.iter("a"), None) is None):
        return Outcome.BLOCKED, encode_reason(Code.FIREWALL_PAGE)
    if is_answer:
        return None
    says_missing = _MISSING if "<" in page.text else _MISSING_IN_TEXT  # in data, 404 may be any number
    wording = visible or " ".join(_SAYS.findall(page.text))
    if match := says_missing.search(page.text) and says_missing.search(wording):
        return _misses(status, _shown(page, match) if visible else match.group())
    if match := _FAILS.search(visible.lower()):
        return _fails(status, _shown(page, match))
    return None


def words_instead(page: WebPage) -> str:
    """What a page says that is not what was requested: the beginning of a short page, the refusing line of a longer
    one. An answer that is not understood says for itself what it is."""
    if len(visible_text(page, _UNSEEN, _MAX_CHARACTERS)) > _MAX_CHARACTERS:
        return refusing_line(page)
    return " ".join(" ".join(visible_parts(page, _UNSEEN)).split())[:MAX_WORDS]


def refusing_line(page: WebPage) -> str:
    """The line outside links that says no more than that something is missing, failed or is forbidden: of an error page
    inside the frame of its site."""
    lines = (" ".join(text.split()) for text in visible_parts(page, _UNSEEN | {"a"}))
    return next((line for line in lines if len(line) <= MAX_WORDS and not says_more(line)), "")


def _shown(page: WebPage, match: re.Match[str]) -> str:
    """The texts between tags in which words of `visible_text` were found: what stands around them says why."""
    words, end = [], 0
    for part in ("".join(text.split()) for text in visible_parts(page, _UNSEEN)):
        end += len(part)
        if end > match.start():
            words.append(part)
        if end >= match.end():
            break
    return "".join(words)


def _blocks(words: str) -> Refusal:
    return Outcome.BLOCKED, encode_reason(Code.FIREWALL_SAYS, words=words[:MAX_WORDS])


def _misses(status: int, words: str) -> Refusal:
    return Outcome.SOFT_404, encode_reason(Code.PAGE_SAYS_MISSING, status=status, words=words[:MAX_WORDS])


def _fails(status: int, words: str) -> Refusal:
    return Outcome.HTTP_ERROR, encode_reason(Code.PAGE_SAYS_FAILURE, status=status, words=words[:MAX_WORDS])


def says_more(text: str, least: int = _MIN_REST_CHARS) -> bool:
    """Whether the main text of a page says more than that something is missing, failed or is forbidden. `least`: the
    characters that must remain."""
    whole = rest = "\n".join("".join(line.split()) for line in text.lower().splitlines())
    for words in _WORDS:
        rest = words.sub("", rest)
    if rest == whole:
        return True
    return sum(len(each) for each in _CLAUSE_END.split(rest) if not _POLITE.search(each)) >= least


def may_be_about_a_site(title: str) -> bool:
    """Whether the title of a document names what fails on sites, so that its text may say nothing else."""
    return _OF_SITES.search(title) is not None
