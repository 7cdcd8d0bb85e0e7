"""`gongkai extract`: pages and attachments side by side."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo import source_text, trs_wcm
from demo.server import serve
from etl.cli import app
from etl.errors import GongkaiError
from etl.extract import extract
from tests.extract.traps.registry import table
from tests.support import documents
from tests.support.containers import zipped
from tests.support.pages import TITLE, page
from tests.support.pdfs import picture, saved


def extracted(*words: str) -> str:
    result = CliRunner().invoke(app, ["extract", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_pages_and_files_in_one_go(tmp_path: Path) -> None:
    bodies = {
        "a.html": page().encode(),
        "b.wps": documents.doc(["关于停水的通知"]),
        "c.zip": zipped({"名单.doc": documents.doc(["南街"]), "空.txt": ""}),
        "d.pdf": b"<html><body>404</body></html>",
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    paths = [str(tmp_path / name) for name in bodies]
    html, wps, archive, missing = json.loads(extracted(*paths, "--json"))
    assert html["kind"] == "document"
    assert (wps["outcome"], wps["text"], wps["media_type"]) == ("read", "关于停水的通知", "application/msword")
    assert [(member["path"], member["outcome"]) for member in archive["members"]] == [
        ("名单.doc", "read"),
        ("空.txt", "empty"),
    ]
    assert missing["kind"] == "stub", "a web page is read as one, whatever its name"
    shown = extracted(*paths[1:3])
    assert "关于停水的通知" in shown
    assert "空.txt" in shown


def test_scans_are_read_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "scan.jpg"
    path.write_bytes(saved(picture("NOTICE 17", size=(300, 150)), "GIF"))
    assert json.loads(extracted(str(path), "--json"))[0]["outcome"] == "scan"
    (read,) = json.loads(extracted(str(path), "--ocr", "--json"))
    assert (read["outcome"], read["text"], read["method"]) == ("read", "NOTICE 17", "ocr")


def test_a_page_is_shown_with_its_evidence(tmp_path: Path) -> None:
    header = table(("索引号", "12440100741854396C/2023-00047"), ("文号", "云政发[2023] 3 号"))
    path = tmp_path / "a.html"
    path.write_bytes(page(header, head="<meta name='PubDate' content='2020-01-02'>").encode())
    shown = extracted(str(path))
    assert "云政发〔2023〕3号 ← 云政发[2023] 3 号" in shown
    assert "region 440100 · level prefecture" in shown
    (read,) = json.loads(extracted(str(path), "--json"))
    assert read["index"]["region"] == "440100"
    assert {"2020-01-02"} <= {item["value"] for item in read["evidence"]}


def test_no_value_is_cut_on_a_narrow_terminal(tmp_path: Path) -> None:
    header = table(("索引号", "12440100741854396C/2023-00047"), ("统一登记号", "YXGS-2023-00001"))
    path = tmp_path / ("a" * 90 + ".html")
    path.write_bytes(page(header).encode())
    member = "附件/" + "表" * 50 + ".txt"
    (tmp_path / "a.zip").write_bytes(zipped({member: "南街"}))
    code = "from etl.cli.console import output; output.width = 80; from etl.cli import main; main()"
    command = [sys.executable, "-c", code, "extract", str(path), str(tmp_path / "a.zip")]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    assert "…" not in done.stdout
    assert str(path) in done.stdout
    for words in ("12440100741854396C/", "-00047", "标题 title", "统一登记号", "registration_number"):
        assert words in done.stdout
    assert done.stdout.count("表") == 2 * 50, "once among the members, once in the text"


def test_every_candidate_is_shown_with_what_spoke_for_it(tmp_path: Path) -> None:
    header = table(("发文日期", "2023-05-08"), ("发布机构", "云溪区人民政府办公室"), ("发布机构", "云溪区民政局"))
    markup = page(
        header,
        headline="<p>当前位置：首页 > 政务公开 > 通知</p>"
        f"<h1>{TITLE}</h1><p>来源：云溪日报　2023-05-09 08:30</p><h3>居民常见问题解答</h3>",
        container='<div class="TRS_Editor">{}</div>',
        head="<meta name='PubDate' content='2023-06-30'>",
    )
    path = tmp_path / "a.html"
    path.write_bytes(markup.encode())
    (read,) = json.loads(extracted(str(path), "--explain", "--json"))
    assert read["extraction"] == json.loads(json.dumps(asdict(extract(path.read_bytes(), path.as_uri()))))

    family, densest = (next(b for b in read["bodies"] if b["rule"] == rule) for rule in (read["body"], "densest"))
    assert family["chosen"]
    assert not densest["chosen"]
    assert family["votes"]["a family is known by it"]
    assert not densest["votes"]["a family is known by it"]

    titles = {title["text"]: title for title in read["titles"]}
    assert titles[TITLE]["chosen"]
    assert titles[TITLE]["score"] == sum(titles[TITLE]["parts"].values()) == 11
    other = titles["居民常见问题解答"]
    assert (other["chosen"], other["score"], other["why"]) == (False, 2, "another line has 11")

    assert "当前位置：首页 > 政务公开 > 通知" in read["breadcrumb"]

    assert {name: [(c["value"]["value"], c["why"]) for c in found] for name, found in read["fields"].items()} == {
        "title": [(TITLE, ""), (TITLE, "says the same")],
        "publisher": [("云溪区人民政府办公室", ""), ("云溪区民政局", "later on the page")],
        "written_date": [("2023-05-08", ""), ("2023-05-08", "says the same")],
        "published_date": [("2023-05-09", ""), ("2023-06-30", "meta tags are evidence only")],
        "source": [("云溪日报", "")],
    }
    *failed, decided = read["checks"]
    assert failed
    assert not any(check["holds"] for check in failed)
    assert (decided["holds"], decided["kind"], decided["reason"]) == (True, "document", "prose with a date")

    shown = extracted(str(path), "--explain")
    for words in (
        "TRS_Editor",
        "densest",
        "+4 equals a stated title",
        "read as a breadcrumb: ",
        "meta tags are evidence only",
        "prose with a date",
    ):
        assert words in shown


def test_only_pages_can_be_explained(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    assert "no web page" in refused(str(path), "--explain")


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trs_wcm.TrsSite]:
    """A site on loopback with a source file of its own, and the folder that has the file as the only one."""
    made = trs_wcm.demo(planted=False)
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("GONGKAI_SOURCES", str(folder))
    monkeypatch.setenv("GONGKAI_STATE_DIR", str(tmp_path))
    with serve(made):
        (folder / "demo-trs.yaml").write_text(source_text(made), encoding="utf-8")
        yield made


def refused(*words: str) -> str:
    """The error of a command that fails."""
    result = CliRunner().invoke(app, ["extract", *words])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, GongkaiError)
    return str(result.exception)


def test_a_page_is_read_as_a_crawl_of_its_source_would(demo: trs_wcm.TrsSite, tmp_path: Path) -> None:
    url = demo.url(next(iter(demo.postings)))
    for words in ((url,), (url, "--source", "demo-trs")):
        (read,) = json.loads(extracted(*words, "--json"))
        assert (read["kind"], read["source"]) == ("document", "demo-trs")
    assert "read as source demo-trs (trs_wcm): its hosts match" in extracted(url)
    saved_page = tmp_path / "a.html"
    saved_page.write_bytes(page(body="<p><a href='/f//1.pdf?_t=5'>登记表.pdf</a></p>").encode())
    (read,) = json.loads(extracted(str(saved_page), "--url", url, "--source", "demo-trs", "--json"))
    assert [file["url"] for file in read["attachments"]] == [f"{demo.base}/f/1.pdf"]
    assert "no source 'nope'" in refused(url, "--source", "nope")


def test_without_a_source_general_rules_are_named(demo: trs_wcm.TrsSite, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(page().encode())
    assert "read with general rules: no address to detect the source from" in extracted(str(path))
    other = "https://www.yunxi.gov.cn/1.html"
    assert "read with general rules: no source has this host" in extracted(str(path), "--url", other)
    (read,) = json.loads(extracted(str(path), "--url", other, "--json"))
    assert read["source"] is None
    assert read["fields"]["title"]["value"] == TITLE
    assert read["text"] == extract(path.read_bytes(), other).text
    twin = (
        (tmp_path / "sources" / "demo-trs.yaml")
        .read_text(encoding="utf-8")
        .replace("id: demo-trs", "id: twin")
        .replace("/zwgk/", "/zw/")
    )
    twin = twin.replace(f"{demo.base}/", f"{demo.base}/other/")
    (tmp_path / "sources" / "twin.yaml").write_text(twin, encoding="utf-8")
    url = f"{demo.base}/a.html"
    assert "several sources have this host (demo-trs, twin)" in extracted(str(path), "--url", url)
    assert "--source ID" in refused(url)
    (tmp_path / "sources" / "twin.yaml").write_text("id: [", encoding="utf-8")
    assert "the source files cannot be read" in extracted(str(path), "--url", url)


def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    page_folder = str(tmp_path)
    labels = tmp_path / "labels.jsonl"
    for content, words in (
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[1]", "labels.jsonl:1:"),
        (b'{"file": "."}', "Is a directory"),
        (b'{"file": "a.html"}', "No such file"),
    ):
        if content is not None:
            labels.write_bytes(content)
        assert words in refused("--manifest", str(labels), "--pages", page_folder)
    assert "Is a directory" in refused("--manifest", page_folder, "--pages", page_folder)
    assert "Is a directory" in refused(page_folder)
    assert "No such file" in refused(str(tmp_path / "nothing.html"))
    assert "is not a valid address: Invalid IPv6" in refused("http://[::1/a")
