"""Pages as JSON. Values that the API also has get the API's name beside the page's own, so that programs can use the
same names everywhere."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic_core import to_json

from etl.archive.queries.cited import Gap
from etl.archive.records.citation_links import DocumentLink
from etl.archive.records.collections import CollectionLine, CollectionName, Membership
from etl.archive.records.notes import RecordNote
from etl.browse.pages import record_list
from etl.browse.pages.address import AddressLine, AddressPage
from etl.browse.pages.capture import CaptureChoice, CapturePage
from etl.browse.pages.citations import RelatedRecord
from etl.browse.pages.comparison import ComparedVersion, VersionChoice
from etl.browse.pages.file import LinkingRecord
from etl.browse.pages.record import CaptureLine, RecordCopy, RecordPage, SimilarLine
from etl.browse.pages.review import ReviewedThing
from etl.browse.pages.runs import ListedPage, RunLine
from etl.browse.pages.silences import SilenceLine
from etl.browse.pages.source_list import SourceLine

_RECORD = {"id": "record_id"}
_COLLECTION = {"id": "collection_id"}
API_NAMES: Mapping[type, Mapping[str, str]] = {
    RecordPage: _RECORD | {"fetched_at": "captured_at"},
    record_list.RecordLine: _RECORD,
    RecordCopy: _RECORD,
    SimilarLine: _RECORD,
    RelatedRecord: _RECORD,
    LinkingRecord: _RECORD,
    ComparedVersion: _RECORD,
    VersionChoice: _RECORD,
    ReviewedThing: {"record": "record_id"},
    Gap: {"record": "record_id"},
    CapturePage: {"id": "capture_id", "record": "record_id", "url": "page_url"},
    CaptureChoice: {"id": "capture_id"},
    CaptureLine: {"id": "capture_id"},
    AddressPage: {"record": "record_id", "url": "page_url"},
    AddressLine: {"run": "run_id"},
    ListedPage: {"record": "record_id", "capture": "capture_id", "url": "page_url", "kind": "page_kind"},
    RunLine: {"id": "run_id"},
    SourceLine: {"id": "source_id"},
    record_list.SourceChoice: {"id": "source_id"},
    CollectionLine: _COLLECTION,
    CollectionName: _COLLECTION,
    Membership: _COLLECTION,
    RecordNote: {"id": "note_id", "record": "record_id"},
    DocumentLink: {"id": "link_id"},
    SilenceLine: {"id": "silence_id"},
}
"""For each class that pages consist of: name in the page → name in the API."""


def page_json(page: Any) -> bytes:
    """The page with the names of the API beside its own, without form tokens, which are for HTML only."""
    plain = _plain(page)
    if isinstance(plain, dict):
        plain.pop("token", None)
    return to_json(plain)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        names = API_NAMES.get(type(value), {})
        plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return plain | {names[own]: plain[own] for own in names}
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
