"""Errors of requests: refused, or with an invalid parameter."""

from collections.abc import Mapping, Sequence

from etl.browse.language.messages import REFUSALS


class RequestRefused(Exception):
    """A request that is refused with an HTTP status. `reason`: a key of `REFUSALS`, which has the text; `detail` is for
    operators."""

    def __init__(self, status: int, reason: str, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(REFUSALS[reason])
        self.status, self.reason, self.detail, self.headers = status, reason, detail, headers


class InvalidParameter(Exception):
    """A parameter with an invalid value. The message is its name in the address."""


class UnknownParameter(Exception):
    """A parameter that the address does not have. `known`: those that it has."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, known
