"""Snippets: the part of a record's text, or of an attachment, in which the words of a search occur."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from sqlalchemy import Connection, text

from etl.archive.records.lasting import WHOLE
from etl.browse.pages.file import leaf_of
from etl.browse.pages.marking import Part, hits, mark
from etl.folding import composed, fold

SEARCHED_CHARS = 200_000
"""Number of characters of a text in which words are searched for snippets; a record may match by later text."""
BEFORE, LENGTH = 40, 160
"""Characters of a snippet before its first word, and in total."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Part of a text with its words marked. For an attachment, also its SHA-256, its name, and the page of its text."""

    parts: tuple[Part, ...]
    sha256: str | None = None
    name: str = ""
    leaf: int = 1


def snippets(
    connection: Connection, records: Collection[int], words: Sequence[str], of_files: Collection[str]
) -> dict[int, tuple[Snippet, ...]]:
    """For each record, a snippet of its text, and one of the first attachment with a word that the text does not have.

    `of_files`: words that are searched in attachments only."""
    if not words:
        return {}
    parameters = {"words": list(words), "characters": SEARCHED_CHARS}
    by_record: dict[int, tuple[Snippet, ...]] = {}
    missing: dict[int, list[str]] = {}
    for row in connection.execute(_TEXTS, parameters | {"records": list(records)}):
        by_record[row.id] = _snippet(row.text, [word for word in compress(words, row.in_text) if word not in of_files])
        if rest := [
            word for word, elsewhere in zip(words, row.elsewhere, strict=True) if elsewhere or word in of_files
        ]:
            missing[row.id] = rest
    if missing:
        for row in connection.execute(_FILES, parameters | {"records": list(missing)}):
            here = _contained(row.text, missing.get(row.id, ()))
            if here:
                del missing[row.id]
                by_record[row.id] += _in_file(dict(row._mapping), here)
    return by_record


def _contained(text: str, words: Sequence[str]) -> list[str]:
    """The words that occur. First searches the unfolded text, which is mostly enough and takes a hundredth of
    folding."""
    text = composed(text)
    if all(word in text for word in words):
        return list(words)
    folded = fold(text)
    return [word for word in words if word in folded]


def _in_file(row: Mapping[str, str], words: Sequence[str]) -> tuple[Snippet, ...]:
    (snippet,) = _snippet(row["text"], words)
    place = next(hits(row["text"], words))[0]
    return (replace(snippet, sha256=row["sha256"], name=row["name"], leaf=leaf_of(row["text"], place)),)


def _snippet(text: str, words: Sequence[str]) -> tuple[Snippet, ...]:
    """The first of the lines with most of the words, cut to the length of a snippet; empty if no line has any."""
    text = composed(text)
    literal = all(word in text for word in words)
    best, most = "", 0
    for line in text.split("\n"):
        read = line if literal or all(word in line for word in words) else fold(line)
        number = sum(word in read for word in words)
        if number > most:
            best, most = line, number
        if most == len(words):
            break
    # Some words may not be in any line: a word may continue on the next line, or be further on in the text.
    here = words if best else _contained(text, words)
    return (Snippet(_cut(best or text, here)),) if here else ()


def _cut(line: str, words: Sequence[str]) -> tuple[Part, ...]:
    literal = [place for word in words if (place := line.find(word)) >= 0]
    start = min(literal) if literal else next(hits(line, words))[0]
    first = max(start - BEFORE, 0)
    shown = line[first : first + LENGTH]
    parts = mark(" ".join(shown.split()), words)
    opened = (Part("…", False),) if first else ()
    closed = (Part("…", False),) if len(line) > first + LENGTH else ()
    return (*opened, *parts, *closed)


_TEXTS = text(f"""
SELECT r.id, left(c.text, :characters) AS text,
       ARRAY(SELECT strpos(e.body, word) > 0 FROM unnest(CAST(:words AS text[])) AS word) AS in_text,
       ARRAY(SELECT strpos(e.body, word) = 0 AND strpos(e.title, word) = 0
             FROM unnest(CAST(:words AS text[])) AS word) AS elsewhere
FROM archive.record r CROSS JOIN LATERAL {WHOLE} AS w JOIN archive.content c ON c.hash = w.content_hash
-- `|| ''` makes the text a value, as a column would be decompressed twice for each word.
CROSS JOIN LATERAL (
    SELECT title, body || '' AS body FROM archive.search_entry WHERE record_id = r.id OFFSET 0
) AS e
WHERE r.id = ANY(:records)
""")
_FILES = text(f"""
SELECT r.id, a->>'name' AS name, f.blob_sha256 AS sha256, left(c.text, :characters) AS text
FROM archive.record r CROSS JOIN LATERAL {WHOLE} AS w
CROSS JOIN LATERAL jsonb_array_elements(w.attachments) WITH ORDINALITY AS files (a, place)
JOIN archive.file f ON f.blob_sha256 = a->>'sha256'
JOIN archive.content c ON c.hash = f.content_hash
WHERE r.id = ANY(:records) ORDER BY r.id, files.place
""")
