"""The data dictionary says that chosen evidence has a belief."""

from alembic import op

revision = "0010"
down_revision = "0009"

_EVIDENCE = (
    "JSON array of all evidence for fields: name, value, raw (what the page shows), label, origin, rule, chosen "
    "(whether it is the field''s value){}. A correction has origin correction, its author as label and its reason as "
    "rule. Rules are codes: docs/extraction.md. Versions made before 2026-11-27 have an English sentence instead, and "
    "a key confidence without meaning{}."
)
_BELIEF = (
    "; what extraction chose has belief: agreed, single or disputed, by whether other evidence on the page says the "
    "same, is missing, or says something else"
)


def upgrade() -> None:
    _comment(_BELIEF, ", and no belief")


def downgrade() -> None:
    _comment("", "")


def _comment(belief: str, earlier: str) -> None:
    op.execute(f"COMMENT ON COLUMN api_v1.record_versions.evidence IS '{_EVIDENCE.format(belief, earlier)}'")
