"""The pairs of characters of a search entry are made of numbers: that takes two thirds of the time."""

from alembic import op

revision = "0027"
down_revision = "0026"

# As etl.folding.grams. `unnest` in the select list gives its rows one by one; in the list of tables it writes them all
# down first. Shifting integers wraps like the index's numbers do.
_OF_NUMBERS = """
    SELECT coalesce(array_agg(pair.a << 16 | pair.b), '{}') FROM (
        SELECT unnest(said.codes) AS a, unnest(said.codes[2:]) AS b FROM (
            SELECT array_agg(CASE WHEN one.code > 65535 THEN 55296 + one.code % 2048 ELSE one.code END) AS codes
            FROM (
                SELECT ascii(unnest(
                    string_to_array(title || E'\\n' || fields || E'\\n' || body || E'\\n' || files, NULL)
                )) AS code
            ) AS one
        ) AS said
    ) AS pair
    WHERE pair.a > 32 AND pair.b > 32
"""
_CODES = tuple(
    f"(CASE WHEN ascii(pair.{each}) > 65535 THEN 55296 + ascii(pair.{each}) % 2048 ELSE ascii(pair.{each}) END)"
    for each in "ab"
)
_OF_CHARACTERS = f"""
    SELECT coalesce(array_agg(({_CODES[0]}::bigint << 16 | {_CODES[1]})::bit(32)::integer), '{{}}')
    FROM (
        SELECT string_to_array(title || E'\\n' || fields || E'\\n' || body || E'\\n' || files, NULL) AS chars
    ) AS said, unnest(said.chars, said.chars[2:]) AS pair (a, b)
    WHERE pair.a > ' ' COLLATE "C" AND pair.b > ' ' COLLATE "C"
"""


def upgrade() -> None:
    _grams(_OF_NUMBERS)


def downgrade() -> None:
    _grams(_OF_CHARACTERS)


def _grams(pairs: str) -> None:
    op.execute(f"""
CREATE OR REPLACE FUNCTION archive.search_grams(title text, fields text, body text, files text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 RETURN ({pairs})
""")
