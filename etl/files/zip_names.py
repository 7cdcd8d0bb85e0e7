"""Names of the parts of documents that are zip archives."""

import html
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping

_FIRST = {"[content_types].xml": "[Content_Types].xml", "_rels/.rels": "_rels/.rels", "ofd.xml": "OFD.xml"}
"""The parts that every reader knows by name, by the name in lower case."""
_OF_DOCUMENTS = frozenset({"[content_types].xml", "ofd.xml"})
_TARGET = re.compile(rb"""\sTarget\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_MAX_RELATIONS_BYTES = 1_000_000
_FAULTS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error)


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


def with_plain_names(body: bytes, archive: zipfile.ZipFile) -> bytes:
    """The archive for a reader that does not know such names."""
    if all(part.filename == part.orig_filename for part in archive.infolist()):
        return body
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for part in archive.infolist():
            made.writestr(part.filename, archive.read(part))
    return packed.getvalue()
