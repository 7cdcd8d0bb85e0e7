"""Full-text search: what is searched of each record, folded, and the index of its pairs of characters."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# The same pairs as etl.folding.grams. The index sorts them and drops repetitions. Without its cost the planner would
# sometimes rather compute the pairs of many rows than look them up.
SEARCH_GRAMS = r"""
CREATE FUNCTION archive.search_grams(title text, fields text, body text, files text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 RETURN (
    SELECT coalesce(array_agg((ascii(pair.a)::bigint << 16 | ascii(pair.b))::bit(32)::integer), '{}')
    FROM (SELECT string_to_array(title || E'\n' || fields || E'\n' || body || E'\n' || files, NULL) AS chars) AS said,
         unnest(said.chars, said.chars[2:]) AS pair (a, b)
    WHERE pair.a > ' ' COLLATE "C" AND pair.b > ' ' COLLATE "C"
      AND pair.a <= U&'\FFFF' COLLATE "C" AND pair.b <= U&'\FFFF' COLLATE "C"
)
"""
# Pairs are added in bulk: one record at a time takes five times as long. Whoever owns the index alone may empty its
# list of what is still to be sorted in, and each search reads that list.
INDEX_ENTRIES = """
CREATE FUNCTION archive.index_entries(most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE indexed bigint;
BEGIN
    UPDATE archive.search_entry SET in_index = true WHERE record_id IN (
        SELECT e.record_id FROM archive.search_entry e WHERE NOT e.in_index
        ORDER BY e.record_id LIMIT most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS indexed = ROW_COUNT;
    PERFORM gin_clean_pending_list('archive.search_entry_grams_idx');
    RETURN indexed;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("numbers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("facets", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("published_date", sa.Date()),
        sa.Column("written_date", sa.Date()),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_index", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="search_entry_pkey"),
        sa.ForeignKeyConstraint(["record_id"], ["archive.record.id"], name="search_entry_record_id_fkey"),
        schema="archive",
    )
    op.execute(SEARCH_GRAMS)
    op.execute("""
        CREATE INDEX search_entry_grams_idx ON archive.search_entry
        USING gin (archive.search_grams(title, fields, body, files))
        WITH (fastupdate = on, gin_pending_list_limit = 65536) WHERE in_index
    """)
    # ANALYZE would compute the pairs of 30,000 records, for a distribution that no query of ours depends on.
    op.execute("ALTER INDEX archive.search_entry_grams_idx ALTER COLUMN 1 SET STATISTICS 0")
    for name in ("numbers", "facets"):
        op.create_index(
            f"search_entry_{name}_idx",
            "search_entry",
            [name],
            schema="archive",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_index(
        "search_entry_waiting_idx",
        "search_entry",
        ["record_id"],
        schema="archive",
        postgresql_where=sa.text("NOT in_index"),
    )
    for column in ("listed_on", "published_date", "written_date", "captured_at"):
        op.create_index(
            f"search_entry_{column}_idx",
            "search_entry",
            [sa.text(f"{column} DESC NULLS LAST"), sa.text("record_id DESC")],
            schema="archive",
        )
    op.create_table(
        "search_state",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("folding", sa.BigInteger(), nullable=False),
        sa.Column("filled_to", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="search_state_pkey"),
        sa.CheckConstraint("one", name=op.f("search_state_one_check")),
        schema="archive",
    )
    # 1 is etl.folding.FOLDING. Records that are there already are left to `gongkai index`, which can be interrupted.
    op.execute(
        "INSERT INTO archive.search_state (folding, filled_to, until) "
        "SELECT 1, 0, coalesce(max(id), 0) FROM archive.record"
    )
    op.execute(INDEX_ENTRIES)
    op.execute("REVOKE ALL ON FUNCTION archive.index_entries FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION archive.index_entries TO archive_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON archive.search_entry TO archive_app")
    op.execute("GRANT SELECT, UPDATE ON archive.search_state TO archive_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION archive.index_entries")
    op.drop_table("search_state", schema="archive")
    op.drop_table("search_entry", schema="archive")
    op.execute("DROP FUNCTION archive.search_grams")
