"""The search of texts: exactly the records in which the words occur, at any time and however they are written."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from etl.archive.queries import hits, ranking
from etl.archive.queries.counts import MatchCount
from etl.archive.queries.full_text import by_index, matching_entries
from etl.archive.queries.ranking import ENTRY, ResultPosition, first_candidates, ranked_positions
from etl.archive.queries.search import InvalidFilter, RecordFilter, parse_filter
from etl.archive.queries.words import Query, Word, parse_query
from etl.archive.records import search_index
from etl.archive.records.corrections import correct
from etl.archive.records.file_readings import store_file_reading
from etl.archive.records.search_index import fill_index, forget_entries, index_waiting, keep_entries, missing_entries
from etl.archive.storage.archive import Archive, Database
from etl.browse.pages.record import record_page
from etl.files import FileReading
from etl.folding import FOLDING, fold
from tests.support.browser_pages import Page, attached, keep
from tests.support.searched import Document, counted_to, write, write_and_index

SAID = "云溪市财政局关于印发电梯電梯管理办法的通知公告2024年第13号，。、；：\n 　（）〔〕《》“”—-·Ａbc%_\\"
SUBSTRINGS = 3_000


def ids(connection: Connection, typed: str) -> set[int]:
    return set(connection.scalars(matching_entries(parse_query(typed))))


@pytest.fixture
def connection(owner_url: str) -> Iterator[Connection]:
    with create_engine(owner_url).connect() as opened:
        yield opened


def test_a_search_finds_exactly_the_records_in_which_the_words_occur(owner_url: str, connection: Connection) -> None:
    """Held against LIKE over the folded texts, for substrings of every length from two characters."""
    chance = random.Random(20_240_305)

    def say(length: int) -> str:
        return "".join(chance.choices(SAID, k=length))

    documents = [
        Document(say(12), say(chance.randrange(200)), file=say(40) if number % 3 == 0 else "") for number in range(120)
    ]
    numbers = write_and_index(owner_url, documents[:100]) + write(owner_url, documents[100:])
    with create_engine(owner_url).begin() as waiting:
        keep_entries(waiting, numbers[100:])
    texts = {
        number: [fold(document.title), fold(document.text), fold(document.file)]
        for number, document in zip(numbers, documents, strict=True)
    }
    like = text(
        "SELECT record_id FROM archive.search_entry WHERE title LIKE :like OR body LIKE :like OR files LIKE :like"
    )
    checked = hits = 0
    while checked < SUBSTRINGS:
        folded = chance.choice(chance.choice(list(texts.values())))
        length = chance.choice((2, 2, 3, 4, 6, 9))
        start = chance.randrange(max(len(folded) - length, 1))
        word = folded[start : start + length].strip()
        if len(word) < 2:
            continue
        query = Query(((Word(word, word),),))
        right = {number for number, parts in texts.items() if any(word in part for part in parts)}
        in_fields = set(
            connection.scalars(
                text("SELECT record_id FROM archive.search_entry WHERE strpos(fields, :word) > 0"), {"word": word}
            )
        )
        assert set(connection.scalars(matching_entries(query))) == right | in_fields, word
        if checked % 20 == 0:
            escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
            assert set(connection.scalars(like, {"like": f"%{escaped}%"})) == right, word
        checked, hits = checked + 1, hits + len(right)
    assert hits > checked


def test_neighbours_are_those_of_the_lines(
    owner_url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever of them the first candidates tell: many texts stand there twice."""
    monkeypatch.setattr(ranking, "BATCH", 12)
    chance = random.Random(20_241_129)
    documents = [
        Document("渡船" * chance.randrange(2) + "通告", f"渡船{chance.randrange(9)}", f"2024-03-{1 + number % 9:02}")
        for number in range(60)
    ]
    numbers = write_and_index(owner_url, documents)
    for words, only, limit in product(("渡船", "船3", ""), ((), ("year:2024",)), (3, 8, 40)):
        asked = RecordFilter(q=words, only=only)
        lines = list(hits.result_page(connection, asked, "relevance", None, 200).records)[:limit]
        beside = dict(zip(lines, zip([None, *lines], [*lines[1:], None], strict=False), strict=False))
        for number in numbers:
            found_beside = hits.neighbours(connection, asked, "relevance", number, page_size=2, limit=limit)
            assert found_beside == beside.get(number, (None, None)), (words, only, limit, number)


def test_a_word_with_a_rare_character_is_looked_up(owner_url: str, connection: Connection) -> None:
    """Characters beyond U+FFFF share their codes in the index: 𠀀 and 𠠀 have one."""
    one, other, both = write_and_index(
        owner_url, [Document("公告一", "王𠀀同志"), Document("公告二", "王𠠀同志"), Document("公告三", "王𠀀、王𠠀")]
    )
    assert by_index(parse_query("王𠀀"), ENTRY) is not None
    assert ids(connection, "王𠀀") == {one, both}
    assert ids(connection, "𠠀同志") == {other}
    asked = RecordFilter(q="王𠠀")
    assert hits.overview(connection, asked).total == MatchCount(2, exact=True)
    assert {place.record for place in first_candidates(connection, asked, count_all=False).positions} == {
        one,
        other,
        both,
    }


def test_of_many_records_the_first_are_those_that_come_first_of_all(owner_url: str, connection: Connection) -> None:
    """Read from what indexes name as the first ones, or all ranked: the order is one."""
    chance = random.Random(20_241_128)

    def say(length: int) -> str:
        return "".join(chance.choices("云溪电梯管", k=length))

    documents = [
        Document(say(6), say(40), published=f"2024-03-{1 + number % 9:02}", file=say(9) if number % 4 == 0 else "")
        for number in range(120)
    ]
    numbers = write_and_index(owner_url, documents[:100]) + write(owner_url, documents[100:])
    with create_engine(owner_url).begin() as waiting:
        keep_entries(waiting, numbers[100:])

    def in_order(asked: RecordFilter) -> tuple[MatchCount | None, list[ResultPosition]]:
        first = first_candidates(connection, asked, count_all=True)
        return first.total, [
            place for batch in ranked_positions(connection, asked, "relevance", None, first) for place in batch
        ]

    short = 0
    for only in ((), ("year:2024",)):
        for _ in range(60):
            words = " ".join(say(chance.choice((2, 2, 3))) for _ in range(chance.choice((1, 1, 2))))
            asked = RecordFilter(q=words, only=only)
            total, right = in_order(asked)
            with counted_to(20, leading=5):
                counted, found_positions = in_order(asked)
            assert found_positions == right, words
            assert total == MatchCount(len(right), exact=True)
            assert counted in (total, MatchCount(20, exact=False)), words
            short += counted != total
    assert short > 30


def test_all_words_must_occur_wherever_they_are(owner_url: str, connection: Connection) -> None:
    numbers = write_and_index(
        owner_url,
        [
            Document("关于电梯安全的通知", "各街道：请于月底前完成自查。", file="自查表：轿厢、钢丝绳"),
            Document("关于扶梯安全的通知", "轿厢不在此列。", fields=(("publisher", "云溪市财政局"),)),
        ],
    )
    assert ids(connection, "电梯 钢丝绳") == {numbers[0]}
    assert ids(connection, "轿厢") == set(numbers)
    assert ids(connection, "轿厢 -财政局") == {numbers[0]}
    assert ids(connection, "钢丝绳 or 财政局") == set(numbers)
    assert ids(connection, "钢丝绳|财政局") == set(numbers)
    assert ids(connection, "轿厢 AND 自查") == {numbers[0]}
    assert ids(connection, "轿厢 NOT 财政局") == {numbers[0]}
    assert ids(connection, "轿厢 and 自查") == set(), "in small letters it is a word"
    assert ids(connection, "轿厢 钢丝绳 or 财政局 -电梯") == {numbers[1]}
    assert ids(connection, '"轿厢 不在"') == {numbers[1]}
    assert ids(connection, "安全电梯") == set()


def test_a_field_is_searched_alone(owner_url: str, connection: Connection, subtests: pytest.Subtests) -> None:
    numbers = write_and_index(
        owner_url,
        [
            Document("电梯公告", "无。", fields=(("document_number", "云政办发〔2024〕7号"),)),
            Document(
                "公告",
                "电梯停运。",
                fields=(("publisher", "云溪市财政局"), ("document_number", "云政办发〔2024〕71号")),
            ),
            Document(
                "通告",
                "见附件。",
                published="2023-02-01",
                fields=(
                    ("index_number", "YZ2024-00047"),
                    ("subject_category", "城乡建设、环境保护"),
                    ("written_date", "2023-01-09"),
                ),
                file="电梯名录",
                media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ],
    )
    for typed, right in [
        ("标题:电梯", {0}),
        ("标题： 电梯", {0}),
        ("標題: 电梯 附件: 电梯", set()),
        ("正文:电梯", {1}),
        ("附件:电梯", {2}),
        ("机构：财政局", {1}),
        ("文号:云政办发[2024]第07号", {0}),
        ("文号:云政办发2024", {0, 1}),
        ("索引号:YZ２０２４", {2}),
        ("年:2023", {2}),
        ("年：2023-2024", {0, 1, 2}),
        ("年:2023年", {2}),
        ("年:2023年-2024年", {0, 1, 2}),
        ("格式:docx", {2}),
        ("类别:城乡建设", {2}),
        ("成文日期:2023年1月9日", {2}),
        ("成文日期:2023.1.9", {2}),
        ("成文日期:2023年1月", {2}),
        ("成文日期:2023年", {2}),
        ("成文日期:2023-01", {2}),
        ("成文日期:2024年", set()),
        ("標題:电梯", {0}),
        ("source:云溪市", {0, 1, 2}),
        ("来源:云溪市", {0, 1, 2}),
        ("来源:云泽", set()),
        ("地区:5000", {0, 1, 2}),
        ("地区:云溪", {0, 1, 2}),
        ("地区:云泽", set()),
        ("状态:已撤下", {1}),
        ("电梯 -状态:removed", {0, 2}),
        ("publisher:财政", {1}),
        ("时间:12", set()),
        ("梯", {0}),
        ("云政办发〔2024〕7号", {0}),
        ("云政办发 2024 7", {0, 1}),
    ]:
        with subtests.test(typed=typed, right=right):
            with create_engine(owner_url).begin() as other:
                other.execute(text("UPDATE archive.record SET state = 'removed' WHERE id = :id"), {"id": numbers[1]})
            assert ids(connection, typed) == {numbers[place] for place in right}


def test_a_query_that_cannot_be_is_refused() -> None:
    refused_queries = {
        "年:去年": "year",
        "年:2024-2020": "years",
        "状态:好": "state_in_words",
        " ".join("abcdefghijklmnopq"): "many_words",
    }
    for typed, code in refused_queries.items():
        with pytest.raises(InvalidFilter) as refused:
            parse_filter({"q": typed})
        assert refused.value.name == code
    with pytest.raises(InvalidFilter, match="range"):
        parse_filter({"from": "2024-02-01", "to": "2024-01-31"})
    with pytest.raises(InvalidFilter, match="only"):
        parse_filter({}, only=["jahr:2023"])


def test_what_is_recorded_corrected_or_read_again_is_found_at_once(archive: Archive, tmp_path: Path) -> None:
    keep(
        archive,
        tmp_path,
        attached("/a.txt", "text/plain", "渡船时刻表".encode()),
        Page(1, title="夏季班次", body='<a href="/a.txt">附件</a>'),
    )
    with archive.engine.connect() as connection:
        assert len(ids(connection, "夏季班次 渡船时刻表")) == 1
        (record,) = ids(connection, "夏季班次")
        digest = connection.scalar(text("SELECT blob_sha256 FROM archive.file"))
    correct(archive, record, {"title": "冬季班次"}, "林馆员", "见印章")
    store_file_reading(archive, digest, FileReading("text/plain", "read", text="缆车时刻表"))
    with archive.engine.connect() as connection:
        assert ids(connection, "夏季班次") == ids(connection, "渡船时刻表") == set()
        assert ids(connection, "冬季班次 缆车时刻表") == {record}
    index_waiting(archive)
    with archive.engine.connect() as connection:
        assert ids(connection, "冬季班次 缆车时刻表") == {record}


def test_filling_goes_on_where_it_was_interrupted(
    owner_url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.archive.records.search_index.BATCH", 4)
    numbers = write(owner_url, [Document(f"第{number}号渡船公告") for number in range(10)])
    database = Database(create_engine(owner_url))
    with database.engine.begin() as other:
        forget_entries(other)
    assert missing_entries(connection) == 10

    def stop_after_one(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_index(database, stop_after_one)
    connection.rollback()
    assert missing_entries(connection) == 6
    assert ids(connection, "渡船") == set(numbers[:4])
    assert fill_index(database).written == 6
    connection.rollback()
    assert missing_entries(connection) == 0
    assert ids(connection, "渡船") == set(numbers)
    assert fill_index(database).written == 0


def test_an_entry_of_an_older_version_does_not_come_last(owner_url: str, connection: Connection) -> None:
    (number,) = write_and_index(owner_url, [Document("渡船公告")])
    with create_engine(owner_url).begin() as other:
        other.execute(text("UPDATE archive.search_entry SET version = 2, title = '缆车公告'"))
        keep_entries(other, [number])
    assert ids(connection, "缆车") == {number}


def test_of_long_texts_the_beginning_is_searched_and_the_rest_is_named(
    owner_url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of what a site may send does not fit into an index, nor into memory at once."""
    monkeypatch.setattr(search_index, "MAX_TEXT_CHARS", 10)
    monkeypatch.setattr(search_index, "MAX_FILES_BYTES", 40)
    monkeypatch.setattr(search_index, "WRITTEN_AT_ONCE", 60)
    numbers = write_and_index(
        owner_url,
        [
            Document("甲", "电梯" + "各" * 8),
            Document("乙", "电梯" + "各" * 7 + "扶梯"),
            Document("丙", "短", file="轿厢" + "各" * 8, others=("钢绳" + "各" * 8, "井道")),
            Document("丁", "短", file="轿厢" + "位" * 8 + "尾部"),
            Document("戊"),
        ],
    )
    assert ids(connection, "电梯") == {numbers[0], numbers[1]}
    assert ids(connection, "轿厢") == {numbers[2], numbers[3]}
    assert ids(connection, "钢绳") == {numbers[2]}
    assert not ids(connection, "扶梯") | ids(connection, "井道") | ids(connection, "尾部")
    cut = text("SELECT record_id FROM archive.search_entry WHERE truncated")
    assert set(connection.scalars(cut)) == {numbers[1], numbers[2], numbers[3]}
    page = record_page(connection, numbers[1])
    assert page is not None
    assert page.truncated


def test_a_new_archive_begins_with_the_present_folding(connection: Connection) -> None:
    assert connection.scalar(text("SELECT folding FROM archive.search_state")) == FOLDING
    assert RecordFilter().words == Query()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1000万元", "1,000万元"),
        ("1,000万元", "1000万元"),
        ("１，０００万元", "1000万元"),
        ("资金1234567.89元", "资金1,234,567.89元"),
        ("1,234,567元", "1234567元"),
        ("2000户", "2,000户"),
    ],
)
def test_amounts_are_found_with_and_without_commas(
    owner_url: str, connection: Connection, typed: str, written: str
) -> None:
    numbers = write_and_index(
        owner_url, [Document("拨付资金的通知", f"拨付{written}。"), Document("其他通知", "拨付。")]
    )
    assert ids(connection, typed) == {numbers[0]} == ids(connection, written)


@pytest.mark.parametrize("typed", ["2024-05-09", "2024.5.9", "2024/05/09", "２０２４年５月９日", "2024年05月09日"])
def test_a_day_is_found_in_each_form(owner_url: str, connection: Connection, typed: str) -> None:
    numbers = write_and_index(
        owner_url,
        [
            Document("停航通知", "自2024年5月9日起停航。"),
            Document("复航通知", "自2024年05月09日起复航。"),
            Document("缆车通知", "照常。", fields=(("effective_date", "2024-05-09"),)),
            Document("索道通知", "检修（2024.05.09）。"),
            Document("其他通知", "自2024年5月19日起，或2024年15月9日。"),
        ],
    )
    assert ids(connection, typed) == set(numbers[:4])
    assert ids(connection, f"通知 -{typed}") == {numbers[4]}


def test_the_forms_of_a_word_are_not_counted_as_words() -> None:
    assert len(parse_query(" or ".join(f"2024-5-{day}" for day in range(1, 15))).groups) == 1


@pytest.mark.parametrize("typed", ["2024年度", "2024", "云政〔2024〕1234号", "gb1234", "2024-05", "123,45", "第1234次"])
def test_what_is_no_amount_has_one_form(typed: str) -> None:
    assert all("," not in word.folded or "," in typed for group in parse_query(typed).groups for word in group)
    assert [len({word.folded for word in group if word.part is None}) for group in parse_query(typed).groups] == [1]
