"""What comes out of a printer: text, fields and citation of a record, a comparison, a list; nothing to click."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from etl.archive.storage.archive import Archive
from tests.support.chromium import served
from tests.support.gongkai import squash
from tests.support.screenshots import app, demo_records


@pytest.fixture
def printed(archive: Archive, chromium: Browser, tmp_path: Path) -> Iterator[dict[str, list[str]]]:
    """The texts of the sheets of each page."""
    with ThreadPoolExecutor(1) as pool:
        numbers = pool.submit(demo_records, archive, 6).result()
    paths = {
        "record": "/records/{RECORD}",
        "compare": "/compare/{RECORD}/1/{RECORD}/2?view=sides",
        "list": "/?q=市",
        "beside": "/records/{RECORD}/versions/1?file={SHA256}",
    }
    with served(app(archive)) as base:
        page = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}).new_page()
        sheets = {}
        for name, path in paths.items():
            page.goto(f"{base}/archive{path.format_map(numbers)}")
            page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True, format="A4")
            with pypdfium2.PdfDocument(tmp_path / f"{name}.pdf") as document:
                sheets[name] = [squash(sheet.get_textpage().get_text_range()) for sheet in document]
                for sheet in document:
                    said = sheet.get_textpage()
                    left = [
                        said.get_charbox(at)[0]
                        for at in range(said.count_chars())
                        if said.get_text_range(at, 1).strip()
                    ]
                    assert min(left) > 40, "nothing stands at the edge of the paper"
        yield sheets
        page.context.close()


def test_paper_has_what_is_read_and_nothing_to_click(printed: dict[str, list[str]]) -> None:
    whole = {name: "".join(sheets) for name, sheets in printed.items()}
    assert len(printed["record"]) <= 3
    for said in ("据气象部门会商", "索引号", "岚应急〔2023〕31号", "[EB/OL]"):
        assert said in whole["record"], said
    assert "正文著录附件" not in whole["beside"], "links of the page to its parts"
    for clicked in ("立即重抓", "近似记录", "附注", "移出"):
        assert clicked not in whole["record"], clicked
    assert "q=市" in whole["list"].replace("%E5%B8%82", "市"), "a list says what it is of"
    for clicked in ("下载", "相关度", "保存检索"):
        assert clicked not in whole["list"], clicked
    assert "下一处" not in whole["compare"]
    assert whole["beside"].count("重点任务分工表.docx") == 2, "the attachment that stands beside the text"
    for name, sheets in printed.items():
        for number, sheet in enumerate(sheets, 1):
            assert f"{number}/{len(sheets)}" in sheet, (name, number)
            assert len(sheet) > 60, f"a sheet of {name} with hardly anything on it: {sheet}"
