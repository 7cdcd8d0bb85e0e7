"""The content of versions: fields as extraction chose them and as archivists corrected them, and how two differ."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Protocol

from etl.archive.storage.log_lines import AttachedFile, FieldEvidence, VersionValues
from etl.extract.codes import current_rule
from etl.extract.content_id import normalise
from etl.extract.counters import is_clock, without_counters
from etl.fields import DATE_COLUMNS, TEXT_COLUMNS
from etl.outside import clip_bytes
from etl.web.urls import without_tokens

MAX_INDEXED_BYTES = 2_000
"""Maximum bytes of a value in a column for search: an index of PostgreSQL takes 2,704. `fields` has the whole value."""

_NUMBERS = re.compile("[\\d〇零一二三四五六七八九十百千万亿日天]+")
"""Numbers, and the days of a week (星期三, 星期日)."""


class VersionState(Protocol):
    """The attributes in which versions can differ: those of `VersionValues`, or of rows with these columns."""

    @property
    def content_hash(self) -> str: ...
    @property
    def fields(self) -> Sequence[FieldEvidence]: ...
    @property
    def attachments(self) -> Sequence[AttachedFile]: ...


class Identity(NamedTuple):
    """Two states of a record with the same identity are the same version. Evidence that was not chosen is no part of
    it."""

    content_hash: str
    fields: Sequence[tuple[str, str]]
    """Name and value of each field, sorted."""
    files: Sequence[tuple[str, str]]
    """Address of each file and the SHA-256 of its bytes, or '' without bytes; sorted."""


class ValueDifference(NamedTuple):
    """A field that differs between two versions; None means no value.

    `field` is a field's name, `text` (its values are short ids) or `attachments` (names, joined by `; `).
    """

    field: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class ActiveCorrection:
    """The correction of a field that is in force; `value` None sets the field to have no value."""

    value: str | None
    corrected_by: str
    reason: str


def version_identity(version: VersionState) -> Identity:
    """The identity of a version: its text, the values of its fields, and its files with their bytes."""
    fields = sorted((item["name"], item["value"]) for item in version.fields if item["chosen"])
    files = sorted((file["url"], file.get("sha256") or "") for file in version.attachments)
    return Identity(version.content_hash, fields, files)


@dataclass(frozen=True, slots=True)
class CapturedText:
    """The text of a capture, and the day in China on which it was made."""

    text: str
    day: date


def is_same_document(before: VersionState, first: CapturedText, now: VersionState, second: CapturedText) -> bool:
    """Whether two captures of a page differ only in counters, clocks, and tokens or schemes in addresses of files.

    These are ignored in the comparison only; values are stored as the page has them.
    """
    if normalise(without_counters(first.text, first.day)) != normalise(without_counters(second.text, second.day)):
        return False
    if _lasting_fields(before, first.day) != _lasting_fields(now, second.day):
        return False
    return _are_same_files(before.attachments, now.attachments)


def differ_in_numbers(before: VersionState, first: str, now: VersionState, second: str) -> bool:
    """Whether two versions with the texts `first` and `second` differ in numbers and days only: those of an amendment,
    or of a counter or clock in words that no rule knows."""
    return (
        _without_numbers(first) == _without_numbers(second)
        and _fields_without_numbers(before) == _fields_without_numbers(now)
        and _are_same_files(before.attachments, now.attachments)
    )


def _without_numbers(text: str) -> str:
    return _NUMBERS.sub("0", normalise(text))


def _fields_without_numbers(version: VersionState) -> list[tuple[str, str]]:
    return sorted((item["name"], _without_numbers(item["value"])) for item in version.fields if item["chosen"])


def _lasting_fields(version: VersionState, day: date) -> list[tuple[str, str]]:
    """Name and value of each field, without counters and without dates of a clock."""
    return sorted(
        (item["name"], without_counters(item["value"], day))
        for item in version.fields
        if item["chosen"] and not _is_todays_date(item, day)
    )


def _is_todays_date(item: FieldEvidence, day: date) -> bool:
    """Whether a date may be a clock that shows today's date: it has no label and is the day of the capture. A date of
    publication may look the same in one capture, but not in two of different days."""
    if item["name"] not in DATE_COLUMNS or item["origin"] in ("correction", "listing", "meta", "data"):
        return False
    return is_clock(f"{item['label']}{item['raw']}") or (not item["label"] and item["value"] == day.isoformat())


def _are_same_files(before: Sequence[AttachedFile], now: Sequence[AttachedFile]) -> bool:
    """Whether the files differ only in tokens in their addresses. A file with a new token that could not be fetched
    counts as the same. If the bytes are equal, a value that looks like a token counts as one."""
    known = {without_tokens(file["url"]): file.get("sha256") or "" for file in before}

    def lasting(file: AttachedFile) -> tuple[str, str]:
        digest = file.get("sha256") or known.get(without_tokens(file["url"]), "")
        # The same address by http and by https is one file.
        return without_tokens(file["url"], values=bool(digest)).partition("://")[2], digest

    return sorted(map(lasting, before)) == sorted(map(lasting, now))


def with_corrections(values: VersionValues, corrections: Mapping[str, ActiveCorrection]) -> VersionValues:
    """The version with exactly these corrections (by field)."""
    return replace(values, **field_columns(apply_corrections(values.fields, corrections)))


def apply_corrections(
    fields: Sequence[FieldEvidence], corrections: Mapping[str, ActiveCorrection]
) -> list[FieldEvidence]:
    """The evidence with exactly these corrections (by field)."""
    corrected: list[FieldEvidence] = []
    for item in fields:
        if item["origin"] == "correction":
            continue
        extracted = item["chosen"] or item.get("set_aside", False)
        overruled = extracted and item["name"] in corrections
        plain = item.copy()
        plain.pop("set_aside", None)
        plain["chosen"] = extracted and not overruled
        if overruled:
            plain["set_aside"] = True
        corrected.append(plain)
    for name, correction in corrections.items():
        corrected.append(
            FieldEvidence(
                name=name,
                value=correction.value or "",
                raw=correction.value or "",
                label=correction.corrected_by,
                origin="correction",
                rule=correction.reason,
                chosen=correction.value is not None,
            )
        )
    return corrected


def field_columns(fields: Sequence[FieldEvidence]) -> dict[str, Any]:
    """The attributes of `VersionValues` that are made from evidence: `fields`, and the columns for search and lists."""
    chosen = {item["name"]: item["value"] for item in fields if item["chosen"]}
    return {
        "title": chosen.get("title", ""),
        **{name: clip_bytes(chosen[name], MAX_INDEXED_BYTES) if name in chosen else None for name in TEXT_COLUMNS},
        **{name: date.fromisoformat(chosen[name]) if chosen.get(name) else None for name in DATE_COLUMNS},
        "fields": fields,
    }


def current_evidence(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Converts stored evidence to the current form. Until 2026-11-27 the rule was stored as an English sentence, with a
    number `confidence`, which was never calibrated and decided nothing."""
    rule = stored["rule"] if stored["origin"] == "correction" else current_rule(stored["rule"])
    return {name: value for name, value in stored.items() if name != "confidence"} | {"rule": rule}


def compare(before: VersionState, now: VersionState) -> Iterator[ValueDifference]:
    """The differences between two versions: fields by name, then the text, then the files."""
    old, new = version_identity(before), version_identity(now)
    old_fields, new_fields = dict(old.fields), dict(new.fields)
    for name in sorted(old_fields.keys() | new_fields.keys()):
        if old_fields.get(name) != new_fields.get(name):
            yield ValueDifference(name, old_fields.get(name), new_fields.get(name))
    if old.content_hash != new.content_hash:
        yield ValueDifference("text", old.content_hash[:16], new.content_hash[:16])
    if old.files != new.files:
        names = ["; ".join(file["name"] for file in version.attachments) for version in (before, now)]
        yield ValueDifference("attachments", *names)
