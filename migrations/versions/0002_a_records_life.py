"""Files of documents and what was read in them, corrections, fixity, signatures of texts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

OUTCOMES = """
stored unchanged not_modified known gone blocked soft_404 empty not_a_document
not_a_listing too_large network_error http_error unreadable robots out_of_scope limit
""".split()
# (table, constraint, column, what it allowed, what it allows besides)
WIDER = [
    ("capture", "outcome", "outcome", OUTCOMES, ["not_a_file"]),
    ("run_page", "outcome", "outcome", OUTCOMES, ["not_a_file"]),
    ("page", "verdict", "verdict", OUTCOMES, ["not_a_file"]),
    ("page", "kind", "kind", ["document", "part", "listing"], ["file"]),
    ("record_version", "kind", "kind", ["created", "updated", "re-extracted"], ["corrected"]),
]
GRANTS = """
GRANT SELECT ON archive.file, archive.page_file, archive.correction, archive.fixity_event, archive.signature
    TO archive_app;
GRANT INSERT ON archive.correction, archive.fixity_event TO archive_app;
GRANT INSERT, UPDATE ON archive.file TO archive_app;
GRANT INSERT, DELETE ON archive.page_file, archive.signature TO archive_app;
GRANT UPDATE (verified_at, damage) ON archive.blob TO archive_app
"""
# Several events in one call take the numbers that follow each other, in the order in which they are given.
PUBLISH_ALL = """
CREATE FUNCTION archive.publish_all(events jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE first bigint;
BEGIN
    -- Held until commit: the next writer sees these rows before it numbers its own, so that change_seq follows commits.
    PERFORM pg_advisory_xact_lock(7305808869231650145);
    SELECT coalesce(max(c.change_seq), 0) + 1 INTO first FROM archive.change c;
    INSERT INTO archive.change (change_seq, kind, record_id, version, source_id, run_id, reason)
    SELECT first + e.place - 1, e.event->>'kind', (e.event->>'record')::bigint, (e.event->>'version')::bigint,
           e.event->>'source', (e.event->>'run')::bigint, e.event->>'reason'
    FROM jsonb_array_elements(events) WITH ORDINALITY AS e (event, place);
    PERFORM pg_notify('archive_change', (first + jsonb_array_length(events) - 1)::text);
    RETURN first;
END $$
"""

# As it was before.
PUBLISH_ONE = """
CREATE FUNCTION archive.publish(
    kind text, record_id bigint, version bigint, source_id text, run_id bigint, reason text DEFAULT ''
)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE seq bigint;
BEGIN
    -- Held until commit: the next writer sees this row before it numbers its own, so that change_seq follows commits.
    PERFORM pg_advisory_xact_lock(7305808869231650145);
    INSERT INTO archive.change (change_seq, kind, record_id, version, source_id, run_id, reason)
    SELECT coalesce(max(c.change_seq), 0) + 1, $1, $2, $3, $4, $5, $6 FROM archive.change c
    RETURNING change_seq INTO seq;
    PERFORM pg_notify('archive_change', seq::text);
    RETURN seq;
END $$
"""


def upgrade() -> None:
    for table, name, column, before, more in WIDER:
        # The naming convention was put on top of the names that 0001 gives.
        op.drop_constraint(op.f(f"{table}_{table}_{name}_check_check"), table, schema="archive")
        _check(f"{table}_{name}_check", table, column, [*before, *more])
    op.create_table(
        "page_file",
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["archive.page.id"], name="page_file_page_id_fkey"),
        sa.ForeignKeyConstraint(["file_id"], ["archive.page.id"], name="page_file_file_id_fkey"),
        sa.PrimaryKeyConstraint("page_id", "file_id", name="page_file_pkey"),
        schema="archive",
    )
    op.create_index("page_file_file_id_idx", "page_file", ["file_id"], schema="archive")
    op.create_table(
        "file",
        sa.Column("blob_sha256", sa.TEXT(), nullable=False),
        sa.Column("media_type", sa.TEXT(), nullable=False),
        sa.Column("outcome", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("content_hash", sa.TEXT(), nullable=True),
        sa.Column("pages", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.TEXT(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reader", sa.TEXT(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["archive.blob.sha256"], name="file_blob_sha256_fkey"),
        sa.ForeignKeyConstraint(["content_hash"], ["archive.content.hash"], name="file_content_hash_fkey"),
        sa.PrimaryKeyConstraint("blob_sha256", name="file_pkey"),
        schema="archive",
    )
    op.create_index("file_content_hash_idx", "file", ["content_hash"], schema="archive")
    op.create_index("file_outcome_idx", "file", ["outcome"], schema="archive")
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("value", sa.TEXT(), nullable=True),
        sa.Column("corrected_by", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('set', 'withdrawn')", name=op.f("correction_kind_check")),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name="correction_record_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="correction_pkey"),
        schema="archive",
    )
    op.create_index("correction_record_id_idx", "correction", ["record_id"], schema="archive")
    op.create_table(
        "fixity_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("blob_sha256", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("detail", sa.TEXT(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('missing', 'mismatch', 'restored')", name=op.f("fixity_event_kind_check")),
        sa.ForeignKeyConstraint(["blob_sha256"], ["archive.blob.sha256"], name="fixity_event_blob_sha256_fkey"),
        sa.PrimaryKeyConstraint("id", name="fixity_event_pkey"),
        schema="archive",
    )
    op.create_index("fixity_event_blob_sha256_idx", "fixity_event", ["blob_sha256"], schema="archive")
    op.create_table(
        "signature",
        sa.Column("content_hash", sa.TEXT(), nullable=False),
        sa.Column("scheme", sa.SmallInteger(), nullable=False),
        sa.Column("bands", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(["content_hash"], ["archive.content.hash"], name="signature_content_hash_fkey"),
        sa.PrimaryKeyConstraint("content_hash", name="signature_pkey"),
        schema="archive",
    )
    options = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
    op.create_index("signature_bands_idx", "signature", ["bands"], schema="archive", **options)
    op.add_column(
        "blob",
        sa.Column("verified_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        schema="archive",
    )
    op.add_column("blob", sa.Column("damage", sa.TEXT(), nullable=True), schema="archive")
    op.execute("UPDATE archive.blob SET verified_at = stored_at")
    op.create_index("blob_verified_at_idx", "blob", ["verified_at"], schema="archive")
    op.add_column("record", sa.Column("content_hash", sa.TEXT(), nullable=True), schema="archive")
    op.add_column("record", sa.Column("read_with", sa.TEXT(), nullable=True), schema="archive")
    op.execute("""
        UPDATE archive.record r SET content_hash = v.content_hash, read_with = v.extractor || '.' || c.normaliser
        FROM archive.record_version v JOIN archive.content c ON c.hash = v.content_hash
        WHERE v.record_id = r.id AND v.version = r.version
    """)
    op.alter_column("record", "content_hash", nullable=False, schema="archive")
    op.alter_column("record", "read_with", nullable=False, schema="archive")
    op.create_foreign_key(
        "record_content_hash_fkey",
        "record",
        "content",
        ["content_hash"],
        ["hash"],
        source_schema="archive",
        referent_schema="archive",
    )
    op.create_index("record_content_hash_idx", "record", ["content_hash", "id"], schema="archive")
    unread = sa.text("unread_capture_id IS NOT NULL")
    op.create_index("page_unread_idx", "page", ["id"], postgresql_where=unread, schema="archive")
    op.execute(PUBLISH_ALL)
    op.execute("REVOKE ALL ON FUNCTION archive.publish_all FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION archive.publish_all TO archive_app")
    op.execute("DROP FUNCTION archive.publish")
    for grant in GRANTS.split(";"):
        op.execute(grant)


def _check(name: str, table: str, column: str, allowed: list[str]) -> None:
    # Not checked against rows that are there: going down must not stumble over what came later.
    values = ", ".join(f"'{value}'" for value in allowed)
    op.execute(f"ALTER TABLE archive.{table} ADD CONSTRAINT {name} CHECK ({column} IN ({values})) NOT VALID")


def downgrade() -> None:
    op.execute("DROP FUNCTION archive.publish_all")
    op.execute(PUBLISH_ONE)
    op.execute("REVOKE ALL ON FUNCTION archive.publish FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION archive.publish TO archive_app")
    op.execute("REVOKE UPDATE (verified_at, damage) ON archive.blob FROM archive_app")
    op.drop_index("page_unread_idx", table_name="page", schema="archive")
    for table, columns in (("record", ["content_hash", "read_with"]), ("blob", ["verified_at", "damage"])):
        for column in columns:
            op.drop_column(table, column, schema="archive")
    for table in ("signature", "fixity_event", "correction", "file", "page_file"):
        op.drop_table(table, schema="archive")
    for table, name, column, before, _ in WIDER:
        op.drop_constraint(op.f(f"{table}_{name}_check"), table, schema="archive")
        _check(f"{table}_{table}_{name}_check_check", table, column, before)
