"""Invented pages, imported as a WARC file through the same code as everyone's."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import count
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.archive.storage.archive import Archive
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from etl.sources.schema import Source

_files = count(1)
_SINCE = datetime(2024, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """A page of an invented agency. `head` and `body` are markup, the rest is text. With a `path`, it is a file.

    `disposition` is the header that names a download.
    """

    number: int
    title: str = ""
    paragraphs: tuple[str, ...] | None = None
    published: str = "2024-03-05"
    document_number: str = ""
    head: str = ""
    body: str = ""
    media_type: str = "text/html; charset=utf-8"
    raw: bytes | None = None
    after: timedelta = field(default=timedelta())
    path: str = ""
    disposition: str = ""

    @property
    def url(self) -> str:
        if self.path:
            return f"https://www.lanchuan.example{self.path}"
        return f"https://www.lanchuan.example/zwgk/202403/t20240305_{100000 + self.number}.html"

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        title = escape(self.title or f"岚川市水务局关于第{self.number}号河段清淤的通告")
        sentence = f"自三月起对第{self.number}号河段清淤，施工期间请沿岸居民留意告示，车辆绕行，并看护好儿童。" * 3
        lines = (sentence,) if self.paragraphs is None else self.paragraphs
        numbered = f"<tr><td>文号：</td><td>{escape(self.document_number)}</td></tr>" if self.document_number else ""
        return f"""<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>
            <meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{self.published}">
            {self.head}</head><body><table><tr><td>索引号：</td><td>LC0{self.number:04}/2024-00001</td></tr>
            <tr><td>发布机构：</td><td>岚川市水务局</td></tr><tr><td>发布日期：</td><td>{self.published}</td></tr>{numbered}
            </table><h1>{title}</h1><div class="TRS_Editor">{"".join(f"<p>{escape(line)}</p>" for line in lines)}
            {self.body}</div></body></html>""".encode()


def keep(archive: Archive, folder: Path, *pages: Page, source: Source | None = None) -> None:
    """Imports the pages, fetched on 2024-06-01, or as much later as they say."""
    path = folder / f"{next(_files)}.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for page in pages:
            stated = [("Content-Type", page.media_type), ("Content-Disposition", page.disposition)]
            headers = StatusAndHeaders("200 OK", [each for each in stated if each[1]], protocol="HTTP/1.1")
            date = {"WARC-Date": f"{_SINCE + page.after:%Y-%m-%dT%H:%M:%SZ}"}
            body = io.BytesIO(page.content())
            writer.write_record(
                writer.create_warc_record(page.url, "response", body, http_headers=headers, warc_headers_dict=date)
            )
    import_warc(archive, path, scan_warc(path), source or import_source())


def attached(path: str, media_type: str, raw: bytes, disposition: str = "") -> Page:
    """A file that pages may link."""
    return Page(0, path=path, media_type=media_type, raw=raw, disposition=disposition)


def other_source() -> Source:
    """A second source, so that one text can have two places."""
    return import_source().model_copy(update={"id": "lanchuan-copy", "name": "岚川市转载"})
