"""Dates that lists write into the link of a document: at an end of its words, or as a day above a month."""

import re
from dataclasses import replace

from etl.dates import DATE, first_iso_date
from etl.platforms.base import Entry

_AT_AN_END = re.compile(rf"^[\[(（【]?\s*({DATE})\s*[\])）】]?\s+|\s*[\[(（【]?\s*({DATE})\s*[\])）】]?$")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s+((?:19|20)\d\d)\s*[-./年]\s*(\d{1,2})(?!\s*[-./月]?\s*\d)")


def dated(entry: Entry, row: str = "") -> Entry:
    """The entry with the date that its title begins or ends with as `published_date`, and a title without it.

    `row`: the words of its row, where a calendar sheet (`20` above `2023.05`) may stand. Dates that the entry already
    has stay, and a title that is nothing but a date keeps it.
    """
    if "published_date" in entry.fields:
        return entry
    match = _AT_AN_END.search(entry.title)
    if match and (day := first_iso_date(match[0])) and (title := _AT_AN_END.sub("", entry.title, count=1).strip()):
        return replace(entry, title=title, fields={**entry.fields, "published_date": day})
    if (sheet := _DAY_FIRST.search(row)) and (day := first_iso_date(f"{sheet[2]}-{sheet[3]}-{sheet[1]}")):
        return replace(entry, fields={**entry.fields, "published_date": day})
    return entry
