"""Signed WACZ packages: who signed what, in the forms that players and the reference tools verify."""

import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import (
    BasicConstraints,
    CertificateBuilder,
    Name,
    NameAttribute,
    load_pem_x509_certificates,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.errors import Damaged
from etl.export.wacz_signing import public_bytes
from etl.export.wacz_verifying import verify_signed_data
from etl.settings import PROJECT, Settings
from tests.support.browser_pages import Page, keep
from tests.support.gongkai import CommandResult, gongkai
from tests.support.time_authority import time_authority

REPLAY = PROJECT / ".venv-replay" / "bin"
NAME = "archive.yunling.example"
AUTHSIGN = """
import json, sys
from datetime import timedelta
from authsign.verifier import Verifier
signed = json.load(open(sys.argv[1]))["signedData"]
print(Verifier(sys.argv[2], cert_duration=timedelta(days=400))(signed).observer)
"""


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture
def key(tmp_path: Path) -> ec.EllipticCurvePrivateKey:
    """A key, which also stands in `key.pem`."""
    made = ec.generate_private_key(ec.SECP384R1())
    (tmp_path / "key.pem").write_bytes(private_pem(made))
    return made


@pytest.fixture
def export_(archive: Archive, local_settings: Settings, tmp_path: Path) -> Callable[..., CommandResult]:
    """`gongkai export --format wacz` of one record into `a.wacz`, with settings."""
    keep(archive, tmp_path, Page(1))
    words = ("export", "--format", "wacz", "--out", tmp_path / "a.wacz")
    return lambda **changes: gongkai(local_settings, *words, **{k: str(v) for k, v in changes.items()})


def inside(package: Path, name: str) -> dict[str, Any]:
    with zipfile.ZipFile(package) as files:
        read: dict[str, Any] = json.loads(files.read(name))
        return read


def certificate(key: ec.EllipticCurvePrivateKey) -> str:
    """A certificate of that name, signed by its own key."""
    name, now = Name([NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = CertificateBuilder(name, name, key.public_key(), random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=300))
    made = made.add_extension(BasicConstraints(ca=True, path_length=None), critical=True)
    return made.sign(key, hashes.SHA384()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_package_is_signed_by_a_key_alone(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    done = export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem")
    assert done.code == 0, done.err
    package = tmp_path / "a.wacz"
    digest, description = inside(package, "datapackage-digest.json"), inside(package, "datapackage.json")
    signed = digest["signedData"]
    assert signed.keys() == {"hash", "created", "software", "version", "signature", "publicKey"}, "and no others"
    assert (signed["hash"], signed["created"]) == (digest["hash"], description["created"])
    known = hashes.Hash(hashes.SHA256())
    known.update(public_bytes(key.public_key()))
    assert verify_signed_data(signed, digest["hash"]).who == f"sha256:{known.finalize().hex()}"

    other = "sha256:" + "0" * 64
    for changed in (
        {"hash": other},
        {"signature": signed["signature"][4:] + signed["signature"][:4]},
        {"publicKey": "AAAA"},
    ):
        with pytest.raises(Damaged, match="does not hold"):
            verify_signed_data(signed | changed, digest["hash"])
    with pytest.raises(Damaged, match="another digest"):
        verify_signed_data(signed, other)


def test_a_package_is_verified_by_the_command_line(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, local_settings: Settings, tmp_path: Path
) -> None:
    def verify() -> CommandResult:
        return gongkai(local_settings, "verify", tmp_path / "a.wacz")

    assert export_().code == 0
    assert "not signed, so whoever changed the files may have changed it as well" in verify().out
    assert export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem").code == 0
    done = verify()
    assert done.code == 0, done.err
    assert f"public part is sha256:{sha256(public_bytes(key.public_key()))}" in done.out
    with zipfile.ZipFile(tmp_path / "a.wacz") as package:
        whole = {name: package.read(name) for name in package.namelist()}
    pages = "pages/pages.jsonl"
    other = json.dumps(json.loads(whole["datapackage.json"]) | {"title": "另一批文件"}).encode()
    for changed, said in (
        (whole | {pages: whole[pages] + b"{}"}, f"{pages}: was changed"),
        (whole | {"pages/more.jsonl": b"{}"}, "pages/more.jsonl: was added"),
        ({name: body for name, body in whole.items() if name != pages}, f"{pages}: was taken away"),
        (whole | {"datapackage.json": other}, "datapackage.json: was changed"),
        (whole | {"datapackage.json": b"[]"}, "datapackage.json: cannot be read"),
    ):
        with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
            for name, body in changed.items():
                package.writestr(name, body)
        done = verify()
        assert (done.code, said in done.err) == (1, True), done


def test_players_verify_the_signature_as_web_crypto_does(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    assert export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem").code == 0
    signed = inside(tmp_path / "a.wacz", "datapackage-digest.json")["signedData"]
    script = """
    const signed = JSON.parse(process.argv[1]), { subtle } = require("crypto").webcrypto;
    const bytes = text => Buffer.from(text, "base64");
    subtle.importKey("spki", bytes(signed.publicKey), { name: "ECDSA", namedCurve: "P-384" }, true, ["verify"])
      .then(key => subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(signed.signature),
                                 new TextEncoder().encode(signed.hash)))
      .then(valid => console.log(valid));
    """
    try:
        said = subprocess.run(["node", "-e", script, json.dumps(signed)], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        pytest.skip("no node, whose Web Crypto is that of players (Debian: apt-get install nodejs)")
    assert said.stdout == "true\n"


def test_with_a_certificate_and_an_authority_it_has_a_name_and_a_time(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    (tmp_path / "certificate.pem").write_text(certificate(key))
    with time_authority(tmp_path / "authority") as authority:
        done = export_(
            GONGKAI_WACZ_KEY=tmp_path / "key.pem",
            GONGKAI_WACZ_CERTIFICATE=tmp_path / "certificate.pem",
            GONGKAI_STAMP_URL=authority.url,
            GONGKAI_STAMP_CERTIFICATES=authority.certificates,
        )
        root = authority.certificates.read_text()
    assert done.code == 0, done.err
    digest = inside(tmp_path / "a.wacz", "datapackage-digest.json")
    signed = digest["signedData"]
    names = {"domain", "domainCert", "timeSignature", "timestampCert"}
    assert signed.keys() == {"hash", "created", "software", "version", "signature", *names}
    assert verify_signed_data(signed, digest["hash"], root).who == NAME
    for changed in ({"domain": "other.example"}, {"signature": signed["timeSignature"]}, {"domainCert": root}):
        with pytest.raises(Damaged):
            verify_signed_data(signed | changed, digest["hash"], root)
    _verify_with_authsign(digest, tmp_path)


def _verify_with_authsign(digest: dict[str, Any], folder: Path) -> None:
    """The reference verifier of the specification accepts the signature, and refuses a changed one."""
    signed = digest["signedData"]
    trusted = {
        name: [_fingerprint(signed[pem])]
        for name, pem in (("domain_cert_roots", "domainCert"), ("timestamp_cert_roots", "timestampCert"))
    }
    (folder / "roots.yaml").write_text(json.dumps(trusted))

    def verified(signed: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        (folder / "digest.json").write_text(json.dumps({"signedData": signed}))
        words = [REPLAY / "python", "-c", AUTHSIGN, folder / "digest.json", folder / "roots.yaml"]
        return subprocess.run(words, capture_output=True, text=True, check=False, env={"PATH": os.defpath})

    good = verified(signed)
    assert good.stdout.splitlines()[-1:] == [NAME], good.stderr
    assert verified(signed | {"hash": "sha256:" + "0" * 64}).returncode == 1


def _fingerprint(chain: str) -> str:
    return load_pem_x509_certificates(chain.encode())[-1].fingerprint(hashes.SHA256()).hex()


def test_the_reference_tool_finds_a_signed_package_valid_and_a_changed_one_not(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    assert export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem").code == 0
    package, changed = tmp_path / "a.wacz", tmp_path / "b.wacz"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(
                entry, data.replace(b"gongkai/", b"gongkaj/") if entry.filename == "datapackage.json" else data
            )
    said = {}
    for path in (package, changed):
        words = [REPLAY / "wacz", "validate", "--file", path]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        said[path] = (done.returncode, done.stdout)
    assert said[package][0] == 0, said
    assert "Has signature" in said[package][1]
    assert said[changed][0] != 0 or "hash mismatch" in said[changed][1]


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (b"no key", "it is no private key in PEM without a password"),
        (private_pem(ec.generate_private_key(ec.SECP256R1())), "is no key of the curve P-384"),
        (None, "No such file or directory"),
    ],
)
def test_a_key_that_cannot_sign_is_told_without_it(
    export_: Callable[..., CommandResult], tmp_path: Path, pem: bytes | None, words: str
) -> None:
    if pem is not None:
        (tmp_path / "other.pem").write_bytes(pem)
    done = export_(GONGKAI_WACZ_KEY=tmp_path / "other.pem")
    assert (done.code, len(done.err.splitlines()), words in done.err) == (1, 1, True), done.err
    assert "PRIVATE" not in done.err
    assert not (tmp_path / "a.wacz").exists()


def test_a_certificate_needs_its_key_and_an_authority(
    export_: Callable[..., CommandResult], key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    (tmp_path / "own.pem").write_text(certificate(key))
    (tmp_path / "other.pem").write_text(certificate(ec.generate_private_key(ec.SECP384R1())))
    done = export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem", GONGKAI_WACZ_CERTIFICATE=tmp_path / "other.pem")
    assert (done.code, "is not of the key" in done.err) == (1, True)
    done = export_(GONGKAI_WACZ_KEY=tmp_path / "key.pem", GONGKAI_WACZ_CERTIFICATE=tmp_path / "own.pem")
    assert (done.code, "needs a time-stamping authority" in done.err) == (1, True)
