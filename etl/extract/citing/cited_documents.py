"""The documents that a document cites, each once, with its most informative mention."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from etl.extract.citing.mentions import Mention, mentions
from etl.extract.citing.names import cited_number_key, is_document, title_key
from etl.extract.citing.own_names import OwnNames
from etl.extract.citing.relations import Relation, named_without_marks, of_text, of_title
from etl.folding import FOLDING
from etl.outside import Outside

CITING = 1
"""Version of `cited_documents`: raised when its results change; `gongkai index` then reads all records again."""
CITATION_RULES = f"{CITING}.{FOLDING}"
"""Versions of the rules that find citations and of those that make their keys."""
MAX_CITED = 2_000
"""Maximum number of cited documents of one record; the first ones are kept. Lists of repealed documents name a few
hundred."""
MAX_CHARS = 1_000_000
"""Characters of a main text that are read for cited documents: as many as the search index has."""

Part = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class CitingDocument(Outside):
    """The parts of a document that are needed to find its citations. `files`: the names of its attachments."""

    TEXTS: ClassVar[frozenset[str]] = frozenset({"text"})

    title: str
    number: str | None
    text: str
    files: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CitedDocument(Outside):
    """A document that is cited: by title, by number (in its normal form), or by both.

    `place` and `length` are characters of the title or of the main text, as `part` says; they span the brackets, and a
    number beside the title. `mentions`: how often it is named.
    """

    relation: Relation
    part: Part
    place: int
    length: int
    title: str | None
    number: str | None
    mentions: int


def cited_documents(document: CitingDocument) -> tuple[CitedDocument, ...]:
    """The documents that a document cites, in the order of their first mention. Pure; the time is linear in the text's
    length.

    The document itself, and documents that it issues or contains, are left out (`OwnNames`).
    """
    text = document.text[:MAX_CHARS]
    in_title, in_text = mentions(document.title), mentions(text)
    unmarked = named_without_marks(document.title)
    if not (in_title or in_text or unmarked):
        return ()
    gathering = _Gathering()
    own = OwnNames.of(document.title, document.number, text, document.files, in_text)
    titled = list(zip(in_title, of_title(document.title, in_title), strict=True))
    for mention, relation in [*titled, *([unmarked] if unmarked else [])]:
        if relation != Relation.CITES or not own.holds_title(mention):
            gathering.add(mention, relation, "title")
    for mention, relation in zip(in_text, of_text(text, in_text), strict=True):
        if gathering.knows(mention) or not own.holds(mention):
            gathering.add(mention, relation, "text")
    return tuple(gathering.results())[:MAX_CITED]


@dataclass(slots=True)
class _Cited:
    """A document while its mentions are collected: its most informative mention, and the number of mentions."""

    title: str | None
    number: str | None
    relation: Relation
    part: Part
    start: int
    end: int
    count: int = 1


class _Gathering:
    """Documents by their numbers and titles."""

    def __init__(self) -> None:
        self._all: list[_Cited] = []
        self._by_number: dict[str, _Cited] = {}
        self._by_title: dict[str, _Cited] = {}
        self._keys: dict[str, str] = {}

    def knows(self, mention: Mention) -> bool:
        return self._find(mention) is not None

    def add(self, mention: Mention, relation: Relation, part: Part) -> None:
        """Adds a mention, if it names a document."""
        full = mention.full or mention
        cited = self._find(mention)
        if cited is None:
            if full.number is None and not is_document(full.title or ""):
                return
            cited = _Cited(full.title, full.number, relation, part, mention.start, mention.end)
            self._all.append(cited)
        else:
            cited.count += 1
            cited.title, cited.number = cited.title or full.title, cited.number or full.number
            if _says_more(relation, part, cited):
                cited.relation, cited.part = relation if relation != Relation.CITES else cited.relation, part
                cited.start, cited.end = mention.start, mention.end
        if full.number:
            self._by_number.setdefault(self._number_key(full.number), cited)
        if full.title:
            self._by_title.setdefault(self._title_key(full.title), cited)

    def results(self) -> Iterator[CitedDocument]:
        for each in self._all:
            length = each.end - each.start
            yield CitedDocument(each.relation, each.part, each.start, length, each.title, each.number, each.count)

    def _find(self, mention: Mention) -> _Cited | None:
        full = mention.full or mention
        if full.number and (known := self._by_number.get(self._number_key(full.number))):
            return known
        known = self._by_title.get(self._title_key(full.title)) if full.title else None
        # The same title with two numbers: two documents.
        return None if known and known.number and full.number else known

    def _title_key(self, title: str) -> str:
        return self._keys.get(title) or self._keys.setdefault(title, title_key(title))

    def _number_key(self, number: str) -> str:
        return self._keys.get(number) or self._keys.setdefault(number, cited_number_key(number))


def _says_more(relation: Relation, part: Part, known: _Cited) -> bool:
    """Whether a further mention is the better one to show: it gives the relation to the document, or is in the text."""
    if relation == Relation.CITES:
        return part == "text" and known.part == "title"
    return known.relation == Relation.CITES or (relation == known.relation and part != known.part)
