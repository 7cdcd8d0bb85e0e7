"""Text of attachments: bytes to a `FileReading`, read in a process that can be killed."""

from etl.files.media_types import sniff
from etl.files.process.pool import Reader, file_reader, reader_pool
from etl.files.types import READER, FileOutcome, FileReading, Limits, Member

__all__ = ["READER", "FileOutcome", "FileReading", "Limits", "Member", "Reader", "file_reader", "reader_pool", "sniff"]
