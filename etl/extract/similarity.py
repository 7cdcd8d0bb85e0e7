"""The share of a text that another text contains, and the bands by which similar texts are found (docs/similar.md)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from struct import pack

from rensa import RMinHash  # type: ignore[import-untyped]

from etl.extract.content_id import NORMALISER, normalise

SCHEME = 1000 * NORMALISER + 10 * RMinHash.ALGORITHM_VERSION + 1
"""Identifies how bands were made; only bands of one scheme can be compared. The last digit counts changes made here.

Bands are stored, and the library has changed its algorithm once (0.5.0): a test holds the bands of a known text.
"""
MIN_CONTAINMENT = 0.8
"""Minimum containment of similar texts. Measured in docs/similar.md: reposts and corrections have 0.84 and
more."""
SHINGLE_CHARS = 5
"""Length of a shingle in characters, about two words. With three, unrelated notices already share 8 %."""
MIN_CHARS = 60
"""Shortest text that is compared, in normalised characters: unrelated documents share "see the attachment" and
titles."""
BANDS = 32
ROWS = 4
"""Of 32 bands of 4, texts with a Jaccard index of 0.67 share one with 99.9 %, with 0.5 with 87 %, with 0.2 with 5 %."""
_WIDTH = 2 * SHINGLE_CHARS
_PIECE = 1 << 17
"""Bytes of text whose shingles are in memory at once."""
_SEED = 20

Shingles = set[bytes]


def shingles(text: str) -> Shingles:
    """All runs of `SHINGLE_CHARS` characters of the normalised text, in UTF-16; empty for a text that is too short."""
    return set(chain.from_iterable(_shingles(normalise(text))))


def _shingles(plain: str) -> Iterator[list[bytes]]:
    """The shingles of a normalised text, repeated ones too, in pieces that take little memory."""
    if len(plain) < MIN_CHARS:
        return
    # Slicing takes most of the time of confirming a candidate; slices of bytes take a fifth less than those of a
    # string.
    units = plain.encode("utf-16-le", "surrogatepass")
    last = len(units) - _WIDTH + 1
    for start in range(0, last, _PIECE):
        yield [units[at : at + _WIDTH] for at in range(start, min(start + _PIECE, last), 2)]


def bands(shingles: Shingles) -> list[int]:
    """The bands of the MinHash of shingles, as signed 64-bit integers that include the band's number; empty without
    any."""
    return _bands([shingles])


def bands_of_normalised(plain: str) -> list[int]:
    """The bands of a text that `normalise` returned; empty for one that is too short."""
    return _bands(_shingles(plain))


def _bands(pieces: Iterable[Collection[bytes]]) -> list[int]:
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    empty = True
    for piece in filter(None, pieces):
        sketch.update(piece)
        empty = False
    if empty:
        return []
    low = sketch.digest()
    packed = (pack(f"<{ROWS + 1}I", band, *low[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))
    return [int.from_bytes(blake2b(each, digest_size=8).digest(), "little", signed=True) for each in packed]


def signatures(texts: Mapping[str, str]) -> dict[str, list[int]]:
    """The bands of texts, by the same keys."""
    return {key: bands_of_normalised(normalise(text)) for key, text in texts.items()}


def containment(one: Shingles, other: Shingles) -> float:
    """Containment: the share of the shorter text's shingles that the longer one has too, 0 to 1.

    Not the Jaccard index: a long attachment note or header would make it small although the whole text is contained.
    """
    return len(one & other) / (min(len(one), len(other)) or 1)
