"""The data dictionary says that rules and flags are codes; evidence has no confidence any more."""

from alembic import op

revision = "0008"
down_revision = "0007"

_EVIDENCE = (
    "JSON array of all evidence for fields: name, value, raw (what the page shows), label, origin, rule,{} chosen "
    "(whether it is the field''s value). A correction has origin correction, its author as label and its reason as "
    "rule.{}"
)
_EARLIER = (
    " Rules are codes: docs/extraction.md. Versions made before 2026-11-27 have an English sentence instead, and a key "
    "confidence without meaning."
)
_FLAGS = "What extraction found remarkable, {}. Empty where nothing was."


def upgrade() -> None:
    _comment(_EVIDENCE.format("", _EARLIER), "as codes: docs/extraction.md")


def downgrade() -> None:
    _comment(_EVIDENCE.format(" confidence (0 to 1),", ""), "by name")


def _comment(evidence: str, flags: str) -> None:
    op.execute(f"COMMENT ON COLUMN api_v1.record_versions.evidence IS '{evidence}'")
    for view in ("records", "record_versions"):
        op.execute(f"COMMENT ON COLUMN api_v1.{view}.flags IS '{_FLAGS.format(flags)}'")
