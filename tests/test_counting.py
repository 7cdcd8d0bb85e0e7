"""One of a thing is not called many: `1 fault`, not `1 faults`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.counting import counted

PRINTING = [path for folder in ("cli", "doctor", "local") for path in sorted(Path("etl", folder).rglob("*.py"))]
_PLURAL = re.compile(r" (?:[a-z]+ )?([a-z]{2,}s)\b(?! ago)")
_NO_PLURALS = {
    "is",
    "exists",
    "covers",
    "runs",
    "refuses",
    "has",
    "was",
    "as",
    "its",
    "this",
    "does",
    "ends",
    "needs",
    "names",
    "looks",
    "belongs",
    "takes",
    "says",
    "reads",
}


@pytest.mark.parametrize(
    ("number", "thing", "said"),
    [
        (0, "fault", "0 faults"),
        (1, "fault", "1 fault"),
        (2, "daily root", "2 daily roots"),
        (1, "entry", "1 entry"),
        (3, "entry", "3 entries"),
        (2, "day", "2 days"),
    ],
)
def test_the_thing_has_the_form_that_goes_with_the_number(number: int, thing: str, said: str) -> None:
    assert counted(number, thing) == said


def uncounted(tree: ast.AST) -> Iterator[str]:
    """The words that follow a number of whatever size in a text, in a form that is right for many alone."""
    for node in ast.walk(tree):
        for value, after in zip(node.values, node.values[1:], strict=False) if isinstance(node, ast.JoinedStr) else ():
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                continue
            number = ast.unparse(value.value)
            plural = _PLURAL.match(str(after.value))
            if plural and plural[1] not in _NO_PLURALS and not number.isupper() and "counted(" not in number:
                yield f"{{{number}}}{plural[0]}"


@pytest.mark.parametrize("path", PRINTING, ids=str)
def test_what_commands_print_is_counted(path: Path) -> None:
    assert list(uncounted(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_the_test_sees_a_plural() -> None:
    assert list(uncounted(ast.parse("f'{n} faults'; f'{len(x)} listed pages'; f'{n} is {m}'"))) == [
        "{n} faults",
        "{len(x)} listed pages",
    ]
