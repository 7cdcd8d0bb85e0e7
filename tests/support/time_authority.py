"""A time-stamping authority of our own: `openssl ts` behind HTTP on loopback."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import pytest

_CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ts]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
tsa_name = yes
ess_cert_id_chain = no
"""


@dataclass
class TimeAuthority:
    """Its address, the file with its root certificate, how often it was asked; `answer` and `status` in place of its
    own; `login`, the header without which it answers 401."""

    url: str
    certificates: Path
    requests: int = 0
    answer: bytes | None = field(default=None)
    status: int = 200
    login: str = ""


def make_authority(folder: Path) -> Path:
    """Keys and certificates of an authority in the folder; returns the file with its root certificate."""
    (folder / "ts.conf").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    new = "req -config ts.conf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650"
    _openssl(folder, f"{new} -extensions root -subj /CN=Invented-Root -keyout root.key -out root.pem")
    signed = "-extensions tsa -subj /CN=Invented-Time-Authority -CA root.pem -CAkey root.key"
    _openssl(folder, f"{new} {signed} -keyout tsa.key -out tsa.pem")
    return folder / "root.pem"


def reply(folder: Path, query: bytes) -> bytes:
    """What the authority in that folder answers."""
    (folder / "query").write_bytes(query)
    _openssl(folder, "ts -reply -config ts.conf -section ts -queryfile query -out reply")
    return (folder / "reply").read_bytes()


def _openssl(folder: Path, command: str) -> None:
    done = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def time_authority(folder: Path) -> Iterator[TimeAuthority]:
    """An authority that answers for as long as the block lasts. Skips the test where there is no `openssl`."""
    if which("openssl") is None:
        pytest.skip("no openssl (Debian: apt-get install openssl)")
    folder.mkdir(exist_ok=True)
    authority = TimeAuthority("", make_authority(folder))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            authority.requests += 1
            body = reply(folder, query) if authority.answer is None else authority.answer
            known = self.headers.get("Authorization", "") == authority.login
            self.send_response(authority.status if known else 401)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.url = f"http://127.0.0.1:{server.server_address[1]}/stamp"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
