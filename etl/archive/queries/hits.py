"""The results of a search as a page shows them: the number of records, their facets, and the records in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.orm import aliased

from etl.archive.queries.counts import MatchCount, count_matches
from etl.archive.queries.facets import Facet, all_facets, facets_of
from etl.archive.queries.full_text import has_number
from etl.archive.queries.ranking import (
    NO_FIRST_CANDIDATES,
    FirstCandidates,
    ResultPosition,
    Sort,
    are_certain,
    first_candidates,
    ranked_positions,
)
from etl.archive.queries.search import (
    CONTENT_ID,
    RecordFilter,
    has_content_id,
    is_duplicate_of_earlier,
    matches,
    with_version,
)
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.queries.words import Word, fewer_words
from etl.archive.storage.lookups import NO_TEXT, among
from etl.archive.storage.models import Record, RecordVersion, SearchEntry
from etl.archive.storage.state_cache import cached

COUNT_SECONDS = 0.03
"""Time limit for counting many matches, used at most twice: readers need the results more than their number."""
MAX_BATCHES = 5
"""Maximum number of batches of candidates whose texts are compared for one page; the next page continues after them."""
MAX_PROPOSALS = 6
MAX_NAMED = 100
"""Maximum number of records with the same number that are checked for having the same text."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Number and facets of all records that a search finds.

    `facets_over`: if `facets` were counted in only a part of the records, the size of this part; else None.
    """

    total: MatchCount
    facets: tuple[Facet, ...]
    facets_over: int | None
    first: FirstCandidates


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The records of a page of results, and the position after which the next page begins; None if it is the last."""

    records: tuple[int, ...]
    after: ResultPosition | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A search with other words that finds something."""

    query: str
    total: MatchCount


def overview(connection: Connection, record_filter: RecordFilter, *, count_all: bool = False) -> Overview:
    """The number of matching records and their facets. If there are more than `BATCH`, facets of the first candidates
    only, unless `count_all`."""
    key = ("overview", record_filter, count_all)
    is_certain = bool(record_filter.words)  # without words, the total may be inexact because of the time limit
    make = partial(_overview, connection, record_filter, count_all=count_all)
    return cached(connection, key, make, lambda view: is_certain or view.total.exact)


def _overview(connection: Connection, record_filter: RecordFilter, *, count_all: bool) -> Overview:
    # The total is exact if the index alone decides which records match, or if all candidates were compared. Otherwise,
    # without words, it is counted within the time limit. With words, comparing all texts would take too long, so the
    # total is the number of matches among the first candidates, a lower bound.
    words = record_filter.words
    first = _first(connection, record_filter)
    certain = are_certain(record_filter)
    matching = _verified_matches(
        connection, record_filter, [place.record for place in first.positions], certain=certain
    )
    if not first.more:
        return Overview(MatchCount(len(matching), exact=True), facets_of(connection, matching), None, first)
    if count_all:
        facets = all_facets(connection, record_filter)
        states = (value.records for facet in facets if facet.name == "state" for value in facet.values)
        return Overview(MatchCount(sum(states), exact=True), facets, None, first)
    counted = None if words else count_matches(connection, record_filter, COUNT_SECONDS)
    total = first.total or counted or MatchCount(len(matching), exact=False)
    return Overview(total, facets_of(connection, matching), len(matching), first)


def _first(connection: Connection, record_filter: RecordFilter) -> FirstCandidates:
    count_all = bool(record_filter.words) and are_certain(record_filter)
    key = ("first candidates", record_filter)
    return cached(connection, key, partial(first_candidates, connection, record_filter, count_all=count_all))


def result_page(
    connection: Connection,
    record_filter: RecordFilter,
    sort: Sort,
    after: ResultPosition | None,
    number: int,
    first: FirstCandidates = NO_FIRST_CANDIDATES,
) -> ResultPage:
    """The next records in order, one for each text. `first`: the first candidates, if they are known."""
    shown: list[ResultPosition] = []
    at_first = None if first.positions else 4 * number
    for batch, candidates in enumerate(ranked_positions(connection, record_filter, sort, after, first, at_first), 1):
        for place in _one_per_text(connection, record_filter, candidates, number + 1):
            shown.append(place)
            if len(shown) > number:
                return ResultPage(tuple(each.record for each in shown[:number]), shown[number - 1])
        if batch == MAX_BATCHES:
            return ResultPage(tuple(each.record for each in shown), candidates[-1])
    return ResultPage(tuple(each.record for each in shown), None)


def neighbours(
    connection: Connection, record_filter: RecordFilter, sort: Sort, record: int, *, page_size: int, limit: int
) -> tuple[int | None, int | None]:
    """The records before and after a record in the results, which are read in pages of `page_size`. Each is None if
    there is none, or if the record is not among the first `limit` results."""
    if not _verified_matches(connection, record_filter, [record], first_of_text=True):
        return None, None
    if sort == "relevance" and _is_beyond(connection, record_filter, record, limit):
        return None, None
    for number in (min(2 * page_size + 1, limit), limit):
        key = ("walk", record_filter, sort, page_size, number)
        walked = cached(connection, key, partial(_walked, connection, record_filter, sort, page_size, number))
        place = walked.index(record) if record in walked else None
        if place is not None and (place + 1 < len(walked) or number == limit or len(walked) < number):
            return walked[place - 1] if place else None, walked[place + 1] if place + 1 < len(walked) else None
    return None, None


def _is_beyond(connection: Connection, record_filter: RecordFilter, record: int, limit: int) -> bool:
    """Whether the first candidates show that a record is not among the first `limit` results: they do not contain it,
    and either they give so many results or there are no more candidates. A quick check, as going through the results
    takes five times as long."""
    first = _first(connection, record_filter)
    if any(place.record == record for place in first.positions) or not are_certain(record_filter):
        return False
    records = [place.record for place in first.positions]
    alone = partial(_verified_matches, connection, record_filter, records, first_of_text=True, certain=True)
    return not first.more or len(cached(connection, ("first lines", record_filter), alone)) >= limit


def _walked(
    connection: Connection, record_filter: RecordFilter, sort: Sort, page_size: int, number: int
) -> tuple[int, ...]:
    walk = _walk(connection, record_filter, sort, page_size, max(4 * page_size, number))
    return tuple(islice(walk, number))


def _walk(
    connection: Connection, record_filter: RecordFilter, sort: Sort, page_size: int, at_first: int
) -> Iterator[int]:
    """The records of one page of results after the other; each page is queried when it is needed."""
    first = _first(connection, record_filter) if sort == "relevance" else NO_FIRST_CANDIDATES
    for candidates in islice(ranked_positions(connection, record_filter, sort, None, first, at_first), MAX_BATCHES):
        for place in _one_per_text(connection, record_filter, candidates, page_size):
            yield place.record


def _one_per_text(
    connection: Connection, record_filter: RecordFilter, candidates: Sequence[ResultPosition], number: int
) -> Iterator[ResultPosition]:
    """The matching candidates, one for each text. The first `number` candidates are compared first."""
    certain = are_certain(record_filter)
    for chunk in _chunks(candidates, number):
        records = [place.record for place in chunk]
        alone = _verified_matches(connection, record_filter, records, first_of_text=True, certain=certain)
        yield from (place for place in chunk if place.record in alone)


def _chunks(candidates: Sequence[ResultPosition], number: int) -> Iterator[Sequence[ResultPosition]]:
    """Chunks of growing size. The first is as large as a page, as it is enough in most cases."""
    start, size = 0, number
    while start < len(candidates):
        yield candidates[start : start + size]
        start, size = start + size, size * 2


def _verified_matches(
    connection: Connection,
    record_filter: RecordFilter,
    candidates: Sequence[int],
    *,
    first_of_text: bool = False,
    certain: bool = False,
) -> set[int]:
    """The candidates that really contain the words; this is not checked if `certain`. `first_of_text`: of records with
    the same text, only the first."""
    if certain and not first_of_text:
        return set(candidates)
    shape, values = shaped(record_filter)
    query = _comparison(shape, first_of_text, certain)
    return set(connection.scalars(query, {**values, "candidates": list(candidates)}))


@lru_cache(STATEMENTS)
def _comparison(record_filter: RecordFilter, first_of_text: bool, certain: bool) -> Select[int]:
    record, version = _RECORD, _VERSION
    query = select(record.id).where(among(record.id, bindparam("candidates")))
    if not certain:
        query = with_version(query, record_filter, record, version)
        query = query.where(matches(record_filter, record, version, few=True))
    return query.where(~is_duplicate_of_earlier(record_filter, record)) if first_of_text else query


def proposals(connection: Connection, record_filter: RecordFilter) -> tuple[Proposal, ...]:
    """If the words find nothing, searches that do: with fewer words, a long word in two parts, or without fields."""
    search_words = record_filter.words
    tried = [" ".join(map(_typed, words)) for words in fewer_words(search_words)]
    loose = [Word(word.folded, word.typed) for group in search_words.groups for word in group[:1]]
    if any(not group[0].anywhere for group in search_words.groups):
        tried.append(" ".join(map(_typed, loose)))
    if search_words.without:
        tried.append(" ".join(_typed(group[0]) for group in search_words.groups))
    proposed: list[Proposal] = []
    for query in dict.fromkeys(filter(None, tried)):
        total = count_matches(connection, RecordFilter(q=query), COUNT_SECONDS)
        if total and total.number:
            proposed.append(Proposal(query, total))
        if len(proposed) == MAX_PROPOSALS:
            break
    return tuple(proposed)


_RECORD, _VERSION = aliased(Record), aliased(RecordVersion)  # made once, as in `search`
_PART_NAMES = {
    "number": "文号",
    "title": "标题",
    "body": "正文",
    "files": "附件",
    "source": "来源",
    "region": "地区",
    "cites": "引用",
}


def _typed(word: Word) -> str:
    name = _PART_NAMES.get(word.part or "", "")
    name = name or (word.fields[0] if word.fields else word.part or "")
    text = f'"{word.typed}"' if " " in word.typed else word.typed
    return f"{name}:{text}" if name else text


def jump(connection: Connection, record_filter: RecordFilter) -> int | None:
    """The record with the number (in any form) or content id that was typed; None if there is none, or if several with
    different texts have it."""
    if record_filter != RecordFilter(q=record_filter.q):
        return None
    record, entry = aliased(Record), aliased(SearchEntry)
    named = select(record.id, record.content_hash).join(entry, entry.record_id == record.id)
    named = named.order_by(record.state == "removed", record.id).limit(MAX_NAMED)
    if CONTENT_ID.fullmatch(record_filter.q):
        named = named.where(has_content_id(record_filter.q, record))
    elif record_filter.words.number:
        named = named.where(has_number(record_filter.words, entry))
    else:
        return None
    rows = connection.execute(named).all()
    alike = len({row.content_hash for row in rows}) == 1 and (len(rows) == 1 or rows[0].content_hash != NO_TEXT)
    return rows[0].id if alike else None
