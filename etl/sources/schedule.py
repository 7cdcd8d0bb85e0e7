"""When a source is crawled: what the presets of the key `schedule` stand for.

All sources of a preset at one minute would be hundreds of tasks that wait for each other, and idle hours after them. So
each source has its own minute of China's night, by a hash of its id: the same one every time, on every machine.
"""

import hashlib
import re
from calendar import monthrange
from datetime import timedelta

BY_HAND = "@manual"
"""Crawled only when somebody starts it."""
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", BY_HAND)
NIGHT = 300
"""Minutes from midnight in China within which daily, weekly and monthly crawls start; rechecks come after them."""
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
"""The fields of a cron line, each with its least and its greatest number."""
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", re.ASCII)
_LEAP_YEAR = 2024


def checked_schedule(value: str) -> str:
    """The schedule itself. Raises `ValueError` if it is no preset, and no cron line that is ever due: Airflow would
    refuse it, and with it all DAGs that are made in the same file."""
    if value in PRESETS:
        return value
    fields = value.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"is neither a cron line of five fields nor one of {', '.join(PRESETS)}")
    numbers = []
    for field, (name, least, most) in zip(fields, _FIELDS, strict=True):
        if not (chosen := _numbers(field, least, most)):
            raise ValueError(f"{field!r} is no {name} of a cron line: numbers from {least} to {most}, or *")
        numbers.append(chosen)
    days, months = numbers[2], numbers[3]
    if fields[4] == "*" and min(days) > max(monthrange(_LEAP_YEAR, month)[1] for month in months):
        raise ValueError(f"names a day that no year has: day {min(days)} of month {fields[3]}")
    return value


def _numbers(field: str, least: int, most: int) -> set[int]:
    """The numbers that a field of a cron line stands for; none where it is none. A range may wrap (`22-2`)."""
    numbers: set[int] = set()
    for part in field.split(","):
        if not (match := _PART.fullmatch(part)):
            return set()
        first, last, step = (int(number) if number else None for number in match.groups())
        if step is not None and not 1 <= step <= most - least + 1:  # every 60 minutes is every hour, 90 is nothing
            return set()
        if not all(least <= number <= most for number in (first, last) if number is not None):
            return set()
        start = least if first is None else first
        end = last
        if end is None:  # `*`, `5/10` (from the fifth on), `5`
            end = most if first is None or step else start
        span = [*range(start, end + 1)] if start <= end else [*range(start, most + 1), *range(least, end + 1)]
        numbers.update(span[:: step or 1])
    return numbers


def cron_line(schedule: str, source_id: str) -> str | None:
    """The cron line, in China's time, on which the source is crawled: of a preset its own, else `schedule` itself.

    None of `BY_HAND`.
    """
    if schedule == BY_HAND:
        return None
    number = int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:8])
    nights, minute = divmod(number, NIGHT)
    time = f"{minute % 60} {minute // 60}"
    lines = {
        "@hourly": f"{number % 60} * * * *",
        "@daily": f"{time} * * *",
        "@weekly": f"{time} * * {nights % 7}",
        # Every month has 28 days.
        "@monthly": f"{time} {nights % 28 + 1} * *",
    }
    return lines.get(schedule, schedule)


def longest_interval(schedule: str) -> timedelta | None:
    """How far apart two crawls are at most: of a cron line by the coarsest of its fields that is not `*`; None where
    none is started by itself."""
    if (line := cron_line(schedule, "")) is None:
        return None
    _, _, day, month, weekday = line.split()
    if month != "*":
        return timedelta(days=366)
    if day != "*":
        return timedelta(days=31)
    return timedelta(days=1 if weekday == "*" else 7)
