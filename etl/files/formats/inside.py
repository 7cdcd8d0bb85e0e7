"""Files inside documents that a reader opens with a click: objects in Office documents, attachments of PDF, OFD and
messages."""

import email
import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header

import olefile

from etl.file_signatures import BEFORE
from etl.files import media_types
from etl.files.formats.office import is_message
from etl.files.formats.pdf import open_pdf
from etl.files.formats.zip_packages import Package, open_zip, read_xml, relations_in
from etl.files.types import Limits

_NATIVE = "\1Ole10Native"
_DOCUMENTS = frozenset(("worddocument", "workbook", "book", "powerpoint document"))


def files_inside(body: bytes, kind: str, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each file, except data of charts and equations. None for a document that is too broken to list
    them."""
    return _FINDERS[kind](body, limits) if kind in _FINDERS else iter(())


def _of_office(body: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    with open_zip(body, limits) as archive:
        for part in dict.fromkeys(_embedded(archive)):
            content = archive.read(part)
            name = part.rpartition("/")[2]
            if not content.startswith(olefile.MAGIC):
                yield name, content
            elif member := _of_object(name, content):
                yield member


def _embedded(archive: Package) -> Iterator[str]:
    """The parts that pages, sheets and slides refer to as objects. Those of charts are left out: they are the charts'
    data."""
    names = set(archive.namelist())
    for relations in sorted(name for name in names if name.endswith(".rels") and "/charts/" not in name):
        for relation in relations_in(archive, relations):
            if "/embeddings/" in f"/{relation.part}" and relation.part in names:
                yield relation.part


def _of_object(name: str, content: bytes) -> tuple[str, bytes] | None:
    """The file in an OLE object, or the object itself if it is a document; None for an equation."""
    with olefile.OleFileIO(io.BytesIO(content)) as container:
        streams = {path[0].lower(): path for path in container.listdir() if path}
        if not _DOCUMENTS.isdisjoint(streams):
            return name, content
        for stream in ("package", "contents"):
            if stream in streams:
                return name, container.openstream(streams[stream]).read()
        if _NATIVE.lower() in streams:
            return _of_native(name, container.openstream(streams[_NATIVE.lower()]).read())
    return None


def _of_native(name: str, stream: bytes) -> tuple[str, bytes]:
    """The file in an `Ole10Native` stream: sizes, its name, its path twice, its bytes ([MS-OLEDS] 2.3.6)."""
    label, _, rest = stream[6:].partition(b"\0")
    _, _, rest = rest.partition(b"\0")
    path = 8 + int.from_bytes(rest[4:8], "little")
    size = int.from_bytes(rest[path : path + 4], "little")
    known = label.decode("gb18030", "replace").replace("\\", "/").rpartition("/")[2]
    return known or name, rest[path + 4 : path + 4 + size]


def _of_pdf(body: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    with open_pdf(body, limits) as document:
        for number in range(document.count_attachments()):
            attachment = document.get_attachment(number)
            yield attachment.get_name(), bytes(attachment.get_data())


def _of_ofd(body: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    with open_zip(body, limits) as archive:
        names = set(archive.namelist())
        for listing in sorted(name for name in names if name.endswith("/Attachments.xml")):
            for item in read_xml(archive, listing).iter("{*}Attachment"):
                place = next(("".join(map(str, each.itertext())).strip() for each in item.iter("{*}FileLoc")), "")
                part = place if place.startswith("/") else posixpath.normpath(f"{posixpath.dirname(listing)}/{place}")
                if place and part.lstrip("/") in names:
                    ending = posixpath.splitext(place)[1]
                    name = (item.get("Name") or posixpath.basename(place)).removesuffix(ending)
                    yield name + ending, archive.read(part.lstrip("/"))


def _of_message(body: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Those that a message calls attachments; the pictures of a web page in one file (.mht) are none."""
    if not is_message(body):
        return
    for number, part in enumerate(email.message_from_bytes(body.lstrip(BEFORE)).walk()):
        content = part.get_payload(decode=True)
        if part.get_content_disposition() == "attachment" and isinstance(content, bytes):
            yield _name(part.get_filename() or str(number)), content


def _name(written: str) -> str:
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError, HeaderParseError):
        return written


_FINDERS: dict[str, Callable[[bytes, Limits], Iterator[tuple[str, bytes]]]] = {
    **dict.fromkeys(media_types.WITH_FILES_INSIDE, _of_office),
    media_types.PDF: _of_pdf,
    media_types.OFD: _of_ofd,
    media_types.TEXT: _of_message,
}
FAULTS = (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)
"""Errors of finding these files; the document itself is still read."""
