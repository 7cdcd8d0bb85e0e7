"""SQL conditions for the words of a query: which search entries contain them.

The index contains pairs of neighbouring characters, so it alone finds a word of two characters. For longer words, the
index finds candidates, whose folded texts are then compared. A word of one character is in no pair; it is searched in
titles and fields only. Entries that are not in the index yet are all compared.
"""

import re
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER, TEXT
from sqlalchemy.orm import aliased

from etl.archive.queries.words import Query, Word, years_of
from etl.archive.records.collections import members
from etl.archive.records.search_index import NUMBER
from etl.archive.storage.citation_models import Citation
from etl.archive.storage.models import Record, SearchEntry, Source
from etl.extract.citing import cited_number_key, title_key
from etl.folding import are_exact, grams
from etl.regions import GOVERNMENT_OF_A_REGION, NO_REGION, PROVINCES

Entries = type[SearchEntry]
Records = type[Record]
# Created once, for the reason given in `search`.
_ENTRY, _RECORD = aliased(SearchEntry), aliased(Record)
_NEAR, _NEAR_RECORD = aliased(SearchEntry), aliased(Record)


def matching_entries(query: Query) -> Select[int] | CompoundSelect[int]:
    """The numbers of the records that contain the query's words, each once."""
    entry, record = _ENTRY, _RECORD
    selected = select(entry.record_id)
    if words_ask_the_record(query):
        selected = selected.join(record, record.id == entry.record_id)
    occurs = occurrence(query, entry, record)
    indexed = by_index(query, entry)
    if indexed is None:
        parts = [selected.where(occurs)]
    else:
        certain = [] if index_is_exact(query) else [occurs]
        parts = [selected.where(entry.in_index, indexed, *certain), selected.where(~entry.in_index, occurs)]
    if query.number:
        return union(*parts, select(entry.record_id).where(has_number(query, entry)))
    return union_all(*parts) if len(parts) > 1 else parts[0]


def has_number(query: Query, entry: Entries) -> ColumnElement[bool]:
    """SQL condition: the record has the number of the query (`etl.folding.number_key`)."""
    is_shape, of = any(word.name for word in query.words), ARRAY(TEXT)
    return entry.numbers.contains(bindparam("numbers", type_=of) if is_shape else literal([query.number], of))


def occurrence(query: Query, entry: Entries, record: Records) -> ColumnElement[bool]:
    """SQL condition: the words occur as the query demands. Compares texts, so it is slow for many rows."""
    return and_(
        *(or_(*(_occurs(word, entry, record) for word in group)) for group in query.groups),
        *(~_occurs(word, entry, record) for word in query.without),
    )


def by_index(query: Query, entry: Entries) -> ColumnElement[bool] | None:
    """SQL condition that an index answers: true for all entries that contain the words, and for some others.

    None if there is no such condition, because the query has only words of one character or excluded words.
    """
    conditions = []
    for group in query.groups:
        known = [_by_index(word, entry) for word in group]
        if all(condition is not None for condition in known):
            conditions.append(or_(*(condition for condition in known if condition is not None)))
    return and_(*conditions) if conditions else None


def index_is_exact(query: Query) -> bool:
    """Whether `by_index` is true only for entries that contain the words."""
    return not query.without and all(_index_is_exact(word) for group in query.groups for word in group)


LAST_RANK = 3


def leading_by_index(query: Query, entry: Entries) -> ColumnElement[bool] | None:
    """SQL condition that indexes answer: true for all indexed entries with a better rank than `LAST_RANK`, and for some
    others. None if there is no such condition, or if `rank` also depends on a number."""
    words = [group[0] for group in query.groups]
    plain = all(len(group) == 1 and group[0].anywhere and grams(group[0].folded) for group in query.groups)
    if not words or not plain or query.number or query.without:
        return None
    # The same expression as in `search_entry_title_idx`.
    title = func.archive.search_grams(entry.title, *([literal_column("''")] * 3), type_=ARRAY(INTEGER))
    in_title = and_(*(title.contains(_pairs(word)) for word in words))
    together = _by_index(query.together["phrase"], entry) if len(words) > 1 else None
    return in_title if together is None else or_(in_title, together)


def rank(query: Query, entry: Entries) -> ColumnElement[int]:
    """SQL expression for the rank: 0 if the number fits or the words are together in the title, 1 if all words are in
    the title, 2 if they are together in a text, else `LAST_RANK`. Whether words are together in a text is judged by
    their pairs of characters alone."""
    words = [group[0] for group in query.groups if group[0].anywhere]
    if not words:
        return literal(LAST_RANK)
    together = query.together
    tiers: list[tuple[ColumnElement[bool], int]] = [(or_(*(_in(each, entry.title) for each in together.values())), 0)]
    if query.number:
        tiers.insert(0, (has_number(query, entry), 0))
    if len(words) > 1:
        tiers.append((and_(*(_in(word, entry.title) for word in words)), 1))
        nearly = _nearly(Query(((together["phrase"],),)))
        if nearly is not None:
            tiers.append((entry.record_id.in_(select(nearly.subquery())), 2))
    return case(*tiers, else_=LAST_RANK)


def _nearly(query: Query) -> CompoundSelect[int] | None:
    """As `matching_entries`, but with other records that have all pairs of the words; None if there are no pairs."""
    entry, record = _NEAR, _NEAR_RECORD
    indexed = by_index(query, entry)
    if indexed is None:
        return None
    return union_all(
        select(entry.record_id).where(entry.in_index, indexed),
        select(entry.record_id).where(~entry.in_index, occurrence(query, entry, record)),
    )


def words_ask_the_record(query: Query) -> bool:
    """Whether `occurrence` needs the record of the entry."""
    return any(word.part in ("source", "region", "state") for word in query.words)


def _occurs(word: Word, entry: Entries, record: Records) -> ColumnElement[bool]:
    if word.fields:
        return _in_fields(word, entry)
    match word.part:
        case "title" | "body" | "files":
            return _in(word, getattr(entry, word.part))
        case "number":
            return _in_fields(word, entry)
        case "year" | "type":
            return _has_facet(word, entry)
        case "collection":
            return _in_collection(word, entry)
        case "source":
            named = or_(*(column.icontains(word.typed, autoescape=True) for column in (Source.name, Source.agency)))
            return record.source_id.in_(select(Source.id).where(or_(Source.id == word.folded, named)))
        case "region":
            return record.source_id.in_(select(Source.id).where(_in_region(word)))
        case "state":
            return record.state == word.folded
        case "cites":
            return _cites(word, entry)
    columns = (entry.title, entry.fields) if len(word.folded) == 1 else _columns(entry)
    return or_(*(_in(word, column) for column in columns))


def _in_region(word: Word) -> ColumnElement[bool]:
    """SQL condition: the source is of a region whose code begins like that, or of one with that name, or below it."""
    codes = [word.folded, *(code for code, name in PROVINCES.items() if name.startswith(word.folded))]
    own = aliased(Source)
    prefix = func.regexp_replace(own.region, "(00)+$", "")
    name = func.substring(own.agency, GOVERNMENT_OF_A_REGION)  # its first group; none of another agency
    named = select(own.id).where(
        own.region != NO_REGION, name.icontains(word.folded, autoescape=True), Source.region.startswith(prefix)
    )
    return or_(*(Source.region.startswith(code, autoescape=True) for code in codes), named.exists())


def _cites(word: Word, entry: Entries) -> ColumnElement[bool]:
    """SQL condition: the record cites the document with exactly that number or title."""
    named = or_(Citation.number_key == cited_number_key(word.typed), Citation.title_key == title_key(word.typed))
    return entry.record_id.in_(select(Citation.record_id).where(named))


def _columns(entry: Entries) -> tuple[Any, ...]:
    return entry.title, entry.fields, entry.body, entry.files


def _in(word: Word, column: Any) -> ColumnElement[bool]:
    return func.strpos(column, bindparam(word.name, type_=TEXT) if word.name else word.folded) > 0


def _in_fields(word: Word, entry: Entries) -> ColumnElement[bool]:
    return entry.fields.regexp_match(bindparam(f"{word.name}_line", type_=TEXT) if word.name else field_line(word))


def field_line(word: Word) -> str:
    """The regular expression of PostgreSQL for a line of `fields` in which the word occurs."""
    lines = "|".join(name.upper() for name in (word.fields or (NUMBER,)))
    # A number that ends with 号 is complete, so the line must end there.
    end = "($|\\n)" if word.part == "number" and word.typed.endswith("号") else ""
    return f"(^|\\n)({lines})=[^\\n]*{re.escape(word.folded)}{end}"


def _has_facet(word: Word, entry: Entries) -> ColumnElement[bool]:
    values = [str(year) for year in years_of(word)] if word.part == "year" else [word.folded]
    overlap: ColumnElement[bool] = entry.facets.overlap(
        literal([f"{word.part}:{value}" for value in values], ARRAY(TEXT))
    )
    return overlap


def _in_collection(word: Word, entry: Entries) -> ColumnElement[bool]:
    """SQL condition: the record is in the collection with that number, or with those words in its title."""
    number = int(word.folded) if re.fullmatch(r"\d{1,18}", word.folded, re.ASCII) else None
    return entry.record_id.in_(select(members(number, word.typed).subquery()))


def _by_index(word: Word, entry: Entries) -> ColumnElement[bool] | None:
    if word.part in ("year", "type"):
        return _has_facet(word, entry)
    if word.part == "collection":
        return _in_collection(word, entry)
    if word.part == "cites":
        return _cites(word, entry)
    if word.part in ("source", "region", "state") or not grams(word.folded):
        return None
    known = func.archive.search_grams(entry.title, entry.fields, entry.body, entry.files, type_=ARRAY(INTEGER))
    return known.contains(_pairs(word))


def _pairs(word: Word) -> ColumnElement[Any]:
    of = ARRAY(INTEGER)
    return bindparam(f"{word.name}_pairs", type_=of) if word.name else literal(grams(word.folded), of)


def _index_is_exact(word: Word) -> bool:
    if word.part in ("year", "type", "collection", "cites"):
        return True
    return word.anywhere and len(word.folded) == 2 and len(grams(word.folded)) == 1 and are_exact(word.folded)
