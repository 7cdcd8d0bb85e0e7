"""WARC files: reading their records and importing them as captures."""
