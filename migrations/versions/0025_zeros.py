"""The second form of folding: a new archive begins with it; one that has records is filled anew by `gongkai index`."""

from alembic import op

revision = "0025"
down_revision = "0024"

_OF_NEW = "UPDATE archive.search_state SET folding = {} WHERE NOT EXISTS (SELECT FROM archive.record)"


def upgrade() -> None:
    op.execute(_OF_NEW.format(2))


def downgrade() -> None:
    op.execute(_OF_NEW.format(1))
