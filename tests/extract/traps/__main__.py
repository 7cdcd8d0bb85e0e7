"""Writes docs/traps.md from the registry."""

from etl.settings import PROJECT
from tests.extract.traps import TRAPS, rules_of_traps

DOC = PROJECT / "docs" / "traps.md"


def document() -> str:
    """The page: how many traps, then one line each by where their rule comes from."""
    lines = [
        "# Extraction test cases",
        "",
        f"{len(TRAPS)} things that pages do and that extraction must not stumble over. Each is an invented page with a",
        "golden in `tests/extract/traps/`, tested by `tests/extract/test_traps.py`; this page is made by",
        "`python -m tests.extract.traps`.",
        "",
        "| trap | what it is | where the rule comes from | rules that read its values |",
        "| --- | --- | --- | --- |",
    ]
    rules = {name: ", ".join(f"`{rule}`" for rule in found) or "—" for name, found in rules_of_traps().items()}
    traps = sorted(TRAPS.values(), key=lambda t: (t.source, t.name))
    cells = ((f"`{t.name}`", t.what, t.source, rules[t.name]) for t in traps)
    lines += ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOC.write_text(document(), encoding="utf-8")
