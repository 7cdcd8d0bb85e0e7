"""Documents that are cited and missing are an issue that archivists settle, too."""

from alembic import op

revision = "0022"
down_revision = "0021"
_BEFORE = ("disputed", "flagged", "no_text", "similar")


def upgrade() -> None:
    _issues((*_BEFORE, "missing"))


def downgrade() -> None:
    _issues(_BEFORE)


def _issues(issues: tuple[str, ...]) -> None:
    # Not checked against rows that are there: going down must not stumble over what came later.
    allowed = ", ".join(f"'{issue}'" for issue in issues)
    op.execute("ALTER TABLE archive.review DROP CONSTRAINT review_issue_check")
    op.execute(f"ALTER TABLE archive.review ADD CONSTRAINT review_issue_check CHECK (issue IN ({allowed})) NOT VALID")
