"""What all attacks have in common: the ground on which they take place, and what one attack is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pydantic import SecretStr

from etl.archive.storage.archive import Archive
from etl.settings import Settings


@dataclass(frozen=True, slots=True)
class Ground:
    """An archive that is attacked, the settings that name it and its servers, and a folder for files.

    `peaks`: largest resident sizes, in bytes, of processes that an attack has measured.
    """

    archive: Archive
    settings: Settings
    folder: Path
    peaks: list[int] = field(default_factory=list)

    @property
    def owner_url(self) -> str:
        """The database as its owner."""
        return _plain(self.settings.database_owner_url)

    @property
    def reader_url(self) -> str:
        """The database as the role of downstream readers."""
        return _plain(self.settings.database_reader_url)


def _plain(secret: SecretStr | None) -> str:
    assert secret
    return secret.get_secret_value()


Play = Callable[[Ground, Random], Iterator[str]]
"""Rounds without an end, each of which yields in a few words what was done; a loss raises. What a round leaves to the
check after it is an archive at rest: what was interrupted has been done again."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A kind of attack. `what` says what a round does; `check` is called after each round and raises what was lost."""

    name: str
    what: str
    rounds: int
    quick: int
    play: Play
    check: Callable[[Archive], None] | None
    rebuilds: bool = True
    """Whether the bucket must give the same tables again in the end."""
