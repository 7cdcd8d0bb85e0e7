"""Errors of requests: refused, or with an invalid parameter."""

from collections.abc import Mapping, Sequence

from etl.browse.language.messages import REFUSALS


class RequestRefused(Exception):
    """A request is refused with an HTTP status. `reason`: a key of `REFUSALS`, which has the text. `detail`: for
    operators."""

    def __init__(self, status: int, reason: str, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(REFUSALS[reason])
        self.status, self.reason, self.detail, self.headers = status, reason, detail, headers


class InvalidParameter(Exception):
    """A parameter has an invalid value. The message is the name of the parameter."""


class UnknownParameter(Exception):
    """The route has no such parameter. `known`: those that it has."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, known
