"""What pages are shown with, style sheets and pictures, are pages of a kind of their own."""

from alembic import op

revision = "0021"
down_revision = "0020"
_BEFORE = ("document", "part", "file", "listing")


def upgrade() -> None:
    _kinds((*_BEFORE, "resource"))
    op.execute(
        "COMMENT ON COLUMN api_v1.captures.page_kind IS 'document, part (a further page of one), file (an attachment), "
        "listing, or resource (a style sheet or picture that pages are shown with).'"
    )


def downgrade() -> None:
    _kinds(_BEFORE)
    op.execute(
        "COMMENT ON COLUMN api_v1.captures.page_kind IS 'document, part (a further page of one), file (an attachment), "
        "or listing.'"
    )


def _kinds(kinds: tuple[str, ...]) -> None:
    # Not checked against rows that are there: going down must not stumble over what came later.
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE archive.page DROP CONSTRAINT page_kind_check")
    op.execute(f"ALTER TABLE archive.page ADD CONSTRAINT page_kind_check CHECK (kind IN ({allowed})) NOT VALID")
