"""The documents that records cite, and by which names records are cited; which record is meant, a view finds."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TEXTS = ("number_key", "title_key", "issued_key")
# A document without text says nothing about being the same as another.
_NO_TEXT = "encode(sha256(''), 'hex')"
# Two numbers with a year say that the documents are two, whatever their titles; an order's number is written in many
# ways, and says so only where it is the same.
_OTHER_NUMBER = "k.number_key <> c.number_key AND k.number_key ~ '[0-9]$' AND c.number_key ~ '[0-9]$'"
# By number, by title, or by the title of what a notice issues: each is a look into one index.
MATCHES = f"""
    SELECT k.record_id, 1 AS rank FROM archive.citable_name k WHERE k.number_key = c.number_key
    UNION ALL
    SELECT k.record_id, 2 FROM archive.citable_name k
    WHERE k.title_key = c.title_key AND ({_OTHER_NUMBER}) IS NOT TRUE
    UNION ALL
    SELECT k.record_id, 3 FROM archive.citable_name k
    WHERE k.issued_key = c.title_key AND ({_OTHER_NUMBER}) IS NOT TRUE
"""
CANDIDATES = 100
ROWS = f"""
FROM archive.citation c
JOIN archive.citable_name n ON n.record_id = c.record_id
CROSS JOIN LATERAL (
    SELECT array_agg(d.record_id ORDER BY d.record_id) AS records, min(d.rank) AS rank,
           count(DISTINCT d.document) AS documents
    FROM (
        SELECT m.record_id, min(m.rank) AS rank,
               CASE WHEN r.content_hash = {_NO_TEXT} THEN r.id::text ELSE r.content_hash END AS document
        FROM ({MATCHES}) AS m
        JOIN archive.record r ON r.id = m.record_id
        WHERE m.record_id <> c.record_id
        GROUP BY m.record_id, document ORDER BY m.record_id LIMIT {CANDIDATES}
    ) AS d
) AS found
"""
COLUMNS = [
    ("record_id", "c.record_id", "Number of the citing record: record_places.record_id."),
    ("ordinal", "c.ordinal", "Place of the cited document among those of the record, from 1."),
    ("version", "n.version", "Version of the record that was read: its current one."),
    (
        "relation",
        "c.relation",
        "What the record does to the document: cites, interprets (解读), repeals (废止) or amends (修改); these "
        "only where title or sentence says so.",
    ),
    ("part", "c.part", "Where it is named: text (the main text) or title."),
    ("place", "c.place", "Characters (Unicode code points) of that part before the name: of the place that says most."),
    ("length", "c.length", "Characters of the name there, with its brackets, and its number where that stands beside."),
    ("mentions", "c.mentions", "How often title and main text name it."),
    ("number", "c.number", "文号 by which it is cited, in its normal form. NULL: by title alone."),
    ("title", "c.title", "Title by which it is cited, without 《》. NULL: by number alone."),
    (
        "cited_record_id",
        "CASE WHEN found.documents = 1 THEN found.records[1] END",
        "Number of the record that is cited; the first of them where several have the same text. NULL: none is in the "
        "archive, or several documents may be meant.",
    ),
    (
        "candidates",
        "coalesce(found.records, '{}')",
        "Numbers of all records that fit, in their order, 100 at most. Empty where none is in the archive.",
    ),
    (
        "matched_by",
        "CASE found.rank WHEN 1 THEN 'number' WHEN 2 THEN 'title' WHEN 3 THEN 'issued_title' END",
        "The strongest of what fits: number, title, or issued_title (of what a notice issues). NULL: nothing fits.",
    ),
]


def upgrade() -> None:
    op.create_table(
        "citable_name",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in _TEXTS),
        sa.PrimaryKeyConstraint("record_id", name="citable_name_pkey"),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name="citable_name_record_id_fkey"),
        schema="archive",
    )
    op.create_table(
        "citation",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("mentions", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("number_key", sa.Text()),
        sa.Column("title_key", sa.Text()),
        sa.PrimaryKeyConstraint("record_id", "ordinal", name="citation_pkey"),
        sa.ForeignKeyConstraint(["record_id"], ["archive.citable_name.record_id"], name="citation_record_id_fkey"),
        sa.CheckConstraint(
            "relation IN ('cites', 'interprets', 'repeals', 'amends')", name=op.f("citation_relation_check")
        ),
        sa.CheckConstraint("part IN ('title', 'text')", name=op.f("citation_part_check")),
        schema="archive",
    )
    for table, names in (("citable_name", _TEXTS), ("citation", _TEXTS[:2])):
        for name in names:
            op.create_index(
                f"{table}_{name}_idx",
                table,
                [name],
                schema="archive",
                postgresql_using="hash",
                postgresql_where=sa.text(f"{name} IS NOT NULL"),
            )
    op.create_table(
        "citation_state",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("filled_to", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="citation_state_pkey"),
        sa.CheckConstraint("one", name=op.f("citation_state_one_check")),
        schema="archive",
    )
    # Records that are there already are left to `gongkai index`, which can be interrupted. 1.1: CITING and FOLDING.
    op.execute(
        "INSERT INTO archive.citation_state (rules, filled_to, until) "
        "SELECT '1.1', 0, coalesce(max(id), 0) FROM archive.record"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON archive.citable_name, archive.citation TO archive_app")
    op.execute("GRANT SELECT, UPDATE ON archive.citation_state TO archive_app")
    columns = ",\n    ".join(f"{expression} AS {name}" for name, expression, _ in COLUMNS)
    op.execute(f"CREATE VIEW api_v1.citations AS SELECT\n    {columns}\n{ROWS}")
    op.execute(
        "COMMENT ON VIEW api_v1.citations IS 'One row a document that the current version of a record cites, matched "
        "when it is read: a document that comes later is found from then on. (record_id, ordinal) is its key; rows of "
        "a record are replaced with its version.'"
    )
    for name, _, comment in COLUMNS:
        op.execute(f"COMMENT ON COLUMN api_v1.citations.{name} IS '{comment}'")
    op.execute("GRANT SELECT ON api_v1.citations TO archive_reader, archive_app")


def downgrade() -> None:
    op.execute("DROP VIEW api_v1.citations")
    for table in ("citation_state", "citation", "citable_name"):
        op.drop_table(table, schema="archive")
