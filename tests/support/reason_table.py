"""`python -m tests.support.reason_table [--write]`: whether docs/reasons.md says what `etl.reason_codes` says."""

import ast
import sys
from itertools import groupby
from pathlib import Path

from etl import reason_codes
from etl.reason_codes import Code
from etl.settings import PROJECT

FILE = PROJECT / "docs" / "reasons.md"
HEAD = """# Reasons

Every attempt, run, file and removal has a reason where its outcome alone does not say why.
A reason is stored as a code with parameters: in columns of text, in the logs of the bucket, and in reports.

    {"code":"http_status","params":{"status":404}}

A parameter is text, a number, another reason, or a list of reasons.
`error` and `words` are texts of others: of a library, a server, a page.
Whatever is not of this form is a text of its own and is shown as it is: an archivist's reason for a correction, or a
sentence that was stored before there were codes.

`etl/reasons.py` reads and writes this form. The browser and `gongkai report` show both sentences.
`api_v1` gives the English sentence, the code and the parameters ([downstream.md](downstream.md#reasons)).

What to do: about a page, see its outcome ([outcomes.md](outcomes.md)); about a run that is amber or red, see
[operations.md](operations.md#amber-runs).
A code never changes its meaning, but its sentences may be reworded.
This page is written from `etl/reason_codes.py` by `python -m tests.support.reason_table --write`.
"""


def page() -> str:
    """The page, from the codes and the comments above them."""
    parts = [HEAD]
    for heading, codes in groupby(_codes(), lambda pair: pair[0]):
        parts.append(f"\n## {heading}\n\n| code | English | Chinese |\n| --- | --- | --- |\n")
        parts += [f"| `{code}` | {_cell(code.english)} | {_cell(code.chinese)} |\n" for _, code in codes]
    return "".join(parts)


def codes_below(heading: str) -> set[Code]:
    """The codes below such a comment in `etl/reason_codes.py`."""
    return {code for group, code in _codes() if group == heading}


def _codes() -> list[tuple[str, Code]]:
    """Every code with the heading of its group: the last comment that stands on a line of its own above it."""
    source = Path(reason_codes.__file__).read_text(encoding="utf-8")
    (members,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Code")
    lines = {
        node.lineno: Code[target.id]
        for node in members.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    heading, codes = "", []
    for number, line in enumerate(source.splitlines(), 1):
        if line.startswith("    # "):
            heading = line.removeprefix("    # ").rstrip(".:")
        if number in lines:
            codes.append((heading, lines[number]))
    return codes


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|")


if __name__ == "__main__":
    now = page()
    stale = not FILE.exists() or FILE.read_text(encoding="utf-8") != now
    if stale and "--write" in sys.argv[1:]:
        FILE.write_text(now, encoding="utf-8")
        print(f"{FILE.name}: written")
    else:
        print(f"{FILE.name}: {'stale: --write' if stale else 'nothing changed'}")
        sys.exit(stale)
