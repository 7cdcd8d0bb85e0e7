"""Certificates for a test: an unknown authority, and TLS contexts of servers with its certificates."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


class Authority:
    """A certificate authority; `pem`: file with its certificate."""

    def __init__(self, directory: Path, name: str = "云岭省电子政务认证中心（演示）") -> None:
        self._directory, self._key = directory, _key()
        self._name = _name(name)
        own = _certificate(self._name, self._name, self._key).add_extension(x509.BasicConstraints(True, 0), True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self._certificate = own.add_extension(usage, True).sign(self._key, hashes.SHA256())
        self.pem = directory / "authority.pem"
        self.pem.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def context(
        self, ciphers: str = "", *, address: str = "127.0.0.1", days: tuple[int, int] = (-1, 2), own: bool = False
    ) -> ssl.SSLContext:
        """TLS context of a server with a certificate of this authority for that address; `ciphers`: only these.

        `days`: from when to when it is valid, from today on; `own`: it vouches for itself.
        """
        key = _key()
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        issuer = _name(address) if own else self._name
        made = _certificate(_name(address), issuer, key, days).add_extension(names, False)
        chain = self._directory / "server.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.sign(key if own else self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        if ciphers:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
        return context


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, days: tuple[int, int] = (-1, 2)
) -> x509.CertificateBuilder:
    first, last = (datetime.now(UTC) + timedelta(days=number) for number in days)
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), first, last)
