"""Reading processes are forked from a process that loads their modules once, and end with it and with their owner."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from etl.files.process.children import Child, ForkServerClient

MODULE = "etl.files.types"


@pytest.fixture
def server() -> Iterator[ForkServerClient]:
    server = ForkServerClient()
    yield server
    server.stop()


def fork(server: ForkServerClient, module: str = MODULE) -> Child:
    child = server.fork(module, 2**30, preload=True)
    assert child.channel.receive(100, 100, 60) == ({"answer": None}, b"ready")
    return child


def parent_of(child: Child) -> psutil.Process:
    parent = psutil.Process(child.pid).parent()
    assert parent is not None
    return parent


def test_a_module_is_loaded_once_for_all_processes(server: ForkServerClient) -> None:
    fork(server, "etl.files.read").end()
    used = parent_of(first := fork(server, "etl.files.read")).cpu_times()
    second = fork(server, "etl.files.read")
    assert parent_of(second) == parent_of(first)
    loading = used.user + used.system
    assert psutil.Process(second.pid).cpu_times().user < loading / 4
    assert (first.end(), second.end()) == (-signal.SIGKILL, -signal.SIGKILL)


def test_a_process_that_ended_by_itself_gives_its_exit_code(server: ForkServerClient) -> None:
    process = psutil.Process((child := fork(server)).pid)
    os.kill(child.pid, signal.SIGSEGV)
    process.wait(60)
    assert child.end() == -signal.SIGSEGV


def test_a_module_that_cannot_be_loaded_ends_its_process_alone(
    server: ForkServerClient, capfd: pytest.CaptureFixture[str]
) -> None:
    child = server.fork("etl.files.nowhere", 2**30, preload=True)
    assert child.exit_code() == 1
    assert "No module named 'etl.files.nowhere'" in capfd.readouterr().err
    assert fork(server).end() == -signal.SIGKILL


def test_a_server_that_was_killed_takes_its_processes_along_and_is_replaced(server: ForkServerClient) -> None:
    child = fork(server)
    reading, parent = psutil.Process(child.pid), parent_of(child)
    parent.kill()
    reading.wait(60)
    assert child.end() is None
    other = fork(server)
    assert parent_of(other) != parent
    other.end()


def test_a_server_that_is_killed_before_it_forks_is_replaced(server: ForkServerClient) -> None:
    parent = parent_of(first := fork(server))
    parent.suspend()
    children: list[Child] = []
    requesting = threading.Thread(target=lambda: children.append(fork(server)))
    requesting.start()
    while not fcntl.ioctl(server._connect(), termios.TIOCOUTQ, b"\0" * 4).strip(b"\0"):
        time.sleep(0.01)  # until the request waits in the socket
    parent.kill()
    requesting.join()
    assert parent_of(children[0]) != parent
    assert (first.end(), children[0].end()) == (None, -signal.SIGKILL)


def test_forks_of_a_program_share_its_server(server: ForkServerClient) -> None:
    """As the tasks of an Airflow worker do; each ends its own processes alone."""
    child = fork(server)
    reads, writes = os.pipe()
    if not (task := os.fork()):
        try:
            os.write(writes, str(parent_of(fork(server)).pid).encode())
        finally:
            os._exit(0)  # whatever happens, a fork must not go on as a test run
    os.waitpid(task, 0)
    assert int(os.read(reads, 100)) == parent_of(child).pid
    for file in (reads, writes):
        os.close(file)
    assert psutil.wait_procs([each for each in parent_of(child).children() if each.pid != child.pid], 60)[1] == []
    assert child.end() == -signal.SIGKILL


def test_a_program_that_closed_its_files_starts_another_server() -> None:
    """As one does that detaches from its terminal: the number of the closed socket may be that of another file."""
    code = f"""
import os, psutil
from etl.files.process.children import ForkServerClient
server = ForkServerClient()
first = psutil.Process(server.fork("{MODULE}", 2**30, preload=True).pid).ppid()
os.closerange(3, 100)
others = [os.open(os.devnull, os.O_WRONLY) for _ in range(100)]
second = psutil.Process(server.fork("{MODULE}", 2**30, preload=True).pid).ppid()
assert all(map(os.fstat, others)), "a file of somebody else was closed"
os._exit(0 if second != first else 1)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_server_ends_when_nobody_can_send_to_it(server: ForkServerClient) -> None:
    parent = parent_of(fork(server))
    server.stop()
    parent.wait(60)
