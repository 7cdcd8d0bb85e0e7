"""Bytes that are damaged on the way to the storage are found, whether the server verifies them itself or not."""

from collections.abc import Callable, Iterator
from hashlib import md5

import pytest

from etl.archive.storage.bucket import Store, StoreAddress, StoreError
from etl.archive.storage.layout import blob_key
from etl.local.services import Addresses
from tests.support.storage_proxy import Answer, StorageProxy, storage_proxy

BODY = "云溪县人民政府关于印发实施方案的通知".encode() * 100


@pytest.fixture
def proxy(services: Addresses) -> Iterator[StorageProxy]:
    with storage_proxy(services.store.endpoint) as running:
        yield running


@pytest.fixture
def store(proxy: StorageProxy, services: Addresses, bucket: str) -> Store:
    keys = services.store
    return Store(StoreAddress(proxy.endpoint, keys.access_key, keys.secret_key, bucket, secure=False))


def takes_anything(method: str, body: bytes, answer: Answer) -> Answer:
    """As a server that does not know the checksum of a SHA-256."""
    etag = md5(body, usedforsecurity=False).hexdigest().upper()
    return Answer(200, {"ETag": f'"{etag}"'}) if (method, answer.status) == ("PUT", 400) else answer


def takes_anything_and_proves_nothing(method: str, body: bytes, answer: Answer) -> Answer:
    """As a server whose ETags are numbers of its own."""
    return Answer(200, {"ETag": '"0123-1"'}) if method == "PUT" else answer


def deletes_nothing(method: str, body: bytes, answer: Answer) -> Answer:
    return error(403, "AccessDenied") if method == "DELETE" else takes_anything(method, body, answer)


def error(status: int, code: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>so it is</Message></Error>".encode()
    return Answer(status, {"Content-Type": "application/xml"}, body)


def test_a_server_that_verifies_is_not_asked_for_the_bytes_again(store: Store, proxy: StorageProxy) -> None:
    first, second = store.put_blob(BODY), store.put_blob(BODY[1:])
    assert store.verification == "sha256"
    assert proxy.methods() == "PUT PUT PUT", "a probe and two blobs"
    assert set(store.list_keys("")) == {blob_key(first), blob_key(second)}


def test_a_server_that_verifies_keeps_no_damaged_bytes(store: Store, proxy: StorageProxy) -> None:
    proxy.damages = True
    for write in (lambda: store.put_blob(BODY), lambda: store.put("runs/a.jsonl.gz", BODY)):
        with pytest.raises(StoreError, match="BadDigest") as caught:
            write()
        assert "damaged on the way" in caught.value.hint
    assert not list(store.list_keys(""))
    proxy.damages = False
    assert store.blob(store.put_blob(BODY)) == BODY


@pytest.mark.parametrize(
    ("answers", "verification", "probe", "put"),
    [
        (takes_anything, "md5", "PUT DELETE", "PUT"),
        (deletes_nothing, "md5", "PUT DELETE", "PUT"),
        (takes_anything_and_proves_nothing, "read-back", "PUT DELETE", "PUT GET"),
    ],
)
def test_damage_is_found_at_a_server_that_takes_anything(
    store: Store,
    proxy: StorageProxy,
    answers: Callable[[str, bytes, Answer], Answer],
    verification: str,
    probe: str,
    put: str,
) -> None:
    proxy.answers = answers
    assert store.verification == verification
    assert proxy.methods() == probe
    assert store.put_blob(BODY)
    assert proxy.methods() == put
    proxy.damages = True
    with pytest.raises(StoreError, match="does not read back"):
        store.put_blob(BODY)


@pytest.mark.parametrize(
    "odd", [error(403, "AccessDenied"), error(400, "InvalidRequest"), Answer(400, {"Content-Type": "text/html"}, b"?")]
)
def test_a_server_that_answers_the_probe_oddly_is_read_back(store: Store, proxy: StorageProxy, odd: Answer) -> None:
    proxy.answers = lambda method, body, answer: odd if answer.status == 400 else answer
    assert store.put_blob(BODY)
    assert store.verification == "read-back"
    assert proxy.methods() == "PUT PUT GET"


def test_a_server_that_fails_is_tried_again(store: Store, proxy: StorageProxy) -> None:
    proxy.answers = lambda method, body, answer: error(500, "InternalError")
    with pytest.raises(StoreError, match="InternalError"):
        store.put_blob(BODY)
    proxy.answers = lambda method, body, answer: answer
    assert store.put_blob(BODY)
    assert store.verification == "sha256"
