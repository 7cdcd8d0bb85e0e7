"""The text of attachments: bytes to a reading, in a process that can be killed."""

from etl.files.kinds import sniff
from etl.files.pool import Reader, reader_pool
from etl.files.types import READER, FileOutcome, FileReading, Limits, Member

__all__ = ["READER", "FileOutcome", "FileReading", "Limits", "Member", "Reader", "reader_pool", "sniff"]
