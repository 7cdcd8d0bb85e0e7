"""Rules and flags: named in both languages, each of them in use, and those that were stored before still known."""

import re
from datetime import date
from typing import get_args

import pytest

from etl.archive.records.versions import current_evidence
from etl.extract import Belief, Flag, Origin, Rule, extract
from etl.extract.codes import ANY_FIELD, current_rule, flag_names
from etl.extract.page_kind import CHECKS
from etl.fields import FIELDS
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.extract.traps import TRAPS, extracted, traps_of_rules
from tests.extract.traps.registry import HEAD, URL
from tests.support.extraction_codes import FILE, document
from tests.support.pages import page

_CHINESE = re.compile("[\u4e00-\u9fff]")
_EARLIER = {
    "label and value in one line": Rule.LABEL_IN_LINE,
    "value beside its label": Rule.VALUE_BESIDE_LABEL,
    "line of its own above the text": Rule.NUMBER_ABOVE_TEXT,
    "date under the title": Rule.DATE_UNDER_TITLE,
    "red header": Rule.RED_HEADER,
    "name of the attached document": Rule.ATTACHMENT_NAME,
    "labelled last line": Rule.LABELLED_LAST_LINE,
    "date of the signature": Rule.SIGNATURE_DATE,
    "number in the title": Rule.NUMBER_IN_TITLE,
    "data in the page": Rule.PAGE_DATA,
    "meta tag": Rule.META_TAG,
    "headline": Rule.HEADLINE,
    "line above the text": Rule.LINE_ABOVE_TEXT,
    "page title": Rule.PAGE_TITLE,
    "listing entry": Rule.LISTING_ENTRY,
}
"""What was stored before there were codes."""


_NEVER_STORED_AS_SENTENCES = {
    Rule.HIDDEN_BESIDE_LABEL, Rule.SOURCE_BESIDE_DATE, Rule.COINED_LABEL, Rule.PERSON_LABEL,
    Rule.LABELLED_FIRST_LINE, Rule.STATE_ABOVE_TEXT,
}  # fmt: skip


@pytest.mark.parametrize("code", [*Rule, *Flag, *Belief])
def test_every_code_has_both_languages(code: Rule | Flag | Belief) -> None:
    assert re.fullmatch(r"[a-z_]+", code)
    assert _CHINESE.search(code.chinese)
    assert code.english
    assert not _CHINESE.search(code.english)
    assert code.chinese.count("{}") == code.english.count("{}")


def test_every_code_is_documented() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run: python -m tests.support.extraction_codes --write"


def test_rules_stored_as_sentences_are_known() -> None:
    assert {sentence: current_rule(sentence) for sentence in _EARLIER} == _EARLIER
    assert set(_EARLIER.values()) == set(Rule) - _NEVER_STORED_AS_SENTENCES
    assert current_rule("red header") == current_rule("red_header") == Rule.RED_HEADER
    assert current_rule("原件为准") == "原件为准"


def test_evidence_stored_with_sentences_reads_as_today_s() -> None:
    value = {"name": "title", "value": "通知", "raw": "通知", "label": "", "origin": "title", "chosen": True}
    assert current_evidence(value | {"rule": "headline", "confidence": 0.95}) == value | {"rule": "headline"}
    assert current_evidence(value | {"rule": "page title", "confidence": 0.4}) == value | {"rule": "page_title"}
    # The rule of a correction is its author's reason, whatever it says.
    corrected = value | {"origin": "correction", "rule": "red header"}
    assert current_evidence(corrected | {"confidence": 1.0}) == corrected


def test_pages_give_every_rule_flag_and_reason_and_none_without_a_name() -> None:
    others = [b"%PDF-1.7", page(body=f"<p>{'又一段。' * 100}</p>" * 5_000).encode()]
    extractions = [*map(extracted, TRAPS), *(extract(body, URL) for body in others)]
    rules = {item.rule for extraction in extractions for item in extraction.evidence}
    flags = {flag for extraction in extractions for flag in extraction.flags}
    # The pipeline adds the listing's values, the number of an article's pages, whether the title differs from the
    # list's, and whether the page may be a notice or shows less than before. No source explains the values of these.
    assert rules == set(Rule) - {Rule.LISTING_ENTRY}
    assert not [flag for flag in flags if flag_names(flag) is None]
    codes = {part for flag in flags for part in flag.split(":")}
    codes |= {Flag.PAGES, Flag.LOOKED_UP, Flag.OTHER_TITLE, Flag.OFF_TITLE, Flag.SHOWS_LESS, Flag.NUMBERS_CHANGE}
    assert set(Flag) <= codes
    # Whatever kind a page is taken for, some page shows the check that says so.
    reasons = {Reason.from_stored(extraction.reason).code for extraction in extractions}
    assert reasons == {code for _, code, _ in CHECKS} | {Code.FILE_BYTES}


def test_rules_give_what_they_say() -> None:
    for trap in TRAPS:
        for item in extracted(trap).evidence:
            assert item.origin in item.rule.origins, (trap, item)
            assert item.rule.fields == (ANY_FIELD,) or item.name in item.rule.fields, (trap, item)
    for rule in Rule:
        assert set(rule.origins) <= set(get_args(Origin))
        assert set(rule.fields) <= {*FIELDS, ANY_FIELD}
        assert rule.reads


def test_each_rule_has_a_test_case_whose_value_it_gives() -> None:
    assert {rule for rule, names in traps_of_rules().items() if not names} == {Rule.LISTING_ENTRY}


@pytest.mark.parametrize(
    ("stored", "chinese", "english"),
    [
        ("published_date:future", "发布日期：晚于抓取日期", "date published: a day later than the capture"),
        ("expiry_date:impossible", "失效日期：历法中没有这一天", "expires: no date of the calendar"),
        ("body:densest", "正文位置：文字最集中的部分", "main text found by: densest part of the page"),
        (
            "body:trs_wcm div.a",
            "正文位置：trs_wcm 模板中的 div.a",
            "main text found by: div.a in the templates of trs_wcm",
        ),
        (
            "validity:looked_up",
            "有效性：按来源文件的 lookups 解读",
            "validity: a value that the source file's lookups explain",
        ),
        ("pages:3", "由 3 个分页合成", "put together from 3 pages"),
    ],
)
def test_a_flag_names_its_parameter(stored: str, chinese: str, english: str) -> None:
    assert flag_names(stored) == (chinese, english)


def test_unknown_flags_have_no_name() -> None:
    assert flag_names("future:body") is flag_names("unheard of") is None


_EARLY = date(2020, 1, 1)
_META = '<meta name="PubDate" content="2023-05-09">'


@pytest.mark.parametrize(
    ("html", "flag"),
    [
        (page("<p>发布时间：2023-05-09 来源：云溪日报</p>"), "published_date:future"),
        (page(headline=HEAD + "<p>2023-05-09 08:30</p>"), "published_date:future"),
        (page().replace("<head>", f"<head>{_META}"), "published_date:future"),
        (page().replace("<head>", f"<head>{_META.replace('05-09', '02-30')}"), "published_date:impossible"),
        (page(), "written_date:future"),
    ],
    ids=["label", "under the title", "meta tag", "impossible", "signature"],
)
def test_a_refused_date_leaves_its_flag_wherever_it_stood(html: str, flag: str) -> None:
    extraction = extract(html.encode(), URL, captured_on=_EARLY)
    assert flag in extraction.flags
    assert flag.partition(":")[0] not in extraction.fields
