"""Every trap of the registry, by name."""

from tests.extract.traps import beside, ends, families, files, headers, hidden, kinds, lines, texts, titles, values
from tests.extract.traps.registry import TRAPS, Trap

__all__ = ["TRAPS", "Trap"]
_MODULES = (families, headers, lines, values, titles, texts, ends, hidden, files, beside, kinds)
