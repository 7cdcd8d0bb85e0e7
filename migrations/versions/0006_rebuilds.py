"""A rebuild that is under way, or was cut off: nobody writes before it has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "rebuild",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("one", name=op.f("rebuild_one_check")),
        sa.PrimaryKeyConstraint("one", name="rebuild_pkey"),
        schema="archive",
    )
    op.execute("GRANT SELECT ON archive.rebuild TO archive_app")


def downgrade() -> None:
    op.drop_table("rebuild", schema="archive")
