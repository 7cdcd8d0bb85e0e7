"""How a page ends in a run: exactly one named outcome, and the group in which a report counts it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What an attempt, and a page in a run, turned out to be. `docs/outcomes.md` says what to do about each."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    KNOWN = "known"
    GONE = "gone"
    BLOCKED = "blocked"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    NOT_A_DOCUMENT = "not_a_document"
    NOT_A_LISTING = "not_a_listing"
    TOO_LARGE = "too_large"
    NETWORK_ERROR = "network_error"
    HTTP_ERROR = "http_error"
    UNREADABLE = "unreadable"
    ROBOTS = "robots"
    OUT_OF_SCOPE = "out_of_scope"
    LIMIT = "limit"
    NOT_A_FILE = "not_a_file"


class Group(StrEnum):
    """The sums of a run report: listed = stored + unchanged + failed + excluded."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    EXCLUDED = "excluded"


_GROUPS = {
    Group.STORED: {Outcome.STORED},
    Group.UNCHANGED: {Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.KNOWN},
    Group.EXCLUDED: {Outcome.ROBOTS, Outcome.OUT_OF_SCOPE, Outcome.LIMIT},
}


def group(outcome: Outcome) -> Group:
    """The group in which a report counts the outcome; whatever is not named above has failed."""
    return next((name for name, members in _GROUPS.items() if outcome in members), Group.FAILED)


FAILED = tuple(outcome for outcome in Outcome if group(outcome) is Group.FAILED)
