"""WARC files of invented pages."""

import base64
import gzip
import hashlib
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FIRST = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def page(title: str, words: str) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in words.split("\n"))
    return (
        f'<html><head><title>{title}</title><meta name="ArticleTitle" content="{title}"></head>'
        f'<body><div class="TRS_Editor">{body}</div></body></html>'
    ).encode()


def warc(path: Path, pages: list[tuple[str, bytes, str]]) -> Path:
    """A WARC file of (address, body, status) records, a second apart."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
        for number, (url, body, status) in enumerate(pages):
            headers = StatusAndHeaders(status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            date = (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=headers, warc_headers_dict={"WARC-Date": date}
            )
            writer.write_record(record)
    return path


def record(kind: str, url: str, block: bytes, length: int | None = None, **headers: str) -> bytes:
    """A record as it stands in a file; `length` is what it states of its block, underscores in names are hyphens."""
    stated = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:test:{url}>",
        "WARC-Target-URI": url,
        "WARC-Date": "2023-06-01T02:03:04Z",
        "Content-Type": "application/http; msgtype=response",
    }
    stated |= {name.replace("_", "-"): value for name, value in headers.items()}
    stated["Content-Length"] = str(len(block) if length is None else length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in stated.items() if value)
    return f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    """An HTTP response."""
    lines = (status, "Content-Type: text/html; charset=utf-8", *headers)
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def write_warc(path: Path, records: Sequence[bytes]) -> Path:
    """A file of records, packed as its name says: `.warc`, `.warc.gz` or `.wacz`."""
    if path.suffix == ".wacz":
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("archive/rec-0.warc.gz", b"".join(map(gzip.compress, records)))
            package.writestr("datapackage.json", "{}")
    else:
        path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    return path


def sha1(data: bytes) -> str:
    """A digest as most crawlers write it."""
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"
