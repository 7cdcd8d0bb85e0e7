"""Writes a proof as a zip file: `proof.json`, the bytes and logs under their names in the bucket, time stamps, a page
that explains what is proven, and the script that verifies it."""

import json
import zipfile
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from etl.archive.preservation.time_stamps import stamped_at
from etl.archive.storage.bucket import sha256
from etl.clock import CHINA
from etl.errors import Damaged, GongkaiError
from etl.export.output import atomic_file
from etl.export.proof import verify
from etl.export.proof.gather import Proof

FORMAT = 1
"""Version of the format of `proof.json`."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip; it is fixed, so that the same proof gives the same bytes."""


def write_proof(proof: Proof, out: Path) -> None:
    """Writes the proof; the same proof gives the same bytes. Raises `GongkaiError` if the file cannot be written."""
    contents = dict(proof.files)
    contents["verify.py"] = _part("verify.py").encode()
    contents["index.html"] = _page(proof).encode()
    description = {
        "format": FORMAT,
        "facts": [asdict(fact) for fact in proof.facts],
        "logs": [asdict(log) for log in proof.logs],
        "roots": list(proof.roots),
        "stamps": [asdict(stamp) for stamp in proof.stamps],
        "files": {name: sha256(body) for name, body in sorted(contents.items())},
    }
    contents["proof.json"] = json.dumps(description, ensure_ascii=False, indent=1).encode()
    with atomic_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, body in sorted(contents.items(), key=lambda item: (item[0] != "index.html", item[0])):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            zipped.writestr(entry, body)


def verify_proof(file: Path, certificates: Path | None) -> list[str]:
    """Verifies a proof; returns what it shows, one line each, as `verify.py` does, but without `openssl`.

    `certificates`: a PEM file with the authority's root certificate; without it, that of the proof is used. Raises
    `Damaged` if the proof does not hold, `GongkaiError` if it cannot be read.
    """
    try:
        trusted = certificates.read_bytes() if certificates else b""
        return verify.verify(file, _stamped_at, trusted)
    except OSError as error:
        raise GongkaiError(f"{error.filename or file}: {error.strerror or error}", hint="name a proof") from error
    except verify.REFUSALS as error:
        what = str(error) if isinstance(error, ValueError) else f"it is no proof of gongkai: {error!r}"
        raise Damaged(
            f"the proof does not hold: {what}", hint="docs/proofs.md says what each sentence means"
        ) from error


def _stamped_at(response: bytes, message: bytes, pem: bytes) -> datetime:
    try:
        return stamped_at(response, message, pem.decode("ascii"))
    except Damaged as error:
        raise ValueError(error.args[0]) from error


def _page(proof: Proof) -> str:
    earliest = proof.stamps[0]
    page: str = _template().render(proof=proof, earliest=earliest, newest=proof.stamps[-1], china=_in_china)
    return page


def _in_china(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


@cache
def _template() -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_part("index.html"))


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
