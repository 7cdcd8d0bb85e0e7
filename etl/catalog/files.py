"""The source files on the disk: their names, and whether one of them changed. Reads none of them."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SUFFIXES = (".yaml", ".yml")
_MEANT = re.compile(r"\.(?:ya?ml?|ymal|yalm|json)(?:\.txt|\s+)?", re.IGNORECASE)
FilesState = frozenset[tuple[str, int, int, int]]
"""Of each source file its path, inode, time of change in nanoseconds, and size."""


def source_files(folders: str) -> Iterator[Path]:
    """The source files in folders separated by `:`. A folder may be missing: the demo's is, before its first run."""
    for folder in folders.split(":"):
        # Hidden ones are an editor's.
        yield from sorted(path for path in Path(folder).glob("*.y*ml") if _is_source_file(path))


def _is_source_file(path: Path) -> bool:
    return path.suffix in SUFFIXES and not path.name.startswith(".")


def overlooked_files(folders: str) -> Iterator[tuple[Path, str]]:
    """(file, why) of each file that seems to be meant as a source file and is none: it is in a folder below, or its
    name ends in another way. Not those that somebody put aside under a name such as `x.yaml.off` or `x.yaml~`."""
    read = {path.resolve() for path in source_files(folders)}
    for folder in folders.split(":"):
        for path in sorted(Path(folder).rglob("*")):
            below = path.relative_to(folder)
            if any(part.startswith(".") for part in below.parts) or path.is_dir() or path.resolve() in read:
                continue
            if not _MEANT.fullmatch("".join(path.suffixes[-2:])) and not _MEANT.fullmatch(path.suffix):
                continue
            if len(below.parts) > 1:
                yield path, f"it must be in {folder} itself, not in a folder below"
            else:
                yield path, "its name must end in .yaml"


def files_state(folders: str) -> FilesState:
    """A value that changes when a source file is added, changed, replaced or removed; takes 5 ms for a thousand
    files."""
    state = set()
    for path in source_files(folders):
        with suppress(FileNotFoundError):  # removed since the folder was listed
            status = os.stat(path)
            state.add((str(path), status.st_ino, status.st_mtime_ns, status.st_size))
    return frozenset(state)
