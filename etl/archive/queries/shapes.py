"""Search statements are built once for all filters of the same shape; the words of a search are their parameters.

Building the statements of one page took as long as all other work of the server for it.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from etl.archive.queries.full_text import field_line
from etl.archive.queries.search import COLLECTION_FACET, CONTENT_ID, SOURCE_FACET, STATE_FACET, RecordFilter, Shape
from etl.archive.queries.words import Query, Word
from etl.folding import are_exact, grams

STATEMENTS = 200
"""Number of statements of each kind that are cached."""
_PARTS = (None, "title", "body", "files", "number")
_ONE, _TWO, _MORE = "一", "一丁", "一丁七"


@lru_cache(1000)
def shaped(record_filter: RecordFilter) -> tuple[RecordFilter, Mapping[str, Any]]:
    """The shape of the filter and the values of its parameters. If its statements depend on the values, returns the
    filter itself and no parameters."""
    query = record_filter.words
    words = [*query.words, *query.together.values()]
    facets = (*record_filter.only, *record_filter.without)
    if (
        any(record_filter.beside_entries)
        or any(facet.startswith((STATE_FACET, COLLECTION_FACET)) for facet in facets)
        or CONTENT_ID.fullmatch(record_filter.q)
        or not all(word.part in _PARTS and (len(word.folded) == 1 or grams(word.folded)) for word in words)
    ):
        return record_filter, {}
    values: dict[str, Any] = {"numbers": [query.number]}
    if record_filter.source:
        values["source"] = record_filter.source
    source = (f"{SOURCE_FACET}{record_filter.source}",) if record_filter.source else ()
    values |= {"wanted": [*record_filter.only, *source], "unwanted": list(record_filter.without)}
    for name, word in (*_named(query.words), *query.together.items()):
        values |= {name: word.folded, f"{name}_pairs": grams(word.folded), f"{name}_line": field_line(word)}
    shape = Shape(
        source="source" if record_filter.source else "",
        only=("wanted",) if record_filter.only else (),
        without=("unwanted",) if record_filter.without else (),
        query=_shape(query),
    )
    return shape, values


def _named(words: tuple[Word, ...]) -> list[tuple[str, Word]]:
    return [(f"word_{place}", word) for place, word in enumerate(words)]


def _shape(query: Query) -> Query:
    alike = iter([_like(word, name) for name, word in _named(query.words)])
    groups = tuple(tuple(next(alike) for _ in group) for group in query.groups)
    return Query(groups, tuple(alike), "number" if query.number else "")


def _like(word: Word, name: str) -> Word:
    """A placeholder for a word, which gives the same statement."""
    is_pair = len(word.folded) == 2 and are_exact(word.folded)
    alike = _ONE if len(word.folded) == 1 else _TWO if is_pair else _MORE
    return Word(alike, "", word.part, word.fields, name)
