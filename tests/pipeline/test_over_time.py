"""What a site does over time: what its archive says of it stays true, and what could not be seen is said."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from demo.server import serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.queries.full_text import matching_entries
from etl.archive.queries.words import parse_query
from etl.archive.storage.archive import Archive
from etl.browse.pages.snippets import snippets
from etl.pipeline import crawl as pipeline
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.warc.importing import import_warc, scan_warc
from etl.reasons import Reason
from etl.settings import Settings
from tests.support.changing_site import MENU, ChangingSite, Column, a_day_passes
from tests.support.gongkai import days_pass, rows
from tests.support.warc import warc
from tests.support.whole_database import differing, dump, emptied, quiet


class Watched:
    """A site that is crawled from day to day."""

    def __init__(self, archive: Archive, owner_url: str, site: ChangingSite) -> None:
        self.archive, self.site, self._owner_url, self._runs = archive, site, owner_url, 0

    def crawl(self, *, full: bool = True, **changes: object) -> Report:
        return self._run(pipeline.crawl, CrawlOptions(full=full), changes)

    def recheck(self, **changes: object) -> Report:
        return self._run(pipeline.recheck, CrawlOptions(), changes)

    def _run(self, act: Callable[..., Report], options: CrawlOptions, changes: dict[str, object]) -> Report:
        self._runs += 1
        source = self.site.source(**changes)
        return act(self.archive, source, str(self._runs), options, Settings(), lambda *_: None)

    def a_day_passes(self) -> None:
        a_day_passes(self._owner_url)

    def state(self, path: str) -> str:
        query = "SELECT r.state FROM archive.record r JOIN archive.page p ON p.id = r.page_id WHERE p.url = :url"
        [row] = rows(self.archive, query, url=self.site.base + path)
        return str(row["state"])

    def records(self) -> int:
        return len(rows(self.archive, "SELECT FROM archive.record"))

    def rebuild(self, settings: Settings) -> dict[str, list[object]]:
        """Rebuilds the database from the bucket; returns what differs afterwards, by table."""
        before = dump(self.archive)
        self.archive = emptied(self.archive, self._owner_url, settings)
        rebuild_archive(self.archive, create_engine(self._owner_url), quiet)
        after = dump(self.archive)
        return {name: differing(before[name], after[name]) for name in before if before[name] != after[name]}


@pytest.fixture
def watched(archive: Archive, owner_url: str) -> Iterator[Watched]:
    """A site of one list with twelve documents, six a page, without a total."""
    site = ChangingSite("watched", Random(1))
    site.columns["文件"] = Column("/gk/list.html", "文件", states="")
    for _ in range(12):
        site.write("文件")
    with serve(site):  # type: ignore[arg-type]
        yield Watched(archive, owner_url, site)


def codes(report: Report) -> list[str]:
    return [reason.code for reason in (*report.problems, *report.warnings)]


@pytest.mark.parametrize("fails", [404, 302])
def test_a_day_on_which_all_documents_fail_removes_nothing_that_left_the_list(watched: Watched, fails: int) -> None:
    site = watched.site
    watched.crawl()
    first, second = site.documents[1], site.documents[2]
    first.columns = second.columns = set()
    watched.a_day_passes()
    watched.crawl()
    site.everything = lambda request: (
        None
        if not request.url.path.startswith("/show")
        else RedirectResponse("/")
        if fails == 302
        else Response("", 404)
    )
    watched.a_day_passes()
    watched.recheck(recheck_after_days=30)
    assert watched.state(first.path) == "current"
    site.everything, first.deleted = None, True
    watched.a_day_passes()
    watched.recheck()
    assert (watched.state(first.path), watched.state(second.path)) == ("removed", "current")


def test_what_left_the_list_alone_and_fails_on_three_days_is_removed(watched: Watched) -> None:
    watched.crawl()
    document = watched.site.documents[1]
    document.columns, document.answers = set(), lambda request: RedirectResponse("/")
    watched.a_day_passes()
    watched.crawl(recheck_after_days=30)
    for day in (1, 2, 3):
        watched.a_day_passes()
        report = watched.recheck(recheck_after_days=30)
        assert (report.listed, report.removed) == (1, day == 3)
        watched.crawl(full=False, recheck_after_days=30)
    watched.a_day_passes()
    assert watched.recheck(recheck_after_days=30).removed == 0


def test_what_left_the_list_and_whose_page_says_that_it_was_taken_down_is_removed(watched: Watched) -> None:
    site, document = watched.site, watched.site.documents[1]
    watched.crawl()
    body = f"<h1>{document.state.title}</h1><p>发布日期：2025-03-02</p><div>该信息已被删除。</div>"
    document.answers = lambda request: site.html(f"<div>{MENU * 40}</div>{body}")
    watched.a_day_passes()
    assert (watched.crawl().outcomes["not_a_document"], watched.state(document.path)) == (1, "current")
    document.columns = set()
    watched.crawl()
    watched.a_day_passes()
    assert (watched.crawl(), watched.recheck())[1].removed == 1
    document.answers = None
    watched.a_day_passes()
    report = watched.recheck()
    assert (report.restored, report.updated) == (1, 0)


def _with_text(page: str, text: str) -> str:
    """The page with another text below its headline."""
    before, opened, _ = page.partition('<div class="content">')
    return f"{before}{opened}{text}</div></body></html>"


LESS: tuple[tuple[Callable[[str], str | bytes], str], ...] = (
    (lambda whole: whole[: whole.index("<p>附件") - 20] + "<", "document_cut_off"),
    (lambda whole: whole[: whole.index("<p>附件") + 2], "document_cut_off"),
    (
        lambda whole: _with_text(
            whole, whole[whole.index("<p>第") :].partition("</p>")[0] + "<p>登录后可查看完整内容</p>"
        ),
        "document_cut_off",
    ),
    (lambda whole: _with_text(whole, ""), "text_gone"),
    (lambda whole: b"\x89PNG\r\n\x1a\n" + bytes(200), "text_gone"),
    (lambda whole: b"PK\x03\x04" + bytes(200), "text_gone"),
    (lambda whole: _with_text(whole, "<p>您还没有登录，请登录后查看全文。</p>"), "text_gone"),
    (lambda whole: _with_text(whole, "<p>您的请求存在异常，访问已被拦截。</p>"), "http_status_page"),
    (lambda whole: _with_text(whole, "<p>抱歉，数据库连接失败，请联系管理员。</p>"), "page_says_failure"),
    (lambda whole: _with_text(whole, "<p>咦，这个页面飞走啦，过会儿再来找找吧。</p>"), "text_gone"),
    (lambda whole: _with_text(whole, "<p>本内容仅对注册用户开放，登录或注册后可继续阅读。</p>"), "text_gone"),
)
"""What came of a document for a day, and the reason why it is no version."""


def test_a_day_on_which_less_than_the_document_came_makes_no_version(watched: Watched) -> None:
    site, whole = watched.site, dict[int, str]()
    for number, document in site.documents.items():
        # With its number in the header, which says that it is a document whatever its text.
        head = f"<table><tr><td>索引号</td><td>014280157/2025-{number:05}</td></tr></table>"
        body = site.body(document, 1).replace(
            "</p></div>", f'</p><p>附件：<a href="/files/{number}/表.xls">表.xls</a></p></div>'
        )
        whole[number] = f"<html><body>{head}{body}<p>原件请到窗口领取。</p></body></html>"
        document.answers = partial(_answered, whole[number])
    watched.crawl()
    for number, (sent, _) in enumerate(LESS, 1):
        site.documents[number].answers = partial(_answered, sent(whole[number]))
    watched.a_day_passes()
    report = watched.crawl()
    worse = rows(watched.archive, _NO_DOCUMENTS)
    codes = {site.base + site.documents[number].path: code for number, (_, code) in enumerate(LESS, 1)}
    assert {page["url"]: Reason.from_stored(page["reason"]).code for page in worse} == codes
    assert report.updated == 0
    for number, document in site.documents.items():
        document.answers = partial(_answered, whole[number])
    watched.a_day_passes()
    assert watched.crawl().updated == 0
    assert len(rows(watched.archive, "SELECT FROM archive.record_version")) == watched.records() == 12


_NO_DOCUMENTS = """
SELECT p.url, rp.reason FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
WHERE rp.outcome NOT IN ('stored', 'unchanged') AND rp.run_id = (SELECT max(id) FROM archive.run)"""


LITTLE = {
    "a notice that was always there": ("<p>{text}</p><p>登录后可查看完整内容</p>",) * 2,
    "hardly any text before either": ("<p>详见公示栏</p>", "<p>详见公告栏</p>"),
    "an agency repeals it": ("<p>{text}</p>", "<p>本通知已废止。</p>"),
    "an agency postpones it": ("<p>{text}</p>", "<p>因天气原因延期，另行通知，请关注本网站。</p>"),
    "it is taken back": ("<p>{text}</p><p>附则以后另定。</p>", "<p>按照要求，此件改为依申请公开事项。</p>"),
    "its matter is the site": ("<p>{text}</p><p>网站另行公布。</p>", "<p>网站另行公布办理指南。</p>"),
    "it is about that": ("<p>两户商铺已歇业，登记信息已删除。</p>", "<p>两户商铺已歇业，登记信息已被删除。</p>"),
}
"""The text of a document on two days."""


def test_a_document_that_says_little_for_itself_gets_its_versions(watched: Watched) -> None:
    site = watched.site
    for day in (0, 1):
        for number, shown in enumerate(LITTLE.values(), 1):
            head = f"<table><tr><td>索引号</td><td>014280157/2025-{day}{number:04}</td></tr></table>"
            text = shown[day].format(text=f"第{number}条 各单位按照本通知办理，按期报送。")
            document = site.documents[number]
            page = _with_text(f"<html><body>{head}{site.body(document, 1)}</body></html>", text)
            document.answers = partial(_answered, page)
        report = watched.crawl()
        watched.a_day_passes()
    assert (report.updated, report.outcomes.get("not_a_document", 0)) == (len(LITTLE), 0)


def _answered(page: str | bytes | Response, _: Request) -> Response:
    return page if isinstance(page, Response) else Response(page, media_type="text/html; charset=utf-8")


_OF_THIRTY_DAYS: dict[str, Callable[[str, int], str | Response]] = {
    "no text": lambda whole, day: _with_text(whole, ""),
    "no text, and other bytes each day": lambda whole, day: _with_text(whole, f"<script>var t={day}</script>"),
    "a login": lambda whole, day: _with_text(whole, "<p>您还没有登录，请登录后查看全文。</p>"),
    "the frame alone": lambda whole, day: f"<html><body><div>{MENU * 9}</div><div></div></body></html>",
    "its removal": lambda whole, day: f"<html><body><div>{MENU * 40}</div><p>该信息已被删除。</p>{day}</body></html>",
    "that it is missing": lambda whole, day: f"<html><body><h1>您访问的页面不存在</h1>{day}</body></html>",
    "that it is not for everybody": lambda whole, day: f"<html><body><p>本页面仅限内网访问。</p>{day}</body></html>",
    "an error": lambda whole, day: _with_text(whole, "<p>抱歉，数据库连接失败，请联系管理员。</p>"),
    "the home page": lambda whole, day: RedirectResponse("/"),
    "a notice with a file": lambda whole, day: f'<p>该信息不存在。</p><a href="/files/0/表.xls">表.xls</a>{day}',
    "its beginning": lambda whole, day: _with_text(
        whole, f"<p>{whole.partition('<p>')[2][:20]}</p><p>登录后可查看全文</p>"
    ),
}


def test_a_page_that_shows_less_for_thirty_days_is_a_version_that_says_so(watched: Watched, owner_url: str) -> None:
    site, changed = watched.site, len(_OF_THIRTY_DAYS)
    for _ in range(changed):  # most documents stay as they are
        site.write("文件")
    less = [(site.documents[number], sent) for number, sent in enumerate(_OF_THIRTY_DAYS.values(), 1)]
    whole = {each.number: f"<html><body>{site.body(each, 1)}</body></html>" for each, _ in less}
    for document, _ in less:
        document.answers = partial(_answered, whole[document.number])
    watched.crawl()
    for day in (0, 1, 31, 32, 33):
        for document, sent in less:
            document.answers = partial(_answered, sent(whole[document.number], day))
        days_pass(owner_url, 30 if day == 31 else 1)
        report = watched.recheck()
        updated, refused = (changed, 0) if day == 31 else (0, changed if day < 31 else 0)
        assert (report.updated, report.failed) == (updated, refused), day
        assert codes(report) == (["documents_show_less"] if day == 31 else [])
    versions = rows(watched.archive, "SELECT flags, title FROM archive.record_version WHERE version = 2")
    assert not rows(watched.archive, "SELECT FROM archive.page WHERE kind = 'file'")
    assert {version["title"] for version in versions} == {document.state.title for document, _ in less}
    assert all("shows_less" in version["flags"] for version in versions)
    for document, _ in less:
        assert watched.state(document.path) == "current"
        document.answers = partial(_answered, whole[document.number])
    assert watched.recheck().updated == changed


@pytest.mark.parametrize("status", [200, 302])
def test_what_several_documents_show_in_their_place_is_no_passing_fault_for_ever(
    watched: Watched, local_settings: Settings, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    site = watched.site
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    watched.crawl()
    body = "<p>按照统一安排，相关材料正在核对，核对完成后另行上网，需要材料的请到政务服务大厅窗口领取。</p>"
    notice = site.html(f"<h1>材料核对公告</h1><p>发布日期：2025-09-01</p><div>{body}</div>")
    answer = RedirectResponse("/") if status == 302 else notice
    for number in (1, 2, 3):
        site.documents[number].answers = partial(_answered, answer)
    assert [watched.recheck().updated for _ in range(3)] == [0, 3, 0]
    assert watched.rebuild(local_settings) == {}


def test_a_document_of_pictures_that_lost_them_has_one_version_without(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = watched.site.documents[1]
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    head = "<table><tr><td>索引号</td><td>014280157/2025-00001</td></tr></table>"
    head += f"<h1>{document.state.title}</h1><div>发布日期：2025-03-02 来源：桐溪县水务局</div>"
    links = "".join(f'<p><img src="/files/1/{page}.jpg" width="600" height="800"></p>' for page in (1, 2))
    document.answers = partial(_answered, f"<html><body><div>{MENU * 9}</div>{head}<div>{links}</div></body></html>")
    watched.crawl()
    updated = []
    for day in range(4):
        less = head.partition("来源")[0] + f"</div><script>var t={day}</script>"
        document.answers = partial(_answered, f"<html><body><div>{MENU * 9}</div>{less}</body></html>")
        updated.append(watched.recheck().updated)
    assert updated == [0, 1, 0, 0]


def test_what_was_taken_down_is_found_by_its_words_and_removed_once_its_list_has_left_it(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, document = watched.site, watched.site.documents[1]
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    watched.crawl()
    body = f"<h1>{document.state.title}</h1><p>发布日期：2025-03-02</p><div>该信息已被删除。</div>"
    document.answers = lambda request: site.html(f"<div>{MENU * 40}</div>{body}")
    assert [watched.recheck().updated for _ in range(3)] == [0, 1, 0]
    word = document.state.paragraphs[0][:8]
    with watched.archive.engine.connect() as connection:
        [(record,)] = connection.execute(matching_entries(parse_query(word)))
        assert snippets(connection, [record], [word], ())[record]
    document.columns = set()
    watched.a_day_passes()
    watched.crawl()
    assert [watched.recheck().removed for _ in range(2)] == [1, 0]
    assert watched.state(document.path) == "removed"
    document.answers = None
    report = watched.recheck()
    assert (report.restored, report.updated, watched.state(document.path)) == (1, 1, "current")


def test_a_script_of_a_firewall_is_no_version_however_long_it_comes(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    watched.crawl()
    challenge = "<html><script>document.cookie='a=1';location.reload()</script></html>"
    watched.site.documents[1].answers = partial(_answered, challenge)
    for _ in range(3):
        assert watched.recheck().outcomes == {"blocked": 1, "unchanged": 11}


def test_days_on_which_a_firewall_sends_a_script_are_no_days_without_the_document(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that is known only by how it is read is of no document either."""
    document = watched.site.documents[1]
    watched.crawl()
    script = "<script>if (window.top !== window) document.location = '/' + ['a', 'b'].map(x => x + 1).join('')</script>"
    document.answers = partial(_answered, f"<html><head></head><body>{script}</body></html>")
    watched.recheck()
    [reason] = rows(watched.archive, "SELECT reason FROM archive.run_page WHERE outcome = 'not_a_document'")
    assert "challenge_script" in reason["reason"]
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    document.answers = partial(_answered, "<p>正在加载，请稍候…</p>")
    assert [watched.recheck().updated for _ in range(2)] == [0, 1]


def test_a_site_whose_texts_are_drawn_by_scripts_is_red_and_says_so(watched: Watched) -> None:
    for document in watched.site.documents.values():
        page = _with_text(f"<html><body>{watched.site.body(document, 1)}</body></html>", "<p>正在加载，请稍候…</p>")
        document.answers = partial(_answered, page)
    report = watched.crawl()
    assert report.state == "red"
    assert any("正在加载" in each.english and "a script fetches" in each.english for each in report.problems)


def test_an_old_notice_that_is_imported_is_none_of_the_last_days(watched: Watched, tmp_path: Path) -> None:
    site, document = watched.site, watched.site.documents[1]
    watched.crawl()
    notice = "<html><body><h1>您访问的页面不存在</h1></body></html>"
    path = warc(tmp_path / "old.warc.gz", [(site.base + document.path, notice.encode(), "200 OK")])
    import_warc(watched.archive, path, scan_warc(path), site.source())
    for answer in (site.html("", 500), notice):
        document.answers = partial(_answered, answer)
        report = watched.recheck()
    assert (report.updated, report.outcomes["soft_404"]) == (0, 1)


def test_what_most_documents_of_a_site_lose_is_no_version_of_them(watched: Watched, owner_url: str) -> None:
    site = watched.site
    watched.crawl()
    for document in list(site.documents.values())[:7]:
        document.answers = partial(_answered, _with_text(f"<html><body>{site.body(document, 1)}</body></html>", ""))
    for _ in range(3):
        days_pass(owner_url, 31)
        report = watched.recheck()
        assert (report.updated, report.outcomes["not_a_document"]) == (0, 7)


def test_what_is_edited_beside_an_empty_frame_is_a_version(watched: Watched) -> None:
    site, document = watched.site, watched.site.documents[1]
    head = f"<h1>{document.state.title}</h1><p>发布日期：2025-03-02</p>"
    frames = '<iframe src="/show/text.html"></iframe><iframe src="/show/tool.html"></iframe>'
    document.answers = lambda request: site.html(f"{head}<div>{frames}</div>")
    texts = ["".join(f"<p>{each}</p>" for each in document.state.paragraphs)]
    texts.append(texts[0].rpartition("<p>")[0])
    for day, text in enumerate(texts):
        pages = {"/show/text.html": site.html(text), "/show/tool.html": site.html("<div></div>")}
        site.everything = lambda request, pages=pages: pages.get(request.url.path)
        report = watched.recheck() if day else watched.crawl()
    assert report.updated == 1


def test_a_page_that_lost_its_text_is_not_said_to_be_unchanged(watched: Watched) -> None:
    site, document = watched.site, watched.site.documents[1]

    def emptied_page(request: Request) -> Response:
        if request.headers.get("if-none-match") == '"emptied"':
            return Response(status_code=304)
        return site.html(_with_text(site.body(document, 1), ""), ETag='"emptied"')

    site.validators = "honest"
    watched.crawl()
    watched.crawl()
    document.answers = emptied_page
    for _ in range(3):
        assert watched.recheck().outcomes["not_a_document"] == 1


_IN_PLACE_OF_A_FURTHER_PAGE = {
    "no text": lambda site, head: site.html(head),
    "the frame alone": lambda site, head: site.html(MENU * 40),
    "a login": lambda site, head: site.html(f"{MENU * 40}{head}<div><p>请登录后查看全文</p></div>"),
    "a notice": lambda site, head: site.html(f"{MENU * 40}{head}<div><p>服务器打了个盹，请喝杯茶再来。</p></div>"),
    "its removal": lambda site, head: site.html(f"<div>{MENU * 40}</div><p>您访问的页面不存在</p>"),
    "the first page": lambda site, head: site.html(site.body(site.documents[3], 1)),
    "a list": lambda site, head: site.list_page(site.columns["文件"], 1),
    "a picture": lambda site, head: Response(b"\x89PNG\r\n\x1a\n" + bytes(200), media_type="image/png"),
}


@pytest.mark.parametrize("answer", _IN_PLACE_OF_A_FURTHER_PAGE.values(), ids=_IN_PLACE_OF_A_FURTHER_PAGE)
def test_a_further_page_that_shows_something_else_makes_no_version(
    watched: Watched, answer: Callable[[ChangingSite, str], Response]
) -> None:
    site, document = watched.site, watched.site.documents[3]
    document.state = site.in_parts(document.state, 2)
    head = f"<h1>{document.state.title}</h1><div>发布日期：{document.state.day}</div>"
    watched.crawl()
    site.everything = lambda request: answer(site, head) if request.url.path == "/show/3_2.html" else None
    for _ in range(2):
        report = watched.recheck()
        assert (report.updated, report.outcomes["not_a_document"]) == (0, 1)
    changed = (*document.state.paragraphs[:3], "县水务局办公室")
    site.everything, document.state = None, replace(document.state, paragraphs=changed)
    assert (watched.recheck().updated, watched.records()) == (1, 12)


def test_pages_that_showed_less_are_rebuilt_as_they_were(
    watched: Watched, local_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = watched.site
    refused, changed, failing, gone = (site.documents[number] for number in (3, 4, 5, 6))
    for document in (refused, changed, failing):
        document.state = site.in_parts(document.state, 4)
    watched.crawl()
    gone.answers = partial(_answered, _with_text(f"<html><body>{site.body(gone, 1)}</body></html>", ""))
    for day in (1, 2):
        notice = site.html(f"{MENU * 40}<p>您访问的页面不存在</p><!-- {day} -->")
        stands_in = {"/show/3_2.html": notice, "/show/4_2.html": notice, "/show/5_4.html": site.html("", 500)}
        site.everything = lambda request, stands_in=stands_in: stands_in.get(request.url.path)
        first, second, *rest = failing.state.paragraphs
        failing.state = replace(failing.state, paragraphs=(first, second, f"{rest[0]}{day}", *rest[1:]))
        assert (watched.recheck().updated, watched.records()) == (0, 12)
    assert watched.rebuild(local_settings) == {}
    site.everything = lambda request: stands_in.get(request.url.path) if "/show/4" not in request.url.path else None
    paragraphs = (*changed.state.paragraphs[:3], "县水务局办公室")
    changed.state = replace(changed.state, paragraphs=paragraphs)
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    assert watched.recheck().updated == 3
    assert watched.rebuild(local_settings) == {}
    monkeypatch.undo()
    assert (watched.recheck().updated, watched.rebuild(local_settings)) == (0, {})


def test_an_article_whose_further_page_was_never_there_is_recorded_after_thirty_days(
    watched: Watched, local_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, document = watched.site, watched.site.documents[3]
    document.state = site.in_parts(document.state, 4)
    site.everything = lambda request: site.missing() if request.url.path == "/show/3_3.html" else None
    for _ in range(2):
        assert (watched.crawl().outcomes["gone"], watched.records()) == (1, 11)
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    assert (watched.crawl().created, watched.rebuild(local_settings)) == (1, {})
    site.everything = None
    assert watched.recheck().updated == 1
    versions = rows(watched.archive, f"{_FLAGS} ORDER BY r.id DESC, v.version LIMIT 2")
    assert ["goes_on:3/4" in version["flags"] for version in versions] == [True, False]


def test_a_further_page_that_failed_for_thirty_days_is_not_missing_since_then(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, document = watched.site, watched.site.documents[3]
    document.state = site.in_parts(document.state, 4)
    answers = iter([site.html("", 500), site.missing(), site.missing()])
    site.everything = lambda request: next(answers) if request.url.path == "/show/3_3.html" else None
    monkeypatch.setattr("etl.archive.records.lasting.LASTING", timedelta())
    created = [watched.crawl(limits={"retries": 0}).created for _ in range(3)]
    assert created == [11, 0, 1]


_FLAGS = "SELECT v.flags FROM archive.record_version v JOIN archive.record r ON r.id = v.record_id"


@pytest.mark.parametrize(
    ("day", "shown", "kept", "doubted"),
    [
        ("2025-03-04", "", False, True),
        ("", "您访问的页面不存在", False, True),
        ("", "信息已删除的，由原报送单位重新报送。", True, True),
        ("2025-03-04", "县水务局办公室", True, False),
    ],
)
def test_a_new_article_whose_further_page_shows_nothing_is_doubted(
    watched: Watched, day: str, shown: str, *, kept: bool, doubted: bool
) -> None:
    site, document = watched.site, watched.site.documents[3]
    document.state = site.in_parts(document.state, 2)
    further = f"{MENU * 40}<h1>{document.state.title}</h1><div>发布日期：{day}</div><div><p>{shown}</p></div>"
    site.everything = lambda request: site.html(further) if request.url.path == "/show/3_2.html" else None
    watched.crawl()
    query = "SELECT c.text, v.flags FROM archive.record_version v JOIN archive.content c ON c.hash = v.content_hash"
    [version] = rows(watched.archive, f"{query} WHERE 'pages:2' = ANY(v.flags) OR 'ends_early' = ANY(v.flags)")
    assert (bool(shown) and shown in version["text"], "ends_early" in version["flags"]) == (kept, doubted)


def test_a_text_that_may_be_a_notice_is_recorded_and_doubted(watched: Watched) -> None:
    site = watched.site
    texts = (
        ("稍事休息，马上就好。", False),  # it stands under no other title yet
        ("咦，这个页面飞走啦，过会儿再来找找吧。", True),
        ("第十二届展会改在河滨路举行。", False),
        ("本单位本季度无此类事项。", False),
        ('详见附件。<a href="/files/1/表.xls">表.xls</a>', False),
        ("稍事休息，马上就好。", True),
        ("本单位本季度无此类事项。", False),
        ('详见附件。<a href="/files/1/表.xls">表.xls</a>', False),
    )
    for number, (shown, _) in enumerate(texts, 1):
        body = _with_text(site.body(site.documents[number], 1), f"<p>{shown}</p>")
        site.documents[number].answers = partial(_answered, f"<html><body>{body}</body></html>")
        site.documents[number].columns = {"文件"} if number <= 5 else set()
    watched.crawl()
    for number in range(6, 9):
        site.documents[number].columns = {"文件"}
    report = watched.crawl()
    assert (report.state, codes(report), report.warnings[0].params["documents"]) == (
        "amber",
        ["documents_off_title"],
        1,
    )
    query = "SELECT p.url FROM archive.record_version v JOIN archive.record r ON r.id = v.record_id"
    doubted = rows(watched.archive, f"{query} JOIN archive.page p ON p.id = r.page_id WHERE 'off_title' = ANY(v.flags)")
    expected = {f"{site.base}/show/{number}.html" for number, (_, doubt) in enumerate(texts, 1) if doubt}
    assert {row["url"] for row in doubted} == expected


@pytest.mark.parametrize("states", ["", "total", "pages"])
def test_two_lists_that_the_site_calls_the_same_are_two(archive: Archive, owner_url: str, states: str) -> None:
    site = ChangingSite("watched", Random(1))
    for name, documents in (("甲科", 20), ("乙科", 26)):
        site.columns[name] = Column(f"/gk/{documents}.html", name, states=states)
        for _ in range(documents):
            site.write(name)
    with serve(site):  # type: ignore[arg-type]
        columns = [{"url": f"{site.base}{column.path}", "name": "通知"} for column in site.columns.values()]
        report = Watched(archive, owner_url, site).crawl(columns=columns)
    assert (report.state, [walked.lines for walked in report.told]) == ("green", [20, 26])


@pytest.mark.parametrize("refuses", ["home", "login", "forbidden", "same session"])
def test_documents_that_are_shown_only_in_the_session_of_their_list_are_read(watched: Watched, refuses: str) -> None:
    site, visited = watched.site, set[str]()

    def answer(request: Request) -> Response | None:
        path = request.url.path
        if path == "/login":
            return site.html("<form><h3>用户登录</h3><input name='u'><input type='password'></form>")
        if path.startswith("/show/") and (request.cookies.get("session") or "") not in visited:
            if refuses == "same session":
                refused = RedirectResponse("/")
                refused.set_cookie("session", "7")
                return refused
            if refuses == "forbidden":
                return Response("", 403)
            return RedirectResponse("/" if refuses == "home" else "/login")
        if path == "/gk/list.html":
            listed = site.list_page(site.columns["文件"], int(request.query_params.get("page", "1")))
            listed.set_cookie("session", "7")
            visited.add(request.cookies.get("session", "") if refuses == "same session" else "7")
            return listed
        return None

    site.everything = answer
    report = watched.crawl()
    assert (report.state, report.stored) == ("green", 12)


def test_a_document_refused_before_the_session_began_is_requested_again_wherever_its_redirect_led(
    watched: Watched,
) -> None:
    site, shown = watched.site, asyncio.Event()

    def answer(request: Request) -> Response | None:
        path = request.url.path
        if path == "/login":
            return site.html("<form><h3>用户登录</h3><input name='u'><input type='password'></form>")
        if path == "/gk/list.html":
            listed = site.list_page(site.columns["文件"], int(request.query_params.get("page", "1")))
            listed.set_cookie("session", "7")
            return listed
        if path.startswith("/show/") and "session" not in request.cookies:
            return RedirectResponse("/login")
        return None

    class Slow(RedirectResponse):
        """The first refusal arrives when another document has been shown, in the session that began meanwhile."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await asyncio.wait_for(shown.wait(), 20)
            await super().__call__(scope, receive, send)

    def slowly(request: Request) -> Response | None:
        path = request.url.path
        if path.startswith("/show/") and not refused:
            refused.append(path)
            return Slow("/login")
        if path.startswith("/show/") and "session" in request.cookies:
            shown.set()
        return answer(request)

    refused: list[str] = []
    site.everything = slowly
    report = watched.crawl()
    assert (report.state, report.stored) == ("green", 12)


@pytest.mark.parametrize("rebuilt", [False, True])
def test_a_host_that_fails_for_days_removes_nothing_and_a_site_at_other_addresses_does(
    watched: Watched, rebuilt: bool
) -> None:
    site = watched.site
    watched.crawl()
    first = site.documents[1].path
    if rebuilt:
        for document in site.documents.values():
            document.moved_from[document.path] = 404
            document.path = document.path.replace("/show/", "/new/")
    else:
        site.everything = lambda request: site.missing()
    for _ in range(4):
        watched.a_day_passes()
        watched.crawl()
        watched.recheck()
    assert watched.state(first) == ("removed" if rebuilt else "current")
    assert watched.records() == (24 if rebuilt else 12)
    site.everything = None
    watched.a_day_passes()
    assert watched.crawl().state == "green"


def test_an_article_off_the_list_that_lost_a_further_page_is_not_removed(watched: Watched) -> None:
    site, document = watched.site, watched.site.documents[3]
    document.state = site.in_parts(document.state, 2)
    watched.crawl()
    document.columns = set()
    watched.crawl()
    site.everything = lambda request: Response("", 404) if request.url.path == "/show/3_2.html" else None
    report = watched.recheck()
    assert (report.outcomes["gone"], report.removed) == (1, 0)
    assert watched.state(document.path) == "current"


def test_a_list_that_shows_its_first_page_only_is_red_until_it_is_whole_or_accepted(watched: Watched) -> None:
    site = watched.site
    site.columns["其他"] = Column("/gk/others.html", "其他", states="")
    for _ in range(30):
        site.write("其他")
    watched.crawl()
    column = site.columns["文件"]
    column.longest = 6
    for _ in range(2):
        watched.a_day_passes()
        report = watched.crawl(full=False)
        assert codes(report) == ["list_dropped"]
        assert "list '文件' has 6 documents and had 12" in report.problems[0].english
    relaxed = {"assertions": {"min_records": 1, "max_age_days": 36500, "max_drop": 1}}
    assert watched.crawl(**relaxed).state == "green"
    assert watched.crawl().state == "green"
    column.longest = 12
    assert watched.crawl().state == "green"


def test_a_list_that_no_full_walk_has_seen_is_held_against_the_last_walk_to_its_end(watched: Watched) -> None:
    site = watched.site
    watched.crawl()
    site.columns["其他"] = Column("/gk/others.html", "其他")
    for _ in range(4):
        site.write("其他")
    assert not watched.crawl(full=False).full
    site.columns["其他"].longest = 0
    report = watched.crawl(full=False)
    assert (codes(report), report.problems[0].params["before"]) == (["list_dropped"], 4)


def test_a_list_whose_documents_moved_to_another_or_were_taken_down_has_not_dropped(watched: Watched) -> None:
    site = watched.site
    site.columns["其他"] = Column("/gk/others.html", "其他", states="")
    for _ in range(20):
        site.write("其他")
    watched.crawl()
    for number in range(1, 7):
        site.documents[number].columns = {"其他"}
    assert watched.crawl().state == "green"
    for number in range(7, 13):
        site.documents[number].deleted = True
    site.write("文件")
    for _ in range(3):
        watched.a_day_passes()
        report = watched.crawl()
        watched.recheck()
    assert (codes(report), codes(watched.crawl())) == (["list_dropped"], [])


@pytest.mark.parametrize("outcome", ["http_error", "not_a_document"])
def test_what_failed_when_it_was_new_is_tried_by_the_next_crawl_wherever_it_is_listed(
    watched: Watched, outcome: str
) -> None:
    site, oldest = watched.site, watched.site.documents[1]
    for _ in range(12):
        site.write("文件")
    oldest.answers = lambda request: Response("", 502) if outcome == "http_error" else site.front()
    assert watched.crawl().outcomes[outcome] == 1
    oldest.answers = None
    watched.a_day_passes()
    report = watched.crawl(full=False, recheck_after_days=30)
    assert (report.full, report.listed, watched.state(oldest.path)) == (False, 13, "current")
    watched.a_day_passes()
    assert watched.crawl(full=False, recheck_after_days=30).listed == 12


def test_what_fails_for_good_is_tried_ever_more_rarely(watched: Watched) -> None:
    site, oldest = watched.site, watched.site.documents[1]
    for _ in range(12):
        site.write("文件")
    oldest.answers = lambda request: Response("", 502)
    watched.crawl()
    tried = []
    for day in range(1, 10):
        watched.a_day_passes()
        report = watched.crawl(full=False, recheck_after_days=30, full_walk_days=30)
        tried += [day] * report.outcomes.get("http_error", 0)
    assert tried == [1, 3, 7]


def test_one_page_at_the_addresses_of_all_documents_is_the_next_version_of_none(
    watched: Watched, local_settings: Settings
) -> None:
    site = watched.site
    for _ in range(14):
        site.write("文件")
    watched.crawl()
    body = "<p>为提升服务，本站将迁移至新平台，迁移期间部分页面不能访问，办理事项请到政务服务大厅，特此公告。</p>"
    page = site.html(f"<h1>网站迁移公告</h1><p>发布日期：2025-09-01</p><div>{body}</div>")
    site.everything = lambda request: page if request.url.path.startswith("/show/") else None
    site.write("文件")
    for _ in range(2):
        report = watched.crawl()
        assert (codes(report), report.outcomes) == (["most_pages_failed"], {"not_a_document": 27})
    assert watched.rebuild(local_settings) == {}
    site.everything = None
    report = watched.crawl(recheck_after_days=30)
    assert (report.state, codes(report), report.warnings[0].params["pages"]) == ("amber", ["most_pages_wait"], 27)
    assert "several documents return this page" in report.warnings[0].english
    waiting = rows(watched.archive, "SELECT reason FROM archive.run_page WHERE outcome = 'known' ORDER BY run_id DESC")
    assert "was no document when it was last fetched" in Reason.from_stored(waiting[0]["reason"]).english
    watched.a_day_passes()
    report = watched.crawl()
    assert (report.created, report.updated, report.state) == (1, 0, "green")
    watched.archive.engine.dispose()


@pytest.mark.parametrize("listed", [False, True])
def test_a_dated_notice_that_the_site_was_closed_is_a_document_where_it_is_listed_alone(
    watched: Watched, listed: bool
) -> None:
    site, document = watched.site, watched.site.documents[1]
    body = "本局网站自九月起停止更新，内容并入县政府网站，请公众前往该网站查询。"
    title = document.state.title if listed else "关于本局网站关停的公告"
    page = f"<h1>{title}</h1><p>发布日期：2025-09-01</p><div><p>{body}</p></div>"
    document.answers = lambda request: site.html(f"<div>{MENU * 40}</div>{page}")
    assert watched.crawl().outcomes.get("not_a_document", 0) == (0 if listed else 1)
    reasons = rows(watched.archive, "SELECT reason FROM archive.run_page WHERE outcome = 'not_a_document'")
    assert [Reason.from_stored(row["reason"]).code for row in reasons] == ([] if listed else ["site_closed"])


def test_what_was_removed_and_is_listed_anew_is_tried_at_once(watched: Watched) -> None:
    document = watched.site.documents[12]
    watched.crawl()
    document.deleted = True
    for _ in range(4):
        watched.a_day_passes()
        watched.crawl()
        watched.recheck()
    assert watched.state(document.path) == "removed"
    document.deleted = False
    report = watched.crawl(full=False, recheck_after_days=30)
    assert (report.restored, watched.state(document.path)) == (1, "current")


@pytest.mark.parametrize("excluded", ["robots", "out_of_scope"])
def test_a_run_that_may_ask_for_nothing_it_lists_says_so(watched: Watched, excluded: str) -> None:
    site = watched.site
    watched.crawl()
    if excluded == "robots":
        site.robots = "User-agent: *\nDisallow: /show/\n"
    else:
        for document in site.documents.values():
            document.path = f"http://new.tongxi.example{document.path}"
    watched.a_day_passes()
    report = watched.crawl()
    assert report.outcomes[excluded] == 12
    assert (report.state, codes(report)) == ("amber", ["most_pages_excluded"])
    # A source that has too few records for that has this problem, and no other.
    report = watched.crawl(assertions={"min_records": 100, "max_age_days": 36500})
    assert (report.state, codes(report)) == ("red", ["most_pages_excluded"])


@pytest.mark.parametrize("redirect", [301, 404])
def test_documents_that_moved_are_told_and_are_the_same_text(watched: Watched, redirect: int) -> None:
    site = watched.site
    watched.crawl()
    for document in site.documents.values():
        document.moved_from[document.path] = redirect
        document.path = document.path.replace("/show/", "/new/")
    site.write("文件")
    report = watched.crawl()
    assert (report.created, report.duplicates, codes(report)) == (13, 12, ["documents_moved"])
    params = report.warnings[0].params
    assert (params["moved"], str(params["url"]).replace("/new/", "/show/")) == (12, params["earlier"])
    assert codes(watched.crawl()) == []


def test_addresses_with_a_clock_or_a_key_are_one_document(watched: Watched) -> None:
    for token in ("?t=1763971200000", "?t=1764057600000", "?random=0.73640182", ";jsessionid=0A1B", "?v=1764057600"):
        watched.site.token = token
        watched.crawl()
    assert watched.records() == 12
