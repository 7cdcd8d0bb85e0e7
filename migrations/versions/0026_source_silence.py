"""Silences of alerts that people set in the browser: for one reason of one source, until a day."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "source_silence",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("source_silence_pkey")),
        sa.UniqueConstraint("source_id", "reason", name=op.f("source_silence_source_id_key")),
        sa.ForeignKeyConstraint(["source_id"], ["archive.source.id"], name=op.f("source_silence_source_id_fkey")),
        schema="archive",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON archive.source_silence TO archive_app")


def downgrade() -> None:
    op.drop_table("source_silence", schema="archive")
