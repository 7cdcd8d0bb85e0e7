"""Every trap of the registry, by name."""

from tests.extract.traps import (
    beside,
    ends,
    families,
    files,
    genres,
    headers,
    hidden,
    kinds,
    labels,
    lines,
    marks,
    matters,
    seams,
    texts,
    titles,
    values,
)
from tests.extract.traps.registry import TRAPS, Trap, extracted, rules_of_traps, traps_of_rules

__all__ = ["TRAPS", "Trap", "extracted", "rules_of_traps", "traps_of_rules"]
_MODULES = (
    families,
    headers,
    labels,
    marks,
    lines,
    matters,
    values,
    titles,
    texts,
    ends,
    seams,
    hidden,
    files,
    beside,
    kinds,
    genres,
)
