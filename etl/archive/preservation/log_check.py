"""Checks a log by its bytes alone: it can be read, and its content belongs to its key."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl.archive.storage.layout import (
    ACTS,
    CAPTURES,
    CHAIN,
    CHANGES,
    FIXITY,
    READINGS,
    REMOVALS,
    ROOTS,
    RUNS,
    STAMPS,
    act_key,
    chain_key,
    first_capture,
    journal_key,
    number_in,
    reading_key,
    root_key,
    run_number,
    stamp_key,
)
from etl.archive.storage.log_lines import (
    ActLine,
    CaptureLine,
    ChainLine,
    FixityLine,
    JournalLine,
    ReadingLine,
    RemovalLine,
    RootLine,
    StampLine,
)
from etl.archive.storage.log_object import DamagedLog, parse_log, parse_run_log


@dataclass(frozen=True, slots=True)
class LogContent:
    """The values of a log that other logs are compared with; 0 or empty if a log has no such value.

    `last`: number of the last event or act in a journal object. `run`: the run that the log belongs to; `is_run`: it is
    that run's run log. `known_change`: the last event that a run's report mentions. `links`, `roots`, `stamps`: lines.
    """

    last: int = 0
    run: int = 0
    is_run: bool = False
    known_change: int = 0
    links: tuple[ChainLine, ...] = ()
    roots: tuple[RootLine, ...] = ()
    stamps: tuple[StampLine, ...] = ()


def check_log(key: str, body: bytes) -> LogContent:
    """Reads and checks a log. Raises `DamagedLog`, and `GongkaiError` for lines of another kind or a later format."""
    prefix = key[: key.index("/") + 1]
    return _CHECKS[prefix](key, body)


def _check_changes(key: str, body: bytes) -> LogContent:
    return _check_numbers(key, parse_log(key, body, JournalLine), journal_key, "changes")


def _check_acts(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, ActLine)
    _require(key, all(getattr(line, line.kind) is not None for line in lines), "acts")
    return _check_numbers(key, lines, act_key, "acts")


def _check_numbers(
    key: str, lines: Sequence[JournalLine] | Sequence[ActLine], key_of: Callable[[int], str], what: str
) -> LogContent:
    """Checks that the numbers in a journal object are consecutive, and that its key has the first of them."""
    first = number_in(key)
    _require(key, [line.seq for line in lines] == list(range(first, first + len(lines))), what)
    _require(key, key == key_of(first), what)
    return LogContent(last=lines[-1].seq)


def _check_captures(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, CaptureLine)
    _require(key, lines[0].capture == first_capture(key), "captures")
    _require(key, {(line.log, line.run) for line in lines} == {(key, lines[0].run)}, "captures")
    _require(key, _ascend(line.capture for line in lines), "captures")
    return LogContent(run=lines[0].run)


def _check_runs(key: str, body: bytes) -> LogContent:
    log = parse_run_log(key, body)
    _require(key, {log.run.id, *(page.run_id for page in log.pages)} == {run_number(key)}, "a run")
    _require(key, log.source.id == log.run.source_id, "a source")
    known = (log.run.report or {}).get("change_seq_to", 0)
    return LogContent(run=log.run.id, is_run=True, known_change=known if isinstance(known, int) else 0)


def _check_reading(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, ReadingLine)
    _require(key, [reading_key(line.blob_sha256) for line in lines] == [key], "a file")
    return LogContent()


def _check_fixity(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, FixityLine)
    _require(key, lines[0].id == first_capture(key) and _ascend(line.id for line in lines), "events")
    return LogContent()


def _check_removals(key: str, body: bytes) -> LogContent:
    parse_log(key, body, RemovalLine)
    return LogContent()


def _check_chain(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, ChainLine)
    _require(key, {(chain_key(line.link), line.before) for line in lines} == {(key, lines[0].before)}, "a link")
    return LogContent(links=tuple(lines))


def _check_root(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, RootLine)
    _require(key, [root_key(line.day) for line in lines] == [key], "roots")
    return LogContent(roots=tuple(lines))


def _check_stamp(key: str, body: bytes) -> LogContent:
    lines = parse_log(key, body, StampLine)
    _require(key, [stamp_key(line.day) for line in lines] == [key], "time stamps")
    return LogContent(stamps=tuple(lines))


_CHECKS: Mapping[str, Callable[[str, bytes], LogContent]] = {
    ACTS: _check_acts,
    CHANGES: _check_changes,
    CAPTURES: _check_captures,
    RUNS: _check_runs,
    READINGS: _check_reading,
    FIXITY: _check_fixity,
    REMOVALS: _check_removals,
    CHAIN: _check_chain,
    ROOTS: _check_root,
    STAMPS: _check_stamp,
}


def _ascend(numbers: Iterable[int]) -> bool:
    listed = list(numbers)
    return listed == sorted(set(listed))


def _require(key: str, belongs: bool, what: str) -> None:
    if not belongs:
        raise DamagedLog(key, f"it holds {what} that do not belong under this name")
