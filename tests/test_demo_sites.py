"""The demo sites: they list what they hold, show what their goldens say, and fail as they are told."""

import gzip
import json
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from urllib.parse import urljoin

import httpx
import pytest
import yaml
from lxml import html

from demo import (
    SOURCES,
    catalogue,
    demo_platforms,
    demo_site,
    demo_sites,
    faults,
    gkmlpt,
    goldens,
    source_text,
    trs_columns,
    trs_wcm,
)
from demo.codes import credit_code, organisation_check
from demo.documents import Paragraph
from demo.server import Fault, Site, serve
from tests.support.visiting import visitor


def squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)


PLATFORMS = demo_platforms()


@pytest.fixture(scope="module", params=PLATFORMS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """One for all tests of it, which leave it as it is."""
    site = demo_site(PLATFORMS[request.param])
    with serve(site):
        yield site


@pytest.fixture
def trs() -> Iterator[trs_wcm.TrsSite]:
    site = trs_wcm.demo(planted=False)
    with serve(site):
        yield site


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with visitor(follow_redirects=False) as client:
        yield client


# ---- documents


def test_codes_have_the_check_characters_of_the_standards() -> None:
    assert [organisation_check(body) for body in ("00258242", "00001434", "01527918")] == ["X", "9", "X"]
    assert credit_code("MX7W0131", "539200")[:17] == "11539200MX7W0131" + organisation_check("MX7W0131")


def test_the_documents_are_many_and_differ() -> None:
    documents = [*catalogue.documents("trs"), *catalogue.documents("gkmlpt")]
    distinct = {document.key: document for document in documents}
    assert len(distinct) >= 120
    texts = [document.text for document in distinct.values() if document.text]
    assert len(set(texts)) == len(texts)
    assert {document.genre_category for document in documents} >= set(catalogue.GROUPS)


def test_the_near_duplicate_differs_in_one_figure() -> None:
    found = {document.key: document for document in catalogue.documents("trs")}
    one, other = found["relief-case"].text, found["relief-case-corrected"].text
    assert one != other
    assert one.replace("584.7", "548.7") == other


INNER = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml", "ofd": "Doc_0/Document.xml"}
"""A part that files of a kind must have in their package."""


def test_attachments_are_whole_files() -> None:
    files = [
        each for site in ("trs", "gkmlpt") for document in catalogue.documents(site) for each in document.attachments
    ]
    for file in files:
        if inner := INNER.get(file.name.rpartition(".")[2]):
            assert inner in zipfile.ZipFile(BytesIO(file.data)).namelist()
        else:
            start = int(file.data.rsplit(b"startxref\n", 1)[1].split()[0])
            assert file.data.startswith(b"%PDF-1.4")
            assert file.data[start:].startswith(b"xref")


# ---- sites


def test_every_stored_page_shows_what_its_golden_says(site: Site, client: httpx.Client) -> None:
    for key, golden in goldens.records(site).items():
        pages = [client.get(url) for url in (golden["url"], *golden["pages"])]
        assert {page.status_code for page in pages} == {200}, key
        texts = [decoded(page.content) for page in pages]
        seen = "".join(map(visible, texts))
        where = f"the page of {key} ({golden['url'].removeprefix(site.base)}) does not show"
        for line in golden["text"].splitlines():
            assert squashed(line) in seen, f"{where} the line {line!r}: see detail() and its template"
        for name, value in golden["fields"].items():
            shows = name.endswith("_date") or squashed(value) in seen.translate(BRACKETS)
            assert shows, f"{where} {name} {value!r}: see detail(), or take it out of golden_fields()"
        for attachment in golden["attachments"]:
            answer = client.get(attachment["url"])
            assert answer.status_code == 200
            assert attachment["name"] in "".join(texts)


BRACKETS = str.maketrans("[]", "〔〕")


def visible(page: str) -> str:
    """The text of a page, what its scripts would write included, without white space."""
    return squashed("".join(map(str, html.fromstring(page).itertext())))


def decoded(raw: bytes) -> str:
    """Pages of the sites are UTF-8 or GBK, whatever they say."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def test_planted_faults_are_on_the_wire(site: Site, client: httpx.Client) -> None:
    signs: dict[str, Callable[[httpx.Response], bool]] = {
        "gone": lambda answer: answer.status_code == 404,
        "http_error": lambda answer: answer.status_code == 500,
        "soft_404": lambda answer: answer.headers["location"] == "/",
        "blocked": lambda answer: answer.status_code in (403, 412) or "<html shield=" in answer.text,
        "empty": lambda answer: answer.status_code == 200 and not answer.content,
    }
    outcomes = {*signs, "robots", "out_of_scope", "stored"}
    missing = ", ".join(sorted(outcomes - set(site.outcomes.values())))
    assert not missing, f"demo() of demo/{site.platform}.py plants no {missing}: use site.plant() and site.link()"
    assert set(site.outcomes.values()) == outcomes
    for key, outcome in site.outcomes.items():
        if outcome in signs:
            assert signs[outcome](client.get(site.url(key))), key
        elif outcome == "robots":
            assert site.path(site.postings[key]) in client.get(f"{site.base}/robots.txt").text
        elif outcome == "out_of_scope":
            assert not site.url(key).startswith(site.base)


def test_a_trs_column_is_walked_by_its_page_count(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    for column in trs_columns.COLUMNS:
        if column.listing in ("script", "service"):
            continue
        base = trs.base + column.path
        first = client.get(base).content
        found = re.search(rb"<script>createPage(?:HTML)?\((?:\"\w+\", )?(\d+), 0, \"index\", \"html\"\)", first)
        assert found
        urls: list[str] = []
        for page in range(int(found[1])):
            answer = client.get(base + (f"index_{page}.html" if page else "index.html"))
            tree = html.fromstring(answer.content.decode("gb18030" if column.charset == "gb2312" else "utf-8"))
            links = tree.cssselect("ul.gl-list > li > a, tr.zcwjk-list-c td.title > a, a.listpc-item")
            urls += [urljoin(str(answer.url), link.get("href", "")) for link in links]
        assert urls == [line["url"] for line in goldens.entries(trs)[column.key]]
        assert client.get(f"{base}index_{found[1].decode()}.html").status_code == 404


def test_the_service_of_a_trs_site_pages_to_its_count(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    for column, name in ((trs_columns.BY_KEY["jhwj"], "data"), (trs_columns.BY_KEY["jhjd"], "docs")):
        golden = goldens.entries(trs)[column.key]
        asked = {"channelid": trs_wcm.SEARCH, "classsql": f"chnlid={column.number}", "prepage": "2"}
        urls: list[str] = []
        for page in (1, 2, 3):
            answer = client.post(f"{trs.base}/fjdzapp/search", data={**asked, "page": str(page)}).json()
            assert (answer["pageCount"], answer["recordCount"]) == (-(-len(golden) // 2), len(golden))
            urls += [line["docpuburl"] or line["chnldocurl"] for line in answer[name]]
        assert urls == [line["url"] for line in golden]


def test_the_gkmlpt_api_pages_to_its_total(client: httpx.Client) -> None:
    site = gkmlpt.demo()
    with serve(site):
        for category in gkmlpt.leaves():
            address = f"{site.base}/gkmlpt/api/all/{category.id}"

            def page(number: int, sid: str = gkmlpt.SID, address: str = address) -> dict[str, object]:
                answer: dict[str, object] = client.get(address, params={"page": number, "sid": sid}).json()
                return answer

            assert page(0)["articles"] == page(1)["articles"]
            assert page(1, sid="1")["articles"] == []
            urls, number = [], 1
            while articles := page(number)["articles"]:
                urls += [article["url"] for article in articles]  # type: ignore[attr-defined]
                number += 1
            assert len(urls) == page(1)["total"]
            assert urls == [line["url"] for line in goldens.entries(site).get(category.key, [])]


def test_gkmlpt_details_carry_the_document_as_json(client: httpx.Client) -> None:
    site = gkmlpt.demo()
    with serve(site):
        posting = site.postings["farmland-rules"]
        page = client.get(site.url("farmland-rules")).text
        found = re.search(r"DETAIL: (\{.*\}),\n", page)
        assert found
        detail = json.loads(found[1])
        assert detail["gkml_data"]["identifier"] == posting.document.index_number
        assert (detail["gkml_data"]["is_expired"], detail["gkml_data"]["validity"]) == (1, 0)
        assert squashed(posting.document.text) == visible(detail["content"])


def test_the_same_document_stands_at_several_places() -> None:
    sites = demo_sites()
    assert set(goldens.shared_texts(*sites)) >= {"school-notice", "elder-rules", "jobs-notice", "yl-feedback"}


def test_source_files_lead_to_their_sites(site: Site, client: httpx.Client) -> None:
    source = yaml.safe_load(source_text(site))
    assert source["id"] == site.name
    assert source["platform"] == site.platform
    assert {client.get(column["url"]).status_code for column in source["columns"]} == {200}


# ---- change


def test_documents_change_come_and_go(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    url = trs.url("flood-notice")
    first = client.get(url)
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get(url, headers=known).status_code == 304
    assert client.get(url, headers={"If-Modified-Since": first.headers["last-modified"]}).status_code == 304

    old = trs.postings["flood-notice"].document
    trs.put(replace(old, body=(*old.body, Paragraph("补充：值班电话调整。"))))
    changed = client.get(url, headers=known)
    assert changed.status_code == 200
    assert "值班电话调整" in changed.text

    trs.remove("flood-notice")
    assert client.get(url).status_code == 404
    assert url not in {line["url"] for line in goldens.entries(trs)["zcwj"]}


def test_validators_can_lie(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    trs.validators = "lying"
    url = trs.url("gas-notice")
    known = {"If-None-Match": client.get(url).headers["etag"]}
    old = trs.postings["gas-notice"].document
    trs.put(replace(old, body=(*old.body, Paragraph("更正。"))))
    assert client.get(url, headers=known).status_code == 304


def test_requests_are_recorded(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    client.get(f"{trs.base}/zwgk/zcjd/index.html?a=1", headers={"User-Agent": "probe"})
    client.get(f"{trs.base}/")
    assert trs.count("/zwgk/zcjd/") == 1
    seen = trs.requests[0]
    assert (seen.method, seen.query, seen.headers["user-agent"]) == ("GET", "a=1", "probe")


# ---- faults


def planted(trs: Site, fault: Fault) -> str:
    trs.faults["flood-notice"] = fault
    return trs.url("flood-notice")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (faults.status(410), 410),
        (faults.status(503, retry_after=7), 503),
        (faults.waf(521), 521),
        (faults.shield, 200),
        (faults.home, 302),
        (faults.offsite(), 302),
        (faults.redirect_loop, 302),
        (faults.html_as_pdf, 200),
        (faults.script_stub, 200),
        (faults.meta_refresh, 200),
    ],
)
def test_answers_that_are_no_documents(trs: trs_wcm.TrsSite, client: httpx.Client, fault: Fault, status: int) -> None:
    answer = client.get(planted(trs, fault))
    assert answer.status_code == status
    assert squashed(trs.postings["flood-notice"].document.body[1].text) not in squashed(answer.text)  # type: ignore[union-attr]


def test_faults_can_end(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    url = planted(trs, faults.times(2, faults.status(503, retry_after=0)))
    assert [client.get(url).status_code for _ in range(3)] == [503, 503, 200]
    planted(trs, faults.status(404))
    assert client.get(url).status_code == 404
    del trs.faults["flood-notice"]
    assert client.get(url).status_code == 200


def test_bytes_that_belie_their_labels(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    wrong = client.get(planted(trs, faults.wrong_charset))
    assert wrong.charset_encoding == "utf-8"
    assert trs.postings["flood-notice"].document.title in wrong.content.decode("gb18030")

    url = planted(trs, faults.truncated_gzip)
    with client.stream("GET", url) as answer, pytest.raises(EOFError):
        gzip.decompress(b"".join(answer.iter_raw()))


def test_broken_and_endless_transfers(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError):
        client.get(planted(trs, faults.reset))
    with client.stream("GET", planted(trs, faults.too_large(3_000_000))) as answer:
        assert sum(map(len, answer.iter_raw())) > 3_000_000
    with client.stream("GET", planted(trs, faults.slow(0.01))) as answer:
        assert len(next(answer.iter_raw())) < 10


def test_the_cookie_opens_the_page(trs: trs_wcm.TrsSite, client: httpx.Client) -> None:
    url = planted(trs, faults.cookie_redirect)
    assert client.get(url).headers["location"] == trs.path(trs.postings["flood-notice"])
    assert client.get(url).status_code == 200


# ---- the command


def test_the_command_serves_until_it_is_told_to_stop(client: httpx.Client) -> None:
    command = [sys.executable, "-m", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            bases = json.loads(process.stdout.readline())
            assert sorted(bases) == [path.stem for path in sorted(SOURCES.glob("*.yaml"))]
            assert [client.get(base).status_code for base in bases.values()] == [200] * len(bases)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "demo", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert str(port) in done.stderr
