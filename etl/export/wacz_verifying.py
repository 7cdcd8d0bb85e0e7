"""Verifies that a WACZ package matches its list of files, and who signed that list."""

import zipfile
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificates

from etl.archive.preservation.time_stamps import stamped_at
from etl.errors import Damaged, GongkaiError
from etl.export.wacz_signing import HALF, SIGNED, name_of
from etl.web.data import read_json

DESCRIPTION, DIGEST = "datapackage.json", "datapackage-digest.json"
_MAX_JSON_BYTES = 16_000_000
_CHUNK_BYTES = 1 << 20
_ABOUT_THE_PACKAGE = {DESCRIPTION, DIGEST}


@dataclass(frozen=True, slots=True)
class Signature:
    """A valid signature. `who`: the name in the certificate, or `sha256:` and the digest of an anonymous public key
    (DER). `at`: the time at which an authority saw the signature, None for an anonymous one."""

    who: str
    at: datetime | None


def is_wacz(file: Path) -> bool:
    """Whether the file is a ZIP with the description of a package."""
    try:
        with zipfile.ZipFile(file) as package:
            return DESCRIPTION in package.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def verify_wacz(file: Path, certificates: Path | None) -> list[str]:
    """Verifies the package; returns what it shows, one line each.

    `certificates`: a PEM file with the time-stamping authority's root certificate, which a signature with a name needs.
    Raises `Damaged`, which names what was changed, added or removed, or `GongkaiError` if the file cannot be read.
    """
    try:
        trusted = certificates.read_text(encoding="ascii") if certificates else ""
        with zipfile.ZipFile(file) as package:
            return list(_verified(package, trusted))
    except (OSError, zipfile.BadZipFile) as error:
        raise GongkaiError(f"{file} cannot be read: {error}", hint="fetch the package again") from error


def _verified(package: zipfile.ZipFile, certificates: str) -> Iterator[str]:
    description = _read(package, DESCRIPTION)
    listed = {each["path"]: each["hash"] for each in _json(description, DESCRIPTION)["resources"]}
    names = package.namelist()
    if twice := next((name for name, number in Counter(names).items() if number > 1), ""):
        raise Damaged(f"{twice}: stands there twice")
    there = set(names) - _ABOUT_THE_PACKAGE
    if others := sorted(there ^ listed.keys()):
        raise Damaged(f"{others[0]}: was {'added' if others[0] in there else 'taken away'}")
    for path, digest in listed.items():
        if _digest(package, path) != digest:
            raise Damaged(f"{path}: was changed")
    yield f"{DESCRIPTION}: its {len(listed)} files are as it says"
    if DIGEST not in names:
        yield f"no {DIGEST}: nobody vouches for {DESCRIPTION}"
        return
    claims = _json(_read(package, DIGEST), DIGEST)
    digest = f"sha256:{sha256(description).hexdigest()}"
    if claims.get("hash") != digest:
        raise Damaged(f"{DESCRIPTION}: was changed")
    signed = claims.get("signedData")
    if signed is None:
        yield f"{DIGEST}: not signed, so whoever changed the files may have changed it as well"
    elif "publicKey" in signed:
        yield f"signed by the holder of the key whose public part is {verify_signed_data(signed, digest).who}"
    else:
        signature = verify_signed_data(signed, digest, certificates)
        yield f"signed by {signature.who}, stamped at {signature.at}"


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > _MAX_JSON_BYTES:
        raise Damaged(f"{name}: is larger than {_MAX_JSON_BYTES} bytes")
    return package.read(name)


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = read_json(data)
        if name == DESCRIPTION:
            value = {"resources": [{"path": str(each["path"]), "hash": each["hash"]} for each in value["resources"]]}
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{name}: cannot be read: {error!r}") from error
    if not isinstance(value, dict):
        raise Damaged(f"{name}: is no object")
    return value


def _digest(package: zipfile.ZipFile, path: str) -> str:
    digest = sha256()
    try:
        with package.open(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except zipfile.BadZipFile as error:
        raise Damaged(f"{path}: was changed: {error}") from error
    return f"sha256:{digest.hexdigest()}"


def verify_signed_data(signed: Mapping[str, Any], digest: str, certificates: str = "") -> Signature:
    """The signature of that digest.

    `certificates`: the time-stamping authority's root, for a signature with a name. Raises `Damaged`.
    """
    at = None
    try:
        if signed["hash"] != digest:
            raise ValueError("it is of another digest")
        signature = b64decode(signed["signature"])
        if "publicKey" in signed:
            public = serialization.load_der_public_key(b64decode(signed["publicKey"]))
            first, second = signature[:HALF], signature[HALF:]
            signature = utils.encode_dss_signature(int.from_bytes(first), int.from_bytes(second))
            who = f"sha256:{sha256(b64decode(signed['publicKey'])).hexdigest()}"
        else:
            certificate = load_pem_x509_certificates(signed["domainCert"].encode())[0]
            public, who = certificate.public_key(), name_of(certificate)
            if who != signed["domain"]:
                raise ValueError("its certificate has another name")
            at = stamped_at(b64decode(signed["timeSignature"]), signed["signature"].encode("ascii"), certificates)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise ValueError("its key is of another kind")
        public.verify(signature, digest.encode("ascii"), SIGNED)
    except (KeyError, ValueError, InvalidSignature) as error:
        raise Damaged(f"the signature of the package does not hold: {error or type(error).__name__}") from error
    return Signature(who, at)
