"""Zip containers of XML, with limits on their unpacked size."""

import html.entities
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from lxml import etree

from etl.files.types import FileOutcome, Limits, Unreadable
from etl.files.zip_names import take_name_of_data, with_part_names, with_true_flags
from etl.reason_codes import Code
from etl.reasons import encode_reason

_ANY_RATIO_BYTES = 10 * 2**20
"""Up to so many unpacked bytes, the ratio to the packed size is not checked."""
_HEAD = 2048
"""The declarations of an XML member begin within so many bytes."""
_BARE_SIGN = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:[A-Za-z]\w{1,30};)?")
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


class Package(zipfile.ZipFile):
    """An archive, whose names may be those that `zipfile` refuses.

    `damaged`: the parts read so far that are not well-formed XML, so that some of their text may be lost.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(io.BytesIO(with_true_flags(body)))
        self.damaged: list[str] = []

    def getinfo(self, name: str) -> zipfile.ZipInfo:
        """The member of that name, or else of the same name in other case: readers on Windows find both."""
        try:
            return super().getinfo(name)
        except KeyError:
            others = [part for part in self.infolist() if part.filename.lower() == name.lower()]
            if len(others) != 1:
                raise
            return others[0]

    def open(self, name: str | zipfile.ZipInfo, *args: Any, **kwargs: Any) -> Any:
        """As `zipfile` does, but like other programs it does not compare the two names that the archive has of a
        member."""
        member = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if self.fp is not None:
            take_name_of_data(member, self.fp)
        return super().open(member, *args, **kwargs)


@contextmanager
def open_zip(body: bytes, limits: Limits) -> Iterator[Package]:
    """The open archive, with declared sizes within the limits; `zipfile` reads no more of a member than it declares.

    Raises `Unreadable` if it is broken, encrypted or too large.
    """
    try:
        with Package(body) as archive:
            with_part_names(archive)
            members = archive.infolist()
            check_size(len(body), sum(m.file_size for m in members), len(members), limits)
            yield archive
    except RuntimeError as error:
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD)) from error
    except _FAULTS as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="ZIP", error=error)) from error


def read_xml(archive: Package, name: str) -> etree._Element:
    """The root of an XML member. Raises `Unreadable` if it is missing, broken or declares entities."""
    parser = _parser()
    try:
        root = parse_xml(with_plain_signs(archive.read(name)), parser)
    except KeyError as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=name)) from error
    note_damage(archive, name, parser.error_log)
    return root


def with_plain_signs(content: bytes) -> bytes:
    """The XML with references for signs that programs write as they are: `A&B`, `&nbsp;`. A parser loses the rest of
    the words behind such a sign. XML with declarations or literal parts, where these may be right, is unchanged."""
    if b"&" not in content or b"<!DOCTYPE" in content[:_HEAD] or b"<![CDATA[" in content or b"\0" in content[:4]:
        return content
    return _BARE_SIGN.sub(_reference, content)


def _reference(sign: re.Match[bytes]) -> bytes:
    letter = html.entities.html5.get(sign[0][1:].decode())
    return "".join(f"&#{ord(each)};" for each in letter).encode() if letter else b"&amp;" + sign[0][1:]


def named(root: etree._Element, name: str) -> list[etree._Element]:
    """All elements of that name, whatever their namespace."""
    return list(root.iter(f"{{*}}{name}"))


def tag_of(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, *names: str) -> str:
    """The first attribute of these names in any namespace, else the one without a namespace; empty if there is none."""
    endings = tuple(f"}}{name}" for name in names)
    in_namespace = (value for key, value in element.attrib.items() if str(key).endswith(endings))
    return str(next(in_namespace, element.get(names[0], "")))


def note_damage(archive: Package, name: str, errors: Iterable[etree._LogEntry]) -> None:
    """Adds a part to the `damaged` ones, if it is not well-formed and its parser went on behind the fault."""
    if name not in archive.damaged and any(error.level == etree.ErrorLevels.FATAL for error in errors):
        archive.damaged.append(name)


class Relation(NamedTuple):
    """What a part refers to: the id under which it does, the last word of the type, and the other part."""

    id: str
    kind: str
    part: str


def relations_in(archive: Package, listed: str) -> list[Relation]:
    """The relations in a `.rels` part (ECMA-376 Part 2, 6.5.3), without those that lead out of the package."""
    folder = posixpath.dirname(posixpath.dirname(listed))
    relations = []
    for each in read_xml(archive, listed).iter("{*}Relationship"):
        if each.get("TargetMode") != "External":
            place = posixpath.join(f"/{folder}", (each.get("Target") or "").replace("\\", "/"))
            kind = (each.get("Type") or "").rpartition("/")[2]
            relations.append(Relation(each.get("Id") or "", kind, posixpath.normpath(place).lstrip("/")))
    return relations


def relations_of(archive: Package, part: str, names: set[str]) -> list[Relation]:
    """The relations of a part; those of the package itself for an empty name."""
    folder, file = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{file}.rels")
    return relations_in(archive, listed) if listed in names else []


def targets_of(archive: Package, part: str, names: set[str]) -> dict[str, str]:
    """By id, the parts that a part refers to."""
    return {relation.id: relation.part for relation in relations_of(archive, part, names)}


def main_part(archive: Package, type_end: str, otherwise: str) -> str:
    """The part with which a document begins: the one that the relations of the package name (ECMA-376 Part 2, 6.5.3.4),
    or the one whose content type ends so."""
    names = set(archive.namelist())
    for relation in relations_of(archive, "", names):
        if relation.kind == "officeDocument" and relation.part in names:
            return relation.part
    listed = read_xml(archive, "[Content_Types].xml").iter("{*}Override") if "[Content_Types].xml" in names else ()
    for part in listed:
        if (part.get("ContentType") or "").endswith(type_end) and part.get("PartName"):
            return str(part.get("PartName")).lstrip("/")
    return otherwise


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


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, recover=True)


def parse_xml(content: bytes, parser: etree.XMLParser | None = None) -> etree._Element:
    """The root of an XML document, parsed without network. Raises `Unreadable` as `read_xml`."""
    root = etree.fromstring(content, parser or _parser())
    if root is None:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_NOT_XML))
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise _entities()
    return root
