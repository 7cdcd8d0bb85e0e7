"""Objects of a bucket that are torn, changed, emptied, taken away or replaced."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from etl.archive.preservation.bucket_check import check_bucket
from etl.archive.preservation.daily_roots import make_roots
from etl.archive.preservation.fixity import Damage, audit
from etl.archive.preservation.garbage import delete_unreferenced, find_unreferenced
from etl.archive.records.corrections import correct
from etl.archive.records.file_readings import store_file_reading
from etl.archive.records.reviews import keep_review
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.layout import BLOBS, CHAIN, LOGS, REMOVALS, ROOTS, STAMPS, blob_key, root_key, stamp_key
from etl.archive.storage.log_lines import StampLine
from etl.archive.storage.log_registry import keep_log
from etl.clock import CHINA
from etl.errors import Damaged
from etl.files import FileOutcome, FileReading
from tests.support.attacks.base import Ground
from tests.support.gongkai import rows
from tests.support.stored import keep
from tests.support.whole_database import quiet

DAMAGE: dict[str, Callable[[bytes], bytes | None]] = {
    "torn": lambda body: body[: len(body) // 2],
    "empty": lambda _: b"",
    "flipped": lambda body: body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 16]) + body[len(body) // 2 + 1 :],
    "missing": lambda _: None,
    "other": lambda body: gzip.compress(b"".join(gzip.decompress(body).splitlines(keepends=True)[:-1]) or b"{}\n"),
}
"""Ways to damage a log; all but `other` any object."""


def live(archive: Archive, folder: Path) -> None:
    """Logs of every kind: imports, a correction, reviews, a reading, damage and its end, garbage, roots, a stamp."""
    digests = keep(archive, folder, 3)
    keep(archive, folder, 2, "other")
    record = rows(archive, "SELECT max(id) AS id FROM archive.record")[0]["id"]
    correct(archive, record, {"publisher": "更正的机关"}, "馆员", "与原件不符")
    assert all(keep_review(archive, 1, 1, "flagged", subject, "馆员", "") for subject in ("cut", "text_lost"))
    store_file_reading(archive, digests[0], FileReading("text/html", FileOutcome.READ, "", "正文", None, "html"))
    body = archive.store.blob(digests[1])
    archive.store.remove(blob_key(digests[1]))
    audit(archive, quiet)
    archive.store.put_blob(body)
    archive.store.put_blob(b"of a step that died")
    assert list(delete_unreferenced(archive, find_unreferenced(archive), timedelta(0)))
    assert audit(archive, quiet).all_damage == ()
    root_two_days(archive)


def root_two_days(archive: Archive) -> None:
    """The roots of today and of tomorrow; the first has a stamp, though not of an authority."""
    now = datetime.now(UTC)
    tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
    [root] = make_roots(archive, tomorrow, quiet)
    digest = sha256(archive.store.read(root_key(root.day)))
    stamp = StampLine(root.day, digest, "https://authority.example", now, "", "")
    with archive.engine.begin() as connection:
        keep_log(connection, archive.store, stamp_key(root.day), [stamp])
    assert len(make_roots(archive, tomorrow + timedelta(days=1), quiet)) == 1


def logs_of(archive: Archive) -> dict[str, bytes]:
    """Every log by its key."""
    return {key: archive.store.read(key) for form in LOGS for key in archive.store.list_keys(form.prefix)}


def put(archive: Archive, key: str, body: bytes | None) -> None:
    """Writes the object, or removes it where there is no body."""
    if body is None:
        archive.store.remove(key)
    else:
        archive.store.put(key, body)


def unnoticed_by_a_rebuild(logs: Mapping[str, bytes], how: str) -> set[str]:
    """Logs whose damage loses no row: what garbage was removed is not rebuilt, nothing follows the last link, the last
    root and a time stamp.

    The last link without its last line is another link only if it has a line left.
    """
    last_link = max(key for key in logs if key.startswith(CHAIN))
    lines = gzip.decompress(logs[last_link]).count(b"\n")
    lost = how == "missing" or (how == "other" and lines > 1)
    last_root = max(key for key in logs if key.startswith(ROOTS))
    ends = {last_root, *(key for key in logs if key.startswith(STAMPS))} if how == "missing" else set()
    return ends | {key for key in logs if key.startswith(REMOVALS) or (key == last_link and lost)}


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """One to three objects at a time: an audit names these and no other, a rebuild refuses, and restoring mends it."""
    archive = ground.archive
    live(archive, ground.folder)
    while True:
        # The audit's own logs of the rounds before would soon be most of them.
        blobs = {key: archive.store.read(key) for key in archive.store.list_keys(BLOBS)}
        logs = logs_of(archive)
        whole = logs | blobs
        how = chance.choice(sorted(DAMAGE))
        struck = chance.sample(sorted(set(whole) - set(blobs) if how == "other" else whole), chance.randint(1, 3))
        for key in struck:
            put(archive, key, DAMAGE[how](whole[key]))
        losses = audit(archive, quiet).all_damage
        named = {blob_key(each.sha256) if isinstance(each, Damage) else each.key for each in losses}
        assert named == set(struck), f"{how}: {sorted(struck)} are damaged, `gongkai fixity` names {sorted(named)}"
        must_be_seen = set(struck) - unnoticed_by_a_rebuild(logs, how) - set(blobs)
        if must_be_seen:
            try:
                check_bucket(archive.store, quiet)
            except Damaged:
                pass
            else:
                raise AssertionError(f"{how}: a rebuild would not notice {sorted(must_be_seen)}")
        for key in struck:
            put(archive, key, whole[key])
        assert not audit(archive, quiet).all_damage, f"{how}: {sorted(struck)} were put back and are still damaged"
        yield f"{how}: {len(struck)}"
