"""A real clamd that knows one invented virus; tests that ask for one are skipped where none is installed."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl.local import ports, process
from etl.local.state import State

VIRUS = b"this is the invented virus"
NAME = "Invented.Virus.UNOFFICIAL"
"""So clamd calls what a database other than ClamAV's own knows."""
LONGEST = 2**20
"""Bytes that it takes."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """A clamd that runs at an address."""

    state: State
    address: str

    def send(self, what: signal.Signals) -> None:
        running = process.find(self.state, "clamd")
        assert running
        os.kill(running.pid, what)


@contextmanager
def running_clamd(folder: Path) -> Iterator[Clamd]:
    """The system's clamd with a database of one signature, for the time of the block."""
    program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("no clamd is installed (Debian: apt-get install clamav-daemon)")
    state = State.open(folder)
    port = ports.pick_port(state, "clamd", 0, "clamd", "")
    database = state.folder("clamd")
    (database / "invented.ndb").write_text(f"Invented.Virus:0:*:{VIRUS.hex()}\n")
    settings = {"Foreground": "yes", "DatabaseDirectory": database, "TCPSocket": port, "TCPAddr": ports.HOST}
    settings |= {"StreamMaxLength": LONGEST}
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    words = [program, "--config-file", folder / "clamd.conf"]
    running = process.start(state, "clamd", words, folder=folder, env=os.environ)
    try:
        process.wait_until(state, "clamd", running, lambda: ports.accepts_connections(port), patience=60)
        yield Clamd(state, f"{ports.HOST}:{port}")
    finally:
        process.stop(state, ["clamd"], how=signal.SIGKILL, seconds=5)
