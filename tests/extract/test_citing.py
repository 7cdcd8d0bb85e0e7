"""The documents that a title and a text cite: their places and relations."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.citing import (
    CitedDocument,
    CitingDocument,
    cited_documents,
    cited_number_key,
    issued_title,
    title_key,
)

RULES = "云溪市城市供水管理办法"
NUMBER = "云政办发〔2021〕7号"


def cited(
    text: str, title: str = "某通知", number: str | None = None, files: tuple[str, ...] = ()
) -> list[CitedDocument]:
    return list(cited_documents(CitingDocument(title, number, text, files)))


def names(text: str, title: str = "某通知", number: str | None = None, files: tuple[str, ...] = ()) -> list[Any]:
    return [(each.title, each.number) for each in cited(text, title, number, files)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("根据《云溪市城市供水管理办法》，现通知如下。", [(RULES, None)]),
        ("根据《云溪市城市供水管理办法》（云政办发〔2021〕7号）规定", [(RULES, NUMBER)]),
        ("根据《云溪市城市供水管理办法》(云政办发[2021]7号)规定", [(RULES, NUMBER)]),
        ("根据《云溪市城市供水管理办法》（云政办发【２０２１】第 07 号）规定", [(RULES, NUMBER)]),
        ("根据《云溪市城市供水管理办法》（云溪市人民政府办公室云政办发﹝2021﹞7号）规定", [(RULES, NUMBER)]),
        ("根据《云溪市城市供水管理办法》\n（云政办发〔2021〕7号）规定", [(RULES, NUMBER)]),
        ("根据《云溪市城市供水管理办法》云政办发〔2021〕7号文件要求", [(RULES, NUMBER)]),
        ("按照云政办发〔2021〕7号《云溪市城市供水管理办法》执行", [(RULES, NUMBER)]),
        ("按云政办发〔2021〕7号文件要求", [(None, NUMBER)]),
        ("自云政办发〔2021〕7号规定之日起，按自规〔2021〕7号。", [(None, NUMBER), (None, "自规〔2021〕7号")]),
        (
            "根据市政府办公室云政办发〔2021〕7号、云政发〔2020〕1号和云建〔2019〕33号文件",
            [(None, NUMBER), (None, "云政发〔2020〕1号"), (None, "云建〔2019〕33号")],
        ),
        ("依据《云溪市城市\n供水管理办法》", [(RULES, None)]),
        ("《关于印发〈云溪市城市供水管理办法〉的通知》", [("关于印发〈云溪市城市供水管理办法〉的通知", None)]),
        (
            "《关于印发《云溪市城市供水管理办法》的通知》（云政办发〔2021〕7号）",
            [("关于印发《云溪市城市供水管理办法》的通知", NUMBER)],
        ),
        ("《云溪市城市供水条例》（云溪市人民政府令第19号）", [("云溪市城市供水条例", "云溪市人民政府令第19号")]),
        (
            "《云溪市城市供水条例》（云溪市水务局第19号令，以下简称《条例》）",
            [("云溪市城市供水条例", "云溪市水务局第19号令")],
        ),
        # A short name is the document that it stands for; one that nobody explained is none.
        ("《云溪市城市供水条例》（以下简称《条例》）施行。依照《条例》和《办法》", [("云溪市城市供水条例", None)]),
        # The same document in other words.
        (f"《{RULES}》（{NUMBER}）……《{RULES}》……云政办发[2021]07号", [(RULES, NUMBER)]),
        # The same title of another year.
        (
            f"《{RULES}》（{NUMBER}）、《{RULES}》（云政办发〔2011〕3号）",
            [(RULES, NUMBER), (RULES, "云政办发〔2011〕3号")],
        ),
        # What people sign, hold and fill in.
        ("《商品房买卖合同》《不动产权证书》《用水申请表》《营业执照》《云溪日报》《供水监管系统》", []),
        ("《民法典》《中华人民共和国水法》", [("民法典", None), ("中华人民共和国水法", None)]),
        ("《供水管理办法。", []),
        ("《供水《管理办法", []),
        ("2021年7号台风、（2021）云01民初77号、7号楼〔2021〕", []),
    ],
)
def test_documents_are_cited_in_many_forms(text: str, expected: list[Any]) -> None:
    assert names(text) == expected


def test_each_citation_knows_its_place() -> None:
    text = f"各区：\n根据《云溪市城市\n供水管理办法》（云政办发〔 2021 〕7 号），按云政发〔2020〕1号执行。《{RULES}》"
    first, second = cited(text)
    assert text[first.place : first.place + first.length] == "《云溪市城市\n供水管理办法》（云政办发〔 2021 〕7 号）"
    assert text[second.place : second.place + second.length] == "云政发〔2020〕1号"
    assert (first.part, first.mentions, second.mentions) == ("text", 2, 1)


@pytest.mark.parametrize(
    ("title", "number", "text", "files"),
    [
        ("云溪市人民政府办公室关于供水的通知", NUMBER, "云政办发〔2021〕7号\n各区：\n请落实云政办发[2021]7号。", ()),
        ("云溪市人民政府办公室关于供水的通知", None, "云政办发〔2021〕7号\n各区：照办。", ()),
        (f"关于印发《{RULES}》的通知", None, f"现将《{RULES}》印发给你们。", ()),
        (f"关于印发{RULES}的通知", None, f"《{RULES}》已经市政府同意。", ()),
        ("关于印发供水办法的通知", None, f"《{RULES}》已经市政府第3次常务会议审议通过，现印发给你们。", ()),
        ("通知", None, f"《{RULES}》已经市政府审议通过，现将我市供水的有关事项印发给你们。", ()),
        ("通知", None, f"请执行《{RULES}》。\n附件：1.{RULES}\n", ()),
        ("通知", None, f"请执行《{RULES}》。\n{RULES}\n第一条 为了供水。", ()),
        ("通知", None, f"请执行《{RULES}》。", (f"{RULES}.docx",)),
        (f"关于公开征求《{RULES}（征求意见稿）》意见的公告", None, f"我局起草了《{RULES}（征求意见稿）》。", ()),
        (f"《{RULES}》（{NUMBER}）", NUMBER, f"《{RULES}》", ()),
    ],
)
def test_a_document_does_not_cite_itself_or_what_it_contains(
    title: str, number: str | None, text: str, files: tuple[str, ...]
) -> None:
    assert names(text, title, number, files) == []


def test_a_new_edition_repeals_the_old_one_of_the_same_title() -> None:
    text = f"现将《{RULES}》印发给你们。原《{RULES}》（云政办发〔2011〕3号）同时废止。"
    (old,) = cited(text, f"关于印发《{RULES}》的通知", NUMBER)
    assert (old.relation, old.number) == ("repeals", "云政办发〔2011〕3号")


@pytest.mark.parametrize(
    ("relation", "title", "text"),
    [
        ("interprets", f"《{RULES}》政策解读", ""),
        ("interprets", f"关于《{RULES}》的解读", ""),
        ("interprets", f"关于《{RULES}》（{NUMBER}）的政策解读", ""),
        ("interprets", f"{RULES}政策解读", ""),
        ("interprets", f"一图读懂《{RULES}》", ""),
        ("interprets", f"【图文解读】《{RULES}》", ""),
        ("interprets", f"《{RULES}》起草说明", f"《{RULES}》已印发。"),
        ("repeals", f"关于废止《{RULES}》的决定", ""),
        ("repeals", f"云溪市人民政府关于废止{RULES}的决定", ""),
        ("repeals", "通知", f"《{RULES}》（{NUMBER}）同时废止。"),
        ("repeals", "通知", f"《{RULES}》自2024年1月1日起废止。"),
        ("repeals", "通知", f"本办法自印发之日起施行，《{RULES}》即行废止。"),
        ("repeals", "通知", f"经研究，决定废止《{RULES}》（{NUMBER}）。"),
        ("repeals", "通知", f"按{NUMBER}同时废止。"),
        ("amends", f"关于修改《{RULES}》的决定", ""),
        ("amends", f"关于修订《{RULES}》部分条款的通知", ""),
        ("amends", "通知", f"决定对《{RULES}》作如下修改："),
        ("amends", "通知", f"将《{RULES}》（{NUMBER}）第三条修改为：“用水户……”"),
        ("cites", "通知", f"根据《{RULES}》，修订了用水定额。"),
        ("cites", "通知", f"《{RULES}》施行后，废止旧水价。"),
        ("cites", "通知", f"根据《{RULES}》，废止《用水表》。"),
        ("cites", "通知", f"本通知与《{RULES}》不一致的，以本通知为准。"),
        ("cites", "关于解读政策的通知", f"做好《{RULES}》的宣传。"),
        ("cites", "通知", f"《{RULES}》不废止。"),
    ],
)
def test_a_relation_has_a_sentence_as_its_evidence(relation: str, title: str, text: str) -> None:
    assert [each.relation for each in cited(text, title)] == [relation]


def test_what_a_sentence_says_holds_for_its_whole_list() -> None:
    text = f"《{RULES}》（{NUMBER}）、《云溪市节水办法》（云政发〔2010〕5号）和《云溪市水价规定》同时废止。"
    text += "依据《云溪市水源条例》。"
    assert [each.relation for each in cited(text)] == ["repeals", "repeals", "repeals", "cites"]


@pytest.mark.parametrize(
    ("title", "issued"),
    [
        (f"云溪市人民政府关于印发《{RULES}》的通知", RULES),
        (f"关于印发{RULES}（试行）的通知", f"{RULES}（试行）"),
        (f"关于公布〈{RULES}〉的公告", RULES),
        ("关于做好供水工作的通知", None),
        ("关于印发领导讲话的通知", None),
    ],
)
def test_a_notice_says_what_it_issues(title: str, issued: str | None) -> None:
    assert issued_title(title) == issued


def test_keys_are_those_of_the_search() -> None:
    assert title_key("云溪市《供水》辦法 （试行）") == title_key("云溪市供水办法(试行)")
    assert title_key(f"{RULES}（云政办发〔2021〕7号）") == title_key(RULES) == title_key(f"云政办发〔2021〕7号{RULES}")
    assert cited_number_key("中华人民共和国国务院令第711号") == cited_number_key("国务院令第711号")


TITLES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["云溪市", "中共云溪市委 云溪市人民政府关于", "国务院办公厅关于", "云溪市“一件事”"]),
    st.text(st.sampled_from("供水管理服务改革城市乡村和的、“”—·ａＢ12"), min_size=4, max_size=20),
    st.sampled_from(["办法", "实施意见", "管理条例", "行动方案"]),
    st.sampled_from(["", "（试行）", "（2021—2025年）", "（2023年修订）"]),
)
NUMBERS = st.tuples(
    st.sampled_from(["云政办发", "国办函", "云溪市监规", "建办市", "人社部发", "YX规"]),
    st.integers(1990, 2026),
    st.integers(1, 9999),
)
BRACKETS = st.sampled_from(["〔〕", "[]", "【】", "（）", "()", "﹝﹞", "［］", "〈〉"])
SPACES = st.sampled_from(["", "", " ", "\u3000"])
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A number's normal form, and one of the ways in which pages write it."""
    code, year, serial = draw(NUMBERS)
    opened, closed = draw(BRACKETS)
    digits = f"{year}", f"{draw(st.sampled_from(['', '0']))}{serial}" if serial < 1000 else f"{serial}"
    if draw(st.booleans()):
        digits = digits[0].translate(WIDE), digits[1].translate(WIDE)
    ordinal = draw(st.sampled_from(["", "", "第"]))
    written = f"{code}{draw(SPACES)}{opened}{digits[0]}{closed}{draw(SPACES)}{ordinal}{digits[1]}{draw(SPACES)}号"
    return f"{code}〔{year}〕{serial}号", written


@given(
    TITLES,
    st.none() | written_numbers(),
    st.sampled_from(["（{}）", "({})", "（{}，以下简称《办法》）", "{}"]),
    st.sampled_from(["", "\n"]),
)
def test_generated_citations_are_found_at_their_place(
    title: str, number: tuple[str, str] | None, around: str, broken: str
) -> None:
    shown = f"《{title[:2]}{broken}{title[2:]}》"
    if number:
        shown += around.format(number[1])
    text = f"各区人民政府：\n为做好工作，根据{shown}的规定，现通知如下。\n云溪市"
    (found,) = cited(text)
    assert title_key(found.title or "") == title_key(title)
    assert found.number == (number[0] if number else None)
    named = text[found.place : found.place + found.length]
    assert named.startswith("《")
    assert shown.startswith(named)
    assert found.relation == "cites"


@given(written_numbers(), st.sampled_from(["根据", "按照省政府办公厅", "（", "执行", "见", "落实市委、", "和"]))
def test_a_number_comes_out_of_running_text(number: tuple[str, str], before: str) -> None:
    text = f"各区：\n请各单位认真学习。{before}{number[1]}文件要求，抓好落实。"
    (found,) = cited(text)
    assert found.number == number[0]
    assert text[found.place : found.place + found.length] == number[1]


@given(
    st.text(
        st.sampled_from("《》〈〉（）()〔〕[]【】号第2021云政办发关于通知办法，。、\n 以下简称废止修改"), max_size=120
    )
)
def test_any_text_is_read_and_every_place_is_within_it(text: str) -> None:
    for found in cited(text, title=text[:40]):
        part = text if found.part == "text" else text[:40]
        assert found.length > 0
        assert 0 <= found.place <= len(part) - found.length


@pytest.mark.parametrize(
    "piece",
    [
        "《",
        "《a》",
        "《" * 40 + "》" * 40,
        "云政办发〔2021〕7号",
        "〔2021〕7号",
        f"《{RULES}》（{NUMBER}）、",
        f"《{RULES}》（以下简称《办法》）",
        f"《{RULES}》（",
        f"《{RULES}》自本",
        f"{RULES}\n",
    ],
)
def test_twice_the_text_takes_twice_the_steps(piece: str) -> None:
    once, twice = (steps(piece * (length // len(piece))) for length in (6_000, 12_000))
    assert twice < 2.3 * once + 200


def steps(text: str) -> int:
    """Lines of Python that run; patterns are held linear by `tests/test_patterns.py`."""
    count = 0

    def tracer(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return tracer

    document = CitingDocument("某通知", None, text)
    sys.settrace(tracer)
    try:
        cited_documents(document)
    finally:
        sys.settrace(None)
    return count
