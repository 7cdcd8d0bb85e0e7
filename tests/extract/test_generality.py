"""bench/hidden_names.py, bench/respelt.py and bench/ablation.py: how much extraction leans on names, spelling and
words."""

import re
from pathlib import Path

from bench.ablation import Ablation, Item
from bench.hidden_names import hidden_address, hidden_name, hide_names
from bench.labelled import load_pages, write_labels
from bench.respelt import CHANGES, Content, held
from bench.scoring import macro_core, score
from etl.extract import extract
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page

URL = "https://www.yunxi.gov.cn/art/2023/5/9/art_12_3456.html"
NAMES = ("xxgk-tit", "old-date", "new-date", "zoom-yunxi", "quick-links", "yunxiText")
PAGE = page(
    head="<meta name='generator' content='YunxiCMS'><style>.old-date, .x{display:none} .y{color:red}</style>",
    headline=f"<!-- yunxi:begin --><h1 class='xxgk-tit'>{TITLE}</h1><p class=old-date>发布时间：2001-01-01</p>"
    '<p id="new-date"></p>'
    '<script>$("#new-date").html("<span class=\\"quick-links\\">发布时间：2023-05-09</span>")</script>'
    '<p class="quick-links d-none">来源：云溪日报</p>',
    container='<yunxiText><div id="zoom-yunxi" onclick="show(\'new-date\')">{}</div></yunxiText>',
)


def test_a_page_under_hidden_names_reads_as_before() -> None:
    hidden = hide_names(PAGE.encode())
    before, after = extract(PAGE.encode(), URL), extract(hidden, hidden_address(URL))
    assert {n: v.value for n, v in before.fields.items()} == {n: v.value for n, v in after.fields.items()}
    assert after.fields["published_date"].value == "2023-05-09"
    assert "source" not in after.fields
    assert before.text == after.text


def test_no_name_of_a_template_is_left() -> None:
    hidden = hide_names(PAGE.encode()).decode()
    left = [name for name in NAMES if re.search(rf"""[."'#<\s=]{name}\b(?!\()""", hidden.split("onclick")[0])]
    assert left == []
    assert "yunxi:begin" not in hidden
    assert "generator" not in hidden
    assert f".{hidden_name('old-date')}, .{hidden_name('x')}{{display:none}}" in hidden


def test_a_page_keeps_its_charset_and_a_script_that_joins_a_tag_keeps_working() -> None:
    written = "<script>var a='/p/1.html'; document.write('<a class=\"go\" href=\"'+a+'\">下一页</a>')</script>"
    hidden = hide_names(f"<meta charset=gbk>{page(below=written)}".encode("gbk"))
    assert f'<a class="{hidden_name("go")}" href="\'+a+\'">' in hidden.decode("gbk")
    assert SIGNED[0] in hidden.decode("gbk")


def test_addresses_keep_their_numbers_and_lose_their_words() -> None:
    hidden = hidden_address(URL)
    assert re.fullmatch(r"https://n\d+\.example/[a-z]{3}/2023/5/9/[a-z]{3}_12_3456\.html", hidden)
    assert "art" not in hidden
    assert hidden_address("/files/附件1.pdf") == "/files/附件1.pdf"


def test_what_one_host_needs_is_found_by_taking_it_away(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    labels = []
    for number, (host, label) in enumerate(
        (("a.gov.cn", "挂网时间"), ("b.gov.cn", "发布时间"), ("b.gov.cn", "发布时间"))
    ):
        text = page(headline=f"<h1>{TITLE}</h1><p>{label}：2023-05-09</p>")
        (tmp_path / "pages" / f"{number}.html").write_text(text, "utf-8")
        bounds = {"body_start": PARAGRAPHS[0], "body_end": SIGNED[1]}
        name, url = f"{number}.html", f"http://{host}/2023/t20230509_{number}.html"
        labels.append({"file": name, "url": url, "title": TITLE, "published_date": "2023-05-09", **bounds})
    write_labels(tmp_path, labels)
    ablation = Ablation(load_pages(tmp_path))
    words = [item for table in ablation.tables.values() for item in table if item.word in ("挂网时间", "传真")]
    effects = list(ablation.effects(words))
    assert [(e.item.word, sorted(e.changed), e.core_lost) for e in effects if e.changed] == [
        ("挂网时间", ["0.html"], 1)
    ]
    own = ablation.own(effects, "a.gov.cn")
    rows = ablation.rows(ablation.predict(own, list(ablation.pages)))
    assert {item.word for item in own} == {"挂网时间"}
    assert (score(rows).whole, score(rows).documents) == (2, 3)
    macro, hosts = macro_core(rows)
    assert (round(macro, 3), hosts) == (round((2 / 3 + 1) / 2, 3), 2)
    assert Item("numbers", "MIN_TEXT_CHARS") in ablation.numbers


def test_each_change_of_the_spelling_is_made_and_makes_no_difference() -> None:
    dated = page("<div>发布时间：2023-05-09　来源：云溪日报</div>")
    for name, change in CHANGES.items():
        changed = change(dated)
        assert changed is not None, name
        assert changed != dated, name
        assert held(dated, URL, name) == [], name


def test_the_effect_of_a_change_on_a_page_is_reported() -> None:
    one = Content.of(extract(page("<div>来源：云溪日报</div>").encode(), URL))
    other = Content.of(
        extract(page("<div>来源：云溪晚报</div>", below="<p>附件：<a href=/u/1.pdf>甲.pdf</a></p>").encode(), URL)
    )
    assert dict(one.differences(other))["source"] == "云溪日报 → 云溪晚报"
    assert dict(one.differences(other))["files"] == "0 → 1"
    assert list(one.differences(one)) == []
