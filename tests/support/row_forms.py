"""Further forms of rows, as `row_forms.txt` has them: name → (row, what holds the rows, what the row states)."""

from pathlib import Path


def _read() -> dict[str, tuple[str, str, str]]:
    _, *forms = Path(__file__).with_suffix(".txt").read_text("utf-8").split("\n== ")
    by_name = {}
    for form in forms:
        heading, row, *holder = form.strip().splitlines()
        name, _, states = heading.rstrip("]").rpartition(" [")
        by_name[name] = (row, holder[0] if holder else "<ul>{}</ul>", states)
    return by_name


FURTHER = _read()
