"""When a source is crawled: what the presets of the key `schedule` stand for.

All sources of a preset at one minute would be hundreds of tasks that wait for each other, and idle hours after them. So
each source has its own minute of China's night, by a hash of its id: the same one every time, on every machine.
"""

import hashlib
from datetime import timedelta

BY_HAND = "@manual"
"""Crawled only when somebody starts it."""
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", BY_HAND)
NIGHT = 300
"""Minutes from midnight in China within which daily, weekly and monthly crawls start; rechecks come after them."""


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
