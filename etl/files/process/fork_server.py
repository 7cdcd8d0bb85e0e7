"""Forks reading processes: `python -m etl.files.process.fork_server FD`, where FD is the number of its socket.

A reading process needs half a second of CPU to load its modules. This process loads them once, and then forks a reading
process in a few milliseconds. It is not a fork of the program itself, whose memory holds passwords: hostile bytes are
parsed in the reading processes. It has no threads, and reads no files itself.
"""

import ctypes
import os
import resource
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module

from etl import cycle_collector
from etl.files.process.channel import Channel
from etl.files.process.children import MAX_REQUEST_BYTES, NUMBER, PRELOAD
from etl.files.process.worker import serve

_KILLED_WITH_PARENT = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""


class ForkServer:
    """Forks a process for each message on the socket `control`, until all processes that could send one are gone."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Handles messages. Ends its children when it ends."""
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    key.data.handle(key.fileobj)
                elif not self._fork():
                    self._end_children()
                    return

    def _end_children(self) -> None:
        children = {key.data for key in self._selector.get_map().values() if key.data is not None}
        for child in children:
            child.end()

    def _fork(self) -> bool:
        """Forks a process as one message requests; returns whether there was one."""
        request, files, *_ = socket.recv_fds(self._control, MAX_REQUEST_BYTES, 2)
        if not request:
            return False
        channel, life = (socket.socket(fileno=file) for file in files)
        module, memory, preload = request.decode().split()
        if preload == PRELOAD:
            _load(module)
        ended, ends = os.pipe()
        pid = os.fork()
        if not pid:
            self._close_all(life, ended)
            _read(channel, module, int(memory))
        os.close(ends)
        channel.close()
        _Child(self._selector, pid, life, ended)
        return True

    def _close_all(self, life: socket.socket, ended: int) -> None:
        """Closes, in a forked process, the files of the fork server and of its other children."""
        for key in list(self._selector.get_map().values()):
            os.close(key.fd)
        self._selector.close()
        os.close(life.detach())
        os.close(ended)


class _Child:
    """A forked process. It is killed if its owner closes its side of `life`, or is gone. `ended` can be read once it
    has ended; then its exit code is sent on `life`."""

    def __init__(self, selector: selectors.BaseSelector, pid: int, life: socket.socket, ended: int) -> None:
        self._selector, self._pid, self._life, self._ended = selector, pid, life, ended
        selector.register(life, selectors.EVENT_READ, self)
        selector.register(ended, selectors.EVENT_READ, self)
        self._send(pid)

    def handle(self, source: object) -> None:
        """Handles an event: `life` or `ended` (`source`) can be read."""
        if self._life.fileno() < 0:
            return  # both could be read, and the process was reaped: another one may have its number now
        if source is self._life:
            os.kill(self._pid, signal.SIGKILL)
            self._selector.unregister(self._life)
            return
        self._reap()
        for file in (self._life, self._ended):
            with suppress(KeyError):
                self._selector.unregister(file)
        self._life.close()
        os.close(self._ended)

    def end(self) -> None:
        """Kills the process and waits for it."""
        os.kill(self._pid, signal.SIGKILL)
        self._reap()

    def _reap(self) -> None:
        _, status = os.waitpid(self._pid, 0)
        self._send(os.waitstatus_to_exitcode(status))

    def _send(self, number: int) -> None:
        with suppress(OSError):  # the owner is gone
            self._life.send(NUMBER.pack(number))


def _load(module: str) -> None:
    cycle_collector.pause()
    # If the module cannot be loaded, the forked process fails to load it too, and reports that.
    with suppress(Exception):
        import_module(module)
    cycle_collector.resume()


def _read(channel: socket.socket, name: str, memory: int) -> None:
    """What the forked process does until its owner closes the channel."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_KILLED_WITH_PARENT, signal.SIGKILL)
        # Limits data and not address space, as onnxruntime and PDFium map far more than they use.
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        _load(name)
        module = import_module(name)
        # The crawl that wants the answers may be killed at any time: there is nobody left to answer.
        with suppress(ConnectionError):
            serve(Channel(channel), module)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it must not run the code of the parent
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


if __name__ == "__main__":
    # The program that is interrupted at the terminal ends its reading processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A crash is an expected outcome here. A core dump would write a copy of the document to disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).run()
