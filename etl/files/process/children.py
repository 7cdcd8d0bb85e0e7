"""Starts and ends reading processes, which a separate process forks (`etl.files.process.fork_server`)."""

import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress

from etl.files.process.channel import Channel

NUMBER = struct.Struct("!q")
"""A process id or an exit code, as the fork server sends them."""
MAX_REQUEST_BYTES = 1_000
PRELOAD, ONLY_HERE = "preload", "only-here"
"""The last word of a request: whether the fork server loads the module too, or only the new process. The words before
it are the name of the module, and the bytes of memory that the process may use."""
_FORK_SECONDS = 120
"""Time limit for a fork and the loading of modules before it: it usually takes 0.5 s at most, and more on a busy
machine."""


class Child:
    """A reading process. `channel`: the connection to it."""

    def __init__(self, channel: Channel, life: socket.socket, pid: int) -> None:
        self.channel, self._life, self.pid = channel, life, pid

    def end(self) -> int | None:
        """Kills the process, unless it has ended already, and returns its exit code; None if that is not known."""
        with suppress(OSError):  # it has ended
            self._life.shutdown(socket.SHUT_WR)
        code = self.exit_code()
        self.channel.close()
        return code

    def exit_code(self) -> int | None:
        """Waits until the process has ended, and returns its exit code; None if the fork server was killed, which ends
        its children too."""
        with self._life, suppress(OSError, struct.error):
            return int(NUMBER.unpack(self._life.recv(NUMBER.size))[0])
        return None


class ForkServerClient:
    """The connection of this process to its fork server. The server starts when it is first needed, and is shared with
    all forks of this process that are made later; it ends with the last of them."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._identity: tuple[int, int] | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it

    def start(self) -> None:
        """Starts the fork server unless it was started."""
        with self._lock:
            self._connect()

    def fork(self, module: str, memory: int, *, preload: bool) -> Child:
        """A new process that serves the functions of a module and may use `memory` bytes of data.

        `preload`: whether the fork server loads the module, for all later processes. Raises `OSError`.
        """
        request = f"{module} {memory} {PRELOAD if preload else ONLY_HERE}".encode()
        try:
            return self._fork(request)
        except OSError:
            # The server was killed; it is started again, now for this process and its later forks.
            return self._fork(request)

    def _fork(self, request: bytes) -> Child:
        with self._lock:
            control = self._connect()
        channel, child_channel = socket.socketpair()
        life, child_life = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with child_channel, child_life:
                socket.send_fds(control, [request], [child_channel.fileno(), child_life.fileno()])
            life.settimeout(_FORK_SECONDS)
            pid = NUMBER.unpack(life.recv(NUMBER.size))[0]
        except (OSError, struct.error) as error:
            with self._lock:
                if self._control is control:  # another thread may have started a new server already
                    self._disconnect()
            life.close()
            channel.close()
            raise ChildProcessError(f"no process was forked: {error}") from error
        return Child(Channel(channel), life, pid)

    def _connect(self) -> socket.socket:
        if self._control and _identity(self._control.fileno()) != self._identity:
            # A program that detaches from its terminal closes its files; this number may be another file's now.
            self._control.detach()
            self._control = None
        if self._control is None:
            self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with other:
                self._server = subprocess.Popen(
                    [sys.executable, "-m", "etl.files.process.fork_server", str(other.fileno())],
                    pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL,
                    env=_environment(),
                )
            self._identity = _identity(self._control.fileno())
        return self._control

    def stop(self) -> None:
        """Leaves the fork server, which ends unless other processes share it."""
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
            self._server.poll()


def _identity(file: int) -> tuple[int, int] | None:
    """Device and inode of an open file; None if it is closed."""
    try:
        status = os.fstat(file)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _environment() -> dict[str, str]:
    """This process's environment without its passwords, as the reading processes parse untrusted files."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "AIRFLOW"))}
    return variables | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


fork_server = ForkServerClient()
"""The fork server for all work in this process."""
