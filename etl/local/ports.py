"""Ports on loopback: finds free ones, and names the process that uses a port."""

import random
import socket
import time
from collections.abc import Callable
from functools import partial

import psutil

from etl.errors import GongkaiError
from etl.local.state import State

HOST = "127.0.0.1"
FREE_RANGE = range(20000, 30000)
"""Below the range of ports for outgoing connections (32768 and up on Linux, `net.ipv4.ip_local_port_range`), so that
none of these takes a port that is remembered for the next start."""

LINGER = 3.0
"""Seconds for which a server that has just been killed may still hold its port."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers also bind with this option, so a port with a lingering closed connection counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def accepts_connections(port: int) -> bool:
    """Whether a server accepts connections on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def listening_process(port: int) -> str:
    """Name and pid of the process that listens on a port, for an error message; empty where the system hides it."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        listens_here = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens_here and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""


def require_same_port(running: int, configured: int, service: str, setting: str) -> None:
    """Raise GongkaiError if a service runs on another port than the configured one (0 allows any)."""
    if configured not in (0, running):
        raise GongkaiError(
            f"{service} runs on port {running}, and {setting} says {configured}", hint="run `gongkai down` first"
        )


def pick_port(state: State, name: str, configured: int, service: str, setting: str, in_a_row: int = 1) -> int:
    """The port on which to start a service: the configured one, or for 0 a free one, if possible that of the last
    start. `in_a_row`: ports that the service takes from this one on.

    Clients remember the service's address across restarts, so this waits for the port of the last start (`LINGER`)
    before it takes another one.

    Raises GongkaiError if the configured port is taken; names the process that uses it and the setting to change.
    """
    if configured:
        if not is_free(configured):
            holder = listening_process(configured)
            raise GongkaiError(
                f"{service}: port {configured} is taken" + (f" by {holder}" if holder else ""),
                hint=f"stop that, or set {setting} to another port (0 takes any free one)",
            )
        return configured

    def are_free(first: int) -> bool:
        return all(is_free(port) for port in range(first, first + in_a_row))

    def remember(ports: dict[str, int]) -> None:
        if name not in ports or not _wait_until(partial(are_free, ports[name])):
            others = {port for other, port in ports.items() if other != name}
            starts = random.sample(FREE_RANGE, len(FREE_RANGE))
            ports[name] = next(at for at in starts if others.isdisjoint(range(at, at + in_a_row)) and are_free(at))

    return int(state.update("ports.json", remember)[name])


def _wait_until(are_free: Callable[[], bool]) -> bool:
    """Whether the ports become free within `LINGER` seconds."""
    deadline = time.monotonic() + LINGER
    while not (free := are_free()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return free
