"""Logs of the bucket: as they were written and last found, and the chain of their digests."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# The logs that the database knows of. Those of runs are not among them: some have keys of a former form, so an audit
# finds them by their numbers.
_WRITTEN_BEFORE = r"""
INSERT INTO archive.log_object (key)
SELECT DISTINCT log FROM archive.capture
UNION SELECT 'changes/' || lpad(min(change_seq)::text, 12, '0') || '.jsonl.gz' FROM archive.change GROUP BY changed_at
UNION SELECT 'files/' || left(blob_sha256, 2) || '/' || substr(blob_sha256, 3, 2) || '/' || blob_sha256 || '.jsonl.gz'
FROM archive.file
UNION SELECT 'fixity/' || to_char(found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD/HH24MISSUS') || '-' || min(id) || '.jsonl.gz'
FROM archive.fixity_event GROUP BY found_at
"""


def upgrade() -> None:
    op.create_table(
        "log_object",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("pending", sa.Text()),
        sa.Column("link", sa.BigInteger()),
        sa.Column("etag", sa.Text()),
        sa.Column("verified_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("damage", sa.Text()),
        sa.PrimaryKeyConstraint("key", name="log_object_pkey"),
        schema="archive",
    )
    op.create_index("log_object_link_idx", "log_object", ["link"], schema="archive")
    op.create_index(
        "log_object_unchained_idx", "log_object", ["key"], schema="archive", postgresql_where=sa.text("link IS NULL")
    )
    op.create_index(
        "log_object_damage_idx", "log_object", ["key"], schema="archive", postgresql_where=sa.text("damage IS NOT NULL")
    )
    op.execute(_WRITTEN_BEFORE)
    op.create_table("chaining", schema="archive")
    op.add_column("fixity_event", sa.Column("log", sa.Text()), schema="archive")
    op.alter_column("fixity_event", "blob_sha256", nullable=True, schema="archive")
    op.create_check_constraint(
        op.f("fixity_event_subject_check"), "fixity_event", "num_nonnulls(blob_sha256, log) = 1", schema="archive"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON archive.log_object TO archive_app")
    op.execute("GRANT UPDATE ON archive.chaining TO archive_app")


def downgrade() -> None:
    op.execute("DELETE FROM archive.fixity_event WHERE log IS NOT NULL")
    op.drop_constraint(op.f("fixity_event_subject_check"), "fixity_event", schema="archive")
    op.drop_column("fixity_event", "log", schema="archive")
    op.alter_column("fixity_event", "blob_sha256", nullable=False, schema="archive")
    op.drop_table("chaining", schema="archive")
    op.drop_table("log_object", schema="archive")
