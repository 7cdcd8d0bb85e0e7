"""Detects error reports that programs send instead of a file, with status 200: as JSON, as XML, or in plain words."""

import re

from etl.file_signatures import is_document_file, is_saved_as_html
from etl.web.charset import is_text
from etl.web.data import read_json
from etl.web.program_reports import RUNTIME

_MAX_BYTES = 20_000
"""Longer answers are not checked, as such reports are short."""
_BARE = re.compile(
    rb"""["']?(?:null|none|nil|undefined|true|false|error|fail(?:ed|ure)?|-?\d{1,4}|\[\]|\{\})["']?""", re.IGNORECASE
)
_KEYS = frozenset(
    "code errcode errno errorcode status state success ret result error err msg message errmsg errormsg exception "
    "timestamp resultcode resultmsg returncode".split()
)
"""Keys under which programs report the result of a request."""
_MIN_KEYS = 2
_XML = re.compile(
    rb"(?:<\?xml[^>]{0,200}>\s*)?<(?:\w{1,20}:)?(?:Error|ErrorResponse|Fault|Exception|ServiceException)\b"
)
"""Beginnings of error reports in XML: of object stores (S3, OSS, COS, OBS), SOAP, map services."""
_RUNTIME = re.compile(RUNTIME.encode())
_NEVER_TEXT = re.compile(r"\.(?:pdf|ofd|docx|pptx|zip|rar|7z)$", re.IGNORECASE)
_NO_LINE = re.compile(r"\.(?:doc|wps|xlsx?|et|ppt|dps)$", re.IGNORECASE)
"""Endings of formats of which no file is a line of text; systems export tables as text under some of them."""
_MAX_LINE_BYTES = 240


def is_program_answer(body: bytes) -> bool:
    """Whether a body is an error report that a program sent instead of a file. Data files in JSON or XML are not."""
    if len(body) > _MAX_BYTES:
        return False
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if _BARE.fullmatch(text) or _XML.match(text) or _RUNTIME.match(text):
        return True
    return text.startswith(b"{") and _reports(text)


def is_text_for_file(body: bytes, path: str) -> bool:
    """Whether a body is text (请先登录) where `path` names a file of a format that has no such files."""
    text = body.strip()
    is_line = len(text) <= _MAX_LINE_BYTES and not any(end in text for end in b"\r\n\t")
    name = _NEVER_TEXT.search(path) or (is_line and _NO_LINE.search(path))
    if not name or not 0 < len(text) <= _MAX_BYTES:
        return False
    return is_text(text) and not is_document_file(text) and not is_saved_as_html(text)


def _reports(text: bytes) -> bool:
    """Whether a JSON object contains only the result of a request."""
    try:
        answer = read_json(text)
    except ValueError:
        return False
    ended = {str(key).lower().replace("_", "") for key in answer} & _KEYS
    return len(ended) >= _MIN_KEYS and not any(isinstance(value, list | dict) and value for value in answer.values())
