"""What `gongkai export` wrote, `gongkai import` takes: the same records, files and parts, in an archive of its own."""

from pathlib import Path
from typing import Any

import pytest

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.export.exporting import ExportRequest, Format, export
from etl.pipeline.stages.reextracting import source_in_archive
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from etl.progress import Progress
from etl.sources.schema import Source
from tests.support.gongkai import rows

RECORDS = """
SELECT p.url, p.listing, r.content_hash, v.title, v.index_number, v.publisher, v.document_number, v.written_date,
       v.published_date, v.attachments, k.blob_sha256, k.fetched_at, k.final_url
FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.capture k ON k.id = v.capture_id ORDER BY p.url
"""
VERSIONS = """
SELECT p.url, v.version, v.kind, v.title, v.content_hash, v.attachments FROM archive.record r
JOIN archive.page p ON p.id = r.page_id JOIN archive.record_version v ON v.record_id = r.id ORDER BY p.url, v.version
"""
PARTS = """
SELECT p.url, a.url AS article, p.part, p.blob_sha256 FROM archive.page p JOIN archive.page a ON a.id = p.part_of
ORDER BY p.url
"""
LINKED = """
SELECT DISTINCT f.url, f.kind, f.blob_sha256 FROM archive.page_file l JOIN archive.page f ON f.id = l.file_id
WHERE f.blob_sha256 IS NOT NULL ORDER BY 1
"""
READINGS = """
SELECT blob_sha256, media_type, outcome, content_hash FROM archive.file WHERE blob_sha256 IN (
    SELECT f.blob_sha256 FROM archive.page_file l JOIN archive.page f ON f.id = l.file_id) ORDER BY 1
"""
CAPTURES = """
SELECT c.url, c.final_url, c.fetched_at, c.blob_sha256, c.outcome FROM archive.capture c
JOIN archive.page p ON p.id = c.page_id
WHERE c.blob_sha256 IS NOT NULL AND (
    EXISTS (SELECT FROM archive.record r WHERE r.page_id IN (p.id, p.part_of))
    OR EXISTS (SELECT FROM archive.page_file f WHERE f.file_id = p.id))
ORDER BY c.fetched_at, c.url
"""
SAME = (RECORDS, PARTS, LINKED, READINGS)


def source_of(archive: Archive) -> Source:
    with archive.engine.connect() as connection:
        return source_in_archive(connection, "demo-trs")


def differing(one: Archive, other: Archive, query: str) -> list[Any]:
    """What one of the archives says and the other does not."""
    exported, imported = rows(one, query), rows(other, query)
    if [row["url"] for row in exported if "url" in row] != [row["url"] for row in imported if "url" in row]:
        return [len(exported), len(imported)]
    return [
        (row.get("url"), {name: (row[name], other[name]) for name in row if row[name] != other[name]})
        for row, other in zip(exported, imported, strict=True)
        if row != other
    ]


def exported_and_imported(
    crawled: Archive, archive: Archive, source: Source, path: Path, **options: Any
) -> dict[str, int]:
    form = Format.WACZ if path.suffix == ".wacz" else Format.WARC
    export(crawled, ExportRequest(form, path, RecordFilter(), **options))
    steps: list[Progress] = []
    summary = scan_warc(path)
    report = import_warc(archive, path, summary, source, steps.append)
    assert (report.state, steps[-1].done) == ("green", 2 * (summary.responses + summary.revisits))
    return report.outcomes


def test_the_current_captures_give_the_same_records_files_and_parts(
    crawled: Archive, archive: Archive, tmp_path: Path
) -> None:
    outcomes = exported_and_imported(crawled, archive, source_of(crawled), tmp_path / "a.warc.gz")
    assert outcomes == {"stored": len(rows(crawled, RECORDS))}
    for query in SAME:
        assert rows(crawled, query), query
        assert differing(archive, crawled, query) == []
    again = tmp_path / "b.warc.gz"
    export(archive, ExportRequest(Format.WARC, again, RecordFilter()))
    assert scan_warc(again).responses == scan_warc(tmp_path / "a.warc.gz").responses


def test_all_captures_give_the_same_versions_too(crawled: Archive, archive: Archive, tmp_path: Path) -> None:
    exported_and_imported(crawled, archive, source_of(crawled), tmp_path / "a.warc.gz", all_captures=True)
    for query in (*SAME, VERSIONS, CAPTURES):
        assert differing(archive, crawled, query) == []
    assert len({row["version"] for row in rows(archive, VERSIONS)}) > 1


def test_an_interrupted_import_goes_on(crawled: Archive, archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    export(crawled, ExportRequest(Format.WARC, path, RecordFilter(), all_captures=True))

    def interrupt(progress: Progress) -> None:
        if progress.done > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_warc(archive, path, scan_warc(path), source_of(crawled), interrupt)
    import_warc(archive, path, scan_warc(path), source_of(crawled))
    for query in (*SAME, VERSIONS, CAPTURES):
        assert differing(archive, crawled, query) == []


def test_without_the_source_s_file_no_page_and_no_file_is_taken_for_another_thing(
    crawled: Archive, archive: Archive, tmp_path: Path
) -> None:
    outcomes = exported_and_imported(crawled, archive, import_source(), tmp_path / "a.wacz")
    assert outcomes == {"stored": len(rows(crawled, RECORDS))}
    for query in (PARTS, LINKED, READINGS):
        assert differing(archive, crawled, query) == []
