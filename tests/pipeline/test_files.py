"""Files of documents: fetched with their pages, kept once, read, and looked at again with them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from threading import Event
from typing import Any

import pytest
from sqlalchemy import create_engine
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from demo import catalogue, faults
from demo.documents import Attachment, Document
from demo.files import docx, pdf, xlsx
from demo.server import Call, serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.captures import LastCapture, store_attempts
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CaptureBatch, CrawlOptions, PageAttempt
from etl.archive.storage.archive import Archive
from etl.errors import GongkaiError
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.stages import crawling, fetching
from etl.pipeline.stages.attachments import read_scans
from etl.pipeline.stages.fetching import fetch_batches
from etl.reasons import english
from etl.settings import Settings
from tests.support.attacks.invariants import check_archive
from tests.support.containers import zipped
from tests.support.gongkai import crawl_site, days_pass, rows, squash, state
from tests.support.pages import page, paragraphs
from tests.support.pdfs import picture, saved
from tests.support.stored import age
from tests.support.whole_database import differing, dump, emptied, quiet

LIFT = "UPDATE archive.host SET postponed_until = NULL, failures = 0"
FULL = CrawlOptions(full=True)
KINDS = "SELECT kind FROM archive.change ORDER BY change_seq"
FILES = """
SELECT p.url, f.media_type, f.outcome, f.method, c.text FROM archive.file f
JOIN archive.page p ON p.blob_sha256 = f.blob_sha256 LEFT JOIN archive.content c ON c.hash = f.content_hash
ORDER BY p.url
"""
TABLE = docx("任务分工表.docx", ["序号 任务 责任单位", "完成时限为年底"])


@pytest.fixture
def site() -> Iterator[TrsSite]:
    """A site of one list with two documents without files."""
    made = TrsSite("demo-trs")
    for document in [each for each in catalogue.documents("trs") if not each.breaks][:2]:
        made.put(replace(document, attachments=()), column="czxx")
    with serve(made):
        yield made


def put(site: TrsSite, *files: Attachment, place: int = 0) -> Document:
    """Gives a document these files."""
    posting = list(site.postings.values())[place]
    document = replace(posting.document, attachments=files)
    site.put(document, column="czxx")
    return document


def crawl(archive: Archive, site: TrsSite, **changes: Any) -> Report:
    column = {"url": site.base + BY_KEY["czxx"].path}
    asserted = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
    # Without looks: a file that waits for another answer keeps the whole site waiting.
    limits = {"retries": 0, "resources": 0}
    given = {"columns": [column], "assertions": asserted, "limits": limits, "recheck_after_days": 0}
    return crawl_site(archive, site, FULL, **given | changes)


def linked(archive: Archive, version: int = 1) -> list[dict[str, Any]]:
    """The files of the documents' versions."""
    query = "SELECT attachments FROM archive.record_version WHERE version = :version ORDER BY record_id"
    return [file for row in rows(archive, query, version=version) for file in row["attachments"]]


def test_a_file_is_fetched_kept_and_read(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    report = crawl(archive, site)
    assert (report.listed, report.stored, report.files) == (2, 2, {"stored": 1})
    [file] = linked(archive)
    assert file["url"] == site.attachment_url(site.postings[document.key], TABLE.name)
    assert archive.store.blob(file["sha256"]) == TABLE.data
    [read] = rows(archive, FILES)
    assert (read["outcome"], read["url"]) == ("read", file["url"])
    assert "完成时限为年底" in squash(read["text"])
    again = crawl(archive, site)
    assert (again.files, again.updated) == ({"unchanged": 1}, 0)
    assert len(rows(archive, FILES)) == 1


def test_files_beyond_the_limit_of_one_document_say_so(
    archive: Archive, site: TrsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_FILES", 1)
    put(site, TABLE, docx("汇总表.docx", ["本年汇总"]))
    report = crawl(archive, site)
    assert (report.state, report.records, report.files) == ("green", 2, {"stored": 1, "limit": 1})
    [reason] = rows(archive, "SELECT reason FROM archive.capture WHERE outcome = 'limit'")
    assert english(reason["reason"]) == "beyond the limit of 1 files of one document"


def test_a_file_that_two_documents_link_is_asked_for_once(archive: Archive, site: TrsSite) -> None:
    put(site, TABLE)
    put(site, TABLE, place=1)
    paths = {posting.key: site.attachment_path(posting, 0) for posting in site.postings.values()}
    assert len(set(paths.values())) == 2
    crawl(archive, site)
    assert len({file["sha256"] for file in linked(archive)}) == 1
    assert len(rows(archive, "SELECT blob_sha256 FROM archive.file")) == 1


def test_a_document_waits_for_a_file_that_another_one_is_fetching(
    archive: Archive, site: TrsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = put(site, TABLE)
    address = site.attachment_url(site.postings[document.key], TABLE.name)
    other = next(key for key in site.postings if key != document.key)
    link = f"<p><a href='{address}'>任务分工表.docx</a></p>"
    site.faults[other] = lambda _: HTMLResponse(page(title="关于任务分工的通知", body=paragraphs() + link))
    other_is_stored = Event()

    def store(archive: Archive, batch: CaptureBatch, attempts: Sequence[PageAttempt]) -> dict[int, LastCapture]:
        stored = store_attempts(archive, batch, attempts)
        other_is_stored.set()
        return stored

    def late(call: Call) -> Response:
        assert other_is_stored.wait(60)
        return call.plain()

    monkeypatch.setattr(fetching, "store_attempts", store)
    monkeypatch.setattr(fetching, "PAGES_PER_COMMIT", 1)
    site.faults[f"{document.key}/{TABLE.name}"] = late
    crawl(archive, site)
    assert [file["url"] for file in linked(archive)] == [address, address]
    assert all(file["sha256"] for file in linked(archive))
    assert [row["kind"] for row in rows(archive, KINDS)] == ["created", "created"]


def test_a_crawl_whose_recording_fails_when_all_is_fetched_ends(
    archive: Archive, site: TrsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_fetched = Event()

    async def fetch(*given: Any) -> Any:
        outcomes = await fetch_batches(*given)
        all_fetched.set()
        return outcomes

    def fail(*_: Any) -> None:
        assert all_fetched.wait(60)
        raise GongkaiError("the disk is full")

    monkeypatch.setattr(crawling, "fetch_batches", fetch)
    monkeypatch.setattr(crawling.DocumentRecorder, "record", fail)
    monkeypatch.setattr(fetching, "PAGES_PER_COMMIT", 1)
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(crawl, archive, site)
        assert str(ended.exception(60)) == "the disk is full"


def test_a_page_in_the_place_of_a_file_is_an_outcome_and_the_document_is_kept(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    site.faults[f"{document.key}/{TABLE.name}"] = lambda _: HTMLResponse("<html><body>欢迎访问本站</body></html>")
    report = crawl(archive, site)
    assert (report.state, report.records, report.files) == ("green", 2, {"not_a_file": 1})
    assert [file["sha256"] for file in linked(archive)] == [None]
    said = rows(archive, "SELECT reason FROM archive.capture WHERE outcome = 'not_a_file'")
    assert "HTML where a file was linked" in english(said[0]["reason"])
    # Once it is there, the document is told to have changed: its page has not, what it consists of has.
    site.faults.clear()
    again = crawl(archive, site)
    assert (again.stored, again.updated, again.files) == (0, 1, {"stored": 1})
    assert [row["kind"] for row in rows(archive, KINDS)] == ["created", "created", "updated"]
    assert archive.store.blob(linked(archive, version=2)[0]["sha256"]) == TABLE.data


def test_a_file_that_was_never_received_is_tried_again_before_its_document_is_due(
    archive: Archive, owner_url: str, site: TrsSite
) -> None:
    document = put(site, TABLE)
    key = f"{document.key}/{TABLE.name}"
    site.faults[key] = faults.status(503)
    report = crawl(archive, site, recheck_after_days=30)
    assert report.files == {"http_error": 1}
    site.faults[key] = faults.status(404)
    age(owner_url, LIFT)
    days_pass(owner_url, 1)
    assert crawl(archive, site, recheck_after_days=30).files == {"gone": 1}
    assert crawl(archive, site, recheck_after_days=30).outcomes == {"known": 2}  # so soon after a second failure
    site.faults.clear()
    days_pass(owner_url, 2)
    again = crawl(archive, site, recheck_after_days=30)
    assert (again.outcomes["known"], again.updated, again.files) == (1, 1, {"stored": 1})
    assert crawl(archive, site, recheck_after_days=30).outcomes == {"known": 2}


def test_a_file_that_changes_under_its_address_is_a_new_version_of_its_document(
    archive: Archive, site: TrsSite
) -> None:
    put(site, TABLE)
    crawl(archive, site)
    put(site, docx(TABLE.name, ["完成时限为次年三月"]))
    report = crawl(archive, site)
    assert (report.updated, report.files) == (1, {"stored": 1})
    before, after = linked(archive), linked(archive, version=2)
    assert [file["url"] for file in before] == [file["url"] for file in after]
    assert before[0]["sha256"] != after[0]["sha256"]
    assert len(rows(archive, "SELECT blob_sha256 FROM archive.file")) == 2


def test_a_file_elsewhere_is_not_asked_for(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    source = {"hosts": [site.base.split("//")[1].rpartition(":")[0]]}
    key = f"{document.key}/{TABLE.name}"
    site.faults[key] = faults.offsite("http://files.example/a.docx")
    report = crawl(archive, site, **source)
    assert (report.records, report.files) == (2, {"out_of_scope": 1})


def test_a_scan_waits_for_its_own_task_and_its_document_is_told_of(archive: Archive, site: TrsSite) -> None:
    page = Attachment("盖章件.pdf", saved(picture("NOTICE 2024", "FORM 17 SERIAL 0042"), "PDF"), "application/pdf")
    put(site, page)
    crawl(archive, site)
    assert [(row["outcome"], row["text"]) for row in rows(archive, FILES)] == [("scan", None)]
    assert read_scans(archive, 10).read == 1
    [read] = rows(archive, FILES)
    assert (read["outcome"], read["method"]) == ("read", "ocr")
    assert "0042" in read["text"]
    last = rows(archive, "SELECT kind, version, reason FROM archive.change ORDER BY change_seq DESC LIMIT 1")[0]
    assert (last["kind"], last["version"]) == ("re-extracted", 1)
    assert english(last["reason"]).endswith("read, was scan")
    assert read_scans(archive, 10).read == 0


def test_a_file_that_the_catalog_itself_lists_is_a_document_without_text(archive: Archive, site: TrsSite) -> None:
    posting = next(iter(site.postings.values()))
    site.faults[posting.key] = lambda _: Response(TABLE.data, media_type="application/octet-stream")
    report = crawl(archive, site)
    assert (report.stored, report.records) == (2, 2)
    [file] = linked(archive)
    assert archive.store.blob(file["sha256"]) == TABLE.data
    assert [row["outcome"] for row in rows(archive, FILES)] == ["read"]
    titles = "SELECT title FROM archive.record_version JOIN archive.content c ON c.hash = content_hash"
    [found] = rows(archive, f"{titles} WHERE c.text = ''")
    assert found["title"] == posting.document.title


def test_a_file_that_the_catalog_lists_later_becomes_a_document(
    archive: Archive, owner_url: str, local_settings: Settings, site: TrsSite
) -> None:
    document = put(site, TABLE)
    crawl(archive, site)
    file = site.attachment_url(site.postings[document.key], TABLE.name)
    site.put(replace(document, key="table", title="任务分工表"), column="czxx", href=file)
    site.put(replace(document, key="list", title="目录"), column="czxx", href=site.base + BY_KEY["czxx"].path)
    report = crawl(archive, site)
    assert (report.listed, report.created, report.files) == (4, 1, {})
    assert report.outcomes["out_of_scope"] == 1, "a page of the list itself is no document, and is told of"
    [table] = [row for row in state(archive) if row["url"] == file]
    assert table["title"] == "任务分工表"
    check_archive(archive)
    again = crawl(archive, site)
    assert (again.created, again.updated, again.records) == (0, 0, 3)
    before = dump(archive)
    rebuilt = emptied(archive, owner_url, local_settings)
    rebuild_archive(rebuilt, create_engine(owner_url), quiet)
    after = dump(rebuilt)
    assert {name: differing(before[name], after[name]) for name in before if before[name] != after[name]} == {}


def test_a_table_exported_as_html_in_the_place_of_a_workbook_is_read(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    table = "<html><body><table><tr><td>单位</td><td>吨</td></tr><tr><td>水厂</td><td>7</td></tr></table></body></html>"
    site.faults[f"{document.key}/{TABLE.name}"] = lambda _: HTMLResponse(table)
    report = crawl(archive, site)
    assert (report.state, report.files) == ("green", {"stored": 1})
    [file] = rows(
        archive, "SELECT f.outcome, c.text FROM archive.file f JOIN archive.content c ON c.hash = f.content_hash"
    )
    assert file == {"outcome": "read", "text": "单位 | 吨\n水厂 | 7"}


def test_a_message_in_the_place_of_a_file_is_none(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    site.faults[f"{document.key}/{TABLE.name}"] = lambda _: PlainTextResponse("对不起，您下载的文件不存在！")
    report = crawl(archive, site)
    assert (report.state, report.files) == ("green", {"soft_404": 1})
    site.faults[f"{document.key}/{TABLE.name}"] = lambda _: PlainTextResponse("请先登录")
    assert crawl(archive, site).files == {"not_a_file": 1}


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "lost on the disk": lambda data: data[:200] + bytes(len(data) - 200),
    "a picture": lambda data: saved(picture("LOGIN"), "PNG"),
    "noise": lambda data: Random(len(data)).randbytes(3000),
    "a notice": lambda data: "登录后才能下载\n请先登录".encode(),
}
"""What is sent of a file on a bad day."""


def test_nothing_worse_takes_the_place_of_a_good_file(archive: Archive, site: TrsSite) -> None:
    model = next(iter(site.postings.values())).document
    site.postings.clear()
    bad: dict[str, faults.Fault] = {}
    for how, spoil in SPOILT.items():
        # Other files for each: they are known by their bytes.
        files = (
            docx("分工.docx", [f"序号 任务 {how}", "完成时限为年底"]),
            xlsx("汇总表.xlsx", [[how, 7]]),
            pdf("说明.pdf", [f"The works end in May, {how}."]),
        )
        site.put(replace(model, key=how, title=f"{model.title}（{how}）", attachments=files), column="czxx")
        bad |= {f"{how}/{file.name}": partial(_sent, spoil(file.data)) for file in files}
    crawl(archive, site)
    stored = {file["url"]: file["sha256"] for file in linked(archive)}
    assert len(stored) == len(bad) == 15
    site.faults = bad
    report = crawl(archive, site)
    assert (report.problems, report.updated, report.files) == ((), 0, {"not_a_file": len(bad)})
    site.faults = {}
    again = crawl(archive, site).files
    assert again["unchanged"] + again["not_modified"] == len(bad), "304 is trusted after some answers"
    for posting in site.postings.values():
        for file in posting.document.attachments:
            assert archive.store.blob(stored[site.attachment_url(posting, file.name)]) == file.data


def test_an_archive_of_which_a_member_broke_takes_no_place_either(archive: Archive, site: TrsSite) -> None:
    whole = Attachment("附件.zip", zipped({"甲.docx": TABLE.data, "乙.txt": "说明文字"}), "application/zip")
    document = put(site, whole)
    crawl(archive, site)
    site.faults[f"{document.key}/{whole.name}"] = partial(_sent, zipped({"甲.docx": TABLE.data[:99], "乙.txt": "说明"}))
    assert crawl(archive, site).files == {"not_a_file": 1}


def test_what_a_site_sends_for_a_month_in_the_place_of_a_good_file_is_its_file(
    archive: Archive, owner_url: str, site: TrsSite
) -> None:
    document = put(site, TABLE)
    crawl(archive, site)
    picture_of_it = saved(picture("TABLE"), "PNG")
    site.faults[f"{document.key}/{TABLE.name}"] = partial(_sent, picture_of_it)
    assert crawl(archive, site).files == {"not_a_file": 1}
    age(owner_url, "UPDATE archive.capture SET fetched_at = fetched_at - interval '31 days'")
    report = crawl(archive, site)
    assert (report.updated, report.files) == (1, {"stored": 1})
    assert [archive.store.blob(file["sha256"]) for file in linked(archive, version=2)] == [picture_of_it]


def test_files_behind_which_a_site_sends_its_footer_have_later_states(archive: Archive, site: TrsSite) -> None:
    file, footer = pdf("说明.pdf", ["The works end in May."]), b"<html>" + b"<p>footer of the site</p>" * 400
    document = put(site, file)
    key = f"{document.key}/{file.name}"
    site.faults[key] = partial(_sent, file.data + footer)
    crawl(archive, site)
    site.faults[key] = partial(_sent, pdf(file.name, ["The works end in June."]).data + footer)
    assert crawl(archive, site).files == {"stored": 1}


@pytest.mark.parametrize(
    ("body", "name"),
    [(saved(picture("FORM 17"), "PNG"), "scan.png"), (b"AC1027" + Random(2).randbytes(2000), "plan.dwg")],
    ids=["a picture by its name", "a drawing"],
)
def test_a_document_may_become_a_picture_or_a_drawing(archive: Archive, site: TrsSite, body: bytes, name: str) -> None:
    document = put(site, TABLE)
    crawl(archive, site)
    site.faults[f"{document.key}/{TABLE.name}"] = partial(_sent, body, name=name)
    report = crawl(archive, site)
    assert (report.updated, report.files) == (1, {"stored": 1})


def _sent(body: bytes, _: Call, name: str = "") -> Response:
    headers = {"content-disposition": f"attachment; filename={name}"} if name else {}
    return Response(body, media_type="application/octet-stream", headers=headers)


def test_a_broken_file_is_what_there_is_until_a_good_one_comes(archive: Archive, site: TrsSite) -> None:
    document = put(site, TABLE)
    key = f"{document.key}/{TABLE.name}"
    site.faults[key] = partial(_sent, TABLE.data[:300])
    assert crawl(archive, site).files == {"stored": 1}
    del site.faults[key]
    report = crawl(archive, site)
    assert (report.updated, report.files) == (1, {"stored": 1})


@pytest.mark.parametrize("code", [404, 500])
def test_a_file_is_one_whatever_its_status_says(archive: Archive, site: TrsSite, code: int) -> None:
    document = put(site, TABLE)
    site.faults[f"{document.key}/{TABLE.name}"] = faults.under_status(code)
    assert crawl(archive, site).files == {"stored": 1}
