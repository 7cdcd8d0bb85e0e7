"""Two texts line by line: what a reader would call a change, and what is not."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from etl.browse.pages.compared_lines import passages
from etl.browse.pages.line_marks import cells, marked_line
from etl.browse.pages.text_changes import TextChanges, Version, text_changes

_PLENTY = 1_000_000
_LINE = st.text(alphabet="岚川市船柱浏览次数：0123456789年月日 |。 ", max_size=14)


def _compared(before: str, after: str) -> TextChanges:
    return text_changes(Version(before, date(2024, 6, 1)), Version(after, date(2024, 6, 9)))


def _told(before: str, after: str) -> tuple[str, str]:
    """The marked parts of one line: those removed, those added."""
    line = marked_line(before, after, _PLENTY)
    assert line is not None
    removed, added = ("/".join(text for mark, text in line.parts if mark == kind) for kind in ("removed", "added"))
    return removed, added


def test_dates_and_numbers_are_whole() -> None:
    for before, after, removed, added in (
        ("自2023年2月1日起施行", "自2023年8月29日起施行", "2023年2月1日", "2023年8月29日"),
        ("发布时间2023-02-01 来源", "发布时间2023-08-29 来源", "2023-02-01", "2023-08-29"),
        ("金额为1,580.50元整", "金额为1,280.50元整", "1,580.50", "1,280.50"),
        ("增长15.5%以上的", "增长15.8%以上的", "15.5%", "15.8%"),
        ("全市三十一座货运码头", "全市三十三座货运码头", "三十一", "三十三"),
        ("岚政发〔2023〕12号文件", "岚政发〔2024〕12号文件", "〔2023〕", "〔2024〕"),
        ("会议于08:30在一楼举行", "会议于09:30在一楼举行", "08:30", "09:30"),
        ("统一安排系船柱", "统筹安排系船柱", "一", "筹"),
    ):
        assert _told(before, after) == (removed, added), before


def test_a_character_between_two_changes_belongs_to_them() -> None:
    removed, added = _told("由市交通运输局的码头处负责巡查报送", "由市水务的船闸处负责巡查报送")
    assert (removed, added) == ("交通运输局的码头", "水务的船闸")


def test_rows_are_compared_cell_by_cell() -> None:
    line = marked_line("东一 | 柱7 | 3公里", "东一 | 柱9 | 13公里", _PLENTY)
    assert line is not None
    assert cells(line.parts) == (
        (("same", "东一"),),
        (("same", "柱"), ("removed", "7"), ("added", "9")),
        (("removed", "3"), ("added", "13"), ("same", "公里")),
    )
    assert cells(line.new) == (
        (("same", "东一"),),
        (("same", "柱"), ("added", "9")),
        (("added", "13"), ("same", "公里")),
    )


def test_what_no_reader_calls_a_change_stands_apart() -> None:
    before = "第一段 文字\n浏览次数：5\n各码头由街道巡查，每月报送情况。\n附表随文印发，请遵照执行。\n落款"
    after = "附表随文印发，请遵照执行。\n第一段文字\n浏览次数：17\n各码头由街道\n巡查，每月报送情况。\n落款"
    found = _compared(before, after)
    assert found.blocks == ()
    told = {(change.kind, change.before, change.after) for change in found.minor}
    assert told == {
        ("order", ("附表随文印发，请遵照执行。",), ("附表随文印发，请遵照执行。",)),
        ("space", ("第一段 文字",), ("第一段文字",)),
        ("counter", ("浏览次数：5",), ("浏览次数：17",)),
        ("space", ("各码头由街道巡查，每月报送情况。",), ("各码头由街道", "巡查，每月报送情况。")),
    }


def test_a_real_change_beside_minor_ones_is_found_alone() -> None:
    before = "标题\n浏览次数：5\n全市设柱三十一座，由街道负责。\n落款"
    after = "标题\n浏览次数：6\n全市设柱三十三座，由街道负责。\n落款"
    found = _compared(before, after)
    (change,) = (block for block in found.blocks if not block.same)
    assert [text for mark, text in change.lines[0].parts if mark != "same"] == ["三十一", "三十三"]
    assert [minor.kind for minor in found.minor] == ["counter"]


def test_an_inserted_line_does_not_shift_the_others() -> None:
    before = "\n".join(f"{number}号码头由第{number}街道负责巡查报送。" for number in "甲乙丙")
    after = "检查结果应当公布于众。\n" + before.replace("负责", "承担")
    (change,) = (block for block in _compared(before, after).blocks if not block.same)
    assert [[mark for mark, _ in line.parts] for line in change.lines] == [
        ["added"],
        *[["same", "removed", "added", "same"]] * 3,
    ]


def test_tables_stay_tables_and_changes_alone_keep_their_head() -> None:
    rows = [f"东{number}泊位 | 柱{number} | {number}公里" for number in range(10, 30)]
    before = "\n".join(("前文说明。", "泊位 | 编号 | 长度", *rows, "后文说明。"))
    changed = _compared(before, before.replace("柱19 | 19公里", "柱19 | 91公里"))
    whole = list(passages(changed.blocks, sides=False, only_changes=False))
    assert [(passage.table, len(passage.rows)) for passage in whole] == [(False, 1), (True, 21), (False, 1)]
    (_, table, _) = passages(changed.blocks, sides=True, only_changes=True)
    head, gap, row, rest = table.rows
    assert (head.same, gap.skipped, row.number, rest.skipped) == (True, 9, 1, 10)
    assert ["".join(text for _, text in cells[2]) for cells in row.versions] == ["19公里", "91公里"]


@given(st.lists(_LINE, max_size=8).map("\n".join), st.lists(_LINE, max_size=8).map("\n".join))
def test_no_line_of_either_text_is_lost(before: str, after: str) -> None:
    found = _compared(before, after)
    shown = [line for block in found.blocks for line in block.lines]
    for text, side, parts in ((before, "before", "old"), (after, "after", "new")):
        seen = {"".join(text for _, text in getattr(line, parts)) for line in shown}
        minor = {line for change in found.minor for line in getattr(change, side)}
        lines = {line for line in text.split("\n") if line.strip()}
        if found.blocks:
            assert lines <= seen | minor
    if before == after:
        assert found == TextChanges((), ())
