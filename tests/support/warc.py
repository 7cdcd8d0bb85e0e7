"""WARC files of invented pages."""

import io
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
