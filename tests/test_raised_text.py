"""Raised and lowered text never becomes another number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import content_hash
from etl.raised_text import spell_out_shifted, subscript, superscript


@pytest.mark.parametrize(
    ("raised", "wanted"),
    [
        ("5", "⁵"), ("-2", "⁻²"), ("－２", "⁻²"), ("n+1", "ⁿ⁺¹"), ("2a", "^(2a)"), ("o", "^(o)"), ("注1", "^(注1)"),
        ("[1]", "[1]"), ("〔2〕", "〔2〕"), ("①", "①"), ("注", "注"), ("", ""), (" 3 ", " ³ "), ("+", "⁺"),
    ],
)  # fmt: skip
def test_raised_text_is_written_in_characters(raised: str, wanted: str) -> None:
    assert superscript(raised) == wanted


def test_lowered_text_is_written_in_characters() -> None:
    assert [subscript(text) for text in ("2", "10", "x", "eq")] == ["₂", "₁₀", "ₓ", "_(eq)"]


@settings(deadline=None)
@given(st.text("0123456789", min_size=1), st.text("0123456789+-n", min_size=1))
def test_a_power_has_another_content_id_than_its_digits(base: str, power: str) -> None:
    assert spell_out_shifted(superscript(power)) == f"^({power})"
    hashes = {content_hash(text) for text in (base + power, base + superscript(power), base + subscript(power))}
    assert len(hashes) == 3
