"""That a person looked at what extraction doubted, and found it right."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("issue IN ('disputed', 'flagged', 'no_text', 'similar')", name=op.f("review_issue_check")),
        sa.ForeignKeyConstraint(
            ["record_id", "version"],
            ["archive.record_version.record_id", "archive.record_version.version"],
            name=op.f("review_record_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("review_pkey")),
        schema="archive",
    )
    op.create_index("review_record_id_idx", "review", ["record_id"], schema="archive")
    op.execute("GRANT SELECT, INSERT ON archive.review TO archive_app")


def downgrade() -> None:
    op.drop_table("review", schema="archive")
