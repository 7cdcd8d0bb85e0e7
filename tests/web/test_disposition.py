"""Names of downloads, in the forms in which servers send them."""

from random import Random
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.web.disposition import disposition, saved_name

NAME = "关于供水管网改造的通知（附件1）.doc"
_names = st.text("关于供水管网改造的通知（）附件第号表abc 0123456789-_+&;'%", min_size=1, max_size=30).map(
    lambda stem: f"供水{' '.join(stem.split())}.docx"
)


def _raw(name: str, charset: str) -> str:
    """A header of these bytes as the client hands it on: as UTF-8 if it is, else a letter for each byte."""
    raw = name.encode(charset)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@pytest.mark.parametrize(
    "stated",
    [
        f"attachment; filename*=UTF-8''{quote(NAME)}",
        f"attachment; filename=\"plain.doc\"; filename*=utf-8'zh-CN'{quote(NAME)}",
        f"attachment;FileName*=GB18030''{quote(NAME.encode('gb18030'))}",
        f'attachment; filename="{quote(NAME)}"',
        f"attachment;filename={quote(NAME.encode('gbk'))}",
        f'attachment; filename="{_raw(NAME, "utf-8")}"',
        f'attachment; filename="{_raw(NAME, "gbk")}"',
        f"attachment; filename={_raw(NAME, 'gbk')}",
        f'inline; filename="C:\\\\upload\\\\{NAME}"',
        f"filename=../../{NAME}",
        f'attachment; filename="{NAME}',
        f"attachment; filename*=UTF-8{quote(NAME)}",
        f'attachment; filename="{quote(quote(NAME))}"',
        f'attachment; filename="{"".join(f"&#{ord(letter)};" for letter in NAME)}"',
        f"attachment; filename*=UTF-8''%FF%FF; filename=\"{NAME}\"",
        'attachment; filename="=?UTF-8?B?5YWz5LqO5L6b5rC0566h572R5pS56YCg55qE6YCa55+l77yI6ZmE5Lu2Me+8iS5kb2M=?="',
    ],
)
def test_a_name_is_read_in_every_form_in_which_servers_send_it(stated: str) -> None:
    assert saved_name([("Content-Type", "application/msword"), ("Content-Disposition", stated)]) == NAME


@pytest.mark.parametrize(
    "headers", [[], [("content-disposition", "inline")], [("content-disposition", "attachment; filename=")]]
)
def test_a_response_may_state_no_name(headers: list[tuple[str, str]]) -> None:
    assert saved_name(headers) == ""


@settings(deadline=None)
@given(_names)
def test_a_name_that_is_sent_is_read_again(name: str) -> None:
    assert saved_name([("content-disposition", disposition("attachment", "0a1b.docx", name))]) == name


@settings(deadline=None)
@given(_names, st.integers(1, 12), st.sampled_from(["utf-8", "gb18030"]), st.randoms())
def test_a_name_may_be_sent_in_numbered_parts(name: str, size: int, charset: str, chance: Random) -> None:
    """RFC 2231, 3. Parts may be cut between the bytes of a letter, and come in any order."""
    escaped = [f"%{byte:02X}" for byte in name.encode(charset)]
    parts = ["".join(escaped[at : at + size]) for at in range(0, len(escaped), size)][:99]
    sent = [f"filename*{n}*={charset + repr('') if n == 0 else ''}{part}" for n, part in enumerate(parts)]
    chance.shuffle(sent)
    whole = unquote_to_bytes("".join(parts)).decode(charset, "replace")
    if "\ufffd" not in whole:
        assert saved_name([("content-disposition", "; ".join(["attachment", *sent]))]) == whole.strip()
    assert saved_name([("content-disposition", 'attachment; filename*0="a"; filename*1="b.doc"')]) == "ab.doc"


@given(st.text(max_size=80))
def test_no_header_breaks_anything(stated: str) -> None:
    name = saved_name([("content-disposition", stated)])
    assert "/" not in name
    assert "\\" not in name
    disposition("attachment", "a.bin", name).encode("ascii")
