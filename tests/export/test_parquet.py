"""Parquet in bounded memory, and nothing filled in by itself."""

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.export import parquet
from etl.export.parquet import write_parquet

SCHEMA = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("text", pa.string())])


def test_memory_holds_a_row_group_however_much_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 1_000_000)
    held: list[int] = []

    def batches() -> Iterator[list[dict[str, Any]]]:
        for number in range(100):
            held.append(pa.total_allocated_bytes() - before)
            yield [{"id": number, "text": f"{number:010}" * 10_000}]

    out, before = io.BytesIO(), pa.total_allocated_bytes()
    assert write_parquet(out, SCHEMA, batches()) == 100
    assert max(held) < 3_000_000
    written = pq.ParquetFile(out)
    assert written.num_row_groups > 5
    assert written.read().column("id").to_pylist() == list(range(100))


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"id": 1}, KeyError),
        ({"id": None, "text": ""}, pa.ArrowInvalid),
        ({"id": "1", "text": ""}, (pa.ArrowInvalid, pa.ArrowTypeError)),
        ({"id": 1, "text": 2}, (pa.ArrowInvalid, pa.ArrowTypeError)),
    ],
)
def test_a_row_that_does_not_fit_is_an_error(row: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        write_parquet(io.BytesIO(), SCHEMA, [[row]])


def test_no_rows_make_a_file_that_opens() -> None:
    out = io.BytesIO()
    assert write_parquet(out, SCHEMA, []) == 0
    assert pq.read_table(out).schema == SCHEMA
