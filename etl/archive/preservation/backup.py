"""Copies the bucket to a folder and back. Each object becomes a file of the same name and is verified.

If a write-once log differs between bucket and folder, it is copied and the older copy is kept beside it. An object is
copied before the objects that it names: time stamps, daily roots, the chain of logs, the journal of changes, then
readings, captures and runs, and blobs last. So a copy made while crawls are running has every blob that its logs name.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from etl.archive.preservation.log_check import check_log
from etl.archive.storage.bucket import MissingObject, ObjectInfo, Store, StoreError, sha256
from etl.archive.storage.layout import BLOBS, LAYOUT, LOGS, blob_key
from etl.batches import batches
from etl.errors import Damaged, GongkaiError
from etl.progress import Progress, ProgressCallback

_PARALLEL_COPIES = 8
_BATCH = 500
"""Objects that are listed and copied between two reports of progress."""
_WRITE_ONCE = tuple(form.prefix for form in LAYOUT if form.write_once)
"""Only the last object of a journal may differ all the same, after a transaction that failed."""
_LOGS = tuple(form.prefix for form in LOGS)
_PART, _BEFORE = ".part", ".before-"
_State = Literal["kept", "copied", "damaged"]


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The numbers of objects that were examined and copied, and the keys of those whose original is damaged."""

    objects: int
    copied: int
    damaged: tuple[str, ...]


def backup(store: Store, folder: Path, progress: ProgressCallback, *, check: bool = False) -> CopyResult:
    """Copies objects that the folder does not have yet; with `check` also verifies those that it has.

    An object that is damaged in the bucket never replaces a copy. An interrupted backup continues when it is run again.
    Raises `StoreError`, and `GongkaiError` if the folder cannot be written.
    """
    copied = _copy_all(
        _in_order(store), lambda item: (item.key, _fetch(store, folder, item, check)), "copying", progress
    )
    os.sync()
    return copied


def restore(store: Store, folder: Path, progress: ProgressCallback, names: Sequence[str] = ()) -> CopyResult:
    """Copies back objects that are missing or damaged in the bucket. `names`: only these blobs (by digest) and logs (by
    key).

    Undamaged objects in the bucket stay as they are, including logs that grew since they were copied; but a log in
    `names` is always replaced by the copy. Raises `GongkaiError` if the folder is no backup or lacks an object.
    """
    keys = [name if "/" in name else blob_key(name) for name in names]
    if absent := [key for key in keys or [""] if not (folder / key).exists()]:
        raise GongkaiError(f"{folder / absent[0]} does not exist", hint="name a folder that `gongkai backup` wrote")
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_beside(path))
    selected = keys or [path.relative_to(folder).as_posix() for path in paths]
    return _copy_all(selected, lambda key: (key, _put_back(store, folder, key, key in keys)), "restoring", progress)


_Item = TypeVar("_Item")


def _copy_all(
    items: Iterable[_Item], copy: Callable[[_Item], tuple[str, _State]], stage: str, progress: ProgressCallback
) -> CopyResult:
    states = Counter[_State]()
    damaged: list[str] = []
    with ThreadPoolExecutor(_PARALLEL_COPIES) as pool:
        for batch in batches(items, _BATCH):
            try:
                for key, state in pool.map(copy, batch):
                    states[state] += 1
                    damaged += [key] if state == "damaged" else []
                    progress(Progress(stage, states.total()))
            except OSError as error:
                raise GongkaiError(
                    f"{error.filename or stage}: {error.strerror}", hint="name a folder on a disk with room"
                ) from error
    return CopyResult(states.total(), states["copied"], tuple(damaged))


def _in_order(store: Store) -> Iterator[ObjectInfo]:
    prefixes = tuple(form.prefix for form in LAYOUT if form.prefix != BLOBS)
    for prefix in prefixes:
        yield from store.list_objects(prefix)
    yield from (item for item in store.list_objects() if not item.key.startswith((*prefixes, BLOBS)))
    yield from store.list_objects(BLOBS)


def _fetch(store: Store, folder: Path, item: ObjectInfo, check: bool) -> _State:
    path = folder / item.key
    if not path.resolve().is_relative_to(folder.resolve()):
        raise GongkaiError(f"object {item.key!r} would be written outside {folder}", hint="remove it from the bucket")
    if _has(path, item) and not (check and not _is_whole(item.key, path)):
        return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as file:
            file.writelines(store.stream(item.key))
        if _is_whole(item.key, part):
            os.utime(part, (item.modified.timestamp(), item.modified.timestamp()))
            if item.key.startswith(_WRITE_ONCE) and path.is_file() and path.read_bytes() != part.read_bytes():
                path.replace(path.with_name(f"{path.name}{_BEFORE}{path.stat().st_mtime:.0f}"))
            part.replace(path)
            return "copied"
    except StoreError:
        store.check()  # raises when it is not the object, but the storage
    part.unlink()
    return "damaged"


def _is_beside(path: Path) -> bool:
    """Whether the file is an unfinished or older copy, which is not the copy of an object."""
    return path.suffix == _PART or _BEFORE in path.name


def _has(path: Path, item: ObjectInfo) -> bool:
    """Whether the folder has this object in its current state. Blobs never change; a rewritten log has another time."""
    if not path.is_file():
        return False
    stat = path.stat()
    return stat.st_size == item.size and (
        item.key.startswith(BLOBS) or int(stat.st_mtime) == int(item.modified.timestamp())
    )


def _put_back(store: Store, folder: Path, key: str, is_named: bool) -> _State:
    path = folder / key
    if not _is_whole(key, path):
        return "damaged"
    body = path.read_bytes()
    if _is_whole_in(store, key) and not (is_named and store.digest(key)[0] != sha256(body)):
        return "kept"
    store.put(key, body)
    if store.digest(key)[0] != sha256(body):
        raise StoreError(f"object {key} does not read back as it was written", hint="check the storage's disks")
    return "copied"


def _is_whole(key: str, path: Path) -> bool:
    """Verifies a blob by its hash, a log by what it holds."""
    with path.open("rb") as file:
        if key.startswith(BLOBS):
            return hashlib.file_digest(file, "sha256").hexdigest() == path.name.removesuffix(_PART)
        return not key.startswith(_LOGS) or _is_whole_log(key, file.read())


def _is_whole_in(store: Store, key: str) -> bool:
    try:
        if key.startswith(BLOBS):
            return store.digest(key)[0] == key.rpartition("/")[2]
        return not key.startswith(_LOGS) or _is_whole_log(key, store.read_log_bytes(key))
    except (MissingObject, Damaged):
        return False
    except StoreError:
        store.check()  # raises when it is not the object, but the storage
        return False


def _is_whole_log(key: str, body: bytes) -> bool:
    form = next(form for form in LOGS if key.startswith(form.prefix))
    try:
        if form.pattern.fullmatch(key):
            check_log(key, body)
    except Damaged:
        return False
    except GongkaiError:
        pass  # a later version wrote it
    return True
