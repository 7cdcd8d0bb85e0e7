"""Processes that one command starts and a later one finds and stops, without touching any other."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from etl.errors import GongkaiError
from etl.local import process
from etl.local.process import PROCESSES, RunningProcess
from etl.local.state import State

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
WORDY = [
    sys.executable,
    "-c",
    "import time\nfor number in range(9): print('step', number, flush=True); time.sleep(0.4)\ntime.sleep(600)",
]
WITH_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print('both', flush=True); time.sleep(600)",
]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State.open(tmp_path)
    yield state
    process.stop(state, ["service"], how=signal.SIGKILL, seconds=5)


@pytest.fixture
def stranger() -> Iterator[psutil.Process]:
    started = subprocess.Popen(SLEEP)
    yield psutil.Process(started.pid)
    started.kill()
    started.wait()


def start(state: State, command: list[str]) -> RunningProcess:
    return process.start(state, "service", command, folder=state.root, env={})


def start_with_child(state: State) -> tuple[psutil.Process, psutil.Process]:
    running = start(state, WITH_CHILD)
    log = state.log("service")
    process.wait_until(state, "service", running, lambda: "both" in log.read_text(), patience=20)
    leader = psutil.Process(running.pid)
    (child,) = leader.children()
    return leader, child


def test_a_process_is_found_again_and_ended_with_its_children(state: State) -> None:
    leader, child = start_with_child(state)
    assert process.find(state, "service")

    assert process.stop(state, ["service"], seconds=5) == ["service"]

    assert psutil.wait_procs([leader, child], timeout=60)[1] == []
    assert process.find(state, "service") is None


def test_children_of_a_killed_process_are_found_by_their_log(state: State) -> None:
    leader, child = start_with_child(state)
    leader.kill()
    leader.wait()
    assert child.is_running()

    process.kill_leftovers(state, "service")

    child.wait(60)
    assert not child.is_running()


def test_a_process_that_took_over_a_recorded_id_is_left_alone(state: State, stranger: psutil.Process) -> None:
    stale = RunningProcess(pid=stranger.pid, started=1.0, port=0, log_from=0)
    state.update(PROCESSES, lambda known: known.update(service=asdict(stale)))

    assert process.find(state, "service") is None
    assert process.stop(state, ["service"], seconds=5) == []
    process.kill_leftovers(state, "service")

    assert stranger.is_running()
    assert stranger.status() != psutil.STATUS_ZOMBIE


def test_a_reader_of_the_log_is_left_alone(state: State) -> None:
    state.log("service").write_text("a line\n")
    with subprocess.Popen(["tail", "-f", str(state.log("service"))], stdout=subprocess.DEVNULL) as reader:
        process.kill_leftovers(state, "service")

        assert reader.poll() is None
        reader.kill()


def test_the_error_about_a_process_that_ends_at_once_has_its_last_line(state: State) -> None:
    running = start(state, [sys.executable, "-c", "raise SystemExit('FATAL: no such thing')"])

    with pytest.raises(GongkaiError) as caught:
        process.wait_until(state, "service", running, lambda: False, patience=20)

    assert "service ended while it started: FATAL: no such thing" in str(caught.value)
    assert str(state.log("service")) in str(caught.value)


def test_a_process_without_progress_is_given_up(state: State) -> None:
    running = start(state, SLEEP)

    with pytest.raises(GongkaiError, match="service does not answer after 0 s"):
        process.wait_until(state, "service", running, lambda: False, patience=0.1)


def test_a_process_that_makes_progress_is_waited_for_beyond_its_patience(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "NOTICE_EVERY", 0.3)
    notices: list[str] = []
    running = start(state, WORDY)
    log = state.log("service")

    process.wait_until(
        state, "service", running, lambda: "step 4" in log.read_text(), patience=1, notice=notices.append
    )

    assert notices
    assert all(notice.startswith("for service (") for notice in notices)
    assert "step" in notices[-1]


def test_a_process_that_was_ending_when_it_was_found_is_replaced(state: State) -> None:
    def wait(running: RunningProcess) -> None:
        process.wait_until(state, "service", running, lambda: running.pid != ending.pid, patience=20)

    ending = start(state, [sys.executable, "-c", "import time; time.sleep(0.5)"])

    replaced = process.adopt_or_start(process.find(state, "service"), lambda: start(state, SLEEP), wait)

    assert replaced == process.find(state, "service")
    assert replaced != ending


def test_a_missing_program_is_an_error(state: State) -> None:
    with pytest.raises(GongkaiError, match=r"service cannot be started: .*no-such-program"):
        start(state, [str(state.root / "no-such-program")])
