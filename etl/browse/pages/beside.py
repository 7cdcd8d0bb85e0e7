"""An attachment that is shown beside its record, and where the words of a search occur in attachments."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, func, select

from etl.archive.storage.lookups import among
from etl.archive.storage.models import Content, File
from etl.browse.pages.file import AttachedFile, file_page, leaf_of
from etl.browse.pages.marking import hits, words_to_mark
from etl.browse.pages.snippets import SEARCHED_CHARS

MAX_HITS = 99
"""Maximum number of hits in a file that are counted."""


@dataclass(frozen=True, slots=True)
class BesideFile:
    """Page number `leaf` of the `leaves` pages of an attachment's text."""

    sha256: str
    name: str
    text: str
    leaf: int
    leaves: int


@dataclass(frozen=True, slots=True)
class FileHits:
    """The number of hits in a file, and the page of its text with the first one. `more`: whether there are more
    hits."""

    sha256: str
    hits: int
    more: bool
    leaf: int


def beside_file(connection: Connection, files: Sequence[AttachedFile], digest: str, leaf: int) -> BesideFile | None:
    """One page of the text of the file with this SHA-256; None if it is not among the files, or has no such page."""
    file = next((each for each in files if each.sha256 == digest), None)
    page = file_page(connection, digest, leaf) if file else None
    if file is None or page is None:
        return None
    return BesideFile(digest, file.name, page.text, page.leaf, page.leaves)


def hits_in_files(connection: Connection, files: Sequence[AttachedFile], q: str) -> tuple[FileHits, ...]:
    """The files that contain words of the search, in order. Of a long text, only the beginning is searched."""
    digests = [file.sha256 for file in files if file.sha256 and file.characters]
    words = words_to_mark(q) if digests else ()
    if not words:
        return ()
    query = select(File.blob_sha256, func.left(Content.text, SEARCHED_CHARS))
    rows = connection.execute(
        query.join(Content, Content.hash == File.content_hash).where(among(File.blob_sha256, digests))
    )
    texts = {digest: text for digest, text in rows}
    hit_files = []
    for digest in dict.fromkeys(digests):
        text = texts.get(digest, "")
        if places := list(islice(hits(text, words), MAX_HITS + 1)):
            more = len(places) > MAX_HITS
            hit_files.append(FileHits(digest, min(len(places), MAX_HITS), more, leaf_of(text, places[0][0])))
    return tuple(hit_files)
