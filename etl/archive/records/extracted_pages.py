"""Extracted pages: the result of extracting a stored capture, in the form in which it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from etl.archive.records.versions import field_columns
from etl.archive.storage.log_lines import AttachedFile, FieldEvidence, VersionValues
from etl.dates import read_date
from etl.extract import Belief, Extraction, FieldValue, Flag, Rule
from etl.extract.text_identity import TextIdentity
from etl.fetch.refusals import MAX_WORDS
from etl.fields import DATE_FIELDS, FIELDS
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedPage:
    """The extraction of a stored capture; its attachments have canonical addresses.

    `extraction`: None if the capture cannot be read; `failure` then says why. `identity`: that of its text; if it is
    None, it is computed when the page is recorded.
    """

    page_id: int
    capture_id: int
    extraction: Extraction | None
    failure: str = ""
    identity: TextIdentity | None = None
    title_differs_from_listing: bool = False
    """Whether the title in the catalog and that of the page differ, and neither contains the other."""
    lacks_listed_title: bool = False
    """Whether the page says nothing like the title in the catalog, neither in a title of its own nor in its text."""
    further: tuple[Extraction, ...] = ()
    """What was read of the further pages of an article, each by itself."""
    is_emptied: bool = False
    """Whether the page has shown nothing of its document for so long that this is a version of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome and reason of a page that gets no version; for a document, `outcome` is None."""

    outcome: Outcome | None
    reason: str


def fill_from_listing(
    extraction: Extraction, listing: Mapping[str, Any], lookups: Mapping[str, Mapping[str, str]]
) -> Extraction:
    """Fills fields for which the page has no value from its listing entry; `lookups` are those of the source file."""
    added, flags = [], list(extraction.flags)
    for name, stated in listing.items():
        raw = str(stated)
        if not stated or name not in FIELDS or name in extraction.fields:
            continue
        meaning = lookups.get(name, {}).get(" ".join(raw.split()))
        if meaning is not None:
            flags.append(Flag.LOOKED_UP.of(name))
        value = raw if meaning is None else meaning
        if name in DATE_FIELDS and value:
            read = read_date(value)
            value = read.iso or ""
            flags += [f"{name}:{read.flag}"] if read.flag else []  # as `Flag.of` stores it
        if value:
            added.append(FieldValue(name, value, raw, name, "listing", Rule.LISTING_ENTRY))
    if not added and len(set(flags)) == len(extraction.flags):
        return extraction
    fields = {**extraction.fields, **{value.name: value for value in added}}
    evidence = (*extraction.evidence, *added)
    beliefs = {**extraction.beliefs, **{value.name: Belief.SINGLE for value in added}}
    return replace(extraction, fields=fields, evidence=evidence, flags=tuple(dict.fromkeys(flags)), beliefs=beliefs)


def verdict_of(page: ExtractedPage) -> Verdict:
    """The verdict with which a page is recorded."""
    if page.extraction is None:
        return Verdict(Outcome.UNREADABLE, page.failure)
    if page.extraction.kind != "document":
        return Verdict(Outcome.NOT_A_DOCUMENT, _no_document(page.extraction))
    return Verdict(None, "")


def _no_document(extraction: Extraction) -> str:
    """The stored reason. A page that is neither document nor list is quoted: it may say why it stands there."""
    kind, reason = extraction.kind, extraction.reason
    title = (item.value for name, item in extraction.fields.items() if name == "title" and item.origin != "listing")
    words = " ".join(" ".join((*title, extraction.text[:MAX_WORDS])).split())[:MAX_WORDS]
    if kind == "listing" or not words:
        return encode_reason(Code.NO_DOCUMENT, page_kind=kind, reason=reason)
    return encode_reason(Code.NO_DOCUMENT_SAYS, page_kind=kind, reason=reason, words=words)


def version_values(
    capture_id: int, extraction: Extraction, digest: str, digests: Mapping[str, str | None]
) -> VersionValues:
    """The values of the version that an extraction makes.

    `digest`: content hash of its text. `digests`: SHA-256 of the archived bytes of its files, by address.
    """
    evidence = [_field_evidence(extraction, item) for item in extraction.evidence]
    files = [
        AttachedFile(url=file.url, name=file.name, role=file.role, sha256=digests.get(file.url))
        for file in extraction.attachments
    ]
    return VersionValues(
        capture_id=capture_id,
        content_hash=digest,
        **field_columns(evidence),
        attachments=files,
        flags=list(extraction.flags),
        extractor=extraction.extractor,
    )


def _field_evidence(extraction: Extraction, item: FieldValue) -> FieldEvidence:
    evidence = FieldEvidence(
        name=item.name,
        value=item.value,
        raw=item.raw,
        label=item.label,
        origin=item.origin,
        rule=item.rule,
        chosen=item is extraction.fields.get(item.name),
    )
    if evidence["chosen"]:
        evidence["belief"] = extraction.beliefs[item.name]
    return evidence
