"""`python -m tests.support.extraction_codes [--write]`: whether docs/extraction.md lists all rules and flags."""

import re
import sys
from collections.abc import Iterable

from etl.extract import Flag, Rule
from etl.settings import PROJECT

FILE = PROJECT / "docs" / "extraction.md"


def document() -> str:
    """The page with its tables as the code says."""
    page = FILE.read_text(encoding="utf-8")
    for name, codes in (("rules", Rule), ("flags", Flag)):
        page = re.sub(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", _table(codes), page, flags=re.DOTALL)
    return page


def _table(codes: Iterable[Rule | Flag]) -> str:
    lines = ["| code | English | 中文 |", "| --- | --- | --- |"]
    lines += [f"| `{code}` | {code.english} | {code.chinese} |".replace("<", "&lt;") for code in codes]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        FILE.write_text(document(), encoding="utf-8")
    sys.exit(FILE.read_text(encoding="utf-8") != document() and f"{FILE} is stale: --write")
