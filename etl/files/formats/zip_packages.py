"""Zip containers of XML, with the limits that keep a small file from becoming a large one."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_FREE = 10 * 2**20
"""Bytes that any file may grow to; how many times larger it becomes only matters beyond."""
_HEAD = 2048
"""Bytes of an XML member among which its declarations begin."""
_FAULTS = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, IndexError, zlib.error)


def check_size(packed: int, unpacked: int, members: int, limits: Limits) -> None:
    """Raises `Unreadable` for what would unpack to more than it may."""
    if members > limits.members:
        raise Unreadable(
            FileOutcome.TOO_LARGE, encode_reason(Code.MEMBERS_OVER_LIMIT, members=members, limit=limits.members)
        )
    if unpacked > limits.unpacked:
        raise Unreadable(
            FileOutcome.TOO_LARGE, encode_reason(Code.UNPACKED_OVER_LIMIT, bytes=unpacked, limit=limits.unpacked)
        )
    if unpacked > _FREE and unpacked > packed * limits.ratio:
        raise Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.RATIO_OVER_LIMIT, ratio=unpacked // max(packed, 1)))


@contextmanager
def open_zip(body: bytes, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """The archive, its declared sizes within the limits. `zipfile` reads no more of a member than it declares.

    Raises `Unreadable` for a broken, encrypted or too large one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            check_size(len(body), sum(m.file_size for m in members), len(members), limits)
            yield archive
    except RuntimeError as error:
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD)) from error
    except _FAULTS as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="ZIP", error=error)) from error


def read_xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """The root of an XML member; nothing outside is read. Raises `Unreadable`, also where it declares entities."""
    try:
        return parse_xml(archive.read(name))
    except KeyError as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=name)) from error


def check_entities(archive: zipfile.ZipFile, folder: str) -> None:
    """Raises `Unreadable` where an XML member of the folder declares entities, for a reader that leaves them out."""
    for name in archive.namelist():
        if name.startswith(folder) and name.endswith(".xml"):
            with archive.open(name) as part:
                if b"<!ENTITY" in part.read(_HEAD):
                    raise _entities()


def _entities() -> Unreadable:
    """No office writes one. Its text would be missing without a word, as entities stay unexpanded."""
    return Unreadable(FileOutcome.BROKEN, encode_reason(Code.XML_ENTITIES))


def parse_xml(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, recover=True
    )
    root = etree.fromstring(content, parser)
    if root is None:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_NOT_XML))
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise _entities()
    return root
