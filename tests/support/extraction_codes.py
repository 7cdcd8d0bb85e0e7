"""`python -m tests.support.extraction_codes [--write]`: whether docs/extraction.md lists all rules and flags."""

import re
import sys
from collections.abc import Iterator

from etl.extract import Flag, Rule
from etl.extract.codes import ANY_FIELD
from etl.settings import PROJECT
from tests.extract.traps import traps_of_rules

_MAX_CASES = 3
FILE = PROJECT / "docs" / "extraction.md"


def document() -> str:
    """The page with its tables as the code says."""
    page = FILE.read_text(encoding="utf-8")
    for name, lines in (("rules", _rules()), ("flags", _flags())):
        table = "\n".join(lines).replace("<", "&lt;") + "\n"
        page = re.sub(
            rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", lambda _, t=table: t, page, flags=re.DOTALL
        )
    return page


def _rules() -> Iterator[str]:
    yield "| code | English | 中文 | reads | fields | origin | test cases |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    cases = traps_of_rules()
    for rule in Rule:
        fields = "all" if rule.fields == (ANY_FIELD,) else ", ".join(f"`{name}`" for name in rule.fields)
        origins = ", ".join(f"`{origin}`" for origin in rule.origins)
        cells = (f"`{rule}`", rule.english, rule.chinese, rule.reads, fields, origins, _cases(cases.get(rule, [])))
        yield f"| {' | '.join(cells)} |"


def _cases(names: list[str]) -> str:
    more = f" and {len(names) - _MAX_CASES} more" if len(names) > _MAX_CASES else ""
    return ", ".join(f"`{name}`" for name in names[:_MAX_CASES]) + more if names else "—"


def _flags() -> Iterator[str]:
    yield from ("| code | English | 中文 |", "| --- | --- | --- |")
    for flag in Flag:
        yield f"| `{flag}` | {flag.english} | {flag.chinese} |"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        FILE.write_text(document(), encoding="utf-8")
    sys.exit(FILE.read_text(encoding="utf-8") != document() and f"{FILE} is stale: --write")
