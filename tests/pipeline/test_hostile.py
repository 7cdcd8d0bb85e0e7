"""Hostile and broken sites: a crawl comes to an end, and says in words what it met."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from demo import catalogue, faults
from demo.gkmlpt import GkmlptSite
from demo.server import Call, Fault, Resource, Site, serve
from demo.tls import Authority
from demo.trs_wcm import TrsSite
from etl.archive.crawls.reports import Report
from etl.archive.storage.archive import Archive
from etl.reason_codes import Code
from etl.reasons import english
from tests.support.attacks.hostile_site import (
    FIRST,
    KEYS,
    LEADS,
    LIMITS,
    LIST,
    SHELLS,
    crawl_list,
    five_documents,
    wild,
)
from tests.support.gongkai import days_pass, rows, state

ENDED = "SELECT p.url, rp.outcome, rp.reason FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id"
LISTED = "SELECT url, listing->>'title' AS title FROM archive.page WHERE kind = 'document'"


@pytest.fixture
def site() -> Iterator[TrsSite]:
    made = five_documents()
    with serve(made):
        yield made


@pytest.fixture
def gkmlpt() -> Iterator[GkmlptSite]:
    """A site whose lists are JSON, with three documents in one of them."""
    made = GkmlptSite("demo-gkmlpt")
    for document in [item for item in catalogue.documents("gkmlpt") if item.key.endswith("-notice")][:3]:
        made.put(document, column="qtwj")
    with serve(made):
        yield made


def ended(archive: Archive, site: Site, key: str = FIRST) -> tuple[str, str]:
    """How a document's page ended in the run, and why."""
    (row,) = [row for row in rows(archive, ENDED) if row["url"] == site.url(key)]
    return row["outcome"], english(row["reason"])


def lost(report: Report) -> str:
    """The reason why a listing page was lost; a run that lost one is red."""
    assert report.state == "red"
    assert report.problems[0].english.startswith("listing pages that could not be read: 1, the first http")
    return report.problems[0].english


# ---- lists without an end


def asked(site: TrsSite) -> int:
    """How many listing pages were asked for."""
    return sum(seen.path.startswith(LIST.path + "index") or seen.path == LIST.path for seen in site.requests)


def test_a_list_without_an_end_is_left_at_the_limit(archive: Archive, site: TrsSite) -> None:
    wild(site, faults.endless(), lambda page: page + 2)
    report = crawl_list(archive, site)
    assert report.state == "red"
    assert asked(site) == LIMITS["listing_pages"]
    stopped = "the walk was stopped after 8 listing pages: the catalog has no end, or limits.listing_pages is too small"
    assert stopped in map(str, report.problems)
    # What had been listed was fetched all the same.
    assert (report.listed, report.stored) == (16, 5)


def test_a_page_that_the_site_counts_and_that_repeats_the_one_before_is_red(archive: Archive, site: TrsSite) -> None:
    wild(site, faults.repeating(2), lambda page: 3)
    report = crawl_list(archive, site)
    assert [problem.code for problem in report.problems] == [Code.LIST_PAGE_REPEATED]
    assert (asked(site), report.listed) == (3, 4)


@pytest.mark.parametrize("pages", [lambda page: 9, lambda page: page + 2], ids=["told", "always one more"])
def test_a_list_that_repeats_its_last_page_instead_of_more_is_red(
    archive: Archive, site: TrsSite, pages: Callable[[int], int]
) -> None:
    wild(site, faults.repeating(2), pages)
    report = crawl_list(archive, site)
    assert f"list '{LIST.name}' reports {pages(2)} pages but only 3 were walked" in map(str, report.problems)
    assert {problem.code for problem in report.problems} == {Code.LIST_PAGE_REPEATED, Code.FEWER_LISTING_PAGES}
    assert asked(site) == 3


def test_a_calendar_is_left_when_nothing_new_comes(archive: Archive, site: TrsSite) -> None:
    wild(site, faults.circling(4), lambda page: page + 2)
    report = crawl_list(archive, site)
    assert report.state == "red"
    assert report.problems[0].english.startswith(f"list '{LIST.name}' leads in circles: 3 pages in a row up to ")
    assert report.problems[0].english.endswith("index_5.html list nothing new")
    assert (asked(site), report.listed, report.stored) == (6, 4, 4)


def test_a_pager_that_nobody_knows_is_red_and_named(archive: Archive, site: TrsSite) -> None:
    site.faults[f"{LIST.key}/0"] = faults.changed(b"createPageHTML(", b"createPageTurn([], ")
    report = crawl_list(archive, site)
    assert report.state == "red"
    assert [problem.code for problem in report.problems] == ["paging_not_understood"]
    assert "shows that its list continues ('createPageTurn(')" in report.problems[0].english
    # What stands on the page was fetched all the same.
    assert asked(site) == 1
    assert report.stored


def test_a_list_that_shrinks_while_it_is_walked_is_red(archive: Archive, site: TrsSite) -> None:
    site.faults[f"{LIST.key}/1"] = faults.changed(b'"fenye", 3, 1', b'"fenye", 2, 1')
    report = crawl_list(archive, site)
    assert list(map(str, report.problems)) == [f"list '{LIST.name}' shrank from 3 to 2 pages while it was walked"]


# ---- doors


@pytest.mark.parametrize("key", [FIRST, f"{LIST.key}/0"])
def test_a_redirect_to_itself_is_followed_once_with_its_cookie(archive: Archive, site: TrsSite, key: str) -> None:
    site.faults[key] = faults.cookie_redirect
    report = crawl_list(archive, site)
    assert (report.state, report.listed, report.stored) == ("green", 5, 5)


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_columns_and_documents_that_only_lead_on_are_followed_and_say_so(
    archive: Archive, site: TrsSite, lead: str
) -> None:
    site.faults |= {key: faults.leading_on(lead) for key in (FIRST, f"{LIST.key}/0")}
    report = crawl_list(archive, site)
    assert (report.state, report.listed, report.stored) == ("green", 5, 5)
    captures = rows(archive, "SELECT url, final_url, reason FROM archive.capture WHERE final_url <> url")
    assert {capture["url"] for capture in captures} == {site.url(FIRST), site.base + LIST.path}
    assert all("has no content and leads here by" in english(capture["reason"]) for capture in captures)
    # Its validators are those of the page behind it, and would be sent to the page that leads there.
    [page] = rows(archive, "SELECT etag, last_modified FROM archive.page WHERE url = :url", url=site.url(FIRST))
    assert page == {"etag": None, "last_modified": None}
    again = crawl_list(archive, site, recheck_after_days=0)
    assert (again.state, again.unchanged) == ("green", 5)


def test_a_redirect_to_itself_without_an_end_is_blocked(archive: Archive, site: TrsSite) -> None:
    site.faults[FIRST] = faults.self_redirect
    crawl_list(archive, site)
    assert ended(archive, site) == ("blocked", "redirected to itself, even with its cookie")
    assert site.count(site.path(site.postings[FIRST])) == 2


def test_redirects_that_go_on_for_ever_end_at_the_limit(archive: Archive, site: TrsSite) -> None:
    site.faults[FIRST] = faults.redirect_loop
    crawl_list(archive, site, limits={**LIMITS, "redirects": 3})
    assert ended(archive, site) == ("network_error", "more than 3 redirects")


def test_the_shell_of_a_script_s_challenge_is_blocked(archive: Archive, site: TrsSite) -> None:
    shells = dict(zip(KEYS, SHELLS.values(), strict=False))
    site.faults |= shells
    report = crawl_list(archive, site)
    for key in shells:
        outcome, reason = ended(archive, site, key)
        assert outcome == "blocked"
        assert "firewall" in reason or "status" in reason
    assert (report.stored, report.failed, report.records) == (2, 3, 2)


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_a_shell_instead_of_the_list_is_a_lost_listing_page(archive: Archive, site: TrsSite, shell: Fault) -> None:
    site.faults[f"{LIST.key}/1"] = shell
    assert "(blocked: " in lost(crawl_list(archive, site))


@pytest.mark.parametrize("key", [FIRST, f"{LIST.key}/1"])
def test_a_site_that_refuses_strangers_is_asked_from_within(archive: Archive, site: TrsSite, key: str) -> None:
    site.faults[key] = faults.needs_referer
    report = crawl_list(archive, site)
    assert (report.state, report.stored) == ("green", 5)


# ---- words and statuses that belie their pages


@pytest.mark.parametrize("codes", [(301, 400, 401, 403), (404, 410, 500, 503)])
def test_a_document_is_stored_whatever_its_status_says(archive: Archive, site: TrsSite, codes: tuple[int, ...]) -> None:
    site.faults |= {key: faults.under_status(code) for key, code in zip(KEYS, codes, strict=False)}
    assert crawl_list(archive, site).stored == 5
    for key, code in zip(KEYS, codes, strict=False):
        reason = f"would be rejected (status {code}), but it is the document that the list names"
        assert ended(archive, site, key) == ("stored", reason)
    again = crawl_list(archive, site, recheck_after_days=0)
    assert (again.state, again.unchanged) == ("green", 5)


def shown(site: TrsSite, text: str, code: int = 200, key: str = FIRST) -> Fault:
    """A page with the title and date of a document, and this text."""
    title = site.postings[key].document.title
    head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>发布时间：2023-05-09</p>"
    page = f"{head}<div class='TRS_Editor'><p>{text}</p></div></body></html>"
    return lambda call: Response(page, code, media_type="text/html")


def test_words_of_error_pages_in_the_document_that_the_list_names_lose_nothing(archive: Archive, site: TrsSite) -> None:
    said = dict(zip(KEYS, ("经检索，该信息不存在。", "系统升级维护期间，将暂停服务。"), strict=False))
    rest = "有关事项请与本机关联系，联系时请说明受理编号、姓名和收到本告知的日期。"
    site.faults |= {key: shown(site, words + rest, key=key) for key, words in said.items()}
    assert crawl_list(archive, site).stored == 5
    for key in said:
        outcome, reason = ended(archive, site, key)
        assert outcome == "stored"
        assert "it is the document that the list names" in reason


def test_a_page_that_keeps_its_title_and_says_that_the_rest_is_gone_is_no_document(
    archive: Archive, site: TrsSite
) -> None:
    said = ("该信息已被删除", "抱歉，该信息已下线，内容不存在。如有疑问请联系网站管理员。")
    pages = dict(zip(KEYS, product(said, (200, 404)), strict=False))
    site.faults |= {key: shown(site, words, code, key) for key, (words, code) in pages.items()}
    crawl_list(archive, site)
    for key, (_, code) in pages.items():
        assert ended(archive, site, key)[0] == ("soft_404" if code == 200 else "gone")


NOTICE = (
    "<html><head><title>统一身份认证</title></head><body><h2>统一身份认证</h2><p>欢迎使用本平台，请以法人或自然人的账号登录，"
    "没有账号的用户先行注册，注册时如实填写身份信息，并妥善保管账号和密码。</p><p>推荐使用新版浏览器，以便获得更好的体验。</p></body></html>"
)
NOT_AS_LISTED = "a short page with neither the title that the list states nor a number, a date or a file"


def answers_other(site: TrsSite, path: str) -> Fault:
    """The page at another path of the site, as a cache answers that mixes up addresses."""

    def answer(call: Call) -> Response:
        resource = site.resource_at(Request({**call.request.scope, "path": path}), b"")
        assert isinstance(resource, Resource)
        return Response(resource.body, media_type=resource.media_type)

    return answer


def test_a_page_that_has_nothing_of_what_the_list_says_is_no_document(
    archive: Archive, owner_url: str, site: TrsSite
) -> None:
    other, third = KEYS[0], KEYS[1]
    wrong: dict[str, Fault] = {
        FIRST: lambda call: Response(NOTICE, media_type="text/html"),
        third: answers_other(site, site.path(site.postings[other])),
    }
    site.faults = dict(wrong)
    assert crawl_list(archive, site).stored == 3
    assert ended(archive, site) == ("not_a_document", NOT_AS_LISTED)
    assert ended(archive, site, third) == (
        "not_a_document",
        f"the page has not the title that the list states, and its text is that of the document at {site.url(other)}",
    )
    site.faults.clear()
    days_pass(owner_url, 2)
    assert crawl_list(archive, site).stored == 2
    right = state(archive)
    # A known document is not replaced by such a page either.
    site.faults = wrong
    report = crawl_list(archive, site, recheck_after_days=0)
    assert report.outcomes["not_a_document"] == 2
    assert state(archive) == right


def test_a_document_under_another_title_than_its_list_states_is_flagged(archive: Archive, site: TrsSite) -> None:
    page = NOTICE.replace("</h2>", "</h2><p>发布时间：2023-05-09　来源：云溪日报</p>")
    site.faults[FIRST] = lambda call: Response(page, media_type="text/html")
    assert crawl_list(archive, site).stored == 5
    flagged = rows(archive, "SELECT title FROM archive.record_version WHERE 'other_title' = ANY(flags)")
    assert flagged == [{"title": "统一身份认证"}]
    # It is a document of its own, and may change.
    later = page.replace("发布时间：2023-05-09　", "").replace("新版", "最新")
    site.faults[FIRST] = lambda call: Response(later, media_type="text/html")
    assert crawl_list(archive, site).updated == 1


def test_a_known_document_is_replaced_by_another_one_only_when_its_list_says_so(
    archive: Archive, site: TrsSite
) -> None:
    crawl_list(archive, site)
    right = state(archive)
    title = "统一身份认证平台检修公告"
    page = NOTICE.replace("统一身份认证", title).replace("</h2>", "</h2><p>发布时间：2023-05-09　来源：云溪日报</p>")
    site.faults[FIRST] = lambda call: Response(page, media_type="text/html")
    for _ in range(2):
        assert crawl_list(archive, site).outcomes["not_a_document"] == 1
        assert state(archive) == right
    site.put(replace(site.postings[FIRST].document, title=title), column=LIST.key)
    assert crawl_list(archive, site).failed == 0
    [changed] = [row for row in state(archive) if row not in right]
    assert (changed["title"], changed["version"]) == (title, 2)


def test_a_part_of_a_page_is_not_the_document_whatever_its_title(archive: Archive, site: TrsSite) -> None:
    def part(call: Call) -> Response:
        body = call.resource.body[: len(call.resource.body) * 2 // 3]
        size = len(call.resource.body)
        return Response(body, 206, {"Content-Range": f"bytes 0-{size - 1}/{size}"}, media_type="text/html")

    site.faults[FIRST] = part
    crawl_list(archive, site)
    assert ended(archive, site) == ("http_error", "status 206")


def test_a_new_page_of_bytes_that_nobody_can_read_is_tried_again_the_next_day(
    archive: Archive, owner_url: str, site: TrsSite
) -> None:
    site.faults[FIRST] = lambda call: Response(bytes(range(256)) * 9, media_type="text/html")
    crawl_list(archive, site)
    assert ended(archive, site)[0] == "not_a_document"
    site.faults.clear()
    days_pass(owner_url, 2)
    assert crawl_list(archive, site).stored == 1


def test_a_known_page_stays_due_while_its_bytes_cannot_be_read(archive: Archive, owner_url: str, site: TrsSite) -> None:
    crawl_list(archive, site)
    days_pass(owner_url, 40)
    site.faults[FIRST] = lambda call: Response(bytes(range(256)) * 9, headers={"ETag": "x"}, media_type="text/html")
    assert crawl_list(archive, site, recheck_after_days=30).outcomes["not_a_document"] == 1
    site.faults.clear()
    again = crawl_list(archive, site, recheck_after_days=30)
    assert (again.outcomes["known"], again.failed) == (4, 0)


def test_an_error_page_under_its_status_is_no_document(archive: Archive, site: TrsSite) -> None:
    site.faults[FIRST] = faults.status(404)
    crawl_list(archive, site)
    assert ended(archive, site) == ("gone", "status 404")


def test_not_modified_that_nobody_asked_for_says_nothing(archive: Archive, site: TrsSite) -> None:
    site.faults[FIRST] = lambda call: Response(status_code=304)
    report = crawl_list(archive, site)
    assert ended(archive, site) == ("http_error", "status 304")
    assert (report.stored, report.failed) == (4, 1)


# ---- bytes that belie their labels


def test_a_gbk_list_labelled_utf_8_is_listed_right(archive: Archive, site: TrsSite) -> None:
    site.faults |= {f"{LIST.key}/{page}": faults.wrong_charset for page in range(3)}
    assert crawl_list(archive, site).state == "green"
    titles = {row["url"]: row["title"] for row in rows(archive, LISTED)}
    assert titles == {site.url(key): site.postings[key].document.title for key in KEYS}


def test_json_behind_a_byte_order_mark_is_listed_right(archive: Archive, gkmlpt: GkmlptSite) -> None:
    gkmlpt.faults["qtwj/1"] = faults.byte_order_mark
    report = crawl_list(archive, gkmlpt, limits={"retries": 0})
    assert (report.state, report.listed, report.stored) == ("green", 3, 3)


def test_an_error_page_instead_of_json_is_a_lost_listing_page(archive: Archive, gkmlpt: GkmlptSite) -> None:
    gkmlpt.faults["qtwj/1"] = faults.html_as_json
    report = crawl_list(archive, gkmlpt, limits={"retries": 0})
    assert "(http_error: status 200, but the page says that its server failed or is out of service: " in lost(report)
    assert Code.NOTHING_LISTED not in [problem.code for problem in report.problems]


@pytest.mark.parametrize("key", [FIRST, f"{LIST.key}/1"])
def test_half_a_gzip_stream_is_a_network_error(archive: Archive, site: TrsSite, key: str) -> None:
    site.faults[key] = faults.truncated_gzip
    report = crawl_list(archive, site)
    if key == FIRST:
        assert ended(archive, site) == ("network_error", "gzip body ends in the middle")
    else:
        assert "(network_error: gzip body ends in the middle)" in lost(report)


# ---- connections


def test_a_host_that_answers_a_byte_at_a_time_ends_at_the_time_limit(archive: Archive, site: TrsSite) -> None:
    site.faults[FIRST] = faults.slow(0.1)
    report = crawl_list(archive, site, limits={**LIMITS, "seconds": 3})
    assert ended(archive, site) == ("network_error", "no complete response within 3 s")
    assert (report.stored, report.failed) == (4, 1)


def test_a_list_that_comes_a_byte_at_a_time_is_lost(archive: Archive, site: TrsSite) -> None:
    site.faults[f"{LIST.key}/2"] = faults.slow(0.1)
    report = crawl_list(archive, site, limits={**LIMITS, "seconds": 3})
    assert "(network_error: no complete response within 3 s)" in lost(report)
    assert report.stored == 4


def test_a_host_without_an_address_is_a_lost_listing_page(archive: Archive, site: TrsSite) -> None:
    elsewhere = [{"url": "http://nowhere.invalid/zwgk/"}]
    report = crawl_list(archive, site, columns=elsewhere, hosts=["nowhere.invalid"])
    assert "(network_error: " in lost(report)
    assert "nowhere.invalid does not resolve" in lost(report)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def test_a_certificate_that_nobody_vouches_for_is_refused(archive: Archive, authority: Authority) -> None:
    with serve(site := five_documents(), tls=authority.context()):
        reason = lost(crawl_list(archive, site))
    assert "(network_error: " in reason
    assert "certificate verify failed" in reason
    assert site.requests == []


def test_a_source_may_name_the_authority_that_its_site_fails_to_send(archive: Archive, authority: Authority) -> None:
    with serve(site := five_documents(), tls=authority.context()):
        assert crawl_list(archive, site).state == "red"
        tls = {"ca": str(authority.pem), "reason": "中间证书缺失，2026年11月核对"}
        report = crawl_list(archive, site, tls=tls)
    assert (report.state, report.stored) == ("green", 5)


def test_another_authority_s_certificate_is_refused_all_the_same(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine, other = Authority(tmp_path), Authority(tmp_path / "other", "另一认证中心")
    with serve(site := five_documents(), tls=mine.context()):
        report = crawl_list(archive, site, tls={"ca": str(other.pem), "reason": "证书放错了"})
    assert "certificate verify failed" in lost(report)


def test_an_old_cipher_is_spoken_where_the_source_says_why(archive: Archive, authority: Authority) -> None:
    tls = {"ca": str(authority.pem), "reason": "只支持旧密码套件"}
    with serve(site := five_documents(), tls=authority.context(ciphers="AES128-SHA:@SECLEVEL=0")):
        refused = lost(crawl_list(archive, site, tls=tls))
        assert "(network_error: " in refused
        # This server hangs up; others say `handshake failure`.
        assert "SSL" in refused
        report = crawl_list(archive, site, tls=tls | {"ciphers": "AES128-SHA:@SECLEVEL=1"})
    assert (report.state, report.stored) == ("green", 5)
