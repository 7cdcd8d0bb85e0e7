"""The registry of traps: what government pages do that a reader stumbles over, each with an invented page and a golden.

A trap says what it is and where the rule comes from, so that `docs/traps.md` can be made of the registry
(`python -m tests.extract.traps`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from etl.extract import Extraction, Rule, extract
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"
COLUMN = "https://www.yunxi.gov.cn/gk/tzgg/index.html"
WHOLE = "\n".join((*PARAGRAPHS, *SIGNED))
HEAD = f"<h1>{TITLE}</h1>"
INDEX = "00000000-0/2023-00017"
NUMBER = "云政办发〔2023〕17号"
OFFICE = "云溪区人民政府办公室"
HEADER = {
    "index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER, "written_date": "2023-05-08",
    "published_date": "2023-05-09", "subject_category": "城乡建设、环境保护",
}  # fmt: skip
SUB = {"published_date": "2023-05-09", "source": "云溪日报"}


@dataclass(frozen=True, slots=True)
class Trap:
    """An invented page and what must be read from it; what the golden does not name may be anything.

    `fields` are exact values, `absent` fields that must have none (a date from the signature does not count), `files`
    the last parts of the attachments' addresses, `evidence` all values seen of a field, `index` parts of the index
    number.
    """

    name: str
    what: str
    source: str
    page: str | bytes
    url: str = URL
    captured_on: date | None = None
    kind: str = "document"
    fields: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, frozenset[str]] = field(default_factory=dict)
    text: str | None = None
    files: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()
    index: Mapping[str, object] = field(default_factory=dict)


TRAPS: dict[str, Trap] = {}


def trap(name: str, what: str, source: str, page: str | bytes, **golden: object) -> None:
    """Adds a trap. Raises `ValueError` for a name that is taken."""
    if name in TRAPS:
        raise ValueError(f"two traps are called {name}")
    TRAPS[name] = Trap(name, what, source, page, **golden)  # type: ignore[arg-type]


def table(*rows: tuple[str, ...], cell: str = "td") -> str:
    """A table of the rows' cells."""
    return "<table>" + "".join(f"<tr>{''.join(f'<{cell}>{c}</{cell}>' for c in row)}</tr>" for row in rows) + "</table>"


@cache
def extracted(name: str) -> Extraction:
    """What is read of a trap."""
    case = TRAPS[name]
    body = case.page if isinstance(case.page, bytes) else case.page.encode()
    return extract(body, case.url, captured_on=case.captured_on)


@cache
def rules_of_traps() -> dict[str, tuple[Rule, ...]]:
    """By trap, the rules that give the values of its golden: seen by extracting it, so that none is named wrongly."""
    found = {}
    for item in TRAPS.values():
        fields = extracted(item.name).fields
        rules = {fields[name].rule for name in item.fields if name in fields}
        found[item.name] = tuple(rule for rule in Rule if rule in rules)
    return found


def traps_of_rules() -> dict[Rule, list[str]]:
    """By rule, the traps whose golden has a value that it gives; first those of that rule alone."""
    cases = sorted(rules_of_traps().items(), key=lambda item: len(item[1]))
    return {rule: [name for name, rules in cases if rule in rules] for rule in Rule}
