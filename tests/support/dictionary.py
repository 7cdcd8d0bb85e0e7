"""`python -m tests.support.dictionary [--write]`: whether docs/database.md says what the database says."""

import sys
import tempfile
from itertools import groupby
from pathlib import Path

from sqlalchemy import create_engine, text

from etl.local import services
from etl.settings import PROJECT, Settings
from tests.support.reaper import end_at_once

FILE = PROJECT / "docs" / "database.md"
HEAD = """# Data dictionary

Schema `api_v1`: what other programs read, as role `archive_reader` ([downstream.md](downstream.md)). Schema `archive`
behind it is the archive's own and changes with any version. Written from the database's comments by
`python -m tests.support.dictionary --write`.
"""
_COLUMNS = text("""
SELECT c.relname AS view, obj_description(c.oid, 'pg_class') AS said, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = CAST('api_v1' AS regnamespace) ORDER BY c.relname = 'sources', c.oid, a.attnum
""")


def dictionary(url: str) -> str:
    """The page, from the live database. Raises `ValueError` for a view or column without a comment."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(_COLUMNS).all()
    engine.dispose()
    page = [HEAD]
    for view, columns in groupby(rows, lambda row: row.view):
        lines = list(columns)
        page += [f"\n## {view}\n{lines[0].said}\n\n| column | type | what |\n| --- | --- | --- |\n"]
        for row in lines:
            if not (row.comment and row.said):
                raise ValueError(f"api_v1.{view}.{row.name} has no comment")
            page.append(f"| `{row.name}` | {row.type} | {row.comment.replace('|', chr(92) + '|')} |\n")
    return "".join(page)


def live() -> str:
    """The page from a database made for it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state_dir=Path(folder), postgres_port=0, store_port=0)
        try:
            up = services.up(settings, airflow=False, report=lambda progress: None, fast=True)
            return dictionary(up.database_reader_url)
        finally:
            end_at_once(Path(folder))


if __name__ == "__main__":
    now = live()
    stale = not FILE.exists() or FILE.read_text(encoding="utf-8") != now
    if "--write" in sys.argv:
        FILE.write_text(now, encoding="utf-8")
    print(f"{FILE.name}: {'stale' if stale else 'nothing changed'}")
    sys.exit(stale and "--write" not in sys.argv)
