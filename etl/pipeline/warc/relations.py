"""What the records of a file say about each other: which request a response answers, and which bytes a revisit repeats.

A request may stand before or after its response, and only a request says by which method a page was requested. So this
is collected while the file is scanned, before its contents are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from etl.pipeline.warc.dates import read_warc_date
from etl.pipeline.warc.digests import Digest
from etl.pipeline.warc.records import Record

Reference = str | tuple[str, datetime]
"""What names the original of a revisit: a digest, the id of its record, or its address and date."""
_MAX_METHOD_BYTES = 24
_NOT_MODIFIED = "server-not-modified"
"""The end of the profile of a revisit that records an answer 304 (WARC/1.1, 6.7.3)."""


@dataclass(slots=True)
class Relations:
    """`methods`: by the id of a request, and by that of its response, a method other than GET. `referred`: what
    revisits without a digest refer to."""

    methods: dict[str, str] = field(default_factory=dict)
    referred: set[Reference] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Takes a record whose block was not read yet."""
        if record.kind == "request":
            words = record.read(_MAX_METHOD_BYTES).decode("ascii", "replace").split()
            if words and words[0].isalpha() and words[0] != "GET":
                self.methods |= dict.fromkeys(_request_and_response(record), words[0])
        elif record.kind == "revisit" and not record.header("warc-payload-digest"):
            self.referred.update(references(record))

    def method_of(self, record: Record) -> str:
        """The method of the request that a response answers, if it was not GET; else an empty string."""
        return next((self.methods[id] for id in _request_and_response(record) if id in self.methods), "")

    def names_of(self, record: Record) -> Iterator[Reference]:
        """The names under which revisits may refer to a response."""
        if digest := record.header("warc-payload-digest"):
            yield Digest(digest).key
        own: set[Reference] = {record.header("warc-record-id"), *_place(record, "warc-target-uri", "warc-date")}
        yield from own & self.referred


def references(revisit: Record) -> Iterator[Reference]:
    """The names that a revisit gives its original, the surest first."""
    if digest := revisit.header("warc-payload-digest"):
        yield Digest(digest).key
    if id := revisit.header("warc-refers-to"):
        yield id
    yield from place_of_original(revisit)


def place_of_original(revisit: Record) -> Iterator[tuple[str, datetime]]:
    """The address and date of the original, if the revisit has both."""
    yield from _place(revisit, "warc-refers-to-target-uri", "warc-refers-to-date")


def is_not_modified(revisit: Record) -> bool:
    """Whether the server said that the page had not changed since an earlier capture."""
    return revisit.header("warc-profile").strip("<>").endswith(_NOT_MODIFIED)


def _request_and_response(record: Record) -> Iterator[str]:
    """The ids of a request and of its response, of which either may refer to the other."""
    yield from (id for id in (record.header("warc-record-id"), *record.values("warc-concurrent-to")) if id)


def _place(record: Record, uri: str, date: str) -> Iterator[tuple[str, datetime]]:
    """The address and date in these headers."""
    address, moment = record.header(uri).strip("<>"), read_warc_date(record.header(date))
    if address and moment:
        yield address, moment
