"""Time, CPU and memory of a command with all processes that it starts, and of the servers that it uses."""

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

import psutil

LOOK_EVERY = 0.5
"""Seconds between two looks at the memory."""
ORPHANS_END_WITHIN = 5.0
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: orphans of a command become children of this process, which counts their CPU."""


class CommandFailed(Exception):
    """The command ended with an error; says what it wrote last."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took. `cpu`: seconds by name, those of the command as `own`; `peak`: bytes, the largest sum of the
    proportional set sizes of the command's processes; `idle`: share of all cores that nobody used meanwhile."""

    seconds: float
    cpu: Mapping[str, float]
    peak: int
    idle: float
    output: str = ""


class Watch:
    """CPU of trees of processes, by name, and the largest memory of all those named in `memory`, from its making on."""

    def __init__(self, trees: Mapping[str, int], memory: Sequence[str] = ()) -> None:
        self._trees, self._memory, self._peak = trees, memory, 0
        self._cpu, self._machine = {name: tree_cpu(pid) for name, pid in trees.items()}, psutil.cpu_times()
        self._began = time.monotonic()

    def look(self) -> None:
        """Looks at the memory."""
        self._peak = max(self._peak, sum(tree_memory(self._trees[name]) for name in self._memory))

    def usage(self) -> Usage:
        """What was used until now."""
        machine, seconds = psutil.cpu_times(), time.monotonic() - self._began
        cpu = {name: tree_cpu(pid) - self._cpu[name] for name, pid in self._trees.items()}
        passed = sum(machine[:8]) - sum(self._machine[:8])  # the others are parts of these
        idle = machine.idle + machine.iowait - self._machine.idle - self._machine.iowait
        return Usage(seconds, cpu, self._peak, max(0.0, idle / passed))


def measured(
    command: Sequence[object], env: Mapping[str, str], servers: Mapping[str, int], folder: Path, patience: float = 900
) -> Usage:
    """Runs the command to its end. `servers`: ids of processes by name; `folder`: where its output is kept meanwhile.

    Raises CommandFailed.
    """
    out, err, largest, ended = folder / "stdout", folder / "stderr", [0], threading.Event()
    with _adopting() as orphans, out.open("wb") as stdout, err.open("wb") as stderr:
        watch = Watch(servers)
        process = subprocess.Popen([str(word) for word in command], env=dict(env), stdout=stdout, stderr=stderr)

        def look() -> None:
            began = time.monotonic()
            while not ended.wait(LOOK_EVERY):
                largest.append(tree_memory(process.pid))
                if time.monotonic() - began > patience:
                    process.kill()

        looking = threading.Thread(target=look)
        looking.start()
        # Unlike the times in /proc, exact, and with those of all children that it waited for.
        _, code, used = os.wait4(process.pid, 0)
        took, process.returncode = watch.usage(), os.waitstatus_to_exitcode(code)
        ended.set()
        looking.join()
        own = _seconds(used) + sum(map(_end, orphans()))
    if process.returncode:
        raise CommandFailed(f"{command} ended with {process.returncode}: {err.read_text(errors='replace')[-2000:]}")
    return Usage(took.seconds, {"own": own, **took.cpu}, max(largest), took.idle, out.read_text(errors="replace"))


@contextmanager
def _adopting() -> Iterator[Callable[[], set[psutil.Process]]]:
    """Gives a function that returns the processes whose parents ended within the context."""
    libc, before = ctypes.CDLL(None), set(psutil.Process().children())
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield lambda: set(psutil.Process().children()) - before
    finally:
        libc.prctl(_SUBREAPER, 0, 0, 0, 0)


def _end(process: psutil.Process) -> float:
    """Waits some seconds for a process, or kills it; returns the CPU seconds that it took."""
    began = time.monotonic()
    while True:
        ended, _, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            return _seconds(used)
        if time.monotonic() - began > ORPHANS_END_WITHIN:
            process.kill()
        time.sleep(0.05)


def _seconds(used: struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def tree(pid: int) -> list[psutil.Process]:
    """The process and all that it started and that still run."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def tree_cpu(pid: int) -> float:
    """CPU seconds of a tree until now, with those of its processes that have ended."""
    total = 0.0
    for process in tree(pid):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def tree_memory(pid: int) -> int:
    """Bytes of the proportional set sizes of a tree: memory that n processes share counts 1/n for each."""
    total = 0
    for process in tree(pid):
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total
