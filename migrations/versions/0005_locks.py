"""Locks that only the archive's own roles can take: on tables, not on advisory numbers, which are anybody's."""

from alembic import op

revision = "0005"
down_revision = "0004"

# Without columns, for nobody reads or writes them; apart from the tables that are written, so that neither autovacuum
# nor a backup of those is waited for.
NUMBERING, STORING, EXPORTING = "numbering", "storing", "exporting"

PUBLISH_ALL = """
CREATE OR REPLACE FUNCTION archive.publish_all(events jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE first bigint;
BEGIN
    -- Held until commit: the next writer sees these rows before it numbers its own, so that change_seq follows commits.
    {lock};
    SELECT coalesce(max(c.change_seq), 0) + 1 INTO first FROM archive.change c;
    INSERT INTO archive.change (change_seq, kind, record_id, version, source_id, run_id, reason)
    SELECT first + e.place - 1, e.event->>'kind', (e.event->>'record')::bigint, (e.event->>'version')::bigint,
           e.event->>'source', (e.event->>'run')::bigint, e.event->>'reason'
    FROM jsonb_array_elements(events) WITH ORDINALITY AS e (event, place);
    PERFORM pg_notify('archive_change', (first + jsonb_array_length(events) - 1)::text);
    RETURN first;
END $$
"""


def upgrade() -> None:
    for name in (NUMBERING, STORING, EXPORTING):
        op.create_table(name, schema="archive")
    # What lets a role take a lock; there is nothing to update. The function's owner alone locks archive.numbering.
    op.execute(f"GRANT UPDATE ON archive.{STORING}, archive.{EXPORTING} TO archive_app")
    _number_under(f"LOCK TABLE archive.{NUMBERING} IN EXCLUSIVE MODE")


def downgrade() -> None:
    _number_under("PERFORM pg_advisory_xact_lock(7305808869231650145)")
    for name in (NUMBERING, STORING, EXPORTING):
        op.drop_table(name, schema="archive")


def _number_under(lock: str) -> None:
    # Who numbers events under the other lock ends first.
    op.execute("LOCK TABLE archive.change IN EXCLUSIVE MODE")
    op.execute(PUBLISH_ALL.format(lock=lock))
