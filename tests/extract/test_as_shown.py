"""Everything that a reader sees in a text is read or flagged: lines, numbers, struck words, pictures, frames, hidden
parts."""

from itertools import product
from random import Random

import pytest

from etl.extract import Extraction, extract
from tests.support.pages import page, paragraphs
from tests.support.share import examples

URL = "https://www.yunxi.example/gk/58012.html"
ITEMS = ("街道负责摸底登记。", "财政负责拨付资金。", "住建负责竣工验收。")


def read(markup: str) -> Extraction:
    return extract(page(body=f"{paragraphs()}{markup}<p>本通知自印发之日起施行。</p>").encode(), URL)


def lines(markup: str) -> list[str]:
    """The lines that the markup adds to the text."""
    return read(markup).text.splitlines()[len(read("").text.splitlines()) - 1 : -1]


UNSEEN = (
    *("font-size:0", "FONT-SIZE: 0PX", "font-size:1px", "font: 0/0 a", "visibility: hidden", "visibility:collapse"),
    *(
        "opacity:0",
        "opacity: .0",
        "opacity:0%",
        "mso-hide:all",
        "text-indent:-9999px",
        "position:absolute; left:-999px",
    ),
    *("height:0; overflow:hidden", "max-height:0;overflow:hidden", "content-visibility:hidden"),
)
SEEN = (
    *("font-size:12px", "font: bold 16px/0 宋体", "visibility:visible", "opacity:0.9", "text-indent:-2em", "height:0"),
    *(
        "line-height:0;overflow:hidden",
        "mso-bidi-font-size:0",
        "fill-opacity:0",
        "margin-left:-36pt",
        "font-size:10.5pt",
    ),
)
LINE = "此段文字仅供编辑排版时使用，并不是本文件的内容，请勿引用。"


@pytest.mark.parametrize("tag", ["p", "div", "section"])
@pytest.mark.parametrize("style", [*UNSEEN, *SEEN])
def test_words_hidden_by_a_style_are_left_out_and_flagged(style: str, tag: str) -> None:
    extraction = read(f'<{tag} style="{style}">{LINE}</{tag}>')
    assert (LINE in extraction.text) is (style in SEEN)
    assert (f"hidden_text:{len(LINE)}" in extraction.flags) is (style in UNSEEN)


@pytest.mark.parametrize("style", [each for each in UNSEEN if "size" in each or "visibility:" in each])
def test_visible_words_inside_hidden_ones_are_text(style: str) -> None:
    again = '<span style="font-size:16px; visibility:visible">{}</span>'.format
    shown = (
        f'<div style="{style}">暗语甲<b>暗语乙</b><p>{again(ITEMS[0])}暗语丙</p>{again(ITEMS[1])}<p>暗语丁</p></div>'
    )
    if "content-" not in style:
        assert lines(shown) == [*ITEMS[:2]]
    # Most of a page that is not seen is what a script shows by and by.
    assert (
        ITEMS[0]
        in extract(page(container=f'<div style="{style}">{{}}</div>', body=paragraphs(ITEMS * 4)).encode(), URL).text
    )


LISTS = {
    "style='list-style-type:decimal'": ("1. ", "2. ", "3. "),
    "style='list-style: decimal outside'": ("1. ", "2. ", "3. "),
    "start=4": ("4. ", "5. ", "6. "),
    "type=1 start=9": ("9. ", "10. ", "11. "),
    "type=a": ("a. ", "b. ", "c. "),
    "style='list-style-type:upper-alpha'": ("A. ", "B. ", "C. "),
    "style='list-style-type:cjk-ideographic' start=19": ("十九、", "二十、", "二十一、"),
    "class='custom_cn2 list-paddingleft-1'": ("（一）", "（二）", "（三）"),
    "class='custom_num1'": ("1）", "2）", "3）"),
    "reversed type=1": ("3. ", "2. ", "1. "),
    "start=9 reversed": ("9. ", "8. ", "7. "),
    "": ("", "", ""),
    "style='list-style:none'": ("", "", ""),
}


@pytest.mark.parametrize(("attributes", "numbers"), LISTS.items(), ids=LISTS.keys())
@pytest.mark.parametrize("item", ["<li>{}</li>", "<li><p>{}</p></li>", "<li>\n<p><span>{}</span></p></li>"])
def test_the_numbers_that_a_list_declares_are_kept(attributes: str, numbers: tuple[str, ...], item: str) -> None:
    items = "".join(map(item.format, ITEMS))
    assert lines(f"<ol {attributes}>{items}</ol>") == [a + b for a, b in zip(numbers, ITEMS, strict=True)]


def test_the_number_that_a_list_item_declares_is_kept() -> None:
    assert lines(f"<ol><li value=5>{ITEMS[0]}</li><li>{ITEMS[1]}</li></ol>") == [f"5. {ITEMS[0]}", f"6. {ITEMS[1]}"]


@pytest.mark.parametrize(
    ("attributes", "number"), [("type=a start=28", "ab"), ("type=A start=53", "BA"), ("type=a start=0", "0")]
)
def test_letters_go_on_behind_z_as_in_browsers(attributes: str, number: str) -> None:
    assert lines(f"<ol {attributes}><li>{ITEMS[0]}</li></ol>") == [f"{number}. {ITEMS[0]}"]


@pytest.mark.parametrize("anchor", ["name=top", "id=x", "href=#", "href='javascript:void(0)'", "href='/gk/'"])
@pytest.mark.parametrize("place", ["<a {}>{}", "<p><a {}>{}", "{1}<a {0}>{2}", "<a {}><p>{}</a>"])
def test_an_unclosed_anchor_removes_no_text(anchor: str, place: str) -> None:
    items = "".join(f"<p>{item}</p>" for item in ITEMS * 2)
    assert lines(place.format(anchor, items, items))[: len(ITEMS) * 2] == [*ITEMS * 2]


@pytest.mark.parametrize(
    "tag", ["embed src=a.swf", "object data=a.swf", "map name=m", "video src=a.mp4", "canvas", "q", "math"]
)
def test_an_unclosed_element_removes_no_text(tag: str) -> None:
    items = "".join(f"<p>{item}</p>" for item in ITEMS)
    found = extract(page(body=f"{paragraphs()}<{tag}>{items}").encode(), URL)
    assert all(item in found.text.splitlines() for item in ITEMS)


def test_messages_for_browsers_without_video_are_not_text() -> None:
    assert lines("<video src='/a.mp4'>您的浏览器不支持播放，请更换浏览器。</video>") == []


def test_an_excerpt_in_a_link_is_not_part_of_the_text() -> None:
    excerpt = f"<p><a href='/gk/58013.html'>关于加装电梯的通知 {ITEMS[0]}</a></p>"
    assert ITEMS[0] not in read("").text
    before = extract(page(body=f"{paragraphs()}").encode(), URL).text
    assert extract(page(body=f"{paragraphs()}{excerpt * 3}").encode(), URL).text == before


def test_quotations_have_the_marks_that_a_browser_draws() -> None:
    assert lines(f"<p>落实<q>三个<b>责任</b></q>：<q>村级</q>{ITEMS[0]}</p>") == [f"落实“三个责任”：“村级”{ITEMS[0]}"]


PREFORMATTED = (
    "<pre>{}</pre>",
    "<div style='white-space:pre-wrap'>{}</div>",
    "<p style='white-space: pre-line'>{}</p>",
)


@pytest.mark.parametrize("markup", PREFORMATTED)
def test_preformatted_text_keeps_its_lines(markup: str) -> None:
    text = f"{ITEMS[0]}\n{ITEMS[1]}<b>另行\n通知</b>\n\n{ITEMS[2]}"
    assert lines(markup.format(text)) == [ITEMS[0], f"{ITEMS[1]}另行", "通知", ITEMS[2]]
    assert lines(f"<p>{ITEMS[0]}\n{ITEMS[1]}</p>") == [f"{ITEMS[0]} {ITEMS[1]}"]


@pytest.mark.parametrize(
    "struck",
    [
        "<del>{}</del>",
        "<s>{}</s>",
        "<strike><b>{}</b></strike>",
        "<span style='text-decoration:line-through'>{}</span>",
    ],
)
def test_struck_words_change_no_value(struck: str) -> None:
    found = read(f"<p>补助标准为{struck.format('五')}八万元每台。</p>")
    assert "补助标准为八万元每台。" in found.text
    assert "struck_out" in found.flags


def test_words_that_only_look_struck_are_text() -> None:
    long = "".join(ITEMS) * 12
    assert long in read(f"<p><s>{long}</s></p>").text
    assert "struck_out" not in read("<p>完成。<s class='icon'></s></p>").flags


AROUND = list(product(("王", "面积为12", "（"), ("同志任主任。", "，下同", "）号")))


@pytest.mark.parametrize(("before", "behind"), AROUND)
def test_a_picture_between_characters_is_a_flag(before: str, behind: str) -> None:
    assert "picture_in_line:1" in read(f"<p>{before}<img src='/u/x.gif'>{behind}</p>").flags


@pytest.mark.parametrize(
    "markup",
    ["<p><img src='/a.jpg'></p>", "<p>见图。<img src='/a.jpg'></p>", "<a href='/f/1.doc'><img src='/i.gif'>表</a>"],
)
def test_a_picture_beside_the_text_is_not_flagged(markup: str) -> None:
    assert not [flag for flag in read(markup).flags if flag.startswith("picture_in_line")]


def test_a_page_shown_within_the_text_is_a_flag() -> None:
    assert "frame_in_text" in read("<iframe src='/gk/58012/table.html'></iframe>").flags
    assert "frame_in_text" not in read("<iframe src='/share/bar.html'></iframe>").flags


def test_prose_that_is_not_shown_in_the_text_is_a_flag() -> None:
    hidden = "附表所列项目由区发展改革局会同有关部门另行制定细则，并向社会公布。"
    assert f"hidden_text:{len(hidden)}" in read(f"<div style='display:none'><p>{hidden}</p></div>").flags
    assert not [flag for flag in read(f"<p>{hidden}</p><p hidden>{hidden}</p>").flags if flag.startswith("hidden_text")]


STRUCK = (
    *(f"<{tag}>五</{tag}>" for tag in ("s", "del", "strike")),
    *(f"<{tag} style='text-decoration:line-through'>五</{tag}>" for tag in ("span", "b", "em", "u", "label", "a")),
    "<SPAN style='TEXT-DECORATION: LINE-THROUGH'>五</SPAN>",
    "<style>.old, i.gone {color:red; text-decoration:line-through}</style><i class='x gone'>五</i>",
)


@pytest.mark.parametrize("struck", STRUCK)
def test_struck_words_are_left_out_whatever_strikes_them(struck: str) -> None:
    found = read(f"<p>每台补助{struck}八万元，由财政拨付。</p>")
    assert "每台补助八万元，由财政拨付。" in found.text
    assert "struck_out" in found.flags


@pytest.mark.parametrize(
    "style", ["", ".old:hover{text-decoration:line-through}", ".prices .old{text-decoration:line-through}"]
)
def test_a_class_that_strikes_only_elsewhere_strikes_nothing(style: str) -> None:
    found = read(f"<style>{style}</style><p>每台补助<span class=old>五</span>八万元，由财政拨付。</p>")
    assert "每台补助五八万元，由财政拨付。" in found.text
    assert "struck_out" not in found.flags


def test_a_long_struck_paragraph_is_left_out_and_a_page_of_struck_words_is_not() -> None:
    paragraph = "".join(f"第{number}条由街道负责摸底登记，由住建负责竣工验收。" for number in range(20))
    long = read(f"<p><s>{paragraph}</s></p><p>{ITEMS[0]}</p>" + f"<p>{paragraph[::-1]}</p>" * 2)
    assert paragraph not in long.text
    assert ITEMS[0] in long.text
    assert paragraph in extract(page(body=f"<p><s>{paragraph * 3}</s></p>").encode(), URL).text


def table_of(rows: list[list[str]], chance: Random) -> str:
    """The rows as a table, some empty cells within a cell over several columns or rows."""
    taken: set[tuple[int, int]] = set()
    lines = []
    for at, row in enumerate(rows):
        cells = []
        for column, word in enumerate(row):
            if (at, column) in taken:
                continue
            wide = high = 1
            while word and column + wide < len(row) and not row[column + wide] and chance.random() < 0.5:
                wide += 1
            while (
                word and wide == 1 and at + high < len(rows) and not rows[at + high][column] and chance.random() < 0.5
            ):
                high += 1
            taken.update((at + down, column + right) for down in range(high) for right in range(wide))
            empty = chance.choice(("", "&nbsp;", "<p>　</p>", "<br>"))
            cells.append(f"<td colspan={wide} rowspan={high}>{word or empty}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table border=1>{''.join(lines)}</table>"


def test_a_column_of_a_table_stays_one_where_cells_are_empty() -> None:
    chance = Random(5)
    for _ in range(examples(200)):
        width = chance.randint(3, 6)
        rows = [[f"项{at}" for at in range(width)]]
        rows += [
            [f"{chance.randint(1, 99)}台" if chance.random() < 0.6 else "" for _ in range(width)] for _ in range(4)
        ]
        rows = [row for row in rows if sum(map(bool, row)) > 1]
        expected = [" | ".join(row).rstrip(" |") for row in rows]
        assert [line.rstrip() for line in lines(table_of(rows, chance))] == expected


def test_prose_alone_in_its_row_is_not_a_table_column() -> None:
    rows = f"<tr><td></td><td>{ITEMS[0]}</td></tr><tr><td>附件</td><td>登记表</td></tr><tr><td></td><td>8台</td></tr>"
    assert lines(f"<table>{rows}</table>") == [ITEMS[0], "附件 | 登记表", " | 8台"]


def test_columns_that_only_separate_others_are_left_out() -> None:
    spacer = "<td width=8></td>"
    rows = "".join(f"<tr>{spacer}<td>{one}</td>{spacer}<td>{other}</td></tr>" for one, other in ("街台", "甲8", "乙9"))
    assert lines(f"<table>{rows}</table>") == ["街 | 台", "甲 | 8", "乙 | 9"]


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("position:relative;top:-6.0pt;mso-text-raise:6.0pt", "2×10⁵吨"),
        ("font-size:7pt;vertical-align:6pt", "2×10⁵吨"),
        ("FONT-SIZE:7PX;VERTICAL-ALIGN:-5PX", "2×10₅吨"),
        ("vertical-align:-1px;font-size:7pt", "2×105吨"),
        ("vertical-align:middle;font-size:7pt", "2×105吨"),
        ("mso-text-raise:1.0pt", "2×105吨"),
    ],
)
def test_a_raised_or_lowered_digit_is_not_joined_with_the_number(style: str, shown: str) -> None:
    assert lines(f"<p>2×10<span style='{style}'>5</span>吨</p>") == [shown]
    moved = f"<p>自<span style='{style}'>2023年5月9日</span>起施行。</p>"
    assert lines(moved) == ["自2023年5月9日起施行。"], "moved for its look"
