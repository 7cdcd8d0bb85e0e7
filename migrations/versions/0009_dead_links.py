"""Outcome `dead`, and an index of the captures that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OUTCOMES = """
stored unchanged not_modified known gone blocked soft_404 empty not_a_document
not_a_listing too_large network_error http_error unreadable robots out_of_scope limit not_a_file
""".split()
_COLUMNS = (("capture", "outcome"), ("run_page", "outcome"), ("page", "verdict"))


def upgrade() -> None:
    _allow([*_OUTCOMES, "dead"])
    op.create_index(
        "capture_gone_idx",
        "capture",
        ["page_id", "fetched_at"],
        schema="archive",
        postgresql_where=sa.text("outcome = 'gone'"),
    )


def downgrade() -> None:
    op.drop_index("capture_gone_idx", "capture", schema="archive")
    op.execute("UPDATE archive.run_page SET outcome = 'gone' WHERE outcome = 'dead'")
    _allow(_OUTCOMES)


def _allow(outcomes: list[str]) -> None:
    listed = ", ".join(f"'{outcome}'" for outcome in outcomes)
    for table, column in _COLUMNS:
        name = f"{table}_{column}_check"
        op.drop_constraint(op.f(name), table, schema="archive")
        op.create_check_constraint(op.f(name), table, f"{column} IN ({listed})", schema="archive")
