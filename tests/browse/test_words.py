"""The words of the interface: each in both languages, none outside the catalog."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import CheckConstraint, Table

from etl.archive.storage.bucket import DamageKind
from etl.archive.storage.models import Record, RecordVersion, Run
from etl.browse.language import labels, messages
from etl.browse.language.translation import CATALOG, ENGLISH
from etl.browse.language.translation import CHINESE as CHINESE_PAGES
from etl.extract.types import Origin, PageKind
from etl.files import FileOutcome
from etl.outcomes import Outcome
from etl.reasons import PAGE_KIND_NAMES
from tests.support.catalog import texts, translated, written

TEMPLATES = sorted((Path(messages.__file__).parent.parent / "templates").glob("*.html"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_PLACES = re.compile(r"%\(\w+\)s")


def test_every_name_has_both_languages() -> None:
    for table, entries in labels.TABLES.items():
        for key, (chinese, english) in entries.items():
            # A name that is the same in both, such as PDF, stands once.
            assert CHINESE.search(chinese) or not english, (table, key)
            assert english or not CHINESE.search(chinese), (table, key)
            assert not CHINESE.search(english), (table, key)


def allowed(model: type, column: str) -> set[str]:
    """What the table's check constraint lets into the column."""
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    (check,) = (c for c in table.constraints if isinstance(c, CheckConstraint) and f"{column} IN" in str(c.sqltext))
    return set(re.findall(r"'([^']+)'", str(check.sqltext)))


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (labels.OUTCOMES, Outcome),
        (labels.FILES, FileOutcome),
        (labels.FILES_HELP, set(FileOutcome) - {FileOutcome.READ}),
        (labels.DAMAGE, get_args(DamageKind)),
        (labels.ORIGINS, {*get_args(Origin), "correction"}),
        (labels.STATES, allowed(Run, "state")),
        (labels.RECORD_STATES, allowed(Record, "state")),
        (labels.VERSIONS, allowed(RecordVersion, "kind")),
        (labels.VERSIONS_HELP, allowed(RecordVersion, "kind")),
        (PAGE_KIND_NAMES, get_args(PageKind)),
    ],
)
def test_a_table_of_names_names_every_value_and_no_other(names: dict[str, object], values: Iterable[str]) -> None:
    assert set(names) == {str(value) for value in values}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_text_outside_the_catalog(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not CHINESE.search(text), "its Chinese belongs into zh_Hans.po"
    markup = re.sub(r"\{[{%#].*?[}%#]\}", "", text, flags=re.DOTALL)
    seen = re.findall(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"', markup)
    seen.append(re.sub(r"<code>.*?</code>|<[^>]*>", " ", markup, flags=re.DOTALL))
    assert not set(_LETTERS.findall(" ".join(seen))) - {"SHA", "HTTP"}, "it must be said with _()"


def test_the_catalog_has_every_text_in_chinese_and_no_other() -> None:
    said = {(text.id, text.context) for text in texts() if text.id}
    kept = {(text.id, text.context): text for text in translated() if text.id}
    assert said == kept.keys(), "python -m tests.support.catalog"
    for text in kept.values():
        english = (text.id,) if isinstance(text.id, str) else text.id
        for chinese in (text.string,) if isinstance(text.string, str) else text.string:
            assert CHINESE.search(chinese) or not _LETTERS.search(_without_places(english[0])), english
            for each in english:
                assert not CHINESE.search(each)
                assert set(_PLACES.findall(each)) == set(_PLACES.findall(chinese)), each
        assert not text.fuzzy


def test_the_catalog_is_written_as_its_tool_writes_it() -> None:
    assert CATALOG.read_text(encoding="utf-8") == written(translated())


def test_names_are_given_in_the_language_of_the_page() -> None:
    assert (CHINESE_PAGES.named("state", "red"), ENGLISH.named("state", "red")) == ("异常", "red")
    assert ENGLISH.named("format", "application/pdf") == "PDF"
    assert ENGLISH.named("outcome", "<new>") == "<new>"


def test_days_times_and_numbers_are_written_as_the_language_writes_them() -> None:
    day, moment = date(2024, 3, 5), datetime(2024, 12, 31, 17, 30, tzinfo=UTC)
    assert (CHINESE_PAGES.day(day), ENGLISH.day(day)) == ("2024年3月5日", "5 Mar 2024")
    assert (CHINESE_PAGES.moment(moment), ENGLISH.moment(moment)) == ("2025年1月1日 01:30", "1 Jan 2025, 01:30")
    assert (ENGLISH.number(12345), ENGLISH.size(1_520), ENGLISH.size(12_345_678)) == ("12,345", "1.5 KB", "12 MB")
    assert (ENGLISH.percent(0.99999), ENGLISH.percent(1.0)) == ("99.9 %", "100 %")


def _without_places(text: str) -> str:
    return _PLACES.sub("", text)
