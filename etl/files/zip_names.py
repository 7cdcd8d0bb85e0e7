"""Names of the parts of documents that are zip archives."""

import io
import zipfile

_OF_DOCUMENTS = frozenset({"[Content_Types].xml", "OFD.xml"})


def with_slashes(archive: zipfile.ZipFile) -> None:
    """Gives the parts of a document the names that others refer to: some programs on Windows divide them by
    backslashes, and Office opens these files. An archive of other files keeps its names."""
    parts = archive.infolist()
    if not any("\\" in part.filename for part in parts) or _OF_DOCUMENTS.isdisjoint(archive.namelist()):
        return
    for part in parts:
        part.filename = part.filename.replace("\\", "/")
    archive.NameToInfo = {part.filename: part for part in parts}


def with_plain_names(body: bytes, archive: zipfile.ZipFile) -> bytes:
    """The archive for a reader that does not know such names."""
    if all(part.filename == part.orig_filename for part in archive.infolist()):
        return body
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for part in archive.infolist():
            made.writestr(part.filename, archive.read(part))
    return packed.getvalue()
