"""Two captures of a page that differ by counters, clocks and tokens alone make one version; anything else makes two."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.archive.records.corrections import correct
from etl.archive.records.extracted_pages import version_values
from etl.archive.records.versions import CapturedText, is_same_document
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import VersionValues
from etl.extract import Attachment, Belief, Extraction, FieldValue, Rule
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.gongkai import rows
from tests.support.warc import page, warc

DAY = date(2026, 11, 10)
TEXT = "各村民委员会：\n请做好防汛值守工作。\n云溪镇人民政府"


def _version(text: str, url: str, digest: str | None = "a" * 64, title: str = "防汛值守的通知") -> VersionValues:
    fields = {"title": FieldValue("title", title, title, "", "title", Rule.LISTING_ENTRY)}
    extraction = Extraction(
        "document",
        "",
        fields,
        tuple(fields.values()),
        text,
        (Attachment(url, "附件"),),
        extractor="1",
        beliefs={"title": Belief.SINGLE},
    )
    return version_values(1, extraction, text, {url: digest})


def _same(before: tuple[str, str, str | None], now: tuple[str, str, str | None]) -> bool:
    later = DAY + timedelta(days=40)
    return is_same_document(
        _version(*before), CapturedText(before[0], DAY), _version(*now), CapturedText(now[0], later)
    )


@settings(deadline=None)
@given(st.sampled_from(["Signature", "token", "Expires", "sign", "t", "v"]), st.integers(10**9, 2 * 10**9 - 1))
def test_tokens_in_addresses_of_files_make_no_version(name: str, number: int) -> None:
    first, second = (f"https://a.example/f.pdf?id=7&{name}={n}" for n in (number, number // 2 + 5 * 10**8))
    assert _same((TEXT, first, "a" * 64), (f"{TEXT}\n浏览次数：{number}", second, "a" * 64))
    assert not _same((TEXT, first, "a" * 64), (TEXT, second, "b" * 64)), "other bytes are another file"
    assert not _same((TEXT, first, "a" * 64), (TEXT, second.replace("id=7", "id=8"), "a" * 64))


def test_a_site_that_moves_to_https_has_the_same_files() -> None:
    for digest in ("a" * 64, None):
        assert _same((TEXT, "http://a.example/f.pdf", digest), (TEXT, "https://a.example/f.pdf", digest))
    assert not _same((TEXT, "http://a.example/f.pdf", "a" * 64), (TEXT, "https://b.example/f.pdf", "a" * 64))


def test_a_file_that_could_not_be_fetched_under_a_new_token_is_the_known_one() -> None:
    first, second = (f"https://a.example/f.pdf?Signature={name}" for name in "xy")
    assert _same((TEXT, first, "a" * 64), (TEXT, second, None))
    unknown, other = (f"https://a.example/f?file={number}" for number in (1699999999, 1700000555))
    assert not _same((TEXT, unknown, None), (TEXT, other, None)), "a number may name a file"


def test_a_changed_word_or_field_is_a_change() -> None:
    url = "https://a.example/f.pdf"
    assert not _same((TEXT, url, None), (TEXT.replace("防汛", "防火"), url, None))
    before, now = _version(TEXT, url), _version(TEXT, url, title="防火值守的通知")
    assert not is_same_document(before, CapturedText(TEXT, DAY), now, CapturedText(TEXT, DAY))
    assert is_same_document(before, CapturedText(TEXT, DAY), replace(before), CapturedText(TEXT, DAY))


LINES = ["浏览量：{} 次", "您是本页第{}位访问者", "本文已被阅读{}次", "已有 {} 人浏览", "打印时间：2026-11-10 08:{}"]


def test_pages_with_counters_keep_their_version_and_their_text(archive: Archive, tmp_path: Path) -> None:
    """What is stored is what the first capture shows."""
    body = "为做好防汛值守工作，经会议研究同意，现将有关事项通知如下，请结合实际认真贯彻执行，不得推诿拖延。\n" * 3
    texts = [[f"{body}第{n}号。\n{line.format(number)}" for n, line in enumerate(LINES)] for number in (11, 25)]
    texts[1].append(texts[0][0].replace("防汛", "防火"))
    urls = [f"https://a.example/{n}.html" for n in (*range(len(LINES)), *range(len(LINES)), 0)]
    pages = [
        (url, page("防汛值守的通知", text), "200 OK") for url, text in zip(urls, (*texts[0], *texts[1]), strict=True)
    ]
    path = warc(tmp_path / "a.warc.gz", pages)
    import_warc(archive, path, scan_warc(path), import_source())
    versions = rows(archive, "SELECT record_id, count(*) FROM archive.record_version GROUP BY 1 ORDER BY 1")
    assert [row["count"] for row in versions] == [2, 1, 1, 1, 1]
    assert len(rows(archive, "SELECT id FROM archive.capture")) == len(pages)


IS_FLAGGED = "'numbers_change' = ANY(flags) AS flagged"
NEXT = {
    "a counter": "本栏目今日共发布信息{}条",
    "a clock": "本页由云溪区政务云于{}点自动生成",
    "figures with zeros": "全区共有值守人员{}名，其中专职{}名",
}


@pytest.mark.parametrize("line", NEXT.values(), ids=NEXT)
def test_numbers_that_change_again_and_again_are_flagged(archive: Archive, tmp_path: Path, line: str) -> None:
    """No rule knows the words: each capture makes a version, which nobody could tell from a true change."""
    body = "为做好防汛值守工作，经会议研究同意，现将有关事项通知如下，请结合实际认真贯彻执行，不得推诿拖延。\n" * 3
    lines = [
        *(line.replace("{}", str(number)) for number in (8, 11, 25, 107)),
        line.replace("{}", "107") + "，请勿外传",
        line.replace("{}", "108") + "，请勿外传",
    ]
    pages = [("https://a.example/1.html", page("防汛值守的通知", f"{body}{each}"), "200 OK") for each in lines]
    path = warc(tmp_path / "a.warc.gz", pages)
    import_warc(archive, path, scan_warc(path), import_source())
    versions = rows(
        archive, "SELECT 'numbers_change' = ANY(flags) AS flagged FROM archive.record_version ORDER BY version"
    )
    assert [row["flagged"] for row in versions] == [False, False, True, True, False, False]


def test_one_amendment_of_a_number_has_no_flag(archive: Archive, tmp_path: Path) -> None:
    texts = [TEXT + day for day in ("自5月1日起施行。", "自6月1日起施行。")]
    pages = [("https://a.example/1.html", page("防汛值守的通知", text * 3), "200 OK") for text in texts]
    path = warc(tmp_path / "a.warc.gz", pages)
    import_warc(archive, path, scan_warc(path), import_source())
    versions = rows(archive, f"SELECT {IS_FLAGGED} FROM archive.record_version")
    assert [row["flagged"] for row in versions] == [False, False]


def test_a_corrected_number_is_no_change_of_the_page(archive: Archive, tmp_path: Path) -> None:
    for day in ("自5月1日起施行。", "自6月1日起施行。"):
        path = warc(
            tmp_path / f"{day}.gz", [("https://a.example/1.html", page("防汛值守的通知", (TEXT + day) * 3), "200 OK")]
        )
        import_warc(archive, path, scan_warc(path), import_source())
        [record] = rows(archive, "SELECT id FROM archive.record")
        for number in ("云政发〔2024〕1号", "云政发〔2024〕2号"):
            correct(archive, record["id"], {"document_number": number}, "王一", "原件如此")
    versions = rows(archive, f"SELECT kind, {IS_FLAGGED} FROM archive.record_version ORDER BY version")
    assert [row["kind"] for row in versions[:4]] == ["created", "corrected", "corrected", "updated"]
    assert not any(row["flagged"] for row in versions)
