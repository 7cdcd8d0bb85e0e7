"""The interface speaks Chinese and English: no word of it in one of them alone."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import CheckConstraint, Table

from etl.archive.storage.bucket import DamageKind
from etl.archive.storage.models import Record, RecordVersion, Run
from etl.browse.language import labels, messages
from etl.browse.language.bilingual import both, named, say
from etl.extract.types import Origin, PageKind
from etl.files import FileOutcome
from etl.outcomes import Outcome
from etl.reasons import PAGE_KIND_NAMES

TEMPLATES = sorted((Path(messages.__file__).parent.parent / "templates").glob("*.html"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]{2,}")


def _tables() -> list[tuple[str, dict[str, tuple[str, str]]]]:
    found = {name: value for module in (messages, labels) for name, value in vars(module).items() if name.isupper()}
    return [(name, value) for name, value in found.items() if isinstance(value, dict)]


def test_every_word_has_both_languages() -> None:
    for table, entries in _tables():
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
def test_templates_say_words_in_both_languages_alone(path: Path) -> None:
    """Words come from the tables, through what says both; nothing is written into the markup itself."""
    text = path.read_text(encoding="utf-8")
    assert not CHINESE.search(text), "its words belong into words.py"
    markup = re.sub(r"\{[{%#].*?[}%#]\}", "", text, flags=re.DOTALL)
    markup = re.sub(r"<code>.*?</code>|<[^>]*>", " ", markup, flags=re.DOTALL)
    shown = set(_LETTERS.findall(markup)) - {"SHA", "HTTP"}
    assert not shown, "its words belong into words.py"
    keys = re.findall(r'\b(?:say|both)\("(\w+)"\)', text)
    assert not set(keys) - set(messages.WORDS)


def test_every_word_is_said_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    unused = {word for word in messages.WORDS if f'"{word}"' not in text}
    # These are named by what the code finds out.
    assert unused <= {
        "value_missing",
        "reason_missing",
        "choice_missing",
        "too_long",
        "no_date",
        "moved",
        "total",
        "total_more",
    }


def test_a_word_is_said_in_chinese_first() -> None:
    assert both("records") == "记录 Records"
    assert say("records") == '记录 <span class="en" lang="en">Records</span>'
    assert named("format", "application/pdf") == "PDF"
    assert named("outcome", "<new>") == "&lt;new&gt;"
