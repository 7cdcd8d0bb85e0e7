"""Exports in common formats: `gongkai export` and `gongkai cite`, and the change feed as Parquet."""
