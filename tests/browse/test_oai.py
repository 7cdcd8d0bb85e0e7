"""OAI-PMH, as harvesters use it: a client of other archives, lists while records change, errors by their codes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import NoRecordsMatch
from sqlalchemy import text
from starlette.testclient import TestClient

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import ChangeEvent
from etl.browse import create_app
from etl.browse.pages import oai
from etl.local.services import Addresses
from tests.support.browser_pages import Page, keep, other_source
from tests.support.chromium import served
from tests.support.services import own_archive

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
RECORDS = 7
LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oai, "RECORDS", 2)


@pytest.fixture
def filled(archive: Archive, tmp_path: Path) -> Archive:
    """Seven records, one of a second source."""
    keep(archive, tmp_path, Page(1, title="控制符\x0b与<标签>&", document_number="岚水发〔2024〕3号"))
    keep(archive, tmp_path, *(Page(number) for number in range(2, RECORDS)))
    keep(archive, tmp_path, Page(RECORDS), source=other_source())
    return archive


def happens(archive: Archive, kind: str, record: int) -> None:
    """An event of a record, in its version of now."""
    with archive.engine.begin() as connection:
        version, source = connection.execute(_RECORD, {"record": record}).one()
        publish(connection, archive.store, [ChangeEvent(kind, record, version, record, source)])


_RECORD = text("SELECT version, source_id FROM archive.record WHERE id = :record")


def ask(reader: TestClient, status: int = 200, **arguments: str) -> etree._Element:
    answer = reader.get("/archive/oai", params=arguments)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def error(reader: TestClient, **arguments: str) -> str:
    (found,) = ask(reader, **arguments).findall(f"{OAI}error")
    assert found.text
    return str(found.get("code"))


def records_of(page: etree._Element) -> list[int]:
    return [int(str(each.text).rpartition(":")[2]) for each in page.iter(f"{OAI}identifier")]


def token_of(page: etree._Element) -> str | None:
    return page.findtext(f".//{OAI}resumptionToken")


def test_a_client_of_other_archives_harvests_all(filled: Archive) -> None:
    happens(filled, "removed", 3)
    with served(create_app(filled, contact="archive@lanchuan.example")) as base:
        client = Sickle(f"{base}/oai")
        identity = client.Identify()
        assert identity.deletedRecord == "persistent"
        assert identity.granularity == "YYYY-MM-DDThh:mm:ssZ"
        assert identity.adminEmail == "archive@lanchuan.example"
        assert identity.baseURL == f"{base}/oai"
        assert [each.metadataPrefix for each in client.ListMetadataFormats()] == ["oai_dc"]
        assert {each.setSpec for each in client.ListSets()} == {"imported", "lanchuan-copy"}
        found = list(client.ListRecords(metadataPrefix="oai_dc"))
        assert len({record.header.identifier for record in found}) == len(found) == RECORDS
        assert [record.header.identifier for record in found if record.deleted] == ["oai:127.0.0.1:3"]
        (first,) = [record for record in found if record.header.identifier == "oai:127.0.0.1:1"]
        assert first.metadata["title"] == ["控制符与<标签>&"]
        assert first.metadata["date"] == ["2024-03-05"]
        assert first.metadata["source"] == [Page(1).url]
        assert "岚水发〔2024〕3号" in first.metadata["identifier"]
        assert first.header.setSpecs == ["imported"]
        one = client.GetRecord(identifier="oai:127.0.0.1:1", metadataPrefix="oai_dc")
        assert one.metadata == first.metadata
        headers = list(client.ListIdentifiers(metadataPrefix="oai_dc", set="lanchuan-copy"))
        assert [each.identifier for each in headers] == [f"oai:127.0.0.1:{RECORDS}"]
        with pytest.raises(NoRecordsMatch):
            client.ListRecords(metadataPrefix="oai_dc", **{"from": "2999-01-01"})


def test_a_list_has_each_record_once_while_records_change(filled: Archive, reader: TestClient) -> None:
    happens(filled, "removed", 2)
    page = ask(reader, verb="ListIdentifiers", metadataPrefix="oai_dc")
    seen, began = records_of(page), page.findtext(f"{OAI}responseDate")
    changed = iter(range(1, RECORDS + 1))
    while token := token_of(page):
        happens(filled, "updated", next(changed))
        happens(filled, "restored", 2)
        page = ask(reader, verb="ListIdentifiers", resumptionToken=token)
        assert page.findtext(f"{OAI}responseDate") == began, "what changed since is asked for from there"
        seen += records_of(page)
        deleted = [header for header in page.iter(f"{OAI}header") if header.get("status") == "deleted"]
        assert [records_of(header) for header in deleted] in ([], [[2]]), "as it was when the list began"
    assert token_of(page) == ""
    assert sorted(seen) == list(range(1, RECORDS + 1))
    whole = ask(reader, verb="ListIdentifiers", metadataPrefix="oai_dc", **{"from": str(began)})
    assert records_of(whole)


def test_what_is_being_written_is_not_missed_by_the_next_harvest(filled: Archive, reader: TestClient) -> None:
    """It bears the time at which its transaction began, before the harvest that could not see it."""
    with filled.engine.begin() as connection:
        version, source = connection.execute(_RECORD, {"record": 5}).one()
        began = connection.execute(text("SELECT now()")).scalar_one()
        page = ask(reader, verb="ListRecords", metadataPrefix="oai_dc")
        while token := token_of(page):
            page = ask(reader, verb="ListRecords", resumptionToken=token)
        told = datetime.fromisoformat(str(page.findtext(f"{OAI}responseDate")))
        assert told <= began
        publish(connection, filled.store, [ChangeEvent("updated", 5, version, 5, source)])
    assert 5 in all_of(reader, **{"from": f"{told.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})


def all_of(reader: TestClient, **arguments: str) -> list[int]:
    page = ask(reader, verb="ListIdentifiers", metadataPrefix="oai_dc", **arguments)
    found = records_of(page)
    while token := token_of(page):
        page = ask(reader, verb="ListIdentifiers", resumptionToken=token)
        found += records_of(page)
    return found


def test_times_include_both_ends_to_the_second(filled: Archive, reader: TestClient) -> None:
    stamps = [
        str(each.text) for each in ask(reader, verb="ListIdentifiers", metadataPrefix="oai_dc").iter(f"{OAI}datestamp")
    ]
    first = min(stamps)
    assert 1 in all_of(reader, **{"from": first, "until": first})
    before = datetime.fromisoformat(first) - timedelta(seconds=1)
    assert error(reader, verb="ListRecords", metadataPrefix="oai_dc", until=f"{before:%Y-%m-%dT%H:%M:%SZ}") == (
        "noRecordsMatch"
    )
    day = first[:10]
    assert len(all_of(reader, **{"from": day})) == RECORDS
    assert ask(reader, verb="Identify").findtext(f".//{OAI}earliestDatestamp") == first


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("badVerb", {}),
        ("badVerb", {"verb": "Steal"}),
        ("badArgument", {"verb": "Identify", "set": "imported"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": ""}),
        ("badArgument", {**LIST, "form": "2026-01-01"}),
        ("badArgument", {**LIST, "from": "2026-02-30"}),
        (
            "badArgument",
            {**LIST, "from": "9999-12-31", "until": "9999-12-31"},
        ),
        (
            "badArgument",
            {**LIST, "from": "2026-02-02", "until": "2026-01-01"},
        ),
        (
            "badArgument",
            {**LIST, "from": "2026-01-01", "until": "2026-01-01T00:00:00Z"},
        ),
        ("badArgument", {**LIST, "resumptionToken": "~~~9~2~0"}),
        ("badArgument", {"verb": "GetRecord", "identifier": "oai:testserver:1"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "next"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "~99999999999~~2~1~0"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "~~~999999~2~0"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "~~~1~1~0"}),
        ("badResumptionToken", {"verb": "ListSets", "resumptionToken": "next"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc21"}),
        ("noRecordsMatch", {**LIST, "set": "no-such"}),
        ("noRecordsMatch", {**LIST, "set": "半\x0b"}),
        *(
            ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": identifier})
            for identifier in ("oai:testserver:99", "oai:testserver:01", "oai:other:1", "oai:testserver:²", "1")
        ),
        ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "oai:testserver:99"}),
    ],
)
def test_an_error_has_its_code(errors_of: TestClient, code: str, arguments: dict[str, str]) -> None:
    assert error(errors_of, **arguments) == code
    request = ask(errors_of, **arguments).find(f"{OAI}request")
    assert request is not None
    assert request.text == "http://testserver/archive/oai"
    assert bool(request.attrib) == (code not in ("badVerb", "badArgument"))


@pytest.fixture(scope="module")
def one_record(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with own_archive(services, services_dir, "test-oai") as opened:
        keep(opened, tmp_path_factory.mktemp("kept"), Page(1), Page(2))
        yield opened


@pytest.fixture(scope="module")
def errors_of(one_record: Archive) -> Iterator[TestClient]:
    with TestClient(create_app(one_record), root_path="/archive") as client:
        yield client


def test_an_argument_given_twice_is_refused(reader: TestClient, filled: Archive) -> None:
    twice = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("metadataPrefix", "oai_dc")]
    assert b'code="badArgument"' in reader.get("/archive/oai", params=twice).content
    verbs = [("verb", "Identify"), ("verb", "ListSets")]
    assert b'code="badVerb"' in reader.get("/archive/oai", params=verbs).content
    mixed = reader.post("/archive/oai", params={"verb": "ListSets"}, data={"verb": "ListSets"})
    assert b'code="badVerb"' in mixed.content


def test_what_is_asked_by_post_is_answered_as_by_get(reader: TestClient, filled: Archive) -> None:
    def answered(answer: Any) -> list[int]:
        return records_of(etree.fromstring(answer.content))

    asked = {**LIST}
    by_post = answered(reader.post("/archive/oai", data=asked))
    assert by_post == answered(reader.get("/archive/oai", params=asked)) != []
    assert reader.post("/archive/oai", json=asked).status_code == 415


def test_an_archive_without_records_says_so(archive: Archive, reader: TestClient) -> None:
    assert error(reader, verb="ListRecords", metadataPrefix="oai_dc") == "noRecordsMatch"
    assert error(reader, verb="ListSets") == "noSetHierarchy"
    assert ask(reader, verb="Identify").findtext(f".//{OAI}adminEmail") == "nobody@archive.invalid"
