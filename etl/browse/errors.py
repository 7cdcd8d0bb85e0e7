"""Requests that are refused, and parameters that are wrong."""

from etl.browse.language.messages import REFUSALS


class RequestRefused(Exception):
    """A request that is refused for a reason that the reader is told in words: a key of `REFUSALS`."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(REFUSALS[reason][1])
        self.status, self.reason = status, reason


class InvalidParameter(Exception):
    """A parameter whose value is none that it may have, by the name that it has in the address."""
