"""Finds words of a search in a text as the search does: regardless of width, case, brackets and character variants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.archive.queries.words import InvalidQuery, Word, parse_query
from etl.folding import composed, fold, folded_places


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text, and whether it is a word of the search."""

    text: str
    hit: bool


def words_to_mark(typed: str) -> tuple[str, ...]:
    """The folded words of a query that can occur in texts; none if the query cannot be parsed."""
    return tuple(dict.fromkeys(word.folded for word in _plain(typed)))


def words_of_files(typed: str) -> tuple[str, ...]:
    """The words of a query that are searched in attachments only."""
    elsewhere = {word.folded for word in _plain(typed) if word.part != "files"}
    return tuple(word for word in words_to_mark(typed) if word not in elsewhere)


def _plain(typed: str) -> tuple[Word, ...]:
    try:
        return parse_query(typed).plain
    except InvalidQuery:
        return ()


def mark(text: str, words: Sequence[str]) -> tuple[Part, ...]:
    """Divides the text into parts, with words as separate parts. Joined, they give the text in composed form."""
    shown = composed(text)
    parts: list[Part] = []
    end = 0
    for start, stop in hits(text, words):
        parts += [Part(shown[end:start], False), Part(shown[start:stop], True)]
        end = stop
    return tuple(part for part in (*parts, Part(shown[end:], False)) if part.text)


def hits(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The (start, end) of words in `composed(text)`, in order; adjacent words are joined."""
    plain, folded = composed(text), fold(text) if words else ""
    numbers = [folded.count(word) for word in words]
    if not any(numbers):
        return
    places: Sequence[int]
    if numbers == [plain.count(word) for word in words]:
        # The words occur unfolded. Mapping the positions of all characters would take ten times as long.
        folded, places = plain, range(len(plain))
    else:
        folded, places = folded_places(text)
    open_from = open_to = -1
    for start, stop in sorted(_occurrences(folded, words)):
        first, last = places[start], places[stop - 1] + 1
        if first > open_to:
            if open_to > open_from:
                yield open_from, open_to
            open_from = first
        open_to = max(open_to, last)
    if open_to > open_from:
        yield open_from, open_to


def _occurrences(folded: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        start = folded.find(word)
        while start >= 0:
            yield start, start + len(word)
            start = folded.find(word, start + len(word))
