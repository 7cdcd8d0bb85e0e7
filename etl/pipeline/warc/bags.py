"""The WARC files of a bag (BagIt, RFC 8493), after its bytes are checked against its manifest."""

import hashlib
from pathlib import Path

from etl.errors import Damaged, GongkaiError

_ALGORITHMS = ("sha512", "sha256", "sha1", "md5")


def warcs_of_bag(folder: Path) -> list[Path]:
    """The WARC files of the payload, in the order of their names.

    Raises `GongkaiError` where the folder is no bag, `Damaged` where a file is missing, changed or in no manifest.
    """
    if not (folder / "bagit.txt").is_file():
        raise GongkaiError(f"{folder} is a folder, but no bag", hint="name a WARC or WACZ file, or a bag (RFC 8493)")
    algorithm = next((name for name in _ALGORITHMS if (folder / f"manifest-{name}.txt").is_file()), None)
    if algorithm is None:
        raise Damaged(f"bag {folder} has no manifest", hint="fetch it again")
    listed: dict[str, str] = {}
    for line in (folder / f"manifest-{algorithm}.txt").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition(" ")
        listed[_unescaped(name.strip())] = digest.lower()
    present = {path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    if odd := sorted(present ^ listed.keys()):
        raise Damaged(f"bag {folder}: {odd[0]} is missing, or in no manifest", hint="fetch it again")
    for name, digest in listed.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, algorithm).hexdigest() != digest:
                raise Damaged(f"bag {folder}: {name} has other bytes than its manifest says", hint="fetch it again")
    warcs = [folder / name for name in sorted(listed) if name.lower().endswith((".warc", ".warc.gz", ".wacz"))]
    if not warcs:
        raise GongkaiError(f"bag {folder} has no WARC file", hint="there is nothing to import in it")
    return warcs


def _unescaped(name: str) -> str:
    """Undoes the escaping of line ends and percent signs in a path (section 2.1.3)."""
    return name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
