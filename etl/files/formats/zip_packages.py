"""Zip containers of XML, with limits on their unpacked size."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from etl.files.types import FileOutcome, Limits, Unreadable
from etl.files.zip_names import with_slashes
from etl.reason_codes import Code
from etl.reasons import encode_reason

_ANY_RATIO_BYTES = 10 * 2**20
"""Up to so many unpacked bytes, the ratio to the packed size is not checked."""
_HEAD = 2048
"""The declarations of an XML member begin within so many bytes."""
_FAULTS = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, IndexError, zlib.error)


def check_size(packed: int, unpacked: int, members: int, limits: Limits) -> None:
    """Raises `Unreadable` if members, unpacked bytes or their ratio to `packed` exceed the limits."""
    if members > limits.members:
        raise Unreadable(
            FileOutcome.TOO_LARGE, encode_reason(Code.MEMBERS_OVER_LIMIT, members=members, limit=limits.members)
        )
    if unpacked > limits.unpacked:
        raise Unreadable(
            FileOutcome.TOO_LARGE, encode_reason(Code.UNPACKED_OVER_LIMIT, bytes=unpacked, limit=limits.unpacked)
        )
    if unpacked > _ANY_RATIO_BYTES and unpacked > packed * limits.ratio:
        raise Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.RATIO_OVER_LIMIT, ratio=unpacked // max(packed, 1)))


@contextmanager
def open_zip(body: bytes, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """The open archive, with declared sizes within the limits; `zipfile` reads no more of a member than it declares.

    Raises `Unreadable` if it is broken, encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            with_slashes(archive)
            members = archive.infolist()
            check_size(len(body), sum(m.file_size for m in members), len(members), limits)
            yield archive
    except RuntimeError as error:
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD)) from error
    except _FAULTS as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="ZIP", error=error)) from error


def read_xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """The root of an XML member. Raises `Unreadable` if it is missing, broken or declares entities."""
    try:
        return parse_xml(archive.read(name))
    except KeyError as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=name)) from error


def check_entities(archive: zipfile.ZipFile, folder: str) -> None:
    """Raises `Unreadable` if an XML member of the folder declares entities, which the reader of the format drops."""
    for name in archive.namelist():
        if name.startswith(folder) and name.endswith(".xml"):
            with archive.open(name) as part:
                if b"<!ENTITY" in part.read(_HEAD):
                    raise _entities()


def _entities() -> Unreadable:
    """The error for XML with entities. No office program writes them, and as they are not expanded, their text would be
    lost without a notice."""
    return Unreadable(FileOutcome.BROKEN, encode_reason(Code.XML_ENTITIES))


def parse_xml(content: bytes) -> etree._Element:
    """The root of an XML document, parsed without network. Raises `Unreadable` as `read_xml`."""
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
