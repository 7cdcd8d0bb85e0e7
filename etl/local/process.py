"""Detached processes: starts them with a log file, records them, finds them again, and stops them without affecting
others.

A shell waits for each process and writes down how it ended, as the command that started it has ended long before.

A process is recognised by its id together with its creation time. Children that outlived a killed process are
recognised by their log file: a process whose standard output or error is that file belongs to the service.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from etl.clock import in_beijing
from etl.errors import GongkaiError
from etl.local.state import State

PROCESSES = "processes.json"
LOG_LIMIT = 20_000_000
"""A larger log is moved to `<name>.log.1` at the next start, so that a year of restarts does not fill the disk."""
POLL = 0.05
"""Seconds between two checks of a process that starts or ends."""
LONGEST_POLL = 0.5
_KILLED = 128
"""If a process is killed by a signal, a shell reports this number plus that of the signal as its exit code."""
NOTICE_EVERY = 15.0
"""Seconds between two notices of what a wait is waiting for."""
MOST_PATIENCE = 5
"""Longest wait for a process, as a multiple of its `patience`, even if it is busy."""

_WATCHED = """
exec 3>&0 </dev/null 2>/dev/null
/bin/sh -c 'echo $$ >&3; exec "$@" 2>&1 3>&-' sh "$@"
echo "$? $(date +%s)" >&3
"""
"""A shell script that runs a command, and writes its id, its exit code and the time of its end to the file that is
given as standard input. The command runs in the foreground, as background commands of a shell ignore Ctrl-C, with which
PostgreSQL is stopped quickly. Output of the shell itself ("Killed") does not go to the command's log."""

Notice = Callable[[str], None]
"""Called with what a wait is waiting for, as the rest of a line that begins with "waiting"."""


class EndedWhileStarting(GongkaiError):
    """A process ended before it was ready."""


_started_children: list[subprocess.Popen[bytes]] = []  # a Popen that is collected while it runs warns


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A recorded process. `started`: in seconds after boot, so that changes of the clock do not matter. `log_from`:
    size of its log in bytes when it was started. `port`: 0 if it does not listen on a port."""

    pid: int
    started: float
    port: int
    log_from: int

    def process(self) -> psutil.Process | None:
        """The process itself; None if it has ended, or if its id now belongs to another process."""
        try:
            process = psutil.Process(self.pid)
            if _start_time(process) != self.started or not _is_alive(process):
                return None
        except psutil.NoSuchProcess:
            return None
        return process


def _start_time(process: psutil.Process) -> float:
    return round(process.create_time() - psutil.boot_time(), 2)


def run_as(user: str | None) -> dict[str, Any]:
    """Arguments of `subprocess` that make the child run as a system user, with that user's group and no other."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def find(state: State, name: str) -> RunningProcess | None:
    """The service's running process, or None."""
    entry = state.read(PROCESSES).get(name)
    if entry is None:
        return None
    running = RunningProcess(**entry)
    return running if running.process() else None


def adopt_or_start(
    adopted: RunningProcess | None, begin: Callable[[], RunningProcess], wait: Callable[[RunningProcess], None]
) -> RunningProcess:
    """Wait for the process that was found. If there is none, or if it was just ending, start a new one and wait for
    that. Returns the process.

    Raises whatever `begin` and `wait` raise.
    """
    if adopted:
        try:
            wait(adopted)
        except EndedWhileStarting:
            adopted = None
        else:
            return adopted
    running = begin()
    wait(running)
    return running


def start(
    state: State,
    name: str,
    command: Sequence[object],
    *,
    port: int = 0,
    folder: Path,
    env: Mapping[str, str],
    user: str | None = None,
) -> RunningProcess:
    """Start a detached process, with its output in `log/<name>.log`, and record it.

    Raises GongkaiError when the program cannot be started.
    """
    log = state.log(name)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    words = [str(word) for word in command]
    if shutil.which(words[0], path=env.get("PATH", os.defpath)) is None:
        raise GongkaiError(f"{name} cannot be started: there is no program {words[0]}", hint=f"log: {log}")
    _ending(state, name).unlink(missing_ok=True)  # the shell of an earlier process may still write to the old file
    with log.open("ab") as output, _ending(state, name).open("wb") as ending:
        log_from = output.tell()
        try:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHED, "sh", *words],
                stdin=ending,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(env),
                start_new_session=True,
                **run_as(user),
            )
        except OSError as error:
            raise GongkaiError(f"{name} cannot be started: {error}", hint=f"log: {log}") from error
    _started_children.append(child)
    pid = _written_id(state, name)
    try:
        started = _start_time(psutil.Process(pid))
    except psutil.NoSuchProcess:
        started = 0.0  # it has ended already; `wait_until` reports this
    running = RunningProcess(pid, started, port, log_from)
    state.update(PROCESSES, lambda all_: all_.update({name: asdict(running)}))
    return running


def _ending(state: State, name: str) -> Path:
    return state.root / "log" / f"{name}.exit"


def _written_id(state: State, name: str) -> int:
    """The id of the process that the shell has just begun."""
    deadline = time.monotonic() + 10
    while not (words := _ending(state, name).read_text().split()):
        if time.monotonic() > deadline:
            raise GongkaiError(f"{name} cannot be started: /bin/sh says nothing", hint=f"log: {state.log(name)}")
        time.sleep(0.002)
    return int(words[0])


def how_it_ended(state: State, name: str) -> str:
    """How and when the recorded process of the service ended, in words, with the last line of its log."""
    words: list[str] = []
    deadline = time.monotonic() + 1  # the shell may be about to write
    while len(words) < 3 and _ending(state, name).exists() and time.monotonic() < deadline:
        words = _ending(state, name).read_text().split()
        time.sleep(0 if len(words) == 3 else POLL)
    last = f"; its log ends: {last_line(state.log(name))}"
    if len(words) < 3:
        return f"ended, and nobody saw how: the machine stopped, or all was killed at once{last}"
    code, at = int(words[1]), in_beijing(datetime.fromtimestamp(int(words[2]), UTC))
    if code > _KILLED:
        try:
            how = signal.Signals(code - _KILLED).name
        except ValueError:
            how = f"signal {code - _KILLED}"
        return f"killed by {how} at {at}{last}"
    return f"ended by itself at {at}, exit code {code}{last}"


def no_notice(_: str) -> None:
    """Ignores notices of a long wait."""


def wait_until(
    state: State,
    name: str,
    running: RunningProcess,
    ready: Callable[[], bool],
    *,
    patience: float,
    notice: Notice = no_notice,
) -> None:
    """Wait until `ready()` is true, as long as the process makes progress.

    On a busy machine a start may be slow. So the wait fails only if the process used no CPU time and wrote nothing to
    its log for `patience` seconds, or after `MOST_PATIENCE` times as long. `notice` is called every `NOTICE_EVERY`
    seconds with what is waited for.

    Raises `EndedWhileStarting` if the process ends, GongkaiError if the wait fails, both with the last line of its log.
    """
    began = progress_at = looked_at = noticed_at = time.monotonic()
    progress = _progress(state, name, running)
    while running.process():
        if ready():
            return
        now = time.monotonic()
        if now - looked_at > min(1.0, patience):
            looked_at, before, progress = now, progress, _progress(state, name, running)
            progress_at = now if progress != before else progress_at
        if now - progress_at > patience or now - began > MOST_PATIENCE * patience:
            raise _not_started(f"does not answer after {now - began:.0f} s", state, name, running)
        if now - noticed_at > NOTICE_EVERY:
            noticed_at = now
            notice(f"for {name} ({now - began:.0f} s): {last_line(state.log(name), running.log_from)}")
        time.sleep(min(LONGEST_POLL, max(POLL, (now - began) / 20)))
    raise _not_started("ended while it started", state, name, running, EndedWhileStarting)


def _not_started(
    why: str, state: State, name: str, running: RunningProcess, kind: type[GongkaiError] = GongkaiError
) -> GongkaiError:
    line = last_line(state.log(name), running.log_from)
    return kind(f"{name} {why}: {line}", hint=f"log: {state.log(name)}")


def _progress(state: State, name: str, running: RunningProcess) -> tuple[float, int]:
    """CPU time in tenths of a second used by the process and its children, and the size of its log."""
    leader = running.process()
    family = [leader, *_children(leader)] if leader else []
    cpu = 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            times = process.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
    return round(cpu, 1), state.log(name).stat().st_size


def last_line(log: Path, offset: int = 0) -> str:
    """The last line of a log that contains words, for an error message; lines that name an error are preferred."""
    try:
        with log.open("rb") as file:
            file.seek(max(offset, log.stat().st_size - 65536))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        lines = []
    lines = [line for line in lines if any(letter.isalnum() for letter in line)]
    errors = [line for line in lines if any(w in line.lower() for w in ("error", "fatal", "panic", "failed"))]
    return (errors or lines or ["the log is empty"])[-1][:300]


def stop(state: State, names: Iterable[str], *, how: signal.Signals = signal.SIGTERM, seconds: float) -> list[str]:
    """Stop the recorded processes of these names and all their children; returns the names that were running.

    Sends the signal `how`, and kills what still runs after `seconds`.
    """
    names = list(names)
    recorded = {name: find(state, name) for name in names}
    leaders = {name: process for name, run in recorded.items() if run and (process := run.process())}
    family = [child for leader in leaders.values() for child in _children(leader)]
    for leader in leaders.values():
        _signal(leader, how)
    rest = [
        *_still_running(list(leaders.values()), seconds),
        *family,
        *(orphan for name in names for orphan in _orphans(state.log(name))),
    ]
    _kill(rest)
    state.update(PROCESSES, lambda all_: [all_.pop(name, None) for name in names])
    return list(leaders)


def kill_leftovers(state: State, name: str) -> None:
    """Kill the children that a service left behind when it was killed itself."""
    _kill(_orphans(state.log(name)))


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _orphans(log: Path) -> list[psutil.Process]:
    """Processes that write to the log, and their children."""
    orphans = []
    for process in psutil.process_iter():
        try:
            if any(file.path == str(log) and file.fd in (1, 2) for file in process.open_files()):
                orphans += [process, *_children(process)]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone meanwhile, or another user's: then it is not ours
    return [process for process in orphans if process.pid != os.getpid()]


def _kill(processes: list[psutil.Process]) -> None:
    # psutil refuses to signal a process if its id now belongs to another one.
    for process in processes:
        _signal(process, signal.SIGKILL)
    if alive := _still_running(processes, 10):
        raise GongkaiError(f"pid {alive[0].pid} does not end, not even by SIGKILL", hint="see what it waits for")


def _still_running(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """The processes that have not ended after so many seconds. A zombie counts as ended."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(POLL)
    return alive


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
