"""Time stamps (RFC 3161) over daily roots, if the operator names a time-stamping authority in the settings.

A root has the digest of the root before it, so a stamp over the newest root covers all earlier roots. If the authority
does not answer on one day, the next stamp covers that day too.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import date, datetime

import httpx
from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import Connection, text

from etl.archive.preservation.daily_roots import last_root, make_roots
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.database import lock_chain
from etl.archive.storage.layout import ROOTS, STAMPS, day_in, root_key, stamp_key
from etl.archive.storage.log_lines import RootLine, StampLine
from etl.archive.storage.log_registry import chain_logs, keep_log
from etl.errors import Damaged, GongkaiError, Unavailable
from etl.progress import ProgressCallback
from etl.settings import Settings

_LONGEST = 1 << 20
"""Maximum size of an answer in bytes; one with the whole chain of certificates has 8 KB."""
_SECONDS = 30
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class NoTimeStamp(Unavailable):
    """The authority cannot be reached, refuses, or returned an invalid stamp."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority: its address, and the certificates by which it is trusted, as PEM.

    `url` appears in logs, stamps and proofs; `login` (user and password) never does.
    """

    url: str
    certificates: str
    login: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StampState:
    """The days of the newest root and of the newest stamp, and the number of roots that no stamp covers."""

    root: date | None
    stamp: date | None
    unstamped: int


def authority_of(settings: Settings) -> Authority | None:
    """The authority in the settings. Raises `GongkaiError` if its certificates cannot be read."""
    if settings.stamp_url is None:
        return None
    path = settings.stamp_certificates
    try:
        if path is None:
            raise ValueError("GONGKAI_STAMP_CERTIFICATES is not set")
        pem = path.read_text(encoding="ascii")
        load_pem_x509_certificates(pem.encode())
    except (OSError, ValueError) as error:
        raise GongkaiError(
            f"the certificates of the time-stamping authority cannot be read: {error}",
            hint="set GONGKAI_STAMP_CERTIFICATES to a PEM file with its root certificate (docs/proofs.md)",
        ) from error
    try:
        address = httpx.URL(settings.stamp_url.get_secret_value())
    except httpx.InvalidURL as error:
        raise GongkaiError(f"time-stamping authority: {error}", hint="see GONGKAI_STAMP_URL") from error
    login = (address.username, address.password) if address.userinfo else None
    return Authority(str(address.copy_with(userinfo=b"")), pem, login)


@dataclass(frozen=True, slots=True)
class Stamped:
    """The new roots and the new time stamp, and the state afterwards."""

    roots: tuple[RootLine, ...]
    stamp: StampLine | None
    state: StampState


def stamp_days(archive: Archive, authority: Authority | None, before: date, progress: ProgressCallback) -> Stamped:
    """Makes the missing roots of days before `before`, and has the newest root stamped. Idempotent.

    Raises `NoTimeStamp` if the authority gives no stamp; the roots are stored all the same, and the next stamp covers
    them. Raises `DamagedLog` and `DatabaseBehindBucket`.
    """
    roots = make_roots(archive, before, progress)
    stamp = stamp_newest(archive, authority) if authority else None
    with archive.engine.connect() as connection:
        return Stamped(tuple(roots), stamp, stamp_state(connection))


def stamp_newest(archive: Archive, authority: Authority) -> StampLine | None:
    """Has the newest root stamped, unless it is already; returns the stamp. Raises `NoTimeStamp`."""
    with archive.engine.connect() as connection:
        newest = last_root(connection, archive.store)
        if newest is None or _is_stamped(connection, newest.line.day):
            return None
    root = archive.store.read_log_bytes(root_key(newest.line.day))
    response, at = stamp_bytes(authority, root)
    encoded = b64encode(response).decode()
    line = StampLine(newest.line.day, newest.sha256, authority.url, at, encoded, authority.certificates)
    with archive.engine.begin() as connection:
        lock_chain(connection)
        if _is_stamped(connection, line.day):
            return None  # another process was faster
        keep_log(connection, archive.store, stamp_key(line.day), [line])
    chain_logs(archive)
    return line


def stamp_state(connection: Connection) -> StampState:
    """The current state of roots and stamps."""
    keys = connection.scalars(_KEYS, {"roots": f"{ROOTS}%", "stamps": f"{STAMPS}%"}).all()
    roots, stamps = ([day_in(key) for key in keys if key.startswith(prefix)] for prefix in (ROOTS, STAMPS))
    stamped = max(stamps, default=None)
    unstamped = sum(stamped is None or day > stamped for day in roots)
    return StampState(max(roots, default=None), stamped, unstamped)


def last_stamped_link(connection: Connection, store: Store) -> int:
    """The last link that a time stamp covers, 0 without a stamp. Raises `DamagedLog`."""
    stamped = stamp_state(connection).stamp
    return store.read_log(root_key(stamped), RootLine)[0].last_link if stamped else 0


_KEYS = text("SELECT key FROM archive.log_object WHERE (key LIKE :roots OR key LIKE :stamps) AND sha256 IS NOT NULL")


def _is_stamped(connection: Connection, day: date) -> bool:
    query = text("SELECT EXISTS (SELECT FROM archive.log_object WHERE key = :key AND sha256 IS NOT NULL)")
    return bool(connection.scalar(query, {"key": stamp_key(day)}))


def stamp_bytes(authority: Authority, message: bytes) -> tuple[bytes, datetime]:
    """The authority's answer for the message, and the time in it. The answer is verified as in any later check.

    Raises `NoTimeStamp`.
    """
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        body = bytearray()
        with httpx.stream(
            "POST", authority.url, content=request.as_bytes(), headers=_HEADERS, timeout=_SECONDS, auth=authority.login
        ) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _LONGEST:
                    raise NoTimeStamp(f"{authority.url} answers with more than {_LONGEST} bytes", hint=_LATER)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NoTimeStamp(f"time-stamping authority {authority.url}: {what}", hint=_LATER) from error
    try:
        return bytes(body), stamped_at(bytes(body), message, authority.certificates, request.nonce)
    except Damaged as error:
        raise NoTimeStamp(f"time-stamping authority {authority.url}: {error.args[0]}", hint=_LATER) from error


_LATER = "the root is kept, and the next `gongkai stamp` asks again; see GONGKAI_STAMP_URL and docs/proofs.md"


def response_of(stamp: StampLine) -> bytes:
    """The authority's answer as it was received (DER)."""
    return b64decode(stamp.response)


def stamped_at(response: bytes, message: bytes, certificates: str, nonce: int | None = None) -> datetime:
    """When the authority stamped the message. Raises `Damaged` if the stamp is of other bytes or another authority."""
    try:
        trusted = load_pem_x509_certificates(certificates.encode())
        decoded = decode_timestamp_response(response)
        VerifierBuilder(roots=trusted, nonce=nonce).build().verify_message(decoded, message)
        return decoded.tst_info.gen_time
    except (ValueError, VerificationError) as error:
        raise Damaged(
            f"no valid time stamp: {error or type(error).__name__}",
            hint="see docs/proofs.md for what a stamp must hold",
        ) from error
