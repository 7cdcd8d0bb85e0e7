"""Detached processes: started with a log file, recorded, found again, and ended without touching any other.

A process is recognised by its id together with the moment it was created. What it left behind when it was
killed is recognised by the log file that it was given: a process whose standard output or error is that file
was started by it.
"""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from etl.errors import GongkaiError
from etl.local.state import State

PROCESSES = "processes.json"
LOG_LIMIT = 20_000_000
"""Bytes after which a log moves to `<name>.log.1` at the next start: a year of restarts must not fill the disk."""
POLL = 0.05

_started_children: list[subprocess.Popen[bytes]] = []  # a Popen that is collected while it runs warns


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process as recorded: `started` is in seconds after boot, which no change of the clock moves."""

    pid: int
    started: float
    port: int
    log_from: int

    def process(self) -> psutil.Process | None:
        """The process itself, or none where it has ended or its id belongs to another one now."""
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
    """Arguments of `subprocess` that step down to a system user, its own group and no other one."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def find(state: State, name: str) -> RunningProcess | None:
    """The part's running process, or none."""
    entry = state.read(PROCESSES).get(name)
    if entry is None:
        return None
    running = RunningProcess(**entry)
    return running if running.process() else None


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
    """Start a detached process with its log in `log/<name>.log` and record it."""
    log = state.log(name)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        log_from = output.tell()
        try:
            child = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
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
    running = RunningProcess(child.pid, _start_time(psutil.Process(child.pid)), port, log_from)
    state.update(PROCESSES, lambda all_: all_.update({name: asdict(running)}))
    return running


def wait_until(state: State, name: str, running: RunningProcess, ready: Callable[[], bool], *, seconds: float) -> None:
    """Wait until `ready`; GongkaiError with the last line of its log when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while running.process():
        if ready():
            return
        if time.monotonic() > deadline:
            why = f"does not answer after {seconds:.0f} s"
            break
        time.sleep(POLL)
    else:
        why = "ended while it started"
    line = last_line(state.log(name), running.log_from)
    raise GongkaiError(f"{name} {why}: {line}", hint=f"log: {state.log(name)}")


def last_line(log: Path, offset: int = 0) -> str:
    """The last line of a log that says something, an error before anything else."""
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
    """End the recorded processes of these names with all that they started; gives the names that were running.

    Asks with `how`, and kills what still runs after `seconds`.
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
    """Kill what a part left behind when it was killed itself."""
    _kill(_orphans(state.log(name)))


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _orphans(log: Path) -> list[psutil.Process]:
    """Processes that write to the log, and their children."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(file.path == str(log) and file.fd in (1, 2) for file in process.open_files()):
                found += [process, *_children(process)]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone meanwhile, or another user's: then it is not ours
    return [process for process in found if process.pid != os.getpid()]


def _kill(processes: list[psutil.Process]) -> None:
    # psutil refuses to signal a process whose id was given to another one in the meantime.
    for process in processes:
        _signal(process, signal.SIGKILL)
    if alive := _still_running(processes, 10):
        raise GongkaiError(f"pid {alive[0].pid} does not end, not even by SIGKILL", hint="see what it waits for")


def _still_running(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that have not ended after so many seconds; one that only waits for its parent's notice has ended."""
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
