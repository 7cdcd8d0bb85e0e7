"""`gongkai extract`: pages and attachments side by side."""

import json
from pathlib import Path

from typer.testing import CliRunner

from etl.cli import app
from tests.extract.pages import page
from tests.extract.traps.registry import table
from tests.files import documents
from tests.files.containers import zipped
from tests.files.pdfs import picture, saved


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
