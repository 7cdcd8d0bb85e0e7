"""Ends a test session's services and removes their data when the session itself could not, because it was killed.

Run as `python -m tests.support.reaper STATE_DIR PID` in a session of its own: waits for the process to end.
"""

import contextlib
import shutil
import signal
import sys
from pathlib import Path

import psutil

from etl.local import process, services, store
from etl.local.state import State


def end_at_once(state_dir: Path) -> None:
    """Kill the services: their data is a test's, and an orderly stop takes seconds."""
    state = State(state_dir)
    process.stop(state, services.NAMES, how=signal.SIGKILL, seconds=5)
    store.drop_sockets(state)


if __name__ == "__main__":
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(sys.argv[2])).wait()
    end_at_once(Path(sys.argv[1]))
    shutil.rmtree(sys.argv[1], ignore_errors=True)
