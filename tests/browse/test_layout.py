"""How a text is set: nothing of it lost, its parts recognised."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from etl.archive.crawls.silences import SilenceProblem
from etl.archive.records.saved_searches import NameProblem
from etl.archive.storage.bucket import DamageKind as Damage
from etl.browse.language.labels import (
    DAMAGE,
    FIELDS,
    FILES,
    FILES_HELP,
    FORMATS,
    ORIGINS,
    OUTCOMES,
    VERSIONS,
    VERSIONS_HELP,
)
from etl.browse.language.messages import FORM_PROBLEMS
from etl.browse.pages.collections import CollectionProblem
from etl.browse.pages.correction import FormProblem
from etl.browse.pages.linking import LinkProblem
from etl.browse.pages.note import NoteProblem
from etl.browse.pages.typesetting import Paragraph, TextTable, text_blocks
from etl.extract import Origin
from etl.extract.lexicon.aliases import ALIASES
from etl.extract.lexicon.labels import FIELD_OF_LABEL as LABELS
from etl.files import FileOutcome, media_types
from etl.outcomes import Outcome

_LINE = st.text(alphabet="岚川市一二三、（）章第条年月日0123456789：。| ", max_size=30)


@given(st.lists(_LINE, max_size=30))
def test_no_character_is_lost_or_moved(lines: list[str]) -> None:
    shown = []
    for block in text_blocks("\n".join(lines)):
        shown += [block.text] if isinstance(block, Paragraph) else [" | ".join(row) for row in block.rows]
    assert shown == [line for line in lines if line.strip()]


def test_the_parts_of_an_official_document() -> None:
    document = """各镇街水务所：
现将有关事项通知如下。
一、清淤范围
第一章的河段除外，共九段。
段名 | 长度
东一 | 3公里
附件：河段图
岚川市水务局
2024年3月5日"""
    found = text_blocks(document)
    roles = [block.role if isinstance(block, Paragraph) else "table" for block in found]
    assert roles == ["salutation", "body", "heading", "body", "table", "body", "signature", "signature"]
    assert found[4] == TextTable((("段名", "长度"), ("东一", "3公里")))


def test_whatever_the_archive_can_name_has_a_chinese_name() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert set(ORIGINS) == {*get_args(Origin), "correction"}
    assert set(FIELDS) == {name for name in LABELS.values() if name} == set(ALIASES)
    assert set(VERSIONS) == set(VERSIONS_HELP) == {"created", "updated", "corrected", "re-extracted"}
    assert set(FILES) == set(FileOutcome) == {*FILES_HELP, "read"}
    assert set(FORMATS) == media_types.ALL
    kinds = (FormProblem, NoteProblem, CollectionProblem, NameProblem, LinkProblem, SilenceProblem)
    problems = {problem for kind in kinds for problem in get_args(kind)}
    assert problems - {""} == set(FORM_PROBLEMS)
    assert set(DAMAGE) == set(get_args(Damage))
