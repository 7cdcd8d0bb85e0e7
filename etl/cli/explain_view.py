"""Printing of `gongkai extract --explain`."""

from collections.abc import Iterable, Mapping

from etl.cli.console import heading, output, table
from etl.extract.codes import flag_names
from etl.extract.explain import Explanation
from etl.fields import FIELDS

_MAX_CHARS = 60
"""Maximum length of a value or line in a table; `--json` prints all of it."""


def show_explanation(page: str, rules: str, explanation: Explanation) -> None:
    """Print the candidates for the main text, the title and each field, and the checks up to the one that decided."""
    heading(page)
    output.print(f"[dim]read {output.plain(rules)}[/]", soft_wrap=True)
    first, last = explanation.edges
    table(
        ("", "main text", "prose", "text", "blocks", "for it", "against it"),
        [
            (
                _mark(chosen=body.chosen),
                body.rule,
                body.prose_chars,
                body.visible_chars,
                f"{body.blocks[0]}–{body.blocks[1]}",
                _names(name for name, holds in body.votes.items() if holds),
                _names(name for name, holds in body.votes.items() if not holds),
            )
            for body in explanation.bodies
        ],
    )
    edges = f"{explanation.body}, cut to blocks {first}–{last}; the page has {explanation.page_prose_chars} of prose"
    output.print(f"[dim]{output.plain(edges)}[/]", soft_wrap=True)
    table(
        ("", "headline", "score", "points", "why not"),
        [
            (_mark(chosen=title.chosen), _short(title.text), title.score, _points(title.parts), title.why)
            for title in explanation.titles
        ],
    )
    if crumbs := explanation.breadcrumb:
        output.print(f"[dim]read as a breadcrumb: {output.plain('; '.join(map(_short, crumbs)))}[/]", soft_wrap=True)
    table(
        ("", "field", "value", "origin", "label", "rule", "why not"),
        [
            (
                _mark(chosen=candidate.chosen),
                f"{FIELDS[name].chinese} {name}",
                _short(candidate.value.value),
                candidate.value.origin,
                candidate.value.label,
                candidate.value.rule.english,
                candidate.why,
            )
            for name, candidates in explanation.fields.items()
            for candidate in candidates
        ],
    )
    if flags := [(flag_names(flag) or (flag, flag))[1] for flag in explanation.extraction.flags]:
        output.print(f"[dim]{output.plain('; '.join(flags))}[/]", soft_wrap=True)
    table(
        ("holds", "kind if so", "check"),
        [("yes" if check.holds else "no", check.kind, check.reason) for check in explanation.checks],
    )


def _mark(*, chosen: bool) -> str:
    return "✓" if chosen else ""


def _names(votes: Iterable[str]) -> str:
    return "; ".join(votes)


def _points(parts: Mapping[str, int]) -> str:
    return "; ".join(f"{points:+} {name}" for name, points in parts.items())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_CHARS else f"{line[:_MAX_CHARS]}…"
