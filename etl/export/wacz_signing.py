"""Signatures of WACZ packages, after WACZ Signing and Verification 0.1.0
(https://specs.webrecorder.net/wacz-auth/0.1.0/).

The signature is of the digest of `datapackage.json`, which has the digests of all files of the package. With a key
only, the signature is anonymous: it identifies the signer only to people who know the public key. With a certificate
and a time-stamping authority, it has the name in the certificate, and the time at which the authority saw the
signature.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
from cryptography.x509.oid import NameOID
from rfc3161_client import decode_timestamp_response

from etl.archive.preservation.time_stamps import Authority, authority_of, stamp_bytes
from etl.errors import GongkaiError
from etl.settings import Settings

VERSION = "0.1.0"
SIGNED = ec.ECDSA(hashes.SHA256())
HALF = 48
"""Bytes of each of the two numbers of a P-384 signature."""
_DOCS = "docs/exports.md says how to make it"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs. With `chain` (PEM, the signer's certificate first) the signature has a name, and is stamped
    by `authority`."""

    key: ec.EllipticCurvePrivateKey
    chain: str = ""
    authority: Authority | None = None


def signer_of(settings: Settings) -> Signer | None:
    """The signer in the settings; None without a key. Raises `GongkaiError`, whose message never contains the key."""
    if settings.wacz_key is None:
        return None
    try:
        key = serialization.load_pem_private_key(settings.wacz_key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no private key in PEM without a password"
        raise GongkaiError(f"GONGKAI_WACZ_KEY cannot be read: {why}", hint=_DOCS) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp384r1":
        raise GongkaiError("GONGKAI_WACZ_KEY is no key of the curve P-384", hint=_DOCS)
    if settings.wacz_certificate is None:
        return Signer(key)
    try:
        chain = settings.wacz_certificate.read_text(encoding="ascii")
        first = load_pem_x509_certificates(chain.encode())[0]
    except (OSError, ValueError) as error:
        raise GongkaiError(f"GONGKAI_WACZ_CERTIFICATE cannot be read: {error}", hint=_DOCS) from error
    if first.public_key() != key.public_key():
        raise GongkaiError("GONGKAI_WACZ_CERTIFICATE is not of the key GONGKAI_WACZ_KEY", hint=_DOCS)
    authority = authority_of(settings)
    if authority is None:
        raise GongkaiError(
            "GONGKAI_WACZ_CERTIFICATE needs a time-stamping authority", hint="set GONGKAI_STAMP_URL (docs/proofs.md)"
        )
    return Signer(key, chain, authority)


def signed_data(signer: Signer, digest: str, created: datetime, software: str) -> dict[str, str]:
    """The value of `signedData` for the digest (`sha256:…`) of `datapackage.json`. Raises `NoTimeStamp`."""
    claims = {"hash": digest, "created": time_text(created), "software": software, "version": VERSION}
    der = signer.key.sign(digest.encode("ascii"), SIGNED)
    if signer.authority is None:
        # The form of Web Crypto, which WACZ players verify: the two numbers, one after the other.
        raw = b"".join(number.to_bytes(HALF) for number in utils.decode_dss_signature(der))
        return claims | {"signature": _base64(raw), "publicKey": _base64(public_bytes(signer.key.public_key()))}
    signature = _base64(der)
    response, _ = stamp_bytes(signer.authority, signature.encode("ascii"))
    return claims | {
        "signature": signature,
        "domain": name_of(load_pem_x509_certificates(signer.chain.encode())[0]),
        "domainCert": signer.chain,
        "timeSignature": _base64(response),
        "timestampCert": _stamp_chain(response, signer.authority),
    }


def time_text(moment: datetime) -> str:
    """The time in the format of WACZ, in UTC with seconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The public key as SubjectPublicKeyInfo (DER)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def name_of(certificate: Certificate) -> str:
    """Its common name, as verifiers of WACZ read it."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not names:
        raise ValueError("the certificate has no common name")
    return str(names[0].value)


def _stamp_chain(response: bytes, authority: Authority) -> str:
    """The certificate that signed the time stamp, then the authority's root (PEM)."""
    inside = [load_der_x509_certificate(each) for each in decode_timestamp_response(response).signed_data.certificates]
    roots = load_pem_x509_certificates(authority.certificates.encode())
    signers = [each for each in inside if each not in roots]
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in [*signers, *roots])


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
