"""The identity of a text: SHA-256 of its normalised form. `docs/content-id.md` says it in one page."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from etl.raised_text import spell_out_shifted

NORMALISER = 2
"""Version of `normalise`: raised when the function changes, so that only hashes of one version are compared."""

# Format characters (Unicode category Cf: zero-width spaces and joiners, BOM, soft hyphen) are invisible; editors insert
# them at random.
_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff|]+"
)


@dataclass(frozen=True, slots=True)
class ContentHash:
    """64 hex digits, and the version of the normaliser that they were made with."""

    sha256: str
    normaliser: int = NORMALISER

    @property
    def short_id(self) -> str:
        """The first 16 hex digits: what an archivist cites and a file name shows."""
        return self.sha256[:16]


def normalise(text: str) -> str:
    """NFKC, without white space, unseen characters and the bars that extraction puts between table cells.

    Superscripts and subscripts become `^(…)` and `_(…)` before: NFKC alone takes 10⁵ and 105 for the same text.
    """
    return "".join(map(_normalise_piece, _pieces(text)))


def content_hash(text: str) -> ContentHash:
    """The identity of a main text. The empty text has one too: callers must not merge documents by it."""
    hashed = hashlib.sha256()
    for piece in _pieces(text):
        hashed.update(_normalise_piece(piece).encode("utf-8", "surrogatepass"))
    return ContentHash(hashed.hexdigest())


def hash_normalised(plain: str) -> ContentHash:
    """The identity of a main text that `normalise` returned."""
    return ContentHash(hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest())


PIECE_CHARS = 1_000_000
"""Characters that are normalised at once: a text of 16 million characters took 300 MB otherwise."""
_RUN_CHARS = 8
"""Maximum length of a run whose result is cached."""
# Most characters are already in their normal form, and do not join with their neighbours: the text between them is
# normalised by itself, and most of that is a comma or a full-width bracket that was met before. That takes a fifth of
# the time of NFKC over the whole text.
_OTHERS = re.compile("[^\u4e00-\u9fff\u3001\u30020-9]+")


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line: no rule of `normalise` reaches over the end of one."""
    start = 0
    while len(text) - start > PIECE_CHARS and (end := text.find("\n", start + PIECE_CHARS) + 1):
        yield text[start:end]
        start = end
    yield text[start:] if start else text


def _normalise_piece(text: str) -> str:
    # The runs of a line that long would take much memory.
    return _normalise_run(text) if len(text) > 2 * PIECE_CHARS else _OTHERS.sub(_other, text)


def _other(run: re.Match[str]) -> str:
    text = run[0]
    return _normalise_short_run(text) if len(text) <= _RUN_CHARS else _normalise_run(text)


def _normalise_run(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", spell_out_shifted(text)))


_normalise_short_run = lru_cache(maxsize=4096)(_normalise_run)
