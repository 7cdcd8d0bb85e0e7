"""How many of the inputs that a test makes are tried: all of them by `make test`, a part by `make check`.

The part is drawn, always the same: of every so-manieth form some words of a grammar would be in none.
"""

import os
from collections.abc import Iterable, Iterator
from random import Random
from typing import TypeVar

Form = TypeVar("Form")

QUICK = os.environ.get("HYPOTHESIS_PROFILE") == "check"
"""Whether a part is enough; processes that a test starts know it, too."""
PART = 8


def share(forms: Iterable[Form]) -> Iterator[Form]:
    """The forms that are tried: all, or the first and about one of `PART` others."""
    chance = Random(1)
    return (form for form in forms if not QUICK or chance.random() * PART < 1)


def examples(number: int) -> int:
    """How many examples Hypothesis draws."""
    return -(-number // PART) if QUICK else number
