"""A host knows the paces of its sources, when the last turn began, and why and until when it is left alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

_TIME = sa.DateTime(timezone=True)
_COLUMNS = (
    sa.Column("pace", sa.Float(), server_default=sa.text("0"), nullable=False),
    sa.Column("paces", JSONB(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column("began_at", _TIME),
    sa.Column("postponed_until", _TIME),
    sa.Column("retry_after", sa.Text()),
    sa.Column("lifted_at", _TIME),
    sa.Column("lifted_by", sa.Text()),
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("host", column, schema="archive")
    # Both were one until now: a queue that ends later than any queue does is a host that asked to be left alone.
    op.execute("""
        UPDATE archive.host
        SET postponed_until = least(next_free_at, now() + interval '1 day'), next_free_at = now()
        WHERE next_free_at > now() + interval '2 minutes'
    """)


def downgrade() -> None:
    op.execute("UPDATE archive.host SET next_free_at = greatest(next_free_at, postponed_until)")
    for column in _COLUMNS:
        op.drop_column("host", column.name, schema="archive")
