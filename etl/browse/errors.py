"""Errors of requests: refused, or with an invalid parameter."""

from etl.browse.language.messages import REFUSALS


class RequestRefused(Exception):
    """A request that is refused with an HTTP status. `reason`: a key of `REFUSALS`, which has the text."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(REFUSALS[reason])
        self.status, self.reason = status, reason


class InvalidParameter(Exception):
    """A parameter with an invalid value. The message is its name in the address."""
