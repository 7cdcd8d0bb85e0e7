"""Acts of archivists: reviews, collections and notes, numbered as the journal in the bucket tells them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

VIEWS = {
    "collections": (
        "One row a collection: records that an archivist put together under a title.",
        """FROM archive.collection c JOIN archive.act a ON a.seq = c.act
JOIN archive.act f ON f.seq = c.id
WHERE NOT EXISTS (SELECT FROM archive.collection later WHERE later.id = c.id AND later.version > c.version)""",
        [
            ("collection_id", "c.id", "Number of the collection."),
            ("title", "c.title", "Its title."),
            ("description", "c.description", "What it is for; empty where nobody said."),
            (
                "records",
                "(SELECT count(*) FROM archive.collection_member m WHERE m.collection_id = c.id AND m.removed IS NULL)",
                "Number of its records.",
            ),
            ("made_by", 'f."by"', "Who made it."),
            ("made_at", "f.at", "When, UTC."),
            ("changed_by", 'a."by"', "Who gave it this title and description."),
            ("changed_at", "a.at", "When, UTC."),
        ],
    ),
    "collection_records": (
        "One row a record of a collection.",
        "FROM archive.collection_member m JOIN archive.act a ON a.seq = m.added WHERE m.removed IS NULL",
        [
            ("collection_id", "m.collection_id", "Number of the collection: collections.collection_id."),
            ("record_id", "m.record_id", "Number of the record: record_places.record_id."),
            ("added_by", 'a."by"', "Who added it."),
            ("added_at", "a.at", "When, UTC."),
        ],
    ),
    "notes": (
        "One row a version of a note that an archivist wrote on a record; none is ever lost.",
        "FROM archive.note n JOIN archive.act a ON a.seq = n.act",
        [
            ("note_id", "n.id", "Number of the note."),
            ("version", "n.version", "Number of this version of the note, from 1."),
            (
                "is_current",
                "NOT EXISTS (SELECT FROM archive.note later WHERE later.id = n.id AND later.version > n.version)",
                "Whether it is the last version.",
            ),
            ("record_id", "n.record_id", "Number of the record: record_places.record_id."),
            ("text", "n.text", "Plain text; empty where this version withdraws the note."),
            ("written_by", 'a."by"', "Who wrote this version."),
            ("written_at", "a.at", "When, UTC."),
        ],
    ),
}


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('review', 'collection', 'membership', 'note')", name=op.f("act_kind_check")),
        sa.PrimaryKeyConstraint("seq", name=op.f("act_pkey")),
        schema="archive",
    )
    op.create_table("noting", schema="archive")
    _collections()
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name=op.f("note_record_id_fkey")),
        sa.ForeignKeyConstraint(["act"], ["archive.act.seq"], name=op.f("note_act_fkey")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("note_pkey")),
        schema="archive",
    )
    op.create_index("note_record_id_idx", "note", ["record_id"], schema="archive")
    # Those that were kept before have no act yet: the next one writes theirs too (`etl.archive.records.acts`).
    op.add_column("review", sa.Column("act", sa.BigInteger(), nullable=True), schema="archive")
    op.create_foreign_key(
        op.f("review_act_fkey"), "review", "act", ["act"], ["seq"], source_schema="archive", referent_schema="archive"
    )
    op.create_index("review_untold_idx", "review", ["id"], schema="archive", postgresql_where=sa.text("act IS NULL"))
    op.execute("ALTER TABLE archive.review ALTER COLUMN id DROP IDENTITY")
    op.execute("GRANT SELECT, INSERT ON archive.act, archive.collection, archive.note TO archive_app")
    op.execute("GRANT SELECT, INSERT, UPDATE (removed) ON archive.collection_member TO archive_app")
    op.execute("GRANT UPDATE (act) ON archive.review TO archive_app")
    op.execute("GRANT UPDATE ON archive.noting TO archive_app")
    for name, (comment, rows, columns) in VIEWS.items():
        listed = ",\n    ".join(f"{expression} AS {column}" for column, expression, _ in columns)
        op.execute(f"CREATE VIEW api_v1.{name} AS SELECT\n    {listed}\n{rows}")
        op.execute(f"COMMENT ON VIEW api_v1.{name} IS '{comment}'")
        for column, _, said in columns:
            op.execute(f"COMMENT ON COLUMN api_v1.{name}.{column} IS '{said}'")
        op.execute(f"GRANT SELECT ON api_v1.{name} TO archive_reader, archive_app")


def _collections() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["act"], ["archive.act.seq"], name=op.f("collection_act_fkey")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("collection_pkey")),
        schema="archive",
    )
    op.create_table(
        "collection_member",
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name=op.f("collection_member_record_id_fkey")),
        sa.ForeignKeyConstraint(["added"], ["archive.act.seq"], name=op.f("collection_member_added_fkey")),
        sa.ForeignKeyConstraint(["removed"], ["archive.act.seq"], name=op.f("collection_member_removed_fkey")),
        sa.PrimaryKeyConstraint("collection_id", "record_id", "added", name=op.f("collection_member_pkey")),
        schema="archive",
    )
    op.create_index(
        "collection_member_now_idx",
        "collection_member",
        ["record_id", "collection_id"],
        unique=True,
        schema="archive",
        postgresql_where=sa.text("removed IS NULL"),
    )


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW api_v1.{name}")
    op.drop_index("review_untold_idx", "review", schema="archive")
    op.drop_column("review", "act", schema="archive")
    op.execute("ALTER TABLE archive.review ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('archive.review', 'id'), max(id)) FROM archive.review"
        " HAVING max(id) IS NOT NULL"
    )
    for table in ("note", "collection_member", "collection", "noting", "act"):
        op.drop_table(table, schema="archive")
