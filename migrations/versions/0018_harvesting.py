"""What harvesters ask: the last event of a record, and the events since a moment."""

from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    _events_of_a_record("record_id", "change_seq")
    op.create_index("change_changed_at_idx", "change", ["changed_at"], schema="archive")


def downgrade() -> None:
    op.drop_index("change_changed_at_idx", "change", schema="archive")
    _events_of_a_record("record_id")


def _events_of_a_record(*columns: str) -> None:
    op.drop_index("change_record_id_idx", "change", schema="archive")
    op.create_index("change_record_id_idx", "change", [*columns], schema="archive")
