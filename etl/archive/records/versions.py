"""What a version is made of: its fields as extraction chose them, and as an archivist set them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from etl.extract.codes import current_rule
from etl.fields import DATE_COLUMNS, TEXT_COLUMNS

Fields = list[dict[str, Any]]
"""All evidence of a version: the parts of a `FieldValue`, and whether it is the field's value (`chosen`).

`set_aside` marks what extraction chose and a correction overruled. A correction has the origin `correction`, its
author as label and its reason as rule."""


def version_identity(version: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must differ for a new version: the text, a field's value, a file or its bytes. Evidence alone does not
    count."""
    fields = sorted((item["name"], item["value"]) for item in version["fields"] if item["chosen"])
    files = sorted((file["url"], file.get("sha256") or "") for file in version["attachments"])
    return version["content_hash"], fields, files


def apply_corrections(fields: Fields, corrections: Mapping[str, Mapping[str, Any]]) -> Fields:
    """The fields with the corrections that are in force, by field, and with no others."""
    found: Fields = []
    for item in fields:
        if item["origin"] == "correction":
            continue
        extracted = item["chosen"] or item.get("set_aside", False)
        kept = {name: value for name, value in item.items() if name != "set_aside"}
        overruled = extracted and item["name"] in corrections
        found.append(kept | {"chosen": extracted and not overruled} | ({"set_aside": True} if overruled else {}))
    for name, correction in corrections.items():
        value = correction["value"]
        found.append(
            {
                "name": name,
                "value": value or "",
                "raw": value or "",
                "label": correction["corrected_by"],
                "origin": "correction",
                "rule": correction["reason"],
                "chosen": value is not None,
            }
        )
    return found


def version_columns(fields: Fields) -> dict[str, Any]:
    """The columns of a version that its fields give."""
    chosen = {item["name"]: item["value"] for item in fields if item["chosen"]}
    return {
        "title": chosen.get("title", ""),
        **{name: chosen.get(name) for name in TEXT_COLUMNS},
        **{name: date.fromisoformat(chosen[name]) if chosen.get(name) else None for name in DATE_COLUMNS},
        "fields": fields,
    }


def from_journal(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a version from the journal's JSON."""
    return {**values, **{name: date.fromisoformat(values[name]) if values[name] else None for name in DATE_COLUMNS}}


def current_evidence(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored evidence in today's form. Until 2026-11-27 the rule was stored as an English sentence, and beside it
    `confidence`, a number that was never calibrated and decided nothing."""
    rule = stored["rule"] if stored["origin"] == "correction" else current_rule(stored["rule"])
    return {name: value for name, value in stored.items() if name != "confidence"} | {"rule": rule}


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    """What differs between two states: field, value before, value now; `text` by short id, `attachments` by name."""
    chosen = [{item["name"]: item["value"] for item in one["fields"] if item["chosen"]} for one in (before, now)]
    for name in sorted(chosen[0].keys() | chosen[1].keys()):
        if chosen[0].get(name) != chosen[1].get(name):
            yield name, chosen[0].get(name), chosen[1].get(name)
    if before["content_hash"] != now["content_hash"]:
        yield "text", before["content_hash"][:16], now["content_hash"][:16]
    if version_identity(before)[2] != version_identity(now)[2]:
        names = ["; ".join(file["name"] for file in one["attachments"]) for one in (before, now)]
        yield "attachments", names[0], names[1]
