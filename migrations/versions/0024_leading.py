"""Indexes for what a search of many records shows first: pairs of characters in titles; and removed records."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    # Titles are short: their pairs are added one record at a time.
    op.execute("""
        CREATE INDEX search_entry_title_idx ON archive.search_entry
        USING gin (archive.search_grams(title, '', '', '')) WITH (fastupdate = off) WHERE in_index
    """)
    op.execute("ALTER INDEX archive.search_entry_title_idx ALTER COLUMN 1 SET STATISTICS 0")
    op.create_index(
        "record_removed_idx", "record", ["id"], schema="archive", postgresql_where=sa.text("state = 'removed'")
    )


def downgrade() -> None:
    op.drop_index("record_removed_idx", "record", schema="archive")
    op.drop_index("search_entry_title_idx", "search_entry", schema="archive")
