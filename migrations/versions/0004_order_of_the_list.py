"""The list of records read from an index, newest first; damaged blobs counted from one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# When the current version was published; without such a date, when the record was first seen, as a day in China.
DAY = "coalesce({version}.published_date, ({record}.created_at AT TIME ZONE 'Asia/Shanghai')::date)"
# A day rests on two tables, so no expression index can hold it. Whoever writes a version gives its record its day:
# the newest version of a record is always its current one.
LIST_RECORD = f"""
CREATE FUNCTION archive.list_record() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    UPDATE archive.record r SET listed_on = {DAY.format(record="r", version="v")}
    FROM (SELECT DISTINCT ON (record_id) record_id, published_date FROM made ORDER BY record_id, version DESC) AS v
    WHERE r.id = v.record_id AND r.listed_on <> {DAY.format(record="r", version="v")};
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    today = sa.text("(now() AT TIME ZONE 'Asia/Shanghai')::date")
    op.add_column("record", sa.Column("listed_on", sa.Date(), nullable=False, server_default=today), schema="archive")
    op.execute(f"""
        UPDATE archive.record r SET listed_on = {DAY.format(record="r", version="v")}
        FROM archive.record_version v WHERE v.record_id = r.id AND v.version = r.version
    """)
    newest_first = [sa.text("listed_on DESC"), sa.text("id DESC")]
    op.create_index("record_listed_on_idx", "record", newest_first, schema="archive")
    op.execute(LIST_RECORD)
    op.execute("""
        CREATE TRIGGER record_version_listed AFTER INSERT ON archive.record_version REFERENCING NEW TABLE AS made
        FOR EACH STATEMENT EXECUTE FUNCTION archive.list_record()
    """)
    damaged = sa.text("damage IS NOT NULL")
    op.create_index("blob_damage_idx", "blob", ["sha256"], postgresql_where=damaged, schema="archive")


def downgrade() -> None:
    op.drop_index("blob_damage_idx", table_name="blob", schema="archive")
    op.execute("DROP TRIGGER record_version_listed ON archive.record_version")
    op.execute("DROP FUNCTION archive.list_record")
    op.drop_column("record", "listed_on", schema="archive")
