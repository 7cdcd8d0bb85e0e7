"""Silences of alerts, in source files and set by people; and the reasons of a source that can be silenced."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.crawls.silences import MAX_WHY, SilenceProblem, stored_silences
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Run, Source
from etl.archive.storage.state_cache import cached
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reason, shown_reasons
from etl.clock import CHINA
from etl.sources.schema import DARK

USUAL_DAYS = 30
"""Number of days of a silence that the form proposes."""


@dataclass(frozen=True, slots=True)
class SilenceLine:
    """A silence. `id`: None for one in the source file (as of the last run), which cannot be ended here; `set_by` and
    `set_at` are then None too. `words`: the sentence of the code `reason`, None for `dark`. `over`: whether it has
    ended."""

    id: int | None
    source_id: str
    source_name: str
    reason: str
    words: ShownReason | None
    until: date
    over: bool
    why: str
    set_by: str | None
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class SilencesPage:
    """All silences, or those of one source. `choices`: the reasons for which its last crawl and recheck are red or
    amber. `reason`, `until` and `why`: the entries of the form; `problem`, a key of `FORM_PROBLEMS`, says why they were
    refused. Without a `token` there is no form."""

    source: str
    source_name: str
    silences: tuple[SilenceLine, ...]
    choices: tuple[ShownReason, ...]
    today: date
    token: str | None
    reason: str = ""
    until: str = ""
    why: str = ""
    problem: SilenceProblem | None = None
    longest: int = MAX_WHY

    @property
    def others(self) -> tuple[SilenceLine, ...]:
        """Silences of reasons that are not among the choices of the form; they can be prolonged too."""
        offered = {DARK, *(each.code for each in self.choices)}
        return tuple(each for each in self.silences if each.id is not None and each.reason not in offered)


def silences_page(connection: Connection, source: str, token: str | None) -> SilencesPage:
    """The page of one source, or of all for the empty id."""
    name = connection.scalar(select(Source.name).where(Source.id == source)) if source else None
    today = datetime.now(CHINA).date()
    choices = tuple({each.code: each for each in _last_reasons(connection, source)}.values()) if source else ()
    usual = (today + timedelta(days=USUAL_DAYS)).isoformat()
    offered = choices[0].code if choices else DARK
    lines = silence_lines(connection, source)
    return SilencesPage(source, name or "", lines, choices, today, token, offered, usual)


def silence_lines(connection: Connection, source: str = "") -> tuple[SilenceLine, ...]:
    """The silences of one source, or of all, by source; those that have ended come last."""
    today = datetime.now(CHINA).date()
    lines = []
    for row in cached(connection, "silences of source files", lambda: connection.execute(*_of_files()).all()):
        for each in row.silences if source in ("", row.id) else ():
            until = date.fromisoformat(each["until"])
            lines.append(_line((row.id, row.name), today, each["reason"], until, each["why"]))
    stored = stored_silences(connection, source)
    named = select(Source.id, Source.name).where(among(Source.id, [each.source_id for each in stored]))
    names = {row.id: row.name for row in connection.execute(named)} if stored else {}
    for each in stored:
        by = (each.id, each.set_by, each.set_at)
        lines.append(_line((each.source_id, names[each.source_id]), today, each.reason, each.until, each.why, by))
    return tuple(sorted(lines, key=lambda line: (line.source_id, line.over, line.reason)))


@built_once
def _of_files() -> Statement:
    silences = Source.definition["silences"]
    return select(Source.id, Source.name, silences.label("silences")).where(func.jsonb_array_length(silences) > 0)


def _line(
    source: tuple[str, str],
    today: date,
    reason: str,
    until: date,
    why: str,
    by: tuple[int, str, datetime] | None = None,
) -> SilenceLine:
    words = None if reason == DARK else shown_reason({"code": reason, "params": {}})
    number, person, at = by or (None, None, None)
    return SilenceLine(number, *source, reason, words, until, until < today, why, person, at)


def _last_reasons(connection: Connection, source: str) -> Iterator[ShownReason]:
    query: Any = (
        select(Run.report)
        .where(Run.source_id == source, Run.state != "running", Run.kind != "import")
        .ext(distinct_on(Run.kind))
        .order_by(Run.kind, Run.id.desc())
    )
    for report in connection.scalars(query):
        yield from shown_reasons([*(report or {}).get("problems", ()), *(report or {}).get("warnings", ())])
