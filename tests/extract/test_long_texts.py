"""A long text is normalised in pieces, and has the identity that it has as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from etl.extract import content_hash, content_id

LETTERS = some.sampled_from([*"通知10⁵₂ａＡé\u0301\u3099か｜| \u200b\r\t", "\n", "\n", "①", "ﬁ", "\u1100", "\u1161"])


@given(some.text(LETTERS, max_size=60))
def test_pieces_have_the_identity_of_the_whole(text: str) -> None:
    whole = content_hash(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_id, "PIECE_CHARS", 5)
        assert content_hash(text) == whole
