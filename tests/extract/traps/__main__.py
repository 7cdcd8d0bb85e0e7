"""Writes docs/traps.md from the registry."""

from etl.settings import PROJECT
from tests.extract.traps import TRAPS

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
        "| trap | what it is | where the rule comes from |",
        "| --- | --- | --- |",
    ]
    cells = ((f"`{t.name}`", t.what, t.source) for t in sorted(TRAPS.values(), key=lambda t: (t.source, t.name)))
    lines += ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOC.write_text(document(), encoding="utf-8")
