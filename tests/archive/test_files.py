"""What is kept of a file's reading."""

from sqlalchemy import text

from etl.archive.records.file_readings import store_file_reading
from etl.archive.storage.archive import Archive
from etl.files import FileOutcome, FileReading, Member
from tests.support.gongkai import rows


def test_what_the_database_cannot_hold_is_left_out_of_all_that_a_file_says(archive: Archive) -> None:
    """A parser's message may quote the file."""
    digest = "a" * 64
    with archive.engine.begin() as connection:
        connection.execute(text("INSERT INTO archive.blob (sha256, size) VALUES (:sha256, 1)"), {"sha256": digest})
    member = Member("通\0知.doc", "application/msword", FileOutcome.BROKEN, "no part \0\0", 1)
    reading = FileReading("application/zip", FileOutcome.BROKEN, "1 bro\0ken", "水\0务", members=(member,))
    store_file_reading(archive, digest, reading)
    (kept,) = rows(
        archive,
        "SELECT f.reason, f.members, c.text FROM archive.file f JOIN archive.content c ON c.hash = content_hash",
    )
    assert (kept["reason"], kept["text"]) == ("1 broken", "水务")
    assert (kept["members"][0]["path"], kept["members"][0]["reason"]) == ("通知.doc", "no part ")
