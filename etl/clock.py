"""China's calendar: the days of documents are counted in it, wherever this runs; moments are kept in UTC."""

from datetime import timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""Beijing time, without daylight saving since 1991."""
