"""Reasons are codes: every one in both languages, given with its own parameters, and read again as it was stored."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.reason_codes import PARAMETER, Code
from etl.reasons import Reason, encode_reason
from tests.support.syntax import nodes

ETL = Path(__file__).resolve().parent.parent / "etl"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", autouse=True)
def _let_go_of_the_syntax() -> Iterator[None]:
    yield
    nodes.cache_clear()


def given(code: Code) -> dict[str, str]:
    return {name: f"<{name}>" for name in code.parameters}


@pytest.mark.parametrize("code", Code)
def test_a_code_has_both_languages_with_the_same_parameters(code: Code) -> None:
    assert sorted(PARAMETER.findall(code.chinese)) == sorted(PARAMETER.findall(code.english))
    words = PARAMETER.sub("", code.chinese)
    assert CHINESE.search(words) or not re.search(r"[A-Za-z]", words), "its Chinese sentence is Chinese"
    assert not CHINESE.search(code.english)
    reason = Reason.from_stored(encode_reason(code, **given(code)))
    for sentence in (reason.chinese, reason.english):
        assert all(f"<{name}>" in sentence for name in code.parameters)
        assert "{" not in sentence


def test_codes_and_parameters_are_given_as_the_table_has_them() -> None:
    used = set()
    for path, call in calls():
        name = call.args[0].attr if call.args and isinstance(call.args[0], ast.Attribute) else None
        if name is None:
            continue
        used.add(Code[name])
        keywords = {keyword.arg for keyword in call.keywords}
        assert None in keywords or keywords == Code[name].parameters, f"{path}:{call.lineno}: {name}"
    assert used <= set(Code)


def test_every_code_is_given_somewhere_and_no_reason_is_a_sentence() -> None:
    named = set()
    for path in files_with(r"Code\.|\breason\s*=|Unreadable|FileReading|DamagedBlob"):
        for node in nodes(path):
            if (
                isinstance(node, ast.Attribute)
                and named_as(node.value) == "Code"
                and path.name not in ("reasons.py", "advice.py")
            ):
                named.add(node.attr)
            if isinstance(node, ast.keyword) and node.arg == "reason":
                assert not is_sentence(node.value), f"{path}:{node.value.lineno}: a reason is a code"
            if isinstance(node, ast.Call) and named_as(node.func) in ("Unreadable", "FileReading", "DamagedBlob"):
                assert not any(map(is_sentence, node.args)), f"{path}:{node.lineno}: a reason is a code"
    # `Reason.from_stored` itself gives this one, for texts of no known form.
    assert named | {"TEXT"} == {code.name for code in Code}, "a code that nothing gives any more is named here"


def is_sentence(node: ast.expr) -> bool:
    """Whether a value is written as words: a kind of damage is one, and no reason."""
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def named_as(node: ast.expr) -> str:
    """The words of a name with at most one dot; empty for everything else."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(name), part):
            return f"{name}.{part}"
    return ""


def files_with(words: str) -> Iterator[Path]:
    """The files in etl/ whose text has a match of the pattern: to read the syntax of all takes two seconds."""
    return (path for path in sorted(ETL.rglob("*.py")) if re.search(words, path.read_text(encoding="utf-8")))


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Where `encode_reason` and `Reason.of` are called in etl/."""
    for path in files_with(r"encode_reason|Reason\.of"):
        for node in nodes(path):
            if isinstance(node, ast.Call) and named_as(node.func) in ("encode_reason", "Reason.of"):
                yield path, node


def test_a_wrong_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match=r"http_status takes \['status'\]"):
        encode_reason(Code.HTTP_STATUS, state=404)


def test_a_reason_within_a_reason_is_read_again() -> None:
    status = encode_reason(Code.HTTP_STATUS, status=410)
    stored = encode_reason(Code.OFF_COMPLETE_LISTING, day="2026-03-01", outcome="gone", reason=status)
    assert stored == (
        '{"code":"off_complete_listing","params":{"day":"2026-03-01","outcome":"gone",'
        '"reason":{"code":"http_status","params":{"status":410}}}}'
    )
    reason = Reason.from_stored(stored)
    assert reason.chinese == "2026-03-01 的完整目录中已无此页，其地址的抓取结果为“已不存在”：HTTP 状态码 410"
    assert (
        reason.english == "not in the complete listing of 2026-03-01, and the outcome of its page is gone: status 410"
    )


@pytest.mark.parametrize("later", [{"code": "of a later version", "params": {"n": 1}}, {"n": 1}, None, [None]])
def test_a_reason_of_a_later_version_within_another_is_shown_as_it_is(later: object) -> None:
    # During an upgrade the crawls may be newer than the browser.
    ended = {"code": "ended_as", "params": {"outcome": "gone", "reason": later}}
    reason = Reason.from_stored({"code": "listing_pages_lost", "params": {"pages": 1, "url": "u", "reason": ended}})
    for sentence in (reason.chinese, reason.english):
        assert ("of a later version" in sentence) == ("of a later version" in str(later))
    assert "the first u (gone: " in reason.english


def test_a_list_of_reasons_is_read_again() -> None:
    ended = [Reason.of(Code.MEMBERS_ENDED, count=2, file_outcome="read")]
    ended.append(Reason.of(Code.MEMBERS_ENDED, count=1, file_outcome="broken"))
    reason = Reason.from_stored(encode_reason(Code.MEMBERS, outcomes=ended))
    assert (reason.chinese, reason.english) == ("文字已读出 2 个；文件损坏 1 个", "2 read; 1 broken")


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("404 or 410 on 3 different days", "在 3 个不同日期返回 404 或 410"),
        ("status 404", "HTTP 状态码 404"),
        ("no object of this name", "对象存储中没有这份字节"),
        (
            f"9 bytes that hash to {'a' * 64}, instead of 5 bytes",
            f"读出 9 字节，散列为 {'a' * 64}；存入时为 5 字节",
        ),
        ("file 0123456789abcdef: read, was scan", "file 0123456789abcdef: read, was scan"),
        ("以印章为证", "以印章为证"),
        ('{"code":"of a later version","params":{}}', '{"code":"of a later version","params":{}}'),
        ('{"code":', '{"code":'),
    ],
)
def test_what_was_stored_as_a_sentence_is_still_shown(sentence: str, chinese: str) -> None:
    reason = Reason.from_stored(sentence)
    assert (reason.chinese, reason.english) == (chinese, sentence)


def test_texts_of_others_can_be_stored() -> None:
    reason = Reason.from_stored(encode_reason(Code.PARSER_FAILED, error="a\x00b\ud800 {part} 坏"))
    assert reason.english == "ab\ufffd {part} 坏"


def test_a_parameter_that_is_not_there_is_a_gap() -> None:
    assert Reason("http_status", {}).english == "status …"
