"""Names of a script and their values other than plain ones: functions, objects of the browser."""

from dataclasses import dataclass
from typing import Final

from etl.web.script.jquery import Elements
from etl.web.script.values import Value

BUILTINS = frozenset(
    "$ jQuery document window parseInt parseFloat Number String isNaN trim unescape decodeURI "
    "decodeURIComponent".split()
)
"""Names that the browser or jQuery gives a meaning, if the script does not."""


class Scope:
    """Names of a script or of a call, and the scope around it. One whose value is no longer known is `FORGOTTEN`."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: "Scope | None" = None, names: dict[str, Value] | None = None) -> None:
        self.outer = outer
        self.names: dict[str, Value] = {} if names is None else names

    def holder(self, name: str) -> "Scope | None":
        """The scope that has the name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.outer
        return scope

    def assign(self, name: str, value: Value) -> None:
        """Assigns in the scope that has the name, or in the outermost one."""
        scope: Scope = self.holder(name) or self
        while name not in scope.names and scope.outer is not None:
            scope = scope.outer
        scope.names[name] = value


class Forgotten:
    """The type of `FORGOTTEN`, the value of a name that a statement which was not understood may have changed."""


FORGOTTEN: Final = Forgotten()


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name of the browser or of jQuery: `document`, `window`, `$`, `$(document)`, `parseInt` …"""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a script: that script's reader, where the body begins, whether it is a block or one expression."""

    reader: object
    parameters: tuple[str, ...]
    body: int
    is_block: bool
    scope: Scope
    is_arrow: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """The left side of an assignment: the member `name` of `owner`."""

    owner: Value
    name: Value


def as_object(value: Value) -> Value:
    """A value for a condition or a comparison: elements and functions are objects, which are true and not null."""
    if isinstance(value, Elements):
        value.known()
        return {}
    return {} if isinstance(value, Function) else value
