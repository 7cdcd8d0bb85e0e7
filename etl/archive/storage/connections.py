"""Connections to object storage: a dead server is an error within seconds, a busy one has time to take large bodies."""

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS = 3
BUSY_SECONDS = 30
"""Time in which a server must take the next bytes, or send some."""


class _Http(HTTPConnection):
    # urllib3 gives the sending of a body the time of connecting: a server that flushed its disk for three seconds
    # while it took 49 MB ended a crawl.
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(BUSY_SECONDS)


class _Https(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(BUSY_SECONDS)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


def storage_connections() -> urllib3.PoolManager:
    """Connections for one storage server. 500 is not retried: it is the answer of a full disk, after a long wait."""
    pool = urllib3.PoolManager(
        maxsize=16,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=BUSY_SECONDS),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504], raise_on_status=False),
    )
    pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return pool
