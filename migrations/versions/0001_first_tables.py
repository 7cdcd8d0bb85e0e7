"""The archive's first tables, the change feed's one way in, and what the application may do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

OUTCOMES = ", ".join(
    f"'{name}'"
    for name in """
    stored unchanged not_modified known gone blocked soft_404 empty not_a_document
    not_a_listing too_large network_error http_error unreadable robots out_of_scope limit
    """.split()
)

PUBLISH = """
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

# Captures, blobs, contents and versions are written once; the change feed grows through archive.publish alone.
GRANTS = """
GRANT USAGE ON SCHEMA archive TO archive_app;
GRANT SELECT ON ALL TABLES IN SCHEMA archive TO archive_app;
GRANT INSERT ON archive.capture, archive.blob, archive.content, archive.record_version TO archive_app;
GRANT INSERT, UPDATE ON archive.source, archive.host, archive.page, archive.run, archive.run_page, archive.record
    TO archive_app;
GRANT USAGE ON SEQUENCE archive.capture_number TO archive_app;
REVOKE ALL ON FUNCTION archive.publish FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.publish TO archive_app
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("capture_number", schema="archive")))
    op.create_table(
        "blob",
        sa.Column("sha256", sa.TEXT(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="blob_pkey"),
        schema="archive",
    )
    op.create_table(
        "content",
        sa.Column("hash", sa.TEXT(), nullable=False),
        sa.Column("normaliser", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.TEXT(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="content_pkey"),
        schema="archive",
    )
    op.create_index(
        "content_short_id_idx", "content", [sa.literal_column("left(hash, 16)")], unique=False, schema="archive"
    )
    op.create_table(
        "host",
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("next_free_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("robots", sa.TEXT(), nullable=True),
        sa.Column("robots_status", sa.BigInteger(), nullable=True),
        sa.Column("robots_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validators_right", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("validators_wrong", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="host_pkey"),
        schema="archive",
    )
    op.create_table(
        "source",
        sa.Column("id", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("agency", sa.TEXT(), nullable=False),
        sa.Column("region", sa.TEXT(), nullable=False),
        sa.Column("platform", sa.TEXT(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="source_pkey"),
        schema="archive",
    )
    op.create_table(
        "page",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.TEXT(), nullable=False),
        sa.Column("url", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("listing", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("part_of", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.SmallInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blob_sha256", sa.TEXT(), nullable=True),
        sa.Column("etag", sa.TEXT(), nullable=True),
        sa.Column("last_modified", sa.TEXT(), nullable=True),
        sa.Column("unread_capture_id", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.TEXT(), nullable=True),
        sa.CheckConstraint("kind IN ('document', 'part', 'listing')", name="page_kind_check"),
        sa.CheckConstraint(f"verdict IN ({OUTCOMES})", name="page_verdict_check"),
        sa.ForeignKeyConstraint(["blob_sha256"], ["archive.blob.sha256"], name="page_blob_sha256_fkey"),
        sa.ForeignKeyConstraint(["part_of"], ["archive.page.id"], name="page_part_of_fkey"),
        sa.ForeignKeyConstraint(["source_id"], ["archive.source.id"], name="page_source_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="page_pkey"),
        sa.UniqueConstraint("source_id", "url", name="page_source_id_key"),
        schema="archive",
    )
    op.create_index("page_part_of_idx", "page", ["part_of"], unique=False, schema="archive")
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.TEXT(), nullable=False),
        sa.Column("key", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.TEXT(), server_default="running", nullable=False),
        sa.Column("listing", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('crawl', 'recheck', 'import')", name="run_kind_check"),
        sa.CheckConstraint("state IN ('running', 'green', 'amber', 'red')", name="run_state_check"),
        sa.ForeignKeyConstraint(["source_id"], ["archive.source.id"], name="run_source_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="run_pkey"),
        sa.UniqueConstraint("source_id", "key", name="run_source_id_key"),
        schema="archive",
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.TEXT(), nullable=False),
        sa.Column("final_url", sa.TEXT(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("elapsed_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("request_headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("blob_sha256", sa.TEXT(), nullable=True),
        sa.Column("log", sa.TEXT(), nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="capture_outcome_check"),
        sa.ForeignKeyConstraint(["blob_sha256"], ["archive.blob.sha256"], name="capture_blob_sha256_fkey"),
        sa.ForeignKeyConstraint(["page_id"], ["archive.page.id"], name="capture_page_id_fkey"),
        sa.ForeignKeyConstraint(["run_id"], ["archive.run.id"], name="capture_run_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="capture_pkey"),
        schema="archive",
    )
    op.create_index("capture_blob_sha256_idx", "capture", ["blob_sha256"], unique=False, schema="archive")
    op.create_index(
        "capture_page_id_fetched_at_idx", "capture", ["page_id", "fetched_at"], unique=False, schema="archive"
    )
    op.create_index("capture_run_id_idx", "capture", ["run_id"], unique=False, schema="archive")
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.TEXT(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.TEXT(), server_default="current", nullable=False),
        sa.Column("state_reason", sa.TEXT(), server_default="", nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('current', 'removed')", name="record_state_check"),
        sa.ForeignKeyConstraint(["page_id"], ["archive.page.id"], name="record_page_id_fkey"),
        sa.ForeignKeyConstraint(["source_id"], ["archive.source.id"], name="record_source_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="record_pkey"),
        sa.UniqueConstraint("page_id", name="record_page_id_key"),
        schema="archive",
    )
    op.create_index("record_source_id_idx", "record", ["source_id"], unique=False, schema="archive")
    op.create_index("record_updated_at_idx", "record", ["updated_at"], unique=False, schema="archive")
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("capture_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.TEXT(), nullable=False),
        sa.Column("title", sa.TEXT(), nullable=False),
        sa.Column("index_number", sa.TEXT(), nullable=True),
        sa.Column("publisher", sa.TEXT(), nullable=True),
        sa.Column("document_number", sa.TEXT(), nullable=True),
        sa.Column("written_date", sa.Date(), nullable=True),
        sa.Column("published_date", sa.Date(), nullable=True),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("extractor", sa.TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('created', 'updated', 're-extracted')", name="record_version_kind_check"),
        sa.ForeignKeyConstraint(["capture_id"], ["archive.capture.id"], name="record_version_capture_id_fkey"),
        sa.ForeignKeyConstraint(["content_hash"], ["archive.content.hash"], name="record_version_content_hash_fkey"),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name="record_version_record_id_fkey"),
        sa.PrimaryKeyConstraint("record_id", "version", name="record_version_pkey"),
        schema="archive",
    )
    op.create_index(
        "record_version_content_hash_idx", "record_version", ["content_hash"], unique=False, schema="archive"
    )
    op.create_index(
        "record_version_document_number_idx", "record_version", ["document_number"], unique=False, schema="archive"
    )
    op.create_index(
        "record_version_index_number_idx", "record_version", ["index_number"], unique=False, schema="archive"
    )
    op.create_index(
        "record_version_published_date_idx", "record_version", ["published_date"], unique=False, schema="archive"
    )
    op.create_table(
        "run_page",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("capture_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.TEXT(), nullable=True),
        sa.Column("reason", sa.TEXT(), server_default="", nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="run_page_outcome_check"),
        sa.ForeignKeyConstraint(["capture_id"], ["archive.capture.id"], name="run_page_capture_id_fkey"),
        sa.ForeignKeyConstraint(["page_id"], ["archive.page.id"], name="run_page_page_id_fkey"),
        sa.ForeignKeyConstraint(["run_id"], ["archive.run.id"], name="run_page_run_id_fkey"),
        sa.PrimaryKeyConstraint("run_id", "page_id", name="run_page_pkey"),
        schema="archive",
    )
    op.create_index("run_page_page_id_idx", "run_page", ["page_id"], unique=False, schema="archive")
    op.create_index("run_page_run_id_batch_idx", "run_page", ["run_id", "batch"], unique=False, schema="archive")
    op.create_table(
        "change",
        sa.Column("change_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.TEXT(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.TEXT(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'updated', 'removed', 'restored', 'corrected', 're-extracted')",
            name="change_kind_check",
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "version"],
            ["archive.record_version.record_id", "archive.record_version.version"],
            name="change_record_id_fkey",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["archive.run.id"], name="change_run_id_fkey"),
        sa.ForeignKeyConstraint(["source_id"], ["archive.source.id"], name="change_source_id_fkey"),
        sa.PrimaryKeyConstraint("change_seq", name="change_pkey"),
        schema="archive",
    )
    op.create_index("change_record_id_idx", "change", ["record_id"], unique=False, schema="archive")
    op.execute(PUBLISH)
    for grant in GRANTS.split(";"):
        op.execute(grant)


def downgrade() -> None:
    op.execute("DROP FUNCTION archive.publish")
    op.drop_index("change_record_id_idx", table_name="change", schema="archive")
    op.drop_table("change", schema="archive")
    op.drop_index("run_page_run_id_batch_idx", table_name="run_page", schema="archive")
    op.drop_index("run_page_page_id_idx", table_name="run_page", schema="archive")
    op.drop_table("run_page", schema="archive")
    op.drop_index("record_version_published_date_idx", table_name="record_version", schema="archive")
    op.drop_index("record_version_index_number_idx", table_name="record_version", schema="archive")
    op.drop_index("record_version_document_number_idx", table_name="record_version", schema="archive")
    op.drop_index("record_version_content_hash_idx", table_name="record_version", schema="archive")
    op.drop_table("record_version", schema="archive")
    op.drop_index("record_updated_at_idx", table_name="record", schema="archive")
    op.drop_index("record_source_id_idx", table_name="record", schema="archive")
    op.drop_table("record", schema="archive")
    op.drop_index("capture_run_id_idx", table_name="capture", schema="archive")
    op.drop_index("capture_page_id_fetched_at_idx", table_name="capture", schema="archive")
    op.drop_index("capture_blob_sha256_idx", table_name="capture", schema="archive")
    op.drop_table("capture", schema="archive")
    op.drop_table("run", schema="archive")
    op.drop_index("page_part_of_idx", table_name="page", schema="archive")
    op.drop_table("page", schema="archive")
    op.drop_table("source", schema="archive")
    op.drop_table("host", schema="archive")
    op.drop_index("content_short_id_idx", table_name="content", schema="archive")
    op.drop_table("content", schema="archive")
    op.drop_table("blob", schema="archive")
    op.execute("DROP SEQUENCE archive.capture_number")
    op.execute("REVOKE USAGE ON SCHEMA archive FROM archive_app")
