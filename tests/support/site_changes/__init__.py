"""What sites do from one day to the next: each change is drawn and done to a `ChangingSite`."""

from tests.support.site_changes import documents, lists, outages
from tests.support.site_changes.registry import FOR_A_DAY, LASTING

__all__ = ["FOR_A_DAY", "LASTING", "documents", "lists", "outages"]
