"""A storage that is busy is waited for; one that is dead is an error soon (`tests/pipeline/test_outages.py`)."""

import socket
import threading

import pytest
import urllib3

from etl.archive.storage import connections
from etl.archive.storage.connections import storage_connections

BODY = b"x" * 20_000_000


def test_a_server_may_stop_taking_a_body_for_longer_than_it_may_take_to_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "CONNECT_SECONDS", 0.2)
    listener = socket.create_server(("127.0.0.1", 0))

    def busy() -> None:
        connection, _ = listener.accept()
        threading.Event().wait(0.6)
        taken = 0
        while taken < len(BODY):
            taken += len(connection.recv(2**20))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    server = threading.Thread(target=busy)
    server.start()
    with listener, storage_connections() as pool:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/k"
        answer = pool.request("PUT", url, body=BODY, retries=urllib3.Retry(0))
        server.join()
    assert answer.status == 200
