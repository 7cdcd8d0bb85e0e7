"""What a search of many records shows first: pairs of characters in titles, and removed records; and pairs of rare
characters, which are beyond U+FFFF."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

# As etl.folding.grams: a character beyond U+FFFF takes one of the 2,048 codes that no text has (surrogates).
_CODES = "ascii(pair.a)::bigint", "ascii(pair.b)"
_CODES_OF_RARE = tuple(
    f"(CASE WHEN ascii(pair.{each}) > 65535 THEN 55296 + ascii(pair.{each}) % 2048 ELSE ascii(pair.{each}) END)"
    for each in "ab"
)
_NOT_RARE = """AND pair.a <= U&'\\FFFF' COLLATE "C" AND pair.b <= U&'\\FFFF' COLLATE "C" """
_RARE = "[\U00010000-\U0010ffff]"


def upgrade() -> None:
    _grams(f"{_CODES_OF_RARE[0]}::bigint", _CODES_OF_RARE[1], "")
    # Titles are short: their pairs are added one record at a time.
    op.execute("""
        CREATE INDEX search_entry_title_idx ON archive.search_entry
        USING gin (archive.search_grams(title, '', '', '')) WITH (fastupdate = off) WHERE in_index
    """)
    op.execute("ALTER INDEX archive.search_entry_title_idx ALTER COLUMN 1 SET STATISTICS 0")
    op.create_index(
        "record_removed_idx", "record", ["id"], schema="archive", postgresql_where=sa.text("state = 'removed'")
    )


def downgrade() -> None:
    _grams(*_CODES, _NOT_RARE)
    op.drop_index("record_removed_idx", "record", schema="archive")
    op.drop_index("search_entry_title_idx", "search_entry", schema="archive")


def _grams(first: str, second: str, only: str) -> None:
    op.execute(f"""
CREATE OR REPLACE FUNCTION archive.search_grams(title text, fields text, body text, files text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 RETURN (
    SELECT coalesce(array_agg(({first} << 16 | {second})::bit(32)::integer), '{{}}')
    FROM (
        SELECT string_to_array(title || E'\\n' || fields || E'\\n' || body || E'\\n' || files, NULL) AS chars
    ) AS said, unnest(said.chars, said.chars[2:]) AS pair (a, b)
    WHERE pair.a > ' ' COLLATE "C" AND pair.b > ' ' COLLATE "C" {only}
)
""")
    # Entries with such characters wait, and are compared whole, until `gongkai index` or the next run adds them anew.
    op.execute(
        sa.text(
            "UPDATE archive.search_entry SET in_index = false "
            "WHERE in_index AND concat(title, fields, body, files) ~ :rare"
        ).bindparams(rare=_RARE)
    )
