"""Classifies a response as an outcome, by its status, address and a first look at the body.

Government sites answer 200 for nearly everything: a removed page redirects to the home page, a firewall shows a script.
Only certain cases are decided here; extraction decides whether a page is a document.
"""

import re
from urllib.parse import urlsplit

from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import read_page

_BLOCKING = {401, 403, 405, 412, 418, 429, 521, 567}
# Searched in pages of any size. Every alternative begins with a plain character, which makes the search four times as
# fast (2 ms for a page of 46 KB, not 9): no re.IGNORECASE and no leading `\b`.
_CHALLENGE = re.compile(
    r"__jsl_clearance|acw_sc__v2|\$_ts\s*=|wzws|yunsuo|virtual container shield"
    r"|document\.cookie\s*=[^;]{0,200};[^<]{0,200}location|访问(?:已)?被?(?:拦截|阻断|拒绝)|请求(?:已)?被?(?:拦截|阻断)"
    r"|请安全验证|进行安全验证|访问过于频繁|非法访问"
)
"""Searched in the lower-case page."""
_MISSING = re.compile(
    r"404(?<!\w404)\b|页面(?:不存在|找不到|已删除|未找到)|(?:找不到|没有找到|访问的)(?:该|此|您)?.{0,8}页面|内容(?:不存在|已删除)"
)
_HOME = re.compile(r"^/(index|default|home)?(\.\w{3,5})?$", re.IGNORECASE)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,200}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|meta)\b", re.I | re.S
)
_MAX_CHARACTERS = 400
"""Visible characters of a block page or "not found" page; documents that quote such words are longer."""
_VISIBLE = "//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


def classify(attempt: Attempt) -> tuple[Outcome | None, str]:
    """(outcome, stored reason) of a page's attempt; (None, "") if its body is to be stored and read."""
    if attempt.failure is not None:
        return attempt.failure, attempt.reason
    status = attempt.status or 0
    if status == 304:
        return Outcome.NOT_MODIFIED, ""
    if status in (404, 410):
        return Outcome.GONE, encode_reason(Code.HTTP_STATUS, status=status)
    refusal = _refusal(attempt)
    if status in _BLOCKING or (refusal and refusal[0] is Outcome.BLOCKED):
        if refusal:
            return Outcome.BLOCKED, encode_reason(Code.HTTP_STATUS_PAGE, status=status, page=refusal[1])
        return Outcome.BLOCKED, encode_reason(Code.HTTP_STATUS, status=status)
    if status >= 300:
        return Outcome.HTTP_ERROR, encode_reason(Code.HTTP_STATUS, status=status)
    if not (attempt.body or b"").strip():
        return Outcome.EMPTY, encode_reason(Code.EMPTY_BODY, status=status)
    if _went_home(attempt):
        return Outcome.SOFT_404, encode_reason(Code.REDIRECTED_HOME, url=attempt.final_url)
    return refusal or (None, "")


def classify_file(attempt: Attempt) -> tuple[Outcome | None, str]:
    """(outcome, reason) for a file that a document links: an HTML page in its place is `not_a_file`."""
    outcome, reason = classify(attempt)
    if outcome is None and _PAGE.match((attempt.body or b"")[:512]):
        return Outcome.NOT_A_FILE, encode_reason(Code.HTML_FOR_FILE, bytes=len(attempt.body or b""))
    return outcome, reason


def _went_home(attempt: Attempt) -> bool:
    if attempt.final_url == attempt.url:
        return False
    requested, final = urlsplit(attempt.url), urlsplit(attempt.final_url)
    return bool(_HOME.match(final.path)) and not final.query and not _HOME.match(requested.path)


def _refusal(attempt: Attempt) -> tuple[Outcome, str] | None:
    """`blocked` or `soft_404` for a short page with the words of one, with the reason; None for anything else."""
    head = (attempt.body or b"")[:1024].lstrip().lower()
    if not (head.startswith(b"<") or b"<html" in head or b"<script" in head):
        return None
    page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"))
    challenge, missing = _CHALLENGE.search(page.text.lower()), _MISSING.search(page.text)
    if not challenge and not missing:
        return None
    visible = "".join("".join(page.tree.xpath(_VISIBLE)).split())
    if len(visible) > _MAX_CHARACTERS:
        return None
    if challenge:
        return Outcome.BLOCKED, encode_reason(Code.FIREWALL_PAGE)
    if match := _MISSING.search(visible):
        return Outcome.SOFT_404, encode_reason(Code.PAGE_SAYS_MISSING, status=attempt.status, words=match.group())
    return None
