"""Gives a response its outcome, by its status, its address and a quick check of the body.

Government sites answer 200 for nearly everything: a removed page redirects to the home page, a firewall shows a script.
Only clear cases are decided here; extraction decides whether a page is a document.
"""

import re
from urllib.parse import urlsplit

from etl.fetch.client import CONDITIONS, Attempt
from etl.fetch.program_answers import is_program_answer, is_text_for_file
from etl.fetch.refusals import Refusal, find_refusal
from etl.file_signatures import NO_PICTURES, is_saved_as_html, without_before
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import is_readable

_WHOLE = re.compile(r"bytes 0-(\d{1,15})/(\d{1,15})")
Verdict = tuple[Outcome | None, str]
"""(outcome, stored reason) of an attempt. The outcome is None if the body must be compared with the stored one."""

_BLOCKING = {401, 403, 405, 412, 418, 429, 521, 567}
_HOME = re.compile(r"^/(index|default|home)?(\.\w{3,5})?$", re.IGNORECASE)
_NOTHING = b"\0 \t\r\n\v\f\xef\xbb\xbf"
"""Bytes without content: zeros are what a file has whose bytes were lost on the disk or in a copy. The last three are a
byte order mark."""
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,400}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.I | re.S,
)


def classify(attempt: Attempt) -> Verdict:
    """The verdict on an attempt for a page; the outcome is None if its body must be stored and read."""
    body = attempt.body or b""
    return classify_read_page(attempt, _refusal(attempt), readable=is_readable(body, attempt.header("content-type")))


def classify_read_page(attempt: Attempt, refusal: Refusal | None, *, readable: bool) -> Verdict:
    """As `classify`, for a page that was read: `refusal` says why it refuses the document, if it does; `readable`
    whether its type can be read."""
    outcome, reason = _classify(attempt, refusal)
    if outcome is None and not readable:
        return Outcome.NOT_A_DOCUMENT, encode_reason(Code.BODY_NO_TEXT, bytes=len(attempt.body or b""))
    return outcome, reason


def ends_by_status(attempt: Attempt) -> bool:
    """Whether the outcome is known without reading the body."""
    return attempt.failure is not None or attempt.status in (304, 404, 410) or not attempt.body


def _refusal(attempt: Attempt) -> Refusal | None:
    content_type = attempt.header("content-type")
    return find_refusal(attempt.body or b"", attempt.final_url, content_type, attempt.status or 0)


def _classify(attempt: Attempt, refusal: Refusal | None) -> Verdict:
    if attempt.failure is not None:
        return attempt.failure, attempt.reason
    status = attempt.status or 0
    if status == 304 and not _was_unconditional(attempt):
        return Outcome.NOT_MODIFIED, ""
    if status in (404, 410):
        return Outcome.GONE, encode_reason(Code.HTTP_STATUS, status=status)
    if status in _BLOCKING or (refusal and refusal[0] is Outcome.BLOCKED):
        if refusal:
            return Outcome.BLOCKED, encode_reason(Code.HTTP_STATUS_PAGE, status=status, page=refusal[1])
        return Outcome.BLOCKED, encode_reason(Code.HTTP_STATUS, status=status)
    if status >= 300 or (status == 206 and not _is_whole(attempt)):
        return Outcome.HTTP_ERROR, encode_reason(Code.HTTP_STATUS, status=status)
    if not (attempt.body or b"").strip(_NOTHING):
        return Outcome.EMPTY, encode_reason(Code.EMPTY_BODY, status=status)
    if _redirected_to_home_page(attempt):
        return Outcome.SOFT_404, encode_reason(Code.REDIRECTED_HOME, url=attempt.final_url)
    return refusal or (None, attempt.reason)


def _was_unconditional(attempt: Attempt) -> bool:
    """Whether the request was not conditional, so that a 304 makes no sense; False if its headers are not known."""
    return bool(attempt.request_headers) and not any(name in CONDITIONS for name, _ in attempt.request_headers)


def _is_whole(attempt: Attempt) -> bool:
    """Whether an answer 206, although only a part, contains the whole body. A range counts the bytes of a packed body
    before they are unpacked."""
    match = _WHOLE.fullmatch(attempt.header("content-range").strip())
    size = int(match[2]) if match else 0
    is_packed = bool(attempt.header("content-encoding"))
    return match is not None and int(match[1]) + 1 == size and (is_packed or size == len(attempt.body or b""))


def classify_file(attempt: Attempt) -> Verdict:
    """The verdict on an attempt for a file that a document links. It is `not_a_file` if a web page or the error report
    of a program came instead. Files may be HTML too."""
    body = without_before(attempt.body or b"")
    outcome, reason = _classify(attempt, _refusal(attempt))
    if (attempt.status or 0) >= 400 and body.lstrip().startswith(NO_PICTURES):
        return None, reason  # the file itself, sent with an error status
    if outcome is None and _PAGE.match(body[:512]) and not is_saved_as_html(body):
        return Outcome.NOT_A_FILE, encode_reason(Code.HTML_FOR_FILE, bytes=len(body))
    if outcome is None and (is_program_answer(body) or is_text_for_file(body, urlsplit(attempt.url).path)):
        return Outcome.NOT_A_FILE, encode_reason(Code.PROGRAM_FOR_FILE, bytes=len(body))
    return outcome, reason


def _redirected_to_home_page(attempt: Attempt) -> bool:
    if attempt.final_url == attempt.url:
        return False
    requested, final = urlsplit(attempt.url), urlsplit(attempt.final_url)
    return bool(_HOME.match(final.path)) and not final.query and not _HOME.match(requested.path)
