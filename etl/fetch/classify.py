"""What an answer turned out to be, from its status, its address and its first look; reading it comes later.

Government sites answer 200 for nearly everything: a removed page leads to the home page, a firewall shows a script.
What is told apart here must be certain; whether a page is a document at all is for extraction to find.
"""

import re
from urllib.parse import urlsplit

from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.web.page import read_page

_BLOCKING = {401, 403, 405, 412, 418, 429, 521, 567}
# Searched in pages of any size. A pattern whose every way to begin is a plain character is searched four times as fast,
# which re.IGNORECASE and a leading `\b` forbid: 9 ms a page of 46 KB, against 2 ms.
_CHALLENGE = re.compile(
    r"__jsl_clearance|acw_sc__v2|\$_ts\s*=|wzws|yunsuo|virtual container shield"
    r"|document\.cookie\s*=[^;]{0,200};[^<]{0,200}location|访问(?:已)?被?(?:拦截|阻断|拒绝)|请求(?:已)?被?(?:拦截|阻断)"
    r"|请安全验证|进行安全验证|访问过于频繁|非法访问"
)
"""In lower case."""
_MISSING = re.compile(
    r"404(?<!\w404)\b|页面(?:不存在|找不到|已删除|未找到)|(?:找不到|没有找到|访问的)(?:该|此|您)?.{0,8}页面|内容(?:不存在|已删除)"
)
_HOME = re.compile(r"^/(index|default|home)?(\.\w{3,5})?$", re.IGNORECASE)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,200}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|meta)\b", re.I | re.S
)
# A refusal or a missing page is short; a document that quotes such words is not.
_SHORT = 400
_VISIBLE = "//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


def classify(attempt: Attempt) -> tuple[Outcome | None, str]:
    """The outcome and its reason in words; (None, "") for an answer that holds something to be kept and read."""
    if attempt.failure is not None:
        return attempt.failure, attempt.reason
    status = attempt.status or 0
    if status == 304:
        return Outcome.NOT_MODIFIED, ""
    if status in (404, 410):
        return Outcome.GONE, f"status {status}"
    refusal = _refusal(attempt)
    if status in _BLOCKING or (refusal and refusal[0] is Outcome.BLOCKED):
        return Outcome.BLOCKED, f"status {status}" + (f", {refusal[1]}" if refusal else "")
    if status >= 300:
        return Outcome.HTTP_ERROR, f"status {status}"
    if not (attempt.body or b"").strip():
        return Outcome.EMPTY, f"status {status} with an empty body"
    if _went_home(attempt):
        return Outcome.SOFT_404, f"redirected to {attempt.final_url}"
    return refusal or (None, "")


def classify_file(attempt: Attempt) -> tuple[Outcome | None, str]:
    """The same for a file that a document links: a page in its place is no file."""
    outcome, reason = classify(attempt)
    if outcome is None and _PAGE.match((attempt.body or b"")[:512]):
        return Outcome.NOT_A_FILE, f"{len(attempt.body or b'')} bytes of HTML where a file was linked"
    return outcome, reason


def _went_home(attempt: Attempt) -> bool:
    if attempt.final_url == attempt.url:
        return False
    asked, got = urlsplit(attempt.url), urlsplit(attempt.final_url)
    return bool(_HOME.match(got.path)) and not got.query and not _HOME.match(asked.path)


def _refusal(attempt: Attempt) -> tuple[Outcome, str] | None:
    """A firewall's page or a missing page, told by words and shortness; None for anything else."""
    head = (attempt.body or b"")[:1024].lstrip().lower()
    if not (head.startswith(b"<") or b"<html" in head or b"<script" in head):
        return None
    page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"))
    challenge, missing = _CHALLENGE.search(page.text.lower()), _MISSING.search(page.text)
    if not challenge and not missing:
        return None
    words = "".join("".join(page.tree.xpath(_VISIBLE)).split())
    if len(words) > _SHORT:
        return None
    if challenge:
        return Outcome.BLOCKED, "a firewall's page instead of the document"
    if found := _MISSING.search(words):
        return Outcome.SOFT_404, f"status {attempt.status}, but the page says {found.group()!r}"
    return None
