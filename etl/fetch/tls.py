"""TLS with sites: the exceptions that a source file allows, and which exception a failed handshake would need.

Certificates are always verified. Names of OpenSSL's errors: `openssl/sslerr.h`.
"""

import ssl
import warnings
from collections.abc import Awaitable, Callable
from functools import lru_cache

import certifi
import httpcore
import httpx

from etl.reason_codes import Code
from etl.reasons import encode_reason, english
from etl.sources.schema import Tls

_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT, which Python names from 3.12 on."""
_VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1}
_OLD_VERSION = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION", "VERSION_TOO_LOW"}
_WEAK = {
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
    "CA_KEY_TOO_SMALL",
    "CA_MD_TOO_WEAK",
    "WRONG_SIGNATURE_TYPE",
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
    "NO_SUITABLE_SIGNATURE_ALGORITHM",
    "NO_SUITABLE_DIGEST_ALGORITHM",
    "BAD_ECPOINT",
}
_NO_COMMON_CIPHER = {"SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_INSUFFICIENT_SECURITY", "NO_CIPHERS_AVAILABLE"}
_NO_ISSUER = {2, 18, 19, 20, 21}
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, …_SELF_SIGNED_CERT, …_IN_CHAIN, …_LOCALLY, …_VERIFY_LEAF_SIGNATURE."""
_BELIEVED_BY_NOBODY = {
    9: Code.TLS_NOT_YET_VALID,
    10: Code.TLS_EXPIRED,
    62: Code.TLS_OTHER_NAME,
    64: Code.TLS_OTHER_NAME,
}
"""X509_V_ERR_CERT_NOT_YET_VALID, …_HAS_EXPIRED, …_HOSTNAME_MISMATCH, …_IP_ADDRESS_MISMATCH: no key of `tls` allows
these."""
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "PACKET_LENGTH_TOO_LONG"}
"""Errors of OpenSSL for an answer that is not TLS."""
_WEAK_CERTIFICATE = {66, 67, 68}
"""X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK."""


@lru_cache(maxsize=8)
def tls_context(tls: Tls) -> ssl.SSLContext:
    """An SSL context with the exceptions of the source file; it always verifies certificates.

    Cached for all fetchers with the same settings, as loading certifi's certificates takes 0.05 s.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if tls.ca:
        context.load_verify_locations(cafile=tls.ca)
    if tls.legacy_renegotiation:
        context.options |= _LEGACY_SERVER_CONNECT
    if tls.minimum:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = _VERSIONS[tls.minimum]
    if ciphers := tls.openssl_ciphers:
        context.set_ciphers(ciphers)
    return context


def ssl_error(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error that caused the given error, if any."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def missing_exception(error: ssl.SSLError, tls: Tls) -> str:
    """The line for a source file's key `tls` that would make the failed handshake succeed.

    Empty if there is none, or if it is set already.
    """
    code = getattr(error, "verify_code", 0)
    if error.reason == "UNSAFE_LEGACY_RENEGOTIATION_DISABLED" and not tls.legacy_renegotiation:
        return "legacy_renegotiation: true"
    if error.reason in _OLD_VERSION and not tls.minimum:
        return "minimum: TLSv1"
    if code in _NO_ISSUER and not tls.ca:
        return "ca: FILE"
    if error.reason in _NO_COMMON_CIPHER and not tls.openssl_ciphers:
        return "ciphers: DEFAULT"
    weak = error.reason in _WEAK or code in _WEAK_CERTIFICATE or error.reason in _NO_COMMON_CIPHER
    if weak and tls.level:
        return f"security_level: {1 if error.reason == 'DH_KEY_TOO_SMALL' and tls.level > 1 else 0}"
    return ""


def fault_of_site(error: ssl.SSLError) -> Code | None:
    """The reason code for a fault that only the site can correct; None if a key of `tls` may help, or if it is
    unknown."""
    if error.reason in _NO_TLS:
        return Code.TLS_NOT_SPOKEN
    return _BELIEVED_BY_NOBODY.get(getattr(error, "verify_code", 0))


class TlsFailed(httpx.TransportError):
    """A handshake failed; `reason`: a stored reason (`etl.reasons`), which says what would be needed."""

    def __init__(self, reason: str) -> None:
        super().__init__(english(reason))
        self.reason = reason


class HandshakeStream(httpcore.AsyncNetworkStream):
    """A connection that says, if its handshake fails, what would be needed.

    `national`: finds out which national TLS the server supports, if any.
    """

    def __init__(
        self, stream: httpcore.AsyncNetworkStream, host: str, tls: Tls, national: Callable[[], Awaitable[str]]
    ) -> None:
        self._stream, self._host, self._tls, self._national = stream, host, tls, national

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """As the method of the inner connection. Raises `TlsFailed` for an error of TLS."""
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore.ConnectError, httpcore.ReadError) as error:
            cause = ssl_error(error)
            if not isinstance(cause, ssl.SSLCertVerificationError) and (spoken := await self._national()):
                raise TlsFailed(encode_reason(Code.TLS_NATIONAL_ONLY, host=self._host, protocol=spoken)) from error
            if cause is not None and (fault := fault_of_site(cause)):
                raise TlsFailed(encode_reason(fault, host=self._host, error=cause)) from error
            if cause is None or not (missing := missing_exception(cause, self._tls)):
                raise
            values = {"host": self._host, "error": str(cause), "key": f"tls.{missing}"}
            raise TlsFailed(encode_reason(Code.TLS_NEEDS_EXCEPTION, **values)) from error

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
