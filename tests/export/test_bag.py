"""A bag is valid for BagIt's own library, says in XML what it holds and what happened to it, and is imported again."""

from datetime import datetime
from pathlib import Path
from typing import Any

import bagit
import pytest
from lxml import etree

from etl.archive.queries.search import RecordFilter
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.errors import Damaged, GongkaiError
from etl.export.bag.premis import NAMESPACE
from etl.export.exporting import ExportRequest, Format, export
from etl.pipeline.stages.reextracting import source_in_archive
from etl.pipeline.warc.bags import warcs_of_bag
from etl.pipeline.warc.importing import import_warc, scan_warc
from etl.settings import PROJECT, Settings
from tests.support.gongkai import gongkai, rows

P = {"p": NAMESPACE}
SCHEMA = "lib/python*/site-packages/a3m/client/assets/premis/premis.xsd"
"""PREMIS 3.0 of the Library of Congress; `make test` installs it (tests/replay/schemas.in)."""
RECORDS = """
SELECT p.url, r.content_hash, v.title, v.publisher, v.document_number, v.written_date, v.attachments, k.blob_sha256
FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.capture k ON k.id = v.capture_id ORDER BY p.url
"""
FILES = """
SELECT DISTINCT f.url, f.kind, f.blob_sha256 FROM archive.page_file l JOIN archive.page f ON f.id = l.file_id
WHERE f.blob_sha256 IS NOT NULL ORDER BY 1
"""


@pytest.fixture(scope="module")
def bag(crawled: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bags") / "bag"
    export(crawled, ExportRequest(Format.BAGIT, folder, RecordFilter(), base="https://archive.example/archive"))
    return folder


def texts(element: Any, path: str) -> list[str]:
    return [found.text for found in element.iterfind(path, P)]


def test_the_library_of_bagit_finds_it_valid_and_notices_a_changed_byte(bag: Path) -> None:
    bagit.Bag(str(bag)).validate()
    assert (bag / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    body = (bag / "data" / "records.jsonl").read_bytes()
    (bag / "data" / "records.jsonl").write_bytes(body[:-2] + b" \n")
    try:
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(bag)).validate()
        with pytest.raises(Damaged, match=r"data/records\.jsonl has other bytes than its manifest says"):
            warcs_of_bag(bag)
    finally:
        (bag / "data" / "records.jsonl").write_bytes(body)


def test_the_same_archive_gives_the_same_bag(crawled: Archive, bag: Path, tmp_path: Path) -> None:
    export(crawled, ExportRequest(Format.BAGIT, tmp_path / "b", RecordFilter(), base="https://archive.example/archive"))
    assert (tmp_path / "b" / "tagmanifest-sha256.txt").read_bytes() == (bag / "tagmanifest-sha256.txt").read_bytes()


def premis(bag: Path) -> Any:
    """Its PREMIS, held to the schema."""
    [schema] = (PROJECT / ".venv-replay").glob(SCHEMA)
    tree = etree.parse(bag / "data" / "premis.xml")
    etree.XMLSchema(etree.parse(schema)).assertValid(tree)
    return tree.getroot()


def test_what_happened_to_the_bytes_is_told_as_premis_events(crawled: Archive, bag: Path) -> None:
    root = premis(bag)
    assert (root.tag, root.get("version")) == (f"{{{NAMESPACE}}}premis", "3.0")
    files = {
        text
        for text in texts(root, "p:object/p:objectIdentifier/p:objectIdentifierValue")
        if len(text) == len("ab" * 32)
    }
    captured = rows(crawled, "SELECT id, fetched_at, outcome, blob_sha256 AS sha256 FROM archive.capture")
    events = list(root.iterfind("p:event", P))
    by_type: dict[str, list[Any]] = {}
    for event in events:
        by_type.setdefault(event.findtext("p:eventType", namespaces=P), []).append(event)
    assert by_type.keys() == {"capture", "fixity check", "migration"}
    told = {
        (
            int(event.findtext("p:eventIdentifier/p:eventIdentifierValue", namespaces=P)),
            datetime.fromisoformat(event.findtext("p:eventDateTime", namespaces=P)),
            event.findtext("p:linkingObjectIdentifier/p:linkingObjectIdentifierValue", namespaces=P),
        )
        for event in by_type["capture"]
    }
    assert told <= {(row["id"], row["fetched_at"], row["sha256"]) for row in captured}
    assert {digest for *_, digest in told} == files
    kept = "SELECT DISTINCT blob_sha256 AS sha256 FROM archive.page WHERE kind = 'resource' AND blob_sha256 <> ''"
    looks = {row["sha256"] for row in rows(crawled, kept)}
    assert looks
    assert looks <= files, "what the pages are shown with is among them"
    assert len(by_type["fixity check"]) == len(files)
    read = {row["sha256"] for row in rows(crawled, "SELECT blob_sha256 AS sha256 FROM archive.file")}
    assert len(by_type["migration"]) == len(read & files) > 0
    # Every identifier that something refers to is one of an object or an agent.
    objects = set(texts(root, "p:object/p:objectIdentifier/p:objectIdentifierValue"))
    agents = set(texts(root, "p:agent/p:agentIdentifier/p:agentIdentifierValue"))
    for event in events:
        assert set(texts(event, "p:linkingObjectIdentifier/p:linkingObjectIdentifierValue")) <= objects
        assert set(texts(event, "p:linkingAgentIdentifier/p:linkingAgentIdentifierValue")) <= agents


def test_the_metadata_has_chinese_names_and_the_values_of_the_records(crawled: Archive, bag: Path) -> None:
    root = etree.parse(bag / "data" / "metadata.xml").getroot()
    found = sorted(texts(root, "电子文件/内容描述/题名"))
    assert found == sorted(row["title"] for row in rows(crawled, RECORDS))
    digests = set(texts(root, "电子文件/电子属性/附件/摘要值"))
    assert digests == {file["sha256"] for row in rows(crawled, RECORDS) for file in row["attachments"]} - {None}
    addresses = texts(root, "电子文件/电子文件号")
    assert all(address.startswith("https://archive.example/archive/records/") for address in addresses)


def test_a_bag_is_imported_again_and_gives_the_same_records(crawled: Archive, bag: Path, archive: Archive) -> None:
    with crawled.engine.connect() as connection:
        source = source_in_archive(connection, "demo-trs")
    [warc] = warcs_of_bag(bag)
    assert import_warc(archive, warc, scan_warc(warc), source).state == "green"
    for query in (RECORDS, FILES):
        assert rows(archive, query) == rows(crawled, query) != []


@pytest.fixture
def corrected(archive: Archive, local_settings: Settings, bag: Path) -> Archive:
    """The bag's records in an archive of their own, one corrected with a letter that XML does not allow."""
    assert gongkai(local_settings, "import", bag).code == 0
    correct(archive, 1, {"publisher": "某某局\x0b办公室"}, "馆员甲", "印章为证")
    return archive


def test_a_correction_is_an_event_of_the_person_who_made_it(
    corrected: Archive, local_settings: Settings, tmp_path: Path
) -> None:
    done = gongkai(
        local_settings, "export", "--format", "bagit", "--out", tmp_path / "bag", "--base", "https://a.example"
    )
    assert done.code == 0, done
    bagit.Bag(str(tmp_path / "bag")).validate()
    root = premis(tmp_path / "bag")
    [event] = [
        event
        for event in root.iterfind("p:event", P)
        if event.findtext("p:eventType", namespaces=P) == "metadata modification"
    ]
    detail = event.findtext("p:eventDetailInformation/p:eventDetail", namespaces=P)
    assert detail.startswith("publisher set: 某某局")
    assert texts(event, "p:linkingAgentIdentifier/p:linkingAgentIdentifierValue") == ["馆员甲"]
    assert "馆员甲" in texts(root, "p:agent/p:agentName")
    assert event.findtext("p:linkingObjectIdentifier/p:linkingObjectIdentifierValue", namespaces=P) == "1"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda bag: (bag / "bagit.txt").unlink(), "is a folder, but no bag"),
        (lambda bag: (bag / "manifest-sha256.txt").unlink(), "has no manifest"),
        (lambda bag: (bag / "data" / "premis.xml").unlink(), "data/premis.xml is missing"),
        (lambda bag: (bag / "data" / "more.txt").write_text("?"), "data/more.txt is missing, or in no manifest"),
    ],
)
def test_a_bag_that_is_not_whole_is_not_imported(
    archive: Archive, local_settings: Settings, bag: Path, tmp_path: Path, spoil: Any, said: str
) -> None:
    for file in [path for path in bag.rglob("*") if path.is_file()]:
        copy = tmp_path / "copy" / file.relative_to(bag)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    spoil(tmp_path / "copy")
    with pytest.raises(GongkaiError, match=said):
        warcs_of_bag(tmp_path / "copy")
    done = gongkai(local_settings, "import", tmp_path / "copy")
    assert (done.code, said in done.err) == (1, True)
    assert rows(archive, "SELECT id FROM archive.run") == []
