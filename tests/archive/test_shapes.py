"""Statements that are built once for all filters of a shape find what those of one filter find."""

from itertools import product

import pytest
from sqlalchemy import create_engine

from etl.archive.queries import counts, facets, hits, ranking
from etl.archive.queries.search import RecordFilter
from etl.archive.queries.shapes import shaped
from tests.support.searched import Document, write_and_index

DOCUMENTS = [
    Document("关于渡船停航的通知", "缆车照常运行。另行通知。", fields=(("publisher", "云溪市交通局"),)),
    Document("渡船缆车班次", "见附件。", file="第一码头渡船时刻", published="2021-01-01"),
    Document("电梯管理办法", "本办法由云溪市财政局解释。", fields=(("document_number", "云政办发〔2024〕47号"),)),
    Document("無障礙電梯", "𠀀𠀁码头。", published="2023-05-01", fields=(("subject_category", "城乡建设"),)),
    Document("甲", "乙丙", published=None),
]
TYPED = (
    "", "渡船", "缆车", "渡船缆车", "渡船 缆车", "缆车 渡船", "渡船 -时刻", "-渡船", "渡船 or 电梯", "电梯 or 甲 -办法",
    "甲", "乙", "甲 乙", "电", "𠀀 𠀁", "𠀀𠀁", "云政办发2024第47号", "云政办发 2024 47", "号:云政办发2024",
    "标题:渡船", "正文:码头", "附件:时刻", "机构:交通局", "类别:城乡建设", "年:2024", "来源:云溪", "状态:仍在",
    "合集:1", "引用:1",
)  # fmt: skip
OTHERS = (
    {},
    {"source": "searched"},
    {"source": "other"},
    {"only": ("year:2024",)},
    {"without": ("year:2024",), "source": "searched"},
    {"only": ("state:current",)},
    {"publisher": "交通"},
)


def test_filters_of_one_shape_share_statements_and_find_their_own(
    owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_and_index(owner_url, DOCUMENTS)
    filters = [RecordFilter(q=q, **others) for q, others in product(TYPED, OTHERS)]
    with create_engine(owner_url).connect() as connection:

        def found(asked: RecordFilter) -> tuple[object, ...]:
            first = ranking.first_candidates(connection, asked, count_all=True)
            return (
                first.positions,
                first.total,
                hits.result_page(connection, asked, "published", None, 3),
                facets.all_facets(connection, asked),
                counts.count_matches(connection, asked, 5),
            )

        by_shape = [found(each) for each in filters]
        for module in (ranking, hits, facets, counts):
            monkeypatch.setattr(module, "shaped", lambda asked: (asked, {}))
        assert [found(each) for each in filters] == by_shape
    shapes = {shaped(each)[0] for each in filters if shaped(each)[1]}
    assert len(shapes) < len(filters) / 2
    assert sum(1 for each in by_shape if each[0]) > len(filters) / 5


def test_values_of_a_filter_are_no_part_of_its_shape() -> None:
    one, other = (RecordFilter(q=q, source=source) for q, source in (("渡船 缆车", "a"), ("电梯 办法", "b")))
    assert shaped(one)[0] == shaped(other)[0]
    assert shaped(one)[1] != shaped(other)[1]
    assert shaped(RecordFilter(q="渡船"))[0] != shaped(RecordFilter(q="渡船停航"))[0]
