"""The identity of a text: the hash under which it is stored, and the bands by which similar texts are found."""

from dataclasses import dataclass

from etl.extract.content_id import hash_normalised, normalise
from etl.extract.similarity import bands_of_normalised
from etl.outside import Outside


@dataclass(frozen=True, slots=True)
class TextIdentity(Outside):
    """The SHA-256 of a text's normal form (`content_hash`), and its bands (`etl.extract.similarity`)."""

    content_hash: str
    bands: tuple[int, ...]


def identify(text: str) -> TextIdentity:
    """The identity of a text; the text is normalised only once. A pure function: any process may compute it."""
    plain = normalise(text)
    return TextIdentity(hash_normalised(plain).sha256, tuple(bands_of_normalised(plain)))
