"""Time, CPU and memory of a command with all processes that it starts, and of the servers that it uses."""

import ctypes
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_EVERY = 0.25
"""Seconds between two looks at the memory."""
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
    output: str

    @property
    def all_cpu(self) -> float:
        return sum(self.cpu.values())


def measured(
    command: Sequence[object], env: Mapping[str, str], servers: Mapping[str, int], folder: Path, patience: float = 900
) -> Usage:
    """Runs the command to its end. `servers`: ids of processes by name; `folder`: where its output is kept meanwhile.

    Raises CommandFailed.
    """
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    ours = {child.pid for child in psutil.Process().children()}
    before, times = {name: tree_cpu(pid) for name, pid in servers.items()}, psutil.cpu_times()
    began, peak = time.monotonic(), 0
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen([str(word) for word in command], env=dict(env), stdout=stdout, stderr=stderr)
        own, status = 0.0, None
        while status is None:
            peak = max(peak, tree_memory(process.pid))
            time.sleep(LOOK_EVERY)
            ended, code, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                status, seconds, own = os.waitstatus_to_exitcode(code), time.monotonic() - began, _seconds(used)
            elif time.monotonic() - began > patience:
                process.kill()
    process.returncode = status
    after, times_after = {name: tree_cpu(pid) for name, pid in servers.items()}, psutil.cpu_times()
    own += _orphans(ours)
    if status:
        raise CommandFailed(f"{command} ended with {status}: {err.read_text(errors='replace')[-2000:]}")
    cpu = {"own": own} | {name: after[name] - before[name] for name in servers}
    passed = [b - a for a, b in zip(times, times_after, strict=True)]
    idle = (times_after.idle - times.idle + times_after.iowait - times.iowait) / sum(passed)
    return Usage(seconds, cpu, peak, idle, out.read_text(errors="replace"))


def _seconds(used: "os.struct_rusage") -> float:  # type: ignore[name-defined]
    return float(used.ru_utime + used.ru_stime)


def _orphans(before: set[int]) -> float:
    """CPU seconds of processes that the command left behind; they are ended."""
    seconds = 0.0
    for child in psutil.Process().children():
        if child.pid not in before:
            child.kill()
            seconds += _seconds(os.wait4(child.pid, 0)[2])
    return seconds


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
    """Bytes of the proportional set sizes of a tree: pages that n processes share count 1/n for each."""
    total = 0
    for process in tree(pid):
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total
