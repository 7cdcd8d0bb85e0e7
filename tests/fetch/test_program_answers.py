"""What servers answer in the place of a file."""

# ruff: noqa: E501 — a table of answers: a case is a line.

import json
from datetime import UTC, datetime

import pytest

from etl.fetch.classify import classify_file
from etl.fetch.client import Attempt
from etl.fetch.program_answers import is_program_answer
from etl.outcomes import Outcome
from etl.reasons import english
from tests.support.samples import SAMPLES

ANSWERS = {
    "JSON": '{"code": 500, "msg": "下载失败", "data": null}',
    "JSON of Spring": '{"timestamp":"2023-05-09T08:00:00","status":500,"error":"Internal Server Error","path":"/file/download"}',
    "JSON behind a mark": '\ufeff\r\n{"success": false, "errMsg": "无权限", "list": []}',
    "null": "null",
    "a status": '"404"',
    "an empty object": "{}",
    "a store": '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>x</Message></Error>',
    "SOAP": '<soap:Fault xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>x</faultcode></soap:Fault>',
    "PHP": "<br />\n<b>Warning</b>:  readfile(/u/1.doc): failed to open stream in <b>/down.php</b> on line <b>12</b>",
    "PHP without markup": "PHP Warning: readfile(/u/1.doc): failed to open stream in /var/www/down.php on line 12",
    "Java": "java.lang.NullPointerException: null\n\tat com.yunxi.Download.doGet(Download.java:31)",
    "Python": 'Traceback (most recent call last):\n  File "down.py", line 3, in <module>',
    "ASP": "Microsoft VBScript 运行时错误 错误 '800a01a8'\r\n缺少对象\r\n/down.asp，行 12",
    "a database": "ORA-12154: TNS:could not resolve the connect identifier",
}
FILES = {
    "a dataset": '{"name": "名单", "rows": [{"单位": "水务局", "吨": 12}]}',
    "a dataset in an envelope": '{"code": 200, "msg": "ok", "data": [{"单位": "水务局", "吨": 12}]}',
    "a dataset with a status": '{"status": "有效", "单位": "水务局", "吨": 12}',
    "a list": '[{"code": 1, "status": 2}]',
    "XML": '<?xml version="1.0"?><rows><row><单位>水务局</单位></row></rows>',
    "a text": "关于停水的通知\r\n特此通知。",
    "a text with the word": "Error 一词的用法：见附表。",
    "a long number": "202305090001",
    "what only looks like it": '{"code": 500, "msg": ',
    "a deep object": '{"a":' * 3_000,
    "a large object": json.dumps({"code": 1, "status": 2, "text": "字" * 20_000}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_report_of_a_program_is_no_file(answer: str) -> None:
    assert is_program_answer(answer.encode())


@pytest.mark.parametrize("body", FILES.values(), ids=FILES.keys())
def test_data_and_texts_are_files(body: str) -> None:
    assert not is_program_answer(body.encode())


@pytest.mark.parametrize("body", SAMPLES.values(), ids=SAMPLES.keys())
def test_no_file_of_a_known_format_is_a_report(body: bytes) -> None:
    assert not is_program_answer(body)


def test_a_report_of_a_program_ends_as_no_file() -> None:
    url, body = "http://www.yunxi.gov.cn/f/1.pdf", ANSWERS["JSON"].encode()
    attempt = Attempt(url, url, datetime(2026, 5, 8, tzinfo=UTC), 1, (), 200, (), body)
    outcome, reason = classify_file(attempt)
    assert (outcome, english(reason)) == (
        Outcome.NOT_A_FILE,
        f"a program's error report of {len(body)} bytes where a file was linked",
    )


@pytest.mark.parametrize(
    ("path", "line", "is_file"),
    [
        ("1.pdf", "请先登录", False),
        ("1.DOC", "<div>文件读取出错</div>", False),
        ("1.zip", "\ufeff该附件暂无法下载\r\n", False),
        ("1.xls", "<table><tr><td>单位</td></tr><tr><td>水务局</td></tr></table>", True),
        ("1.doc", "{\\rtf1 x}", True),
        ("1.xls", "单位\t吨", True),
        ("1.docx", "当前人数较多。\n请您耐心等待片刻之后再刷新本页。", False),
        ("1.doc", "关于停水的通知\r\n特此通知。", True),
        ("1.txt", "特此通知", True),
        ("download?id=1", "特此通知", True),
    ],
)
def test_text_is_no_file_of_a_packed_format(path: str, line: str, is_file: bool) -> None:
    url = f"http://www.yunxi.gov.cn/f/{path}"
    attempt = Attempt(url, url, datetime(2026, 5, 8, tzinfo=UTC), 1, (), 200, (), line.encode())
    assert classify_file(attempt)[0] is (None if is_file else Outcome.NOT_A_FILE)
