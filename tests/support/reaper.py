"""Ends a test session's services and removes their data when the session itself could not, because it was killed.

`python -m tests.support.reaper STATE_DIR`, which `tests.support.services` lets a shell begin once the session is gone.
"""

import shutil
import signal
import sys
from pathlib import Path

from etl.local import process, services, store
from etl.local.state import State


def end_at_once(state_dir: Path) -> None:
    """Kill the services: their data is a test's, and an orderly stop takes seconds."""
    state = State(state_dir)
    process.stop(state, {*services.NAMES, *state.read(process.PROCESSES)}, how=signal.SIGKILL, seconds=60)
    store.drop_sockets(state)


if __name__ == "__main__":
    end_at_once(Path(sys.argv[1]))
    shutil.rmtree(sys.argv[1], ignore_errors=True)
