"""Connections to object storage: a dead server fails within seconds, but a busy one has time to take large bodies."""

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS = 3
BUSY_SECONDS = 30
"""Time within which a server must accept the next bytes, or send some."""


class _Http(HTTPConnection):
    # urllib3 applies the timeout for connecting also to sending a body. A crawl failed because a server flushed its
    # disk for three seconds while it received 49 MB.
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
    """Connections to one storage server. Status 500 is not retried: a server with a full disk answers it, after a long
    wait."""
    pool = urllib3.PoolManager(
        maxsize=16,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=BUSY_SECONDS),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504], raise_on_status=False),
    )
    pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return pool
