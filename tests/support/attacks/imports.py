"""WARC and WACZ files that are cut, changed or made longer at any place."""

from collections.abc import Iterable, Iterator
from itertools import count
from random import Random

from etl.archive.storage.bucket import sha256
from etl.errors import GongkaiError
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.attacks.base import Ground
from tests.support.gongkai import rows
from tests.support.warc import page, record, response, sha1, write_warc

URL = "https://a.example/1.html"
BODIES = tuple(page(f"通知{number}", f"第{number}号。" * 40) for number in range(6))
WHOLE = [
    record("warcinfo", "", b"software: x\r\n"),
    *(
        record("response", f"{URL}?n={number}", response(body), WARC_Block_Digest=sha1(response(body)))
        for number, body in enumerate(BODIES)
    ),
]
"""The records of a file that is whole."""
FORMS = ("a.warc", "a.warc.gz", "a.wacz")
Harm = tuple[str, float, bytes]
"""What is done, where in the file as a share of its length, and with which bytes."""
HARM = ("flip", "cut", "insert", "end")


def harmed(data: bytes, harm: Iterable[Harm]) -> bytes:
    """The file after all this was done to it in turn."""
    for kind, share, other in harm:
        at = int(share * len(data))
        match kind:
            case "flip":
                data = data[:at] + bytes([data[at] ^ (other[0] or 1)]) + data[at + 1 :] if data else data
            case "cut":
                data = data[:at] + data[at + len(other) :]
            case "insert":
                data = data[:at] + other + data[at:]
            case "end":
                data = data[:at]
    return data


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """A harmed file is imported: each record has an outcome, no record has other text; then the whole file is."""
    for turn in count(1):
        source = import_source().model_copy(update={"id": f"import-{turn}"})
        path = write_warc(ground.folder / f"{turn}-{chance.choice(FORMS)}", WHOLE)
        whole = path.read_bytes()
        harm = [(chance.choice(HARM), chance.random(), chance.randbytes(9)) for _ in range(chance.randint(1, 3))]
        path.write_bytes(harmed(whole, harm))
        description = f"import-{turn}, {path.suffix}, {[(kind, round(share, 3)) for kind, share, _ in harm]}"
        try:
            report = import_warc(ground.archive, path, scan_warc(path), source)
        except GongkaiError as error:
            outcome = f"refused: {str(error)[:60]}"
        else:
            outcome = str(dict(report.outcomes))
            assert sum(report.outcomes.values()) == report.listed, f"{description}: {report.outcomes}"
        path.write_bytes(whole)
        after = import_warc(ground.archive, path, scan_warc(path), source)
        assert after.listed == len(BODIES), f"after {description}: {after.outcomes}"
        stored = {row["blob_sha256"] for row in rows(ground.archive, _CURRENT, source=source.id)}
        assert stored == set(map(sha256, BODIES)), f"after {description}: current versions were read from {stored}"
        yield f"{description}: {outcome}"


_CURRENT = """
SELECT k.blob_sha256 FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.capture k ON k.id = v.capture_id
WHERE p.source_id = :source AND p.url LIKE 'https://a.example/1.html?n=_'"""
