"""The order in which the pages of a run are requested: those that failed when they were last requested come last.

A host may ask to be left alone because of one page, or be left alone after many failures. If pages that fail for good
came first in every run, the pages behind them would never be fetched.
"""

from etl.outcomes import FAILED, Outcome
from etl.reason_codes import Code

_READ = (Outcome.NOT_A_DOCUMENT, Outcome.NOT_A_LISTING, Outcome.UNREADABLE)
"""The page was received, and is due again only after some time."""
_FAILED = ", ".join(f"'{outcome}'" for outcome in FAILED if outcome not in _READ)
_NOT_REQUESTED = "|".join((Code.HOST_ASKED_TO_WAIT, Code.HOST_KEEPS_FAILING))


def failed_at(page: str) -> str:
    """SQL expression: when the page with the id `page` was last requested if it failed then, else NULL."""
    return f"""(
SELECT CASE WHEN last.outcome IN ({_FAILED}) THEN last.fetched_at END FROM archive.capture last
WHERE last.page_id = {page} AND coalesce(last.reason, '') !~ '"code":"({_NOT_REQUESTED})"'
ORDER BY last.fetched_at DESC LIMIT 1)"""
