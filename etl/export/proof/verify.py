"""Verifies a proof of gongkai, offline: python3 -I verify.py PROOF.zip [AUTHORITY.pem]

Needs Python 3.9 and `openssl`. Without AUTHORITY.pem, the authority's root certificate, that of the proof is taken.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def verify(file: Path, stamped_at: Callable[[bytes, bytes, bytes], datetime], authority: bytes = b"") -> list[str]:
    """What the proof shows. Raises where it does not hold; `stamped_at(response, message, pem)` is a stamp's time."""
    with zipfile.ZipFile(file) as zipped:
        files = {item.filename: zipped.read(item) for item in zipped.infolist()}
    proof = json.loads(files.pop("proof.json"))
    for name in sorted(files.keys() | proof["files"].keys()):
        need(sha256(files.get(name, b"")) == proof["files"].get(name), f"{name}: was changed, added or taken away")
    keys, stamps = [*proof["roots"], *(log["key"] for log in proof["logs"])], proof["stamps"]
    lines = {key: [json.loads(line) for line in zlib.decompress(files[key], 31).splitlines()] for key in keys}
    after = None
    for key in proof["roots"]:
        [root] = lines[key]
        need(f"/{root['day']}." in key, f"{key}: its date was changed")
        need(not after or (root["before"], root["first_link"]) == after, f"{key}: does not follow the root before it")
        after = sha256(files[key]), root["last_link"] + 1
    need(stamps and stamps[-1]["root"] == proof["roots"][-1], "the newest root has no time stamp")
    in_time = proof["roots"][: proof["roots"].index(stamps[0]["root"]) + 1]
    for log in proof["logs"]:
        [root], leaf = lines[log["root"]], f"{sha256(files[log['key']])}  {log['key']}\n".encode()
        top = climb(hashlib.sha256(b"\0" + leaf).digest(), log["index"], root["leaves"], log["path"])
        need(top == root["root"], f"{log['key']}: was changed: it is not at its place in {log['root']}")
        need(log["root"] in in_time, f"{log['key']}: is younger than the time stamp")
    texts = []
    for fact in proof["facts"]:
        for path, value in fact["says"].items():
            stated = lines[fact["log"]][fact["line"]]
            for part in path.split("."):
                stated = stated[part]
            need(stated == value, f"{fact['log']}: {path} is {stated!r}, not {value!r}")
        need(not fact["bytes"] or sha256(files[fact["bytes"]]) == fact["says"]["blob"], f"{fact['bytes']}: was changed")
        texts.append(f"{fact['log']}: {json.dumps(fact['says'], ensure_ascii=False)}")
    for stamp in stamps:
        pem = authority or files[stamp["certificates"]]
        at = stamped_at(files[stamp["response"]], files[stamp["root"]], pem).isoformat(timespec="seconds")
        need(at == stamp["at"], f"{stamp['response']}: its time is {at}, not {stamp['at']}")
        texts.append(f"{stamp['root']}: stamped at {at}, says the authority of the PEM file with SHA-256 {sha256(pem)}")
    return [*texts, f"So all this existed at {stamps[0]['at']} at the latest."]


def climb(node: bytes, index: int, size: int, path: list[str]) -> str:
    """The root over a leaf at that place among so many (RFC 6962, 2.1). Empty where the path is of another place."""
    nodes = [bytes.fromhex(item) for item in path]
    while size > 1:
        other = nodes.pop(0) if index ^ 1 < size else b""
        if other:
            node = hashlib.sha256(b"\1" + (other + node if index & 1 else node + other)).digest()
        index, size = index >> 1, (size + 1) >> 1
    return "" if nodes or index else node.hex()


def openssl(response: bytes, message: bytes, pem: bytes) -> datetime:
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("response", response), ("message", message), ("pem", pem)):
            Path(folder, name).write_bytes(body)
        reply = _ts(folder, "-reply -in response -text")
        match = re.search(r"^Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT", reply, re.M)
        at = datetime.strptime(" ".join([*(match.groups() if match else ()), "+0000"]), "%b %d %H:%M:%S %Y %z")
        _ts(folder, f"-verify -data message -in response -CAfile pem -attime {at.timestamp():.0f}")
        return at


def _ts(folder: str, words: str) -> str:
    done = subprocess.run(["openssl", "ts", *words.split()], cwd=folder, capture_output=True, text=True, check=False)
    need(done.returncode == 0, f"the time stamp does not hold: {done.stderr}")
    return done.stdout


REFUSALS = (LookupError, OSError, EOFError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)
if __name__ == "__main__":
    try:
        print(*verify(Path(sys.argv[1]), openssl, *(Path(name).read_bytes() for name in sys.argv[2:3])), sep="\n")
    except REFUSALS as error:
        sys.exit(f"REFUSED: {error}" if isinstance(error, ValueError) else f"REFUSED: no proof of gongkai: {error!r}")
