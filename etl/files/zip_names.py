"""Names of the members of zip archives, and of the parts of documents that are such archives."""

import html
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO

_FIRST = {"[content_types].xml": "[Content_Types].xml", "_rels/.rels": "_rels/.rels", "ofd.xml": "OFD.xml"}
"""The parts that every reader knows by name, by the name in lower case."""
_OF_DOCUMENTS = frozenset({"[content_types].xml", "ofd.xml"})
_TARGET = re.compile(rb"""\sTarget\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_MAX_RELATIONS_BYTES = 1_000_000
_FAULTS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error)


UTF8 = 0x800
"""The flag of a name in UTF-8 (APPNOTE, 4.4.4); other names are in the charset of the packing system."""
_END, _MEMBER, _DATA = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_MEMBER_BYTES, _DATA_BYTES = 46, 30


def with_true_flags(body: bytes) -> bytes:
    """The archive without the flag for UTF-8 of names that are in another charset, which `zipfile` refuses."""
    wrong = list(_wrong_flags(body))
    if not wrong:
        return body
    made = bytearray(body)
    for at in wrong:
        made[at] &= ~(UTF8 >> 8)
    return bytes(made)


def _wrong_flags(body: bytes) -> Iterator[int]:
    """The places of the flags, in the directory and before the data, that say UTF-8 of a name in another charset."""
    end = body.rfind(_END)
    directory = end - int.from_bytes(body[end + 12 : end + 16], "little")
    before = directory - int.from_bytes(body[end + 16 : end + 20], "little")  # what stands before the archive
    at = directory if end >= 0 else len(body)
    while body[at : at + 4] == _MEMBER and len(body) - at >= _MEMBER_BYTES:
        name, extra, comment = struct.unpack_from("<3H", body, at + 28)
        if _is_wrong(body[at + 9], body[at + _MEMBER_BYTES : at + _MEMBER_BYTES + name]):
            yield at + 9
        data = before + int.from_bytes(body[at + 42 : at + 46], "little")
        if body[data : data + 4] == _DATA and len(body) - data >= _DATA_BYTES:
            length = int.from_bytes(body[data + 26 : data + 28], "little")
            if _is_wrong(body[data + 7], body[data + _DATA_BYTES : data + _DATA_BYTES + length]):
                yield data + 7
        at += _MEMBER_BYTES + name + extra + comment


def _is_wrong(flags: int, name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return bool(flags & UTF8 >> 8)
    return False


def take_name_of_data(member: zipfile.ZipInfo, archive: IO[bytes]) -> None:
    """Gives a member the name that stands before its data. `zipfile` compares it with that of the directory."""
    archive.seek(member.header_offset)
    head = archive.read(_DATA_BYTES)
    name = archive.read(int.from_bytes(head[26:28], "little"))
    flags = int.from_bytes(head[6:8], "little")
    member.orig_filename = name.decode("utf-8" if flags & UTF8 else "cp437")


def with_part_names(archive: zipfile.ZipFile) -> None:
    """Gives the parts of a document the names by which its other parts refer to them. An archive of other files keeps
    its names.

    Names compare without regard to case (ECMA-376 Part 2, 6.2.2.3): some programs write `xl/SharedStrings.xml` and
    refer to `sharedStrings.xml`. Some divide names by backslashes or begin them with a slash. Office opens all these.
    """
    parts = archive.infolist()
    plain = {part.filename: posixpath.normpath(part.filename.replace("\\", "/")).lstrip("/") for part in parts}
    if _OF_DOCUMENTS.isdisjoint(name.lower() for name in plain.values()):
        return
    spelled = dict(_FIRST)
    relations = [part for part in parts if plain[part.filename].lower().endswith(".rels")]
    for part in sorted(relations, key=lambda part: plain[part.filename].count("/")):
        for name in _referred(archive, part, spelled, plain[part.filename]):
            spelled.setdefault(name.lower(), name)
    for part in parts:
        name = plain[part.filename]
        part.filename = name if part.is_dir() else spelled.get(name.lower(), name)
    archive.NameToInfo = {part.filename: part for part in parts}


def _referred(
    archive: zipfile.ZipFile, relations: zipfile.ZipInfo, spelled: Mapping[str, str], name: str
) -> Iterator[str]:
    """The parts to which a part of relations refers, and the names of their own relations."""
    if relations.file_size > _MAX_RELATIONS_BYTES:
        return
    try:
        content = archive.read(relations)
    except _FAULTS:
        return
    folder, file = posixpath.split(name)
    holder = posixpath.join(posixpath.dirname(folder), file[: -len(".rels")])
    beside = posixpath.dirname(spelled.get(holder.lower(), holder))
    for target in _TARGET.finditer(content):
        written = html.unescape((target[1] or target[2] or b"").decode("utf-8", "replace")).replace("\\", "/")
        if "://" not in written:
            place = posixpath.normpath(posixpath.join("/", beside, written)).lstrip("/")
            yield place
            yield "{}/_rels/{}.rels".format(*posixpath.split(place)).lstrip("/")
