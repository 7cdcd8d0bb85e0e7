"""Archivists say which record a cited document is: links, which decide before what numbers and titles say."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_KINDS = ("review", "collection", "membership", "note")
_NO_TEXT = "encode(sha256(''), 'hex')"
_OTHER_NUMBER = "k.number_key <> c.number_key AND k.number_key ~ '[0-9]$' AND c.number_key ~ '[0-9]$'"
_NAMES = f"""
    SELECT k.record_id, 1 AS rank FROM archive.citable_name k WHERE k.number_key = c.number_key
    UNION ALL
    SELECT k.record_id, 2 FROM archive.citable_name k
    WHERE k.title_key = c.title_key AND ({_OTHER_NUMBER}) IS NOT TRUE
    UNION ALL
    SELECT k.record_id, 3 FROM archive.citable_name k
    WHERE k.issued_key = c.title_key AND ({_OTHER_NUMBER}) IS NOT TRUE
"""
_IS_LINKED = """
    l.cited_record_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM archive.citation_link later WHERE later.id = l.id AND later.version > l.version)
"""
_LINKS = f"""
    UNION ALL
    SELECT l.cited_record_id, 0 FROM archive.citation_link l WHERE l.number_key = c.number_key AND {_IS_LINKED}
    UNION ALL
    SELECT l.cited_record_id, 0 FROM archive.citation_link l
    WHERE l.title_key = c.title_key AND c.number_key IS NULL AND {_IS_LINKED}
"""
_BY_NAME = (
    "CASE WHEN found.documents = 1 THEN found.records[1] END",
    "CASE found.rank WHEN 1 THEN 'number' WHEN 2 THEN 'title' WHEN 3 THEN 'issued_title' END",
    "Number of the record that is cited; the first of them where several have the same text. NULL: none is in the "
    "archive, or several documents may be meant.",
    "The strongest of what fits: number, title, or issued_title (of what a notice issues). NULL: nothing fits.",
)
_WITH_LINKS = (
    "CASE WHEN found.rank = 0 THEN found.linked WHEN found.documents = 1 THEN found.records[1] END",
    "CASE found.rank WHEN 0 THEN 'archivist' WHEN 1 THEN 'number' WHEN 2 THEN 'title' WHEN 3 THEN 'issued_title' END",
    "Number of the record that is cited: as an archivist linked it, or the one that fits, the first of them where "
    "several have the same text. NULL: none is in the archive, or several documents may be meant.",
    "The strongest of what fits: archivist (a link), number, title, or issued_title (of what a notice issues). NULL: "
    "nothing fits.",
)


def upgrade() -> None:
    op.create_table(
        "citation_link",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("number", "title", "number_key", "title_key")),
        sa.Column("cited_record_id", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number IS NOT NULL OR title IS NOT NULL", name=op.f("citation_link_name_check")),
        sa.ForeignKeyConstraint(
            ["cited_record_id"], ["archive.record.id"], name=op.f("citation_link_cited_record_id_fkey")
        ),
        sa.ForeignKeyConstraint(["act"], ["archive.act.seq"], name=op.f("citation_link_act_fkey")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("citation_link_pkey")),
        schema="archive",
    )
    for name in ("number_key", "title_key", "cited_record_id"):
        op.create_index(
            f"citation_link_{name}_idx",
            "citation_link",
            [name],
            schema="archive",
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON archive.citation_link TO archive_app")
    _kinds((*_KINDS, "link"))
    _view(_NAMES + _LINKS, *_WITH_LINKS)


def downgrade() -> None:
    _view(_NAMES, *_BY_NAME)
    _kinds(_KINDS)
    op.drop_table("citation_link", schema="archive")


def _kinds(kinds: tuple[str, ...]) -> None:
    # Not checked against rows that are there: going down must not stumble over what came later.
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE archive.act DROP CONSTRAINT act_kind_check")
    op.execute(f"ALTER TABLE archive.act ADD CONSTRAINT act_kind_check CHECK (kind IN ({allowed})) NOT VALID")


def _view(matches: str, cited: str, matched_by: str, about_cited: str, about_matched_by: str) -> None:
    op.execute(f"""
CREATE OR REPLACE VIEW api_v1.citations AS SELECT
    c.record_id, c.ordinal, n.version, c.relation, c.part, c.place, c.length, c.mentions, c.number, c.title,
    {cited} AS cited_record_id, coalesce(found.records, '{{}}') AS candidates, {matched_by} AS matched_by
FROM archive.citation c
JOIN archive.citable_name n ON n.record_id = c.record_id
CROSS JOIN LATERAL (
    SELECT array_agg(d.record_id ORDER BY d.record_id) AS records, min(d.rank) AS rank,
           min(d.record_id) FILTER (WHERE d.rank = 0) AS linked, count(DISTINCT d.document) AS documents
    FROM (
        SELECT m.record_id, min(m.rank) AS rank,
               CASE WHEN r.content_hash = {_NO_TEXT} THEN r.id::text ELSE r.content_hash END AS document
        FROM ({matches}) AS m
        JOIN archive.record r ON r.id = m.record_id
        WHERE m.record_id <> c.record_id
        GROUP BY m.record_id, document ORDER BY min(m.rank) > 0, m.record_id LIMIT 100
    ) AS d
) AS found
""")
    op.execute(f"COMMENT ON COLUMN api_v1.citations.cited_record_id IS '{about_cited}'")
    op.execute(f"COMMENT ON COLUMN api_v1.citations.matched_by IS '{about_matched_by}'")
