"""China's calendar: the days of documents are counted in it, wherever this runs; moments are kept in UTC."""

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""Beijing time, without daylight saving since 1991."""


def in_beijing(moment: datetime) -> str:
    """The moment as commands show it, in Beijing time, to the minute: `2026-11-28 11:25`."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
