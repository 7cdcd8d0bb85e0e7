"""An HTTP/2 server on loopback that answers with the very frames it is told."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h2.connection
import h2.errors
import h2.events
import h2.exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration

from tests.support.raw_server import listening

Connection = h2.connection.H2Connection
Answer = Callable[[Connection, int, str], bytes]
"""Answers a request, given its connection, stream and path: by the connection's methods, and with bytes sent after.
Raises `HangUp`."""


class HangUp(Exception):
    """Ends the connection after these bytes."""


def certificate(folder: Path) -> Path:
    """A PEM file with a key and its own certificate for 127.0.0.1."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "loopback.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return pem


@contextmanager
def h2_server(pem: Path, answer: Answer) -> Iterator[str]:
    """Serves until the block ends; gives the base URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.set_alpn_protocols(["h2"])

    def serve(plain: socket.socket) -> None:
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                try:
                    _converse(connection, answer)
                except HangUp as last:
                    connection.sendall(last.args[0])
        except h2.exceptions.H2Error:
            return  # what the client said makes no sense any more

    with listening(serve) as port:
        yield f"https://127.0.0.1:{port}"


def _converse(connection: ssl.SSLSocket, answer: Answer) -> None:
    config = H2Configuration(
        client_side=False, header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
    )
    state = h2.connection.H2Connection(config)
    state.initiate_connection()
    connection.sendall(state.data_to_send())
    while data := connection.recv(65536):
        for event in state.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                path = dict(event.headers)[":path"]
                after = answer(state, event.stream_id, path)
                connection.sendall(state.data_to_send() + after)
        connection.sendall(state.data_to_send())
