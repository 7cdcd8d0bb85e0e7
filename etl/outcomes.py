"""How a page ends in a run: exactly one named outcome, and the group in which a report counts it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What an attempt, and a page in a run, turned out to be. `docs/outcomes.md` says what to do about each."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    KNOWN = "known"
    GONE = "gone"
    DEAD = "dead"
    BLOCKED = "blocked"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    NOT_A_DOCUMENT = "not_a_document"
    NOT_A_LISTING = "not_a_listing"
    TOO_LARGE = "too_large"
    NETWORK_ERROR = "network_error"
    HTTP_ERROR = "http_error"
    UNREADABLE = "unreadable"
    ROBOTS = "robots"
    OUT_OF_SCOPE = "out_of_scope"
    LIMIT = "limit"
    NOT_A_FILE = "not_a_file"


class Group(StrEnum):
    """The sums of a run report: listed = stored + unchanged + failed + excluded."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    EXCLUDED = "excluded"


_GROUPS = {
    Group.STORED: {Outcome.STORED},
    Group.UNCHANGED: {Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.KNOWN},
    Group.EXCLUDED: {Outcome.ROBOTS, Outcome.OUT_OF_SCOPE, Outcome.LIMIT, Outcome.DEAD},
}


def group(outcome: Outcome) -> Group:
    """The group in which a report counts the outcome; whatever is not named above has failed."""
    return next((name for name, members in _GROUPS.items() if outcome in members), Group.FAILED)


FAILED = tuple(outcome for outcome in Outcome if group(outcome) is Group.FAILED)

OUTCOME_NAMES: dict[str, tuple[str, str]] = {
    "stored": ("新存", "stored"),
    "unchanged": ("内容未变", "unchanged"),
    "not_modified": ("服务器返回未修改（304）", "not modified"),
    "known": ("此前抓取过，本次未抓取", "known"),
    "gone": ("已不存在", "gone"),
    "dead": ("死链", "dead link"),
    "blocked": ("被拦截", "blocked"),
    "soft_404": ("软 404（页面已失效）", "soft 404"),
    "empty": ("正文为空", "empty"),
    "not_a_document": ("不是公文页面", "not a document"),
    "not_a_file": ("不是附件，是网页", "a web page, no file"),
    "not_a_listing": ("不是目录", "not a listing"),
    "too_large": ("过大", "too large"),
    "network_error": ("网络错误", "network error"),
    "http_error": ("HTTP 错误", "HTTP error"),
    "unreadable": ("无法读取", "unreadable"),
    "robots": ("robots.txt 禁止抓取", "robots"),
    "out_of_scope": ("超出范围", "out of scope"),
    "limit": ("达到上限", "limit"),
}
"""Chinese and English names of `Outcome`."""

FILE_OUTCOME_NAMES: dict[str, tuple[str, str]] = {
    "read": ("文字已读出", "text read"),
    "scan": ("图像，待文字识别", "waiting for OCR"),
    "no_text": ("没有文字", "no text in it"),
    "empty": ("空文件", "empty"),
    "not_a_file": ("不是附件，是网页", "a web page, no file"),
    "encrypted": ("有密码", "encrypted"),
    "broken": ("文件损坏", "broken"),
    "unsupported": ("格式不支持", "format not supported"),
    "too_large": ("超出限额", "too large"),
    "too_slow": ("读取超时", "took too long"),
    "crashed": ("读取时崩溃", "reading crashed"),
}
"""Chinese and English names of `etl.files.FileOutcome`."""

DAMAGE_NAMES: dict[str, tuple[str, str]] = {
    "missing": ("字节丢失", "bytes missing"),
    "mismatch": ("字节与存入时不一致", "bytes changed"),
}
"""How stored bytes are damaged."""
