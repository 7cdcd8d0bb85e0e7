"""`python -m bench.fixity [ROUNDS]`: how fast an audit reads beside plain GETs with the same client and thread count.

Starts separate services, stores 2,000 blobs of 40 KB and 160 of 5 MB, and reads each set alternately by plain GETs and
by the audit. Prints the median rates, and the audit's median share of the plain GETs' rate in the same round.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, insert, text

from bench.servers import own_archive
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.bucket import READS_AT_ONCE
from etl.archive.storage.layout import blob_key
from etl.archive.storage.models import Blob

SETS = ((2000, 40_000), (160, 5_000_000))
THREADS = (4, 8, 16)


def main(rounds: int) -> None:
    with own_archive() as settings:
        assert settings.database_owner_url
        archive, owner_url = open_archive(settings), settings.database_owner_url.get_secret_value()
        for number, size in SETS:
            compare(archive, owner_url, keep(archive, number, size), size, rounds)


def keep(archive: Archive, number: int, size: int) -> list[str]:
    """Stores so many blobs, with their rows."""
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        digests = list(pool.map(lambda _: archive.store.put_blob(os.urandom(size)), range(number)))
    with archive.engine.begin() as connection:
        connection.execute(insert(Blob), [{"sha256": digest, "size": size} for digest in digests])
    return digests


def compare(archive: Archive, owner_url: str, digests: Sequence[str], size: int, rounds: int) -> None:
    keys = [blob_key(digest) for digest in digests]
    works: dict[str, Callable[[], object]] = {
        f"plain GETs, {threads} threads": lambda threads=threads: plain(archive, keys, threads) for threads in THREADS
    }
    works[f"audit, {READS_AT_ONCE} threads"] = lambda: audit(archive, lambda *_: None)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    beside = seconds[f"plain GETs, {READS_AT_ONCE} threads"]
    for name, taken in seconds.items():
        rate = len(keys) / statistics.median(taken)
        share = statistics.median(other / own for own, other in zip(taken, beside, strict=True))
        print(f"{size / 1000:6.0f} KB  {name:24} {rate:7.0f} blobs/s {rate * size / 1e6:7.1f} MB/s {share:6.0%}")
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM archive.blob"))
    engine.dispose()


def plain(archive: Archive, keys: Sequence[str], threads: int) -> None:
    """Reads every object completely with the client that the store uses, and discards it."""
    client, bucket = archive.store._client, archive.store.address.bucket

    def get(key: str) -> None:
        response = client.get_object(bucket, key)
        response.read()
        response.close()
        response.release_conn()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(get, keys))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
