"""Reasons are codes with parameters; what keeps a page unread has a column of its own."""

import runpy
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# A stored reason is JSON of this form (etl/reasons.py); anything else is a text of its own.
AS_JSON = """
CREATE FUNCTION archive.reason_json(stored text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN stored LIKE '{"code":%' AND pg_input_is_valid(stored, 'jsonb') THEN stored::jsonb END
"""
# Sentences are read from a table that downstream readers cannot see into; they may call this all the same. A code that
# the table does not have yet is shown as it is stored.
IN_ENGLISH = """
CREATE FUNCTION archive.reason_in_english(value jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE sentence text;
BEGIN
    IF jsonb_typeof(value) = 'array' THEN
        RETURN (SELECT coalesce(string_agg(archive.reason_in_english(item), '; ' ORDER BY place), '')
                FROM jsonb_array_elements(value) WITH ORDINALITY AS list (item, place));
    ELSIF jsonb_typeof(value) <> 'object' THEN
        RETURN value #>> '{}';
    END IF;
    SELECT r.english INTO sentence FROM archive.reason r WHERE r.code = value->>'code';
    IF sentence IS NULL THEN
        RETURN value::text;
    END IF;
    RETURN (SELECT string_agg(coalesce(part[2], archive.reason_in_english(value->'params'->part[1]), '…'), ''
                              ORDER BY place)
            FROM regexp_matches(sentence, '\\{(\\w+)\\}|([^{}]+)', 'g') WITH ORDINALITY AS parts (part, place));
END $$
"""
COLUMNS = {"records": "state_reason", "attachments": "reason", "captures": "reason", "changes": "reason"}
"""By view, the column that gives a reason. It stays a sentence; columns beside it give the code."""
COMMENTS = {
    "code": "The same as a code: reasons.code. NULL: there is none, or the text is somebody''s own.",
    "params": "JSON object of the parameters of that code. NULL where the code is.",
}


def upgrade() -> None:
    op.add_column("run_page", sa.Column("unread_reason", sa.Text()), schema="archive")
    op.execute("""
        UPDATE archive.run_page SET unread_reason = substr(reason, length('not read: ') + 1), reason = ''
        WHERE reason LIKE 'not read: %'
    """)
    # Filled by whoever migrates (etl/archive/storage/migrations.py): sentences may be reworded, and codes are added.
    op.create_table(
        "reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("chinese", sa.Text(), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="reason_pkey"),
        schema="archive",
    )
    op.execute("GRANT SELECT ON archive.reason TO archive_app")
    op.execute(AS_JSON)
    op.execute(IN_ENGLISH)
    for view in _views():
        name = COLUMNS[view.name]
        expressions = {column: expression for column, expression, _ in view.columns}
        stored = expressions[name]
        as_json = f"archive.reason_json({stored})"
        expressions[name] = f"coalesce(archive.reason_in_english({as_json}), {stored})"
        expressions |= {f"{name}_code": f"{as_json}->>'code'", f"{name}_params": f"{as_json}->'params'"}
        _make("CREATE OR REPLACE", view, expressions)
        for part, comment in COMMENTS.items():
            op.execute(f"COMMENT ON COLUMN api_v1.{view.name}.{name}_{part} IS '{comment}'")
    op.execute("CREATE VIEW api_v1.reasons AS SELECT code, english, chinese FROM archive.reason")
    op.execute("GRANT SELECT ON api_v1.reasons TO archive_reader")
    op.execute("COMMENT ON VIEW api_v1.reasons IS 'One row a code of a reason, with its sentence in both languages.'")
    for name, comment in (
        ("code", "The code; it never changes its meaning."),
        ("english", "Sentence in English; parameters stand in braces, by name. It may be reworded."),
        ("chinese", "The same in Chinese. Identifiers, such as an outcome, are to be named in Chinese by the reader."),
    ):
        op.execute(f"COMMENT ON COLUMN api_v1.reasons.{name} IS '{comment}'")


def downgrade() -> None:
    op.execute("DROP VIEW api_v1.reasons")
    for view in _views():
        comments = {column: comment.replace("'", "''") for column, _, comment in view.columns}
        op.execute(f"DROP VIEW api_v1.{view.name}")
        _make("CREATE", view, {column: expression for column, expression, _ in view.columns})
        for column, comment in comments.items():
            op.execute(f"COMMENT ON COLUMN api_v1.{view.name}.{column} IS '{comment}'")
        op.execute(f"COMMENT ON VIEW api_v1.{view.name} IS '{view.comment.replace(chr(39), chr(39) * 2)}'")
        op.execute(f"GRANT SELECT ON api_v1.{view.name} TO archive_reader")
    op.execute("DROP FUNCTION archive.reason_in_english")
    op.execute("DROP FUNCTION archive.reason_json")
    op.drop_table("reason", schema="archive")
    op.execute("""
        UPDATE archive.run_page SET reason = 'not read: ' || unread_reason WHERE unread_reason IS NOT NULL
    """)
    op.drop_column("run_page", "unread_reason", schema="archive")


def _views() -> list[Any]:
    """The views that give reasons, as they were made."""
    views = runpy.run_path(str(Path(__file__).with_name("0003_read_surface.py")))["VIEWS"]
    return [view for view in views if view.name in COLUMNS]


def _make(create: str, view: Any, expressions: dict[str, str]) -> None:
    columns = ",\n    ".join(f"{expression} AS {name}" for name, expression in expressions.items())
    op.execute(f"{create} VIEW api_v1.{view.name} AS SELECT\n    {columns}\n{view.rows}")
