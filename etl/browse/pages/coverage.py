"""Due documents as tables: for each duty, agencies by years."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from etl.archive.queries.coverage import DutyItem, row_of
from etl.export.tables import guard_formula


@dataclass(frozen=True, slots=True)
class Coverage:
    """All items at a certain time. `source`: only those of this source, "" for all."""

    source: str
    at: datetime
    items: tuple[DutyItem, ...]

    @property
    def duties(self) -> dict[str, list[DutyItem]]:
        """The items by duty."""
        by_duty: dict[str, list[DutyItem]] = {}
        for item in self.items:
            by_duty.setdefault(item.duty, []).append(item)
        return by_duty


def years_of(items: list[DutyItem]) -> list[int]:
    """The years of a table, the newest first."""
    return sorted({item.year for item in items}, reverse=True)


def rows_of(items: list[DutyItem]) -> dict[tuple[str, str], dict[int, DutyItem]]:
    """By agency and source, the items by year."""
    by_agency: dict[tuple[str, str], dict[int, DutyItem]] = {}
    for item in items:
        by_agency.setdefault((item.agency, item.source_id), {})[item.year] = item
    return by_agency


def as_csv(coverage: Coverage) -> bytes:
    """All items, one a line, in UTF-8 with a byte order mark; values are guarded as in exports."""
    out = io.StringIO(newline="")
    lines = csv.DictWriter(out, DutyItem.__slots__)
    lines.writeheader()
    for item in coverage.items:
        lines.writerow({name: guard_formula(value) for name, value in row_of(item).items()})
    return out.getvalue().encode("utf-8-sig")
