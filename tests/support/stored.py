"""A small archive for tests of what is kept: imported pages, each with its blob."""

import io
from pathlib import Path

from sqlalchemy import create_engine, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.local.services import Addresses
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.gongkai import rows
from tests.support.warc import page, warc


def keep(archive: Archive, folder: Path, number: int, source: str = "imported") -> list[str]:
    """Imports so many pages; their digests in the order of their addresses, `https://a.example/<source>/<n>.html`."""
    urls = [f"https://a.example/{source}/{n}.html" for n in range(number)]
    said = ["\n".join(f"{n}.{line} 本事项由经办科室按期办结并公开。" for line in range(12)) for n in range(number)]
    pages = [(url, page(f"关于第{n}号事项的通知", said[n]), "200 OK") for n, url in enumerate(urls)]
    file = warc(folder / f"{source}.warc", pages)
    import_warc(archive, file, scan_warc(file), import_source().model_copy(update={"id": source}))
    found = {row["url"]: row["blob_sha256"] for row in rows(archive, "SELECT url, blob_sha256 FROM archive.capture")}
    return [found[url] for url in urls]


def flip_a_byte(archive: Archive, services: Addresses, digest: str) -> None:
    """Overwrites a blob with one of the same length."""
    body = archive.store.blob(digest)
    changed = bytes([body[0] ^ 1]) + body[1:]
    services.store.client().put_object(
        archive.store.address.bucket, blob_key(digest), io.BytesIO(changed), len(changed)
    )


def age(owner_url: str, statement: str, **values: object) -> None:
    """Changes rows as only their owner may."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
