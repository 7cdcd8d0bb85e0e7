"""Ports on loopback: free ones, taken ones, and who holds them."""

import random
import socket
import time

import psutil

from etl.errors import GongkaiError
from etl.local.state import State

HOST = "127.0.0.1"
FREE_RANGE = range(20000, 30000)
"""Below the range from which the kernel takes the ports of outgoing connections (32768 and up on Linux,
`net.ipv4.ip_local_port_range`), so that a port remembered for the next start is not lost to one of those."""

LINGER = 3.0
"""Seconds for which a server that was killed a moment ago may still hold its port."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A server binds with it too: a closed connection that still lingers does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def accepts_connections(port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def listening_process(port: int) -> str:
    """Who listens on a port, as text for an error; empty where the system does not tell."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for found in connections:
        if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid:
            try:
                return f"{psutil.Process(found.pid).name()} (pid {found.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""


def require_same_port(running: int, wanted: int, part: str, setting: str) -> None:
    """GongkaiError where a part runs on another port than the one wanted (0: any)."""
    if wanted not in (0, running):
        raise GongkaiError(
            f"{part} runs on port {running}, and {setting} says {wanted}", hint="run `gongkai down` first"
        )


def pick_port(state: State, name: str, wanted: int, part: str, setting: str) -> int:
    """The port for a part: the one wanted, or for 0 a free one, the same as last time where that is free.

    Whoever knows the part's address goes on with it: the port of last time is waited for before another is taken.

    Raises GongkaiError when the wanted port is taken, with who has it and the setting to change.
    """
    if wanted:
        if not is_free(wanted):
            who = listening_process(wanted)
            raise GongkaiError(
                f"{part}: port {wanted} is taken" + (f" by {who}" if who else ""),
                hint=f"stop that, or set {setting} to another port (0 takes any free one)",
            )
        return wanted

    def keep(known: dict[str, int]) -> None:
        if name not in known or not _wait_until_free(known[name]):
            tries = random.sample(FREE_RANGE, len(FREE_RANGE))
            known[name] = next(port for port in tries if port not in known.values() and is_free(port))

    return int(state.update("ports.json", keep)[name])


def _wait_until_free(port: int) -> bool:
    deadline = time.monotonic() + LINGER
    while not (free := is_free(port)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return free
