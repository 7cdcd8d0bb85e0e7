"""What data says of its own failure: services that refuse a request mostly answer it with status 200.

They say so by a code (`"code": 401`, `"resultCode": "-1"`), by `"success": false`, or in words alone: `"code": 200`
beside 访问过于频繁. Beside rows this means nothing. Without rows, such an answer is neither an empty list nor the end
of one. Codes and words are those of some sixty services of government sites that published crawlers request, read in
November 2026.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from etl.outside import whole_number
from etl.platforms.answers.data_rows import plain_name

_HEADS = frozenset({"head", "header", "heads", "meta", "status", "state", "result", "response", "error", "ret"})
"""Names of objects that say how the request went."""
_CODE = re.compile(
    r"(?:res(?:ult|p|ponse)?|ret(?:urn)?|err(?:or)?|rpt|biz|business|api|http|stat(?:us|e)|sub|msg|sys|service)?code"
    r"|errno|errorno|status|state|ret|result"
)
_WORDS = re.compile(r"(?:\w{0,12}(?:msg|message|desc|reason)|info|text|error|tips?)")
_WENT_WELL = re.compile(r"(?:is)?(?:success|succeed|succ|ok|flag)")
_FAILED = re.compile(r"(?:is|has)?(?:error|fail|failed|failure)")
_WELL = re.compile(r"0+|1|200|true|s|success|succeed|ok|none|", re.IGNORECASE)
_HTTP_ERRORS = range(400, 600)
_SUCCESS = re.compile(r"成功|正常|success|\bok\b", re.IGNORECASE)
_NO_MORE = re.compile(
    r"暂无|没有(?:更多|数据|内容|相关|符合|记录|信息|找到|查询?到|结果|了|文件|任何)|无(?:更多|相关|符合|数据|记录)"
    r"|(?:大于|超过|超出)总页数|no (?:more|data|result)|than the number of pages",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"失败|失效|异常|错误|非法|无效|过期|频繁|限流|超时|繁忙|登[录陆]|验证码|权限|拒绝|禁止|不允许|不合法|授权|鉴权|签名"
    r"|denied|forbidden|unauthori[sz]ed|invalid|expired|time[d ]*out|too many|exception|error|fail|not allowed|illegal"
    r"|captcha|log ?in\b",
    re.IGNORECASE,
)
_A_CODE = re.compile(r"[\w.-]{1,20}", re.ASCII)
_MAX_MESSAGE_CHARS = 200
"""Maximum length of a message; longer texts are content."""


def refusal_in(content: Any) -> str:
    """What an answer without rows says of its failure, in words or else by its code; empty where it says none, or only
    that nothing was found."""
    states = list(_states(content))
    words = _words(states)
    if refusal := next(filter(_REFUSAL.search, words), ""):
        return refusal[:120]
    is_well = any(map(_SUCCESS.search, words))
    failures = (f"{name}: {value}" for name, value in states if _is_failure(name, value, is_well=is_well))
    failure = next(failures, "")
    return next(iter(words), failure)[:120] if failure and not says_nothing_found(content) else ""


def says_nothing_found(content: Any) -> bool:
    """Whether an answer says that there is nothing (暂无数据), or no such page."""
    return any(map(_NO_MORE.search, _words(_states(content))))


def says_none(words: str) -> bool:
    """Whether the words of an answer without rows say nothing but that: none at all, or 暂无数据."""
    is_short = len(words) <= _MAX_MESSAGE_CHARS and not _REFUSAL.search(words)
    return not words or (is_short and _NO_MORE.search(words) is not None)


def _words(states: Iterable[tuple[str, Any]]) -> list[str]:
    """The messages among the states."""
    texts = (value.strip() for name, value in states if isinstance(value, str) and _WORDS.fullmatch(name))
    return [text for text in texts if 0 < len(text) <= _MAX_MESSAGE_CHARS]


def is_state(name: str) -> bool:
    """Whether a plain name is that of a code or a message about the request."""
    return any(pattern.fullmatch(name) for pattern in (_CODE, _WORDS, _WENT_WELL, _FAILED))


def _states(content: Any) -> Iterator[tuple[str, Any]]:
    """The plain names and the values around the data, and in the objects that say how the request went."""
    if not isinstance(content, Mapping):
        return
    for name, value in ((plain_name(name), value) for name, value in content.items()):
        if not isinstance(value, Mapping):
            yield name, value
        elif name in _HEADS:
            yield from ((plain_name(inner), each) for inner, each in value.items() if not isinstance(each, Mapping))


def _is_failure(name: str, value: Any, *, is_well: bool) -> bool:
    """Whether a value says that the request failed. `is_well`: a message beside it says that the request succeeded, and
    an unknown code may mean the same."""
    if _WENT_WELL.fullmatch(name):
        return value is False or str(value).lower() == "false"
    if _FAILED.fullmatch(name):
        return value is True
    if not _CODE.fullmatch(name) or not isinstance(value, (int, str)) or isinstance(value, bool):
        return value is False and name in ("status", "state", "result")
    code = str(value).strip()
    if not _A_CODE.fullmatch(code) or _WELL.fullmatch(code):
        return False
    return not is_well or whole_number(code) in _HTTP_ERRORS
