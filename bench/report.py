"""docs/accuracy.md of what `bench.extraction` measured."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scoring import FIELDS, Disagreement, Score, macro_core, score

EXPLAINED = Path(__file__).with_name("disagreements.toml")
VERDICTS = {"label": "the label, we believe", "ours": "ours", "open": "open"}
Row = tuple[Mapping[str, Any], bytes, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Measured:
    """An extractor's score and speed: pages/s as the median of all rounds, with the slowest and the fastest."""

    name: str
    score: Score
    rows: Sequence[Row]
    rate: float
    range: tuple[float, float]
    raised: int


def page(measured: Sequence[Measured], hidden: Measured, kilobytes: float, rounds: int) -> str:
    """The whole document; the first of `measured` is ours, `hidden` what ours gives under hidden names."""
    ours = measured[0]
    parts = [
        "# Accuracy",
        "",
        f"{ours.score.pages} labelled pages of government sites, {kilobytes:.0f} KB on average.",
        "`make bench CORPUS=DIR` writes this page ([how](#how-to-run)).",
        "",
        f"Speed is CPU time on one core: the median of {rounds} rounds in which all extractors took turns, in brackets",
        "the slowest and the fastest round.",
        "The cores are shared with other work, so ratios hold better than the numbers.",
        "",
        "F1 is micro-averaged over all pages.",
        "Core fields are title, index number, publisher, document number, written and published date.",
        "Text is the mean F1 of character 3-grams; leaked are snippets of page furniture in the text.",
        "The rules were written with these pages at hand: on pages of other sites the figures are somewhat lower.",
        "",
        *table(
            ("", "core", "all fields", "text", "attachments", "kind of page", "leaked", "pages/s", "raised"),
            (_row(item) for item in measured),
        ),
        "",
        "The other extractors do not know index numbers, document numbers or attachments: those cells are empty.",
        "",
        "## Each host and hidden names",
        "",
        "Macro core is the mean of the core F1 of each host, so that a host with many pages counts once.",
        "Hidden names: the same pages with every class, id, host and word of an address renamed and comments removed,",
        "style sheets and scripts alike (`python -m bench.hidden_names DIR`), so that no family is recognised by them.",
        "[Generality](generality.md) shows the effect of each list and threshold.",
        "",
        *table(
            ("", "core, micro", "core, macro", "documents with every core field right", "all fields", "text", "leaked"),
            (_carries(what, item) for what, item in (("as saved", ours), ("names hidden", hidden))),
        ),
        "",
        "## By family",
        "",
        *table(("family", "pages", "core", "all fields", "text", "leaked"), _families(ours.rows)),
        "",
        "## By field",
        "",
        *table(("field", "labelled", "right", "wrong or too much", "missed", "F1"), _fields(ours.score)),
        "",
        "## Where extraction and labels differ",
        "",
        *_disagreements(ours.score),
        "",
        "## How to run",
        "",
        "`make bench CORPUS=DIR` installs the other extractors in `var/bench` (group `bench` of pyproject.toml, apart",
        "from the project, because readability-lxml wants an older cssselect) and writes this page.",
        "DIR holds `labels.jsonl` and `pages/`: any labelled set will do.",
        "`bench/scoring.py` says what is counted; `bench/disagreements.toml` keeps, by page and field, what is known",
        "about a disagreement.",
    ]
    return "\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]


def _row(measured: Measured) -> tuple[str, ...]:
    result = measured.score
    kinds = f"{result.kinds[True]} of {result.kinds.total()}" if result.kinds else "—"
    files = f"{result.files.f1:.3f}" if result.files.right else "—"
    low, high = measured.range
    return (
        measured.name, f"{result.core:.3f}", f"{result.all:.3f}", f"{result.text:.3f}", files, kinds, _leaked(result),
        f"{measured.rate:.0f} ({low:.0f}–{high:.0f})", str(measured.raised),
    )  # fmt: skip


def _carries(what: str, measured: Measured) -> tuple[str, ...]:
    result, (macro, hosts) = measured.score, macro_core(measured.rows)
    return (
        what, f"{result.core:.3f}", f"{macro:.3f} ({hosts} hosts)", f"{result.whole} of {result.documents}",
        f"{result.all:.3f}", f"{result.text:.3f}", _leaked(result),
    )  # fmt: skip


def _leaked(result: Score) -> str:
    return f"{result.snippets['leaked']} of {result.snippets['excludes']}"


def _families(rows: Sequence[Row]) -> Iterable[Sequence[object]]:
    """By the folder that a page lies in."""
    by_family: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_family[str(row[0]["file"]).rpartition("/")[0].partition("/")[0] or "all"].append(row)
    for name, family_rows in sorted(by_family.items()):
        result = score(family_rows)
        yield name, result.pages, f"{result.core:.3f}", f"{result.all:.3f}", f"{result.text:.3f}", _leaked(result)


def _fields(result: Score) -> Iterable[Sequence[object]]:
    for name in FIELDS:
        counts = result.fields[name]
        labelled = counts.right + counts.missed
        f1 = f"{counts.f1:.3f}" if labelled or counts.added else "—"
        yield name, labelled, counts.right, counts.added, counts.missed, f1


def _disagreements(result: Score) -> list[str]:
    explained = tomllib.loads(EXPLAINED.read_text("utf-8")) if EXPLAINED.exists() else {}
    rows = [_explained(item, explained) for item in sorted(result.disagreements, key=lambda d: (d.file, d.field))]
    rows += [
        (f"`{name}`", "text", "bounds no text", "—", *_why(explained, name, "text")) for name in sorted(result.unusable)
    ]
    return table(("page", "field", "label", "found", "who is wrong", "why"), rows) if rows else ["Nothing."]


def _explained(item: Disagreement, explained: Mapping[str, Any]) -> tuple[str, ...]:
    return f"`{item.file}`", item.field, item.label, item.predicted, *_why(explained, item.file, item.field)


def _why(explained: Mapping[str, Any], file: str, field: str) -> tuple[str, str]:
    verdict = explained.get(file, {}).get(field)
    return (VERDICTS[verdict["wrong"]], str(verdict["why"])) if verdict else ("not yet looked at", "")
