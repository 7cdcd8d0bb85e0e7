"""Normal forms: dates, 文号, 索引号, content hashes."""

from collections import Counter

import pytest

from etl.dates import read_date
from etl.document_number import document_number_in_title, match_document_number, normalise_document_number
from etl.extract import content_hash
from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import ALIASES, NON_FIELD_LABELS
from etl.extract.lexicon.index_number import is_valid_credit_code, is_valid_organisation_code, parse_index_number
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.values import make_evidence


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2022-06-15 17:25", "2022-06-15"),
        ("2022-06-15 17:252022-06-15 17:25", "2022-06-15"),
        ("2024/7/9", "2024-07-09"),
        ("2017/5/118:22:16", "2017-05-11"),
        ("2021年03月17日", "2021-03-17"),
        ("2021 年 3 月 17 日", "2021-03-17"),
        ("2017.5.9", "2017-05-09"),
        ("20221118", "2022-11-18"),
        ("2023- 09- 08", "2023-09-08"),
        ("２０２３－０９－０８", "2023-09-08"),
        ("二〇二二年六月十五日", "2022-06-15"),
        ("二○一九年十二月三十一日", "2019-12-31"),
        ("1684771200", "2023-05-23"),
        ("1684771200000", "2023-05-23"),
        ("2025-09-18 00:00:00", "2025-09-18"),
        ("2025-02-10T13:44:00+08:00", "2025-02-10"),
        ("5/9/2023 8:30:00 AM", "2023-05-09"),
        ("2023‐05‐09", "2023-05-09"),
        ("2023−05−09", "2023-05-09"),
        ("12/31/2023", "2023-12-31"),
        ("31/12/2023 18:00", "2023-12-31"),
    ],
)
def test_date(text: str, iso: str) -> None:
    assert read_date(text).iso == iso


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("2023-02-30", "impossible"),
        ("2023-13-01", "impossible"),
        ("长期", "unreadable"),
        ("5/9/2023", "unreadable"),
        ("", ""),
    ],
)
def test_no_date(text: str, flag: str) -> None:
    assert (read_date(text).iso, read_date(text).flag) == (None, flag)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("云政办发[2023] 65 号", "云政办发〔2023〕65号"),
        ("云政办发【2023】065号", "云政办发〔2023〕65号"),
        ("云政办发（2023）第65号", "云政办发〔2023〕65号"),
        ("云 府 令 第 12 号", "云府令第12号"),
        ("云环审（东城）[2023]5号", "云环审（东城）〔2023〕5号"),
        ("云环审(东城)字（二○二三）5号", "云环审（东城）字〔二○二三〕5号"),
    ],
)
def test_document_number(raw: str, normal: str) -> None:
    assert normalise_document_number(raw) == normal


@pytest.mark.parametrize(
    "number", ["（云）应急罚〔2022〕8号", "云环审（东城）〔2023〕27号", "云环罚（东城）字〔2023〕5号"]
)
def test_the_place_of_an_agency_belongs_to_its_number(number: str) -> None:
    assert match_document_number(number) == number
    assert document_number_in_title(f"关于电梯更新的批复（{number}）") == number


@pytest.mark.parametrize("line", ["云政办发〔2023〕65号", "（云政办发〔2023〕65号）", "云溪区税务局公告2025年第17号"])
def test_line_that_is_a_number(line: str) -> None:
    assert match_document_number(line)


@pytest.mark.parametrize(
    "line", ["根据云政办发〔2023〕65号文件精神", "2023年第3次会议", "云溪区长江路18号", "CSCR-2018-01025"]
)
def test_line_that_is_not_a_number(line: str) -> None:
    assert match_document_number(line) is None


@pytest.mark.parametrize(
    ("raw", "scheme", "year", "serial"),
    [
        ("00258242-X/2025-74457", "organisation_code", 2025, "74457"),
        ("01527918X-2020-153077", "organisation_code", 2020, "153077"),
        ("003205343/202407-00003", "organisation_code", 2024, "00003"),
        ("/2021-9007472", "year_serial", 2021, "9007472"),
        ("SM10100-0200-2022-00141", "local", 2022, "00141"),
        ("12440100741854396C/2023-00047", "credit_code", 2023, "00047"),
    ],
)
def test_index_number(raw: str, scheme: str, year: int, serial: str) -> None:
    parsed = parse_index_number(raw)
    assert (parsed.scheme, parsed.year, parsed.serial, parsed.flags) == (scheme, year, serial, ())


def test_credit_code_holds_region_and_organisation() -> None:
    parsed = parse_index_number("12440100741854396C/2023-00047")
    assert (parsed.region, parsed.organisation_code) == ("440100", "741854396")


def test_wrong_check_digit_is_a_flag_and_not_a_rejection() -> None:
    parsed = parse_index_number("00258242-1/2025-74457")
    assert parsed.organisation_code == "002582421"
    assert parsed.flags == ("organisation_code_check",)


def test_unknown_form_keeps_its_raw_string() -> None:
    parsed = parse_index_number("0000143490101038/")
    assert (parsed.raw, parsed.scheme, parsed.flags) == ("0000143490101038/", "other", ("unknown_form",))


@pytest.mark.parametrize("code", ["00258242X", "000014349", "01527918X"])
def test_organisation_code(code: str) -> None:
    assert is_valid_organisation_code(code)
    assert not is_valid_organisation_code(code[:7] + str((int(code[7]) + 1) % 10) + code[8])


def test_credit_code() -> None:
    assert is_valid_credit_code("12440100741854396C")
    assert not is_valid_credit_code("12440100741854396D")
    assert not is_valid_credit_code("1244010074185439IC")


def test_hash_ignores_how_the_text_is_set() -> None:
    assert content_hash("一、（总则）\n第一条　内容｜甲") == content_hash("一、(总则) 第一条内容\u200b | 甲")


def test_hash_sees_every_word_and_digit() -> None:
    assert content_hash("补助八万元") != content_hash("补助九万元")
    assert content_hash("共12台") != content_hash("共1.2台")


def test_short_id_is_the_beginning_of_the_hash() -> None:
    identity = content_hash("云溪")
    assert len(identity.sha256) == 64
    assert identity.sha256.startswith(identity.short_id)
    assert len(identity.short_id) == 16


def test_a_label_has_one_meaning() -> None:
    """A label of two fields, or of a field and of none, would silently keep the last meaning alone."""
    labels = [label_key(label) for names in (*ALIASES.values(), set(NON_FIELD_LABELS)) for label in names]
    assert [label for label, number in Counter(labels).items() if number > 1] == []


@pytest.mark.parametrize("behind", ["", " 101", " 3天前", " Hits 12", " 收藏(3)", " 今天是2026年11月12日 星期四"])
def test_counts_and_ages_after_a_name_are_not_part_of_it(behind: str) -> None:
    evidence = make_evidence("source", f"云溪日报{behind}", "来源", "header", Rule.LABEL_IN_LINE)
    assert evidence.value is not None
    assert evidence.value.value == "云溪日报"


def test_a_number_that_is_a_part_of_a_name_stays() -> None:
    evidence = make_evidence("source", "云溪频道2023", "来源", "header", Rule.LABEL_IN_LINE)
    assert evidence.value is not None
    assert evidence.value.value == "云溪频道2023"


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("云溪区水价听证会公告（第1号）", "云溪区水价听证会公告〔第1号〕"),
        ("云溪海关公告（2023年第9号）", "云溪海关公告〔2023年第9号〕"),
        ("（云溪区人民政府令第12号）", "云溪区人民政府令第12号"),
        ("云溪局公告（2023）第09号", "云溪局公告〔2023〕9号"),
    ],
)
def test_the_number_of_an_announcement_has_whole_brackets(shown: str, number: str) -> None:
    found = match_document_number(shown)
    assert found is not None
    assert normalise_document_number(found) == number


@pytest.mark.parametrize("state", ["试行", "暂行", "征求意见稿", "修订版", "2023年修订", "全文"])
def test_what_brackets_say_of_a_document_is_no_place_of_an_agency(state: str) -> None:
    assert match_document_number(f"（{state}）云政发〔2023〕3号") is None
    assert match_document_number("（云）应急罚〔2022〕8号") == "（云）应急罚〔2022〕8号"
