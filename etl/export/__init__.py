"""What leaves the archive in other people's formats: the change feed as Parquet, and what `gongkai export` writes."""
