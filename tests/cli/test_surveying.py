"""`gongkai sources new` and `gongkai sources check --live`, as a person runs them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response
from typer.testing import CliRunner

from demo import faults, source_text, trs_wcm
from demo.generic import PlainSite
from demo.server import serve
from etl.cli import app
from etl.errors import GongkaiError
from etl.platforms.families import epoint
from etl.platforms.registry import all_platforms


@pytest.fixture
def site() -> Iterator[trs_wcm.TrsSite]:
    made = trs_wcm.demo(planted=False)
    with serve(made):
        yield made


def gongkai(*words: object) -> str:
    """What the command prints; its error is raised as the error it is."""
    done = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def new(site: trs_wcm.TrsSite, *words: object) -> str:
    return gongkai("sources", "new", f"{site.base}/zwgk/zcjd/", "--allow-private", "--delay", 0, "--columns", 2, *words)


def test_what_was_found_is_shown_and_written(site: trs_wcm.TrsSite, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    output = new(site, "-o", file)
    assert "is trs_wcm" in output
    assert "call of createPageHTML(pages, current, …)" in output
    assert site.entries("zcjd")[0].document.title in output
    assert f"published_date {site.entries('zcjd')[0].day}" in output
    assert "good" in gongkai("sources", "check", file)


def test_rows_of_a_service_are_shown_by_the_form_of_their_addresses(tmp_path: Path) -> None:
    """They have no selector: neither a page nor a table repeats them."""
    rows = [{"id": n, "title": f"云溪县第{n}号公路养护通知", "date": f"2026-03-0{n}"} for n in range(1, 8)]
    site = PlainSite("scripted")
    site.path_faults["/zc/"] = lambda call: Response(
        """<title>政策文件_云溪县人民政府</title><ul id="list"></ul><script>
        $.get('/rows?page=1', answer => answer.list.forEach(o => $('#list').append(`<a href="/d/${o.id}.html">`)))
        </script>""",
        media_type="text/html",
    )
    site.path_faults["/rows"] = lambda call: Response(json.dumps({"list": rows, "total": 7}))
    site.path_faults[r"/d/\d+\.html"] = lambda call: Response("<h1>通知</h1>", media_type="text/html")
    with serve(site):
        output = gongkai(
            "sources",
            "new",
            f"{site.base}/zc/",
            "--allow-private",
            "--delay",
            0,
            "--browser",
            "",
            "-o",
            tmp_path / "n.yaml",
        )
    assert "address /d/{id}.html" in output


def test_a_file_is_never_overwritten(site: trs_wcm.TrsSite, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(GongkaiError, match=r"new\.yaml exists already"):
        new(site, "-o", file)
    assert file.read_text(encoding="utf-8") == "mine"
    assert site.requests == []


def test_a_site_in_the_own_network_is_asked_when_it_is_allowed(site: trs_wcm.TrsSite, tmp_path: Path) -> None:
    with pytest.raises(GongkaiError) as refused:
        gongkai("sources", "new", f"{site.base}/zwgk/zcjd/", "--delay", 0, "-o", tmp_path / "new.yaml")
    assert refused.value.hint == "if the site is in your own network, use --allow-private"


def live(file: Path) -> str:
    return gongkai("sources", "check", file, "--live")


@pytest.fixture
def file(site: trs_wcm.TrsSite, tmp_path: Path) -> Path:
    path = tmp_path / "demo-trs.yaml"
    text = source_text(site).replace("verified: never", "verified: never   # 还没有人看过")
    path.write_bytes(("# 说明\r\n" + text).encode())
    return path


def test_a_good_site_is_stamped_and_nothing_else_changes(site: trs_wcm.TrsSite, file: Path) -> None:
    before = file.read_bytes()
    output = live(file)
    newest = site.entries("zcwj")[0].document
    assert newest.title in output
    assert newest.document_number in output
    after = file.read_bytes()
    assert re.sub(rb"verified: \d{4}-\d\d-\d\d   #", b"verified: never   #", after) == before
    assert after != before
    assert site.count("/robots.txt") == 1
    details = [seen for seen in site.requests if re.search(r"/t\d{8}_", seen.path)]
    assert len(details) == 2


def test_a_list_that_is_lost_is_named_and_nothing_is_stamped(site: trs_wcm.TrsSite, file: Path) -> None:
    before = file.read_bytes()
    site.faults["zcjd/0"] = faults.status(404)
    with pytest.raises(GongkaiError, match=r"demo-trs: list 政策解读: gone: status 404.*was not changed"):
        live(file)
    assert file.read_bytes() == before


def test_a_dead_link_is_passed_over_and_too_many_are_not(site: trs_wcm.TrsSite, file: Path) -> None:
    first = site.entries("zcwj")[0].key
    site.faults[first] = faults.status(404)
    assert "not read: gone: status 404" in live(file)
    site.faults |= {key: faults.waf(403) for key in site.postings}
    before = file.read_bytes()
    with pytest.raises(GongkaiError, match=r"0 of 2 documents could be read .*blocked: status 403"):
        live(file)
    assert file.read_bytes() == before


def test_live_needs_one_source() -> None:
    with pytest.raises(GongkaiError, match="--live needs a source"):
        gongkai("sources", "check", "--live")


def test_every_platform_is_listed_with_a_description() -> None:
    rows = [line.split(maxsplit=1) for line in gongkai("sources", "platforms").splitlines()[1:] if line[0] != " "]
    assert [row[0] for row in rows] == [platform.name for platform in all_platforms()]
    assert all(len(row) == 2 for row in rows), "every family's module has a docstring"


def test_a_platform_without_a_docstring_has_an_empty_description(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoint, "__doc__", None)
    assert any(line.strip() == "epoint" for line in gongkai("sources", "platforms").splitlines())
