"""Text as it is searched: what differs only in the way of writing is the same, and each character keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from etl.folding import composed, fold, folded_places, grams, number_key

TEXTS = st.text(
    st.one_of(
        st.sampled_from("云市電梯电梯發—–-－~“”\"'「」《》〈〉（）()〔〕[]【】 　\u200b\u00ad\n·・ＡａA１1㈠℃ﬁé̀ß"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("电梯通知", "电 梯\n通　知"),
        ("電梯檔案館", "电梯档案馆"),
        ("ＧＢ／Ｔ　９７０４", "gb/t 9704"),
        ("“十四五”规划", "『十四五』规划"),
        ("印发《办法》的通知", "印发〈办法〉的通知"),
        ("（三）附则", "(三)附则"),
        ("2024—2025年", "2024-2025 年"),
        ("2024～2025年", "2024－－2025年"),
        ("阿·买买提", "阿•买买提"),
        ("云\u200b溪\ufeff市", "云溪市"),
        ("annual report", "Annual   Report"),
        ("二○二三年", "二〇二三年"),
        ("零五号路", "〇五号路"),
        ("1/2", "½"),
        ("防汛,抗旱", "防汛、抗旱"),
        ("李XX", "李××"),
        ("3x3", "3×3"),
    ],
)
def test_ways_of_writing_do_not_count(typed: str, written: str) -> None:
    assert fold(typed) == fold(written) != ""


def test_words_and_numbers_stay_apart() -> None:
    assert fold("annual report") == "annual report"
    assert fold("2024 47") == "2024 47"


@pytest.mark.parametrize(
    "form",
    [
        "云政办发〔2024〕47号",
        "云政办发[2024]47号",
        "云政办发（2024）第047 号",
        "云政办发２０２４４７号",
        "云政办发2024 47",
        "雲政辦發〔2024〕47號",
        "云政办发2024年第47号",
    ],
)
def test_a_number_has_one_key_in_all_its_forms(form: str) -> None:
    assert number_key(form) == "云政办发202447"


def test_an_index_number_has_one_key() -> None:
    assert number_key("ＹＺ2024－00047") == number_key("yz2024-00047") == "yz202447"


@given(TEXTS)
def test_each_folded_character_knows_where_it_came_from(written: str) -> None:
    folded, places = folded_places(written)
    assert folded == fold(written)
    assert places == sorted(places)
    assert all(0 <= place < len(composed(written)) for place in places)


@given(st.text("云溪市電梯电梯—- 　（）《》“”·Ａb1２\n\u200b", max_size=60), st.data())
def test_a_part_of_a_text_folds_to_a_part_of_it(written: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(written)))
    end = data.draw(st.integers(start, len(written)))
    assert fold(written[start:end]) in fold(written)


def test_database_and_query_have_the_same_pairs(owner_url: str) -> None:
    said = ["", "电", "电梯", "a b电梯𠀀𠀁梯", "云溪市\uffff年2024-1号，。", "鿿龥힣zz"]
    with create_engine(owner_url).connect() as connection:
        for each in said:
            query = text("SELECT archive.search_grams(:each, '', '', '')")
            assert sorted(set(connection.scalar(query, {"each": each}) or ())) == grams(each), each
