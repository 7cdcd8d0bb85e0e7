"""Parquet written in bounded memory."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_BYTES = 32_000_000
"""Bytes of values that make a row group: what is held in memory, and what a reader takes at a time."""


def write_parquet(out: IO[bytes], schema: pa.Schema, batches: Iterable[Sequence[Mapping[str, Any]]]) -> int:
    """Writes the rows in their order, with nothing held but one row group and one batch; returns their number.

    A row has a value for each name of the schema. Raises `KeyError` for one that is missing, `pyarrow.ArrowInvalid` or
    `pyarrow.ArrowTypeError` for one of another type, or for None where the schema says `nullable=False`; what has been
    written by then is for the caller to throw away.
    """
    count, group = 0, list[pa.RecordBatch]()
    with closing(pq.ParquetWriter(out, schema, compression="zstd")) as writer:
        for batch in batches:
            columns = [pa.array([row[field.name] for row in batch], field.type) for field in schema]
            group.append(pa.record_batch(columns, schema=schema))
            count += len(batch)
            if sum(held.nbytes for held in group) >= ROW_GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(group, schema))
                group.clear()
        writer.write_table(pa.Table.from_batches(group, schema))
    return count
