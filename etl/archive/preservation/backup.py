"""The bucket copied to a folder and back: each object under its name, verified on the way.

Logs that are written once and stand in the bucket otherwise than in the copy are copied beside the older ones, which
stay. What is told is copied before what it tells of: the journal of changes, then readings, captures and runs, blobs
last. So a copy that is made while crawls are under way holds every byte that its logs name.
"""

import gzip
import hashlib
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from etl.archive.storage.bucket import MissingObject, ObjectInfo, Store, StoreError, sha256
from etl.archive.storage.layout import BLOBS, LAYOUT, blob_key
from etl.errors import GongkaiError
from etl.progress import Progress, ProgressCallback

AT_ONCE = 8
PAGE = 500
_WRITE_ONCE = tuple(place.prefix for place in LAYOUT if place.write_once)
"""Of the journal's last object a second form may be met, after a transaction that died."""
_PART, _BEFORE = ".part", ".before-"
_State = Literal["kept", "copied", "damaged"]


@dataclass(frozen=True, slots=True)
class CopyResult:
    """Objects that were looked at, those of them that were copied, and the names of those that are damaged where they
    were to be copied from."""

    objects: int
    copied: int
    damaged: tuple[str, ...]


def backup(store: Store, folder: Path, progress: ProgressCallback, *, check: bool = False) -> CopyResult:
    """Copies what the folder does not have yet; with `check` also reads again what it has.

    What is damaged in the bucket is not copied over what the folder has. Raises `StoreError` and `GongkaiError`;
    interrupted, the same again goes on.
    """
    copied = _through(
        _in_order(store), lambda each: (each.key, _fetch(store, folder, each, check)), "copying", progress
    )
    os.sync()
    return copied


def restore(store: Store, folder: Path, progress: ProgressCallback, digests: Sequence[str] = ()) -> CopyResult:
    """Puts back what the bucket lacks or holds damaged, or of that only the blobs named.

    What is whole in the bucket stays as it is, logs that grew since the copy among them.
    """
    keys = [blob_key(digest) for digest in digests]
    if gone := [key for key in keys or [""] if not (folder / key).exists()]:
        raise GongkaiError(f"{folder / gone[0]} is not there", hint="name a folder that `gongkai backup` wrote")
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_beside(path))
    every = keys or [path.relative_to(folder).as_posix() for path in paths]
    return _through(every, lambda key: (key, _put_back(store, folder, key)), "restoring", progress)


_Item = TypeVar("_Item")


def _through(
    items: Iterable[_Item], copy: Callable[[_Item], tuple[str, _State]], stage: str, progress: ProgressCallback
) -> CopyResult:
    states = Counter[_State]()
    damaged: list[str] = []
    remaining = iter(items)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while page := list(islice(remaining, PAGE)):
            try:
                for key, state in pool.map(copy, page):
                    states[state] += 1
                    damaged += [key] if state == "damaged" else []
                    progress(Progress(stage, states.total()))
            except OSError as error:
                raise GongkaiError(f"{error.filename}: {error.strerror}", hint="is there space left?") from error
    return CopyResult(states.total(), states["copied"], tuple(damaged))


def _in_order(store: Store) -> Iterator[ObjectInfo]:
    prefixes = tuple(place.prefix for place in LAYOUT if place.prefix != BLOBS)
    for prefix in prefixes:
        yield from store.list_objects(prefix)
    yield from (each for each in store.list_objects() if not each.key.startswith((*prefixes, BLOBS)))
    yield from store.list_objects(BLOBS)


def _fetch(store: Store, folder: Path, each: ObjectInfo, check: bool) -> _State:
    path = folder / each.key
    if not path.resolve().is_relative_to(folder.resolve()):
        raise GongkaiError(f"object {each.key!r} would be written outside {folder}", hint="remove it from the bucket")
    if _has(path, each) and not (check and not _is_whole(each.key, path)):
        return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as file:
            file.writelines(store.stream(each.key))
        if _is_whole(each.key, part):
            os.utime(part, (each.modified.timestamp(), each.modified.timestamp()))
            if each.key.startswith(_WRITE_ONCE) and path.is_file() and path.read_bytes() != part.read_bytes():
                path.replace(path.with_name(f"{path.name}{_BEFORE}{path.stat().st_mtime:.0f}"))
            part.replace(path)
            return "copied"
    except StoreError:
        store.check()  # raises when it is not the object, but the storage
    part.unlink()
    return "damaged"


def _is_beside(path: Path) -> bool:
    """Whether it is no object's copy: one that was cut off, or an older one."""
    return path.suffix == _PART or _BEFORE in path.name


def _has(path: Path, each: ObjectInfo) -> bool:
    """Blobs never change; a log that was written again has another time."""
    if not path.is_file():
        return False
    stat = path.stat()
    return stat.st_size == each.size and (
        each.key.startswith(BLOBS) or int(stat.st_mtime) == int(each.modified.timestamp())
    )


def _put_back(store: Store, folder: Path, key: str) -> _State:
    path = folder / key
    if not _is_whole(key, path):
        return "damaged"
    if _is_whole_in(store, key):
        return "kept"
    body = path.read_bytes()
    store.put(key, body)
    if store.digest(key)[0] != sha256(body):
        raise StoreError(f"object {key} does not read back as it was written", hint="check the storage's disks")
    return "copied"


def _is_whole(key: str, path: Path) -> bool:
    """A blob by its hash, a log by the checksum that gzip keeps."""
    with path.open("rb") as file:
        if key.startswith(BLOBS):
            return hashlib.file_digest(file, "sha256").hexdigest() == path.name.removesuffix(_PART)
        return not key.endswith(".gz") or _unzips(file.read())


def _is_whole_in(store: Store, key: str) -> bool:
    try:
        if key.startswith(BLOBS):
            return store.digest(key)[0] == key.rpartition("/")[2]
        return not key.endswith(".gz") or _unzips(store.read(key))
    except MissingObject:
        return False
    except StoreError:
        store.check()  # raises when it is not the object, but the storage
        return False


def _unzips(body: bytes) -> bool:
    try:
        gzip.decompress(body)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False
    return True
