"""Explains an extraction: every candidate for text, title and fields, and the reason for each choice.

Nothing here decides: the functions that extraction itself calls are called again and their candidates kept, so that
extraction pays nothing for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from etl.extract.page.headlines import breadcrumb_lines, lines_above
from etl.extract.page_kind import CHECKS
from etl.extract.rules.choose import why_not_chosen
from etl.extract.rules.stated_titles import stated_titles
from etl.extract.rules.title import Candidate, headline_candidates
from etl.extract.stages import Stages, read_stages
from etl.extract.text.body import Body
from etl.extract.text.containers import layout_bodies
from etl.extract.text.main_text import (
    MIN_LAYOUT_SHARE,
    SAME_TEXT_SHARE,
    densest,
    prose_chars,
    visible_chars,
)
from etl.extract.types import Extraction, FieldValue, PageKind
from etl.fields import FIELDS
from etl.platforms.base import Platform
from etl.reasons import encode_reason, english
from etl.web.page import read_document


@dataclass(frozen=True, slots=True)
class BodyCandidate:
    """A part of the page that may be its main text: the selector, marks or method by which it was found, number of
    characters of prose and of visible text, its first and last block, and the reasons for and against it."""

    rule: str
    prose_chars: int
    visible_chars: int
    blocks: tuple[int, int]
    chosen: bool
    votes: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A line that may be the headline, its score and the parts of the score; parts without points are left out."""

    text: str
    score: int
    parts: Mapping[str, int]
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True)
class ValueCandidate:
    """A value found for a field, and why it was chosen or not."""

    value: FieldValue
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check of the kind of page with its answer, in their order up to the one that decided."""

    kind: PageKind
    reason: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """An extraction with all its candidates.

    `body` is the part from which the main text was taken (see `etl.extract.codes.BODY_NAMES`), trimmed to `edges`;
    `guess` is the title with which the first pass looked for the text; `breadcrumb` are lines above the text that were
    read as 首页 > ….
    """

    extraction: Extraction
    page_prose_chars: int
    guess: str
    body: str
    edges: tuple[int, int]
    bodies: tuple[BodyCandidate, ...]
    stated_titles: tuple[str, ...]
    titles: tuple[TitleCandidate, ...]
    breadcrumb: tuple[str, ...]
    fields: Mapping[str, tuple[ValueCandidate, ...]]
    checks: tuple[CheckResult, ...]


def explain(
    body: bytes,
    url: str,
    content_type: str = "",
    platform: Platform | None = None,
    captured_on: date | None = None,
    lookups: Mapping[str, Mapping[str, str]] | None = None,
) -> Explanation:
    """The explanation of the result of `etl.extract.extract` with the same arguments. The bytes must be those of a
    page."""
    stages = read_stages(read_document(body, url, content_type), platform, captured_on, lookups)
    source, located = stages.source, stages.located
    labelled = [reading.value for reading in located.labels if reading.value]
    return Explanation(
        stages.extraction,
        source.blocks.nodes[0].prose_chars,
        located.guess,
        located.body.rule,
        (located.body.first, located.body.last),
        tuple(_bodies(stages)),
        tuple(dict.fromkeys(stated_titles(source.titles, labelled, source.meta))),
        tuple(_titles(stages, labelled)),
        tuple(breadcrumb_lines(source.blocks, located.title_limit)),
        {name: tuple(_values(stages, name)) for name in FIELDS if any(v.name == name for v in stages.evidence.values)},
        tuple(_checks(stages)),
    )


def _bodies(stages: Stages) -> Iterator[BodyCandidate]:
    """The known containers of families, then the densest element, then the chosen container if it is not among these;
    each range of blocks once."""
    blocks, chosen = stages.source.blocks, stages.located.container
    total = blocks.nodes[0].prose_chars
    known = layout_bodies(stages.source.page, blocks, stages.source.platform)
    most = max((prose_chars(blocks, body) for body in known), default=0)
    candidates: dict[tuple[str, int, int], Body] = {}
    for body in (*known, densest(blocks), chosen):
        candidates.setdefault((body.rule, body.first, body.last), body)
    tight = [b for b in known if prose_chars(blocks, b) >= SAME_TEXT_SHARE * most]
    fewest = min((visible_chars(blocks, body) for body in tight), default=0)
    for body in candidates.values():
        prose = prose_chars(blocks, body)
        votes = {
            "a family is known by it": body in known,
            f"holds at least {MIN_LAYOUT_SHARE:.0%} of the page's prose": prose >= MIN_LAYOUT_SHARE * total,
            f"holds at least {SAME_TEXT_SHARE:.0%} of the best container's prose": prose >= SAME_TEXT_SHARE * most,
            "the tightest of these": body in tight and visible_chars(blocks, body) == fewest,
            "shown": body.revealed < 0,
        }
        same = (body.rule, body.first, body.last) == (chosen.rule, chosen.first, chosen.last)
        yield BodyCandidate(body.rule, prose, visible_chars(blocks, body), (body.first, body.last), same, votes)


def _titles(stages: Stages, labelled: list[FieldValue]) -> Iterator[TitleCandidate]:
    source, title = stages.source, stages.evidence.title
    stated = stated_titles(source.titles, labelled, source.meta)
    candidates = list(headline_candidates(lines_above(source.blocks, stages.located.title_limit), stated))
    best = max((candidate.score for candidate in candidates), default=0)
    for candidate in candidates:
        chosen = title is not None and candidate.line.text == title.value
        parts = {name: points for name, points in candidate.parts.items() if points}
        yield TitleCandidate(candidate.line.text, candidate.score, parts, chosen, _why(candidate, best, chosen=chosen))
    if title and stages.located.has_headline and title.value not in {c.line.text for c in candidates}:
        yield TitleCandidate(title.value, 0, {}, True, "several lines together, or found by the date below it")


def _why(candidate: Candidate, best: int, *, chosen: bool) -> str:
    if chosen:
        return ""
    if candidate.score <= 0:
        return "score not above 0"
    return f"another line has {best}" if candidate.score < best else "a later line, or the whole title, has the same"


def _values(stages: Stages, name: str) -> Iterator[ValueCandidate]:
    chosen, shown = stages.extraction.fields.get(name), stages.content.data_is_shown
    for value in dict.fromkeys(item for item in stages.evidence.values if item.name == name):
        if value == chosen:
            yield ValueCandidate(value, True, "")
        elif chosen and value.value == chosen.value:
            yield ValueCandidate(value, False, "says the same")
        elif name == "title":
            yield ValueCandidate(value, False, f"{chosen.rule.english} comes first" if chosen else "a site's name")
        else:
            yield ValueCandidate(value, False, why_not_chosen(value, chosen, data_is_shown=shown))


def _checks(stages: Stages) -> Iterator[CheckResult]:
    for kind, code, holds in CHECKS:
        answer = bool(holds(stages.facts))
        facts = {name: getattr(stages.facts, name) for name in code.parameters}
        yield CheckResult(kind, english(encode_reason(code, **facts)), answer)
        if answer:
            return
