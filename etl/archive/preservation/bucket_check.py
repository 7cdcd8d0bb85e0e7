"""Checks all logs of a bucket before a rebuild reads them: each is undamaged, none is missing, and each continues the
one before.

There is no database to compare with then, so a gap must be found with the bucket alone: by the numbers in journals, by
references between logs, by the chain, whose links name the digests of all logs before them, and by the daily roots over
these links.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from etl.archive.preservation.daily_roots import link_of
from etl.archive.preservation.log_check import LogContent, check_log
from etl.archive.preservation.root_check import RootCheck
from etl.archive.storage.bucket import READS_AT_ONCE, Store, sha256
from etl.archive.storage.layout import CHAIN, CHANGES, LOGS, RebuildStep, act_key, chain_key, journal_key, number_in
from etl.archive.storage.log_object import DamagedLog
from etl.batches import batches
from etl.errors import Damaged
from etl.progress import Progress, ProgressCallback

_BATCH = 500
_REMEDY = "put them back from a backup (`gongkai restore BACKUP`), or the database from a dump (docs/backup.md)"


@dataclass(frozen=True, slots=True)
class LogBytes:
    """A log's digest, its size in bytes (None if it was not read), and the number of the link that names it, if any."""

    sha256: str
    size: int | None
    link: int | None


@dataclass(slots=True)
class CheckedBucket:
    """`keys`: the keys of the logs, by the rebuild step that reads them. `logs`: digest, size and link of each log, by
    key."""

    keys: dict[RebuildStep, list[str]] = field(default_factory=dict)
    logs: dict[str, LogBytes] = field(default_factory=dict)


def check_bucket(store: Store, progress: ProgressCallback) -> CheckedBucket:
    """Reads every log that a rebuild needs, and the chain. Raises `Damaged` for the first fault that it finds."""
    checked = CheckedBucket()
    roots = RootCheck(store)
    named = _read_chain(store, checked, roots)
    for form in LOGS:
        if form.rebuild_step:
            checked.keys[form.rebuild_step] = sorted(store.list_logs(form.prefix))
    present = {key for keys in checked.keys.values() for key in keys}
    needed = tuple(form.prefix for form in LOGS if form.rebuild_step)
    _require_all(key for key in named.last if key.startswith(needed) and key not in present)
    # Lists of removed garbage are not read; their digests in the chain are stored for the next audit.
    checked.logs |= {key: last for key, last in named.last.items() if not key.startswith(needed)}
    checked.logs |= {key: _compared(key, LogBytes(*log, None), named) for key, log in roots.logs.items()}
    contents = dict(_read_all(store, checked, named, progress))
    changes = _check_numbers(checked.keys["changes"], contents, "change", journal_key)
    _check_numbers(checked.keys["acts"], contents, "act", act_key)
    _check_known_changes(changes, contents)
    _check_references(contents)
    return checked


@dataclass(slots=True)
class _Named:
    """What the chain says of each log, by key. `last`: the log as it was last named; `pending`: digests that later
    links announce for it; `former`: digests that it had before."""

    last: dict[str, LogBytes] = field(default_factory=dict)
    pending: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    former: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def _read_chain(store: Store, checked: CheckedBucket, roots: RootCheck) -> _Named:
    named = _Named()
    before = None
    keys = sorted(key for key in store.list_logs(CHAIN) if number_in(key))
    for number, key in enumerate(keys, 1):
        if key != chain_key(number):
            raise Damaged(f"{chain_key(number)} is missing: the chain of logs has a gap before {key}", hint=_REMEDY)
        body = store.read_log_bytes(key)
        lines = check_log(key, body).links
        if lines[0].before != before:
            raise DamagedLog(key, f"it does not go on from {chain_key(number - 1)}, or that one was changed")
        before = sha256(body)
        checked.logs[key] = LogBytes(before, len(body), number)
        roots.add(link_of(before, lines))
        for line in lines:
            if line.pending:
                named.pending[line.log].add(line.sha256)
                continue
            if last := named.last.get(line.log):
                named.former[line.log] |= {last.sha256, *named.pending.pop(line.log, ())}
            named.last[line.log] = LogBytes(line.sha256, None, number)
    roots.end(named.last)
    return named


def _require_all(missing: Iterable[str]) -> None:
    if keys := sorted(missing):
        raise Damaged(
            f"{len(keys)} logs that the chain of logs names are missing, the first is {keys[0]}; nothing was written",
            hint=_REMEDY,
        )


def _read_all(
    store: Store, checked: CheckedBucket, named: _Named, progress: ProgressCallback
) -> Iterator[tuple[str, LogContent]]:
    keys = [key for keys in checked.keys.values() for key in keys]
    read = 0
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for batch in batches(keys, _BATCH):
            for key, (log, content) in zip(batch, pool.map(lambda key: _read(store, key), batch), strict=True):
                checked.logs[key] = _compared(key, log, named)
                yield key, content
            read += len(batch)
            progress(Progress("checking logs", read, len(keys)))


def _read(store: Store, key: str) -> tuple[LogBytes, LogContent]:
    body = store.read_log_bytes(key)
    return LogBytes(sha256(body), len(body), None), check_log(key, body)


def _compared(key: str, log: LogBytes, named: _Named) -> LogBytes:
    """Compares the log with the chain. Raises `DamagedLog`."""
    last = named.last.get(key)
    if last is None or log.sha256 in named.pending[key]:
        return log
    if log.sha256 == last.sha256:
        return replace(log, link=last.link)
    if log.sha256 in named.former[key]:
        raise DamagedLog(key, f"it is an older copy: link {last.link} of the chain names a later one")
    raise DamagedLog(key, f"link {last.link} of the chain names other bytes")


def _check_numbers(
    keys: Iterable[str], contents: Mapping[str, LogContent], what: str, key_of: Callable[[int], str]
) -> int:
    """The last number in a journal. Raises `Damaged` if a number is missing or is in two objects."""
    expected = 1
    for key in keys:
        first = number_in(key)
        if first > expected:
            raise Damaged(
                f"{what}s {expected} to {first - 1} are missing: {key_of(expected)} is gone, and {key} follows; "
                "nothing was written",
                hint=_REMEDY,
            )
        if first < expected:
            raise DamagedLog(key, f"the object before it holds {what} {first} too")
        expected = contents[key].last + 1
    return expected - 1


def _check_known_changes(last: int, contents: Mapping[str, LogContent]) -> None:
    """Raises `Damaged` if the journal ends before a change that a run's report mentions."""
    for key, content in contents.items():
        if content.known_change > last:
            raise Damaged(
                f"changes {last + 1} to {content.known_change} are missing: {CHANGES} ends before them, and {key} "
                "knows of them; nothing was written",
                hint=_REMEDY,
            )


def _check_references(contents: Mapping[str, LogContent]) -> None:
    """Raises `Damaged` if captures belong to a run that has no log."""
    runs = {content.run for content in contents.values() if content.is_run}
    for key, content in contents.items():
        if content.run and content.run not in runs:
            raise Damaged(f"the log of run {content.run} is missing, of which {key} is", hint=_REMEDY)
