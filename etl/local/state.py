"""The state folder, in which the local services keep data, logs, generated secrets and their ports."""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import GongkaiError

_one_writer = threading.Lock()  # services start in threads; `State.locked` keeps other processes out


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically; only its owner may read it."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@dataclass(frozen=True, slots=True)
class State:
    """A state folder. `root` is its absolute path."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> "State":
        """The state folder, created if it is missing. Raises GongkaiError if it cannot be created or written."""
        state = cls(root.expanduser().resolve())
        try:
            # PostgreSQL's user must be able to traverse the folder; only the owner may read it.
            state.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            (state.root / "log").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise GongkaiError(
                f"the state folder {state.root} cannot be made: {error.strerror}",
                hint="set GONGKAI_STATE_DIR to a folder that you may write",
            ) from error
        if not os.access(state.root, os.W_OK):
            raise GongkaiError(
                f"the state folder {state.root} belongs to another user",
                hint="run as that user, or set GONGKAI_STATE_DIR to a folder of your own",
            )
        return state

    def folder(self, name: str) -> Path:
        """A service's own folder, created if it is missing; private to the user that runs the service."""
        path = self.root / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """The log file of a service."""
        return self.root / "log" / f"{name}.log"

    def read(self, name: str) -> dict[str, Any]:
        """A JSON object stored in the folder; empty if there is no such file. Raises GongkaiError if it is damaged."""
        path = self.root / name
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise GongkaiError(f"{path} cannot be read: {error}", hint="restore it from a copy") from error
        if not isinstance(value, dict):
            raise GongkaiError(f"{path} is not a JSON object", hint="restore it from a copy")
        return value

    def update(self, name: str, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Change a JSON object stored in the folder, in place; returns the object after the change."""
        with _one_writer:
            value = self.read(name)
            before = dict(value)
            change(value)
            if value != before:
                write_private(self.root / name, json.dumps(value, indent=2, sort_keys=True) + "\n")
            return value

    def secret(self, name: str, size: int = 24) -> str:
        """The secret with that name: `size` random bytes as URL-safe base64, generated once and stored in
        `secrets.json`."""
        stored = self.update("secrets.json", lambda all_: all_.setdefault(name, secrets.token_urlsafe(size)))
        return str(stored[name])

    @contextmanager
    def locked(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the folder's lock, at most until this process ends. Calls `waiting` if another process has it."""
        with (self.root / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
