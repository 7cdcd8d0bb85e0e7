"""The normal form of a text, by which it is known."""

import unicodedata

import pytest

from etl.extract import content_id
from etl.extract.content_id import normalise
from etl.extract.text_identity import TextIdentity, identify

JOINING = "\u0301\u0338\u3099\uff9e\u1161\u11a8\u0323\u05b4"
"""Marks and vowels that may join with what stands before them."""
OTHERS = "Aaé=＜１⁵₂①㎡…｜|，（）\u3000\n\u200bｶ각\u1100ᄀ豈㈱ﬁ𝐀𠀀\ud800"


@pytest.mark.parametrize("plain", ["一", "鿿", "5", "。"])
def test_the_normal_form_of_a_text_is_that_of_its_pieces(plain: str) -> None:
    for first in (*JOINING, *OTHERS):
        for second in (*JOINING, *OTHERS, plain):
            text = f"{plain}{first}{plain}{second}{first}{plain}{first * 9}"
            assert normalise(text) == _of_the_whole(text), ascii(text)


def test_characters_that_stay_unchanged_join_with_no_others() -> None:
    joined = set()
    for number in range(0x110000):
        parts = unicodedata.decomposition(chr(number)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            joined |= {chr(int(part, 16)) for part in parts}
    left = {chr(number) for number in range(0x10000) if not content_id._OTHERS.match(chr(number))}
    assert not left & joined
    assert not {one for one in left if unicodedata.combining(one) or _of_the_whole(one) != one}


def test_a_long_text_has_the_same_normal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "关于（2025）１０⁵项的通知 \n" * 9 + "关于（2025）１０⁵项的通知" * 9
    short = normalise(text)
    monkeypatch.setattr(content_id, "PIECE_CHARS", 10)
    assert normalise(text) == short == _of_the_whole(text)


def test_the_identity_of_a_known_text_is_what_it_was() -> None:
    found = identify("云溪市水务局关于（2025）年度用水计划的通知，执行１０⁵立方米。" * 3)
    assert found.content_hash.startswith("cfd99ea695ccd2d9")
    assert found.bands[:2] == (4568449404407354632, 6321028416077694786)
    assert identify("通知") == TextIdentity(identify("通 知").content_hash, ())


def _of_the_whole(text: str) -> str:
    return content_id._normalise_run(text)
