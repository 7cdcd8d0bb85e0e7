"""Ends a session's local parts when the session itself could not, because it was killed.

Run as `python -m tests.reaper STATE_DIR PID` in a session of its own: waits for the process to end.
"""

import sys

import psutil

from etl.local import parts
from etl.settings import Settings

if __name__ == "__main__":
    state_dir, pid = sys.argv[1:]
    try:
        psutil.Process(int(pid)).wait()
    except psutil.NoSuchProcess:
        pass
    parts.down(Settings(state_dir=state_dir), lambda progress: None)
