"""Parquet written in bounded memory."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_BYTES = 32_000_000
"""Size of a row group before compression: it is held in memory when written and when read."""


def write_parquet(out: IO[bytes], schema: pa.Schema, batches: Iterable[Sequence[Mapping[str, Any]]]) -> int:
    """Write rows in their order, with one row group and one batch in memory. Returns the number of rows.

    A row maps each name of the schema to a value. Raises `KeyError` for a missing name, and `pyarrow.ArrowInvalid` or
    `pyarrow.ArrowTypeError` for a value of another type, or a None where the schema has `nullable=False`. The caller
    must then discard what was written.
    """
    count, group = 0, list[pa.RecordBatch]()
    with closing(pq.ParquetWriter(out, schema, compression="zstd")) as writer:
        for batch in batches:
            columns = [pa.array([row[field.name] for row in batch], field.type) for field in schema]
            group.append(pa.record_batch(columns, schema=schema))
            count += len(batch)
            if sum(part.nbytes for part in group) >= ROW_GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(group, schema))
                group.clear()
        writer.write_table(pa.Table.from_batches(group, schema))
    return count
