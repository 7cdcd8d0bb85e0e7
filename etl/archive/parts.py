"""Further pages of articles, one at a time: an import meets each where its file has it."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from etl.archive.database import lock_source
from etl.archive.models import Page


def keep_part(connection: Connection, source_id: str, article: int, url: str, place: int) -> int:
    """The page with which an article goes on there; returns its number. One that is known as something else stays that,
    and is the article's page all the same."""
    lock_source(connection, source_id)
    row = {"source_id": source_id, "url": url, "kind": "part", "part_of": article, "part": place}
    changed = {"part_of": article, "part": place}
    connection.execute(
        insert(Page).values(row).on_conflict_do_update(index_elements=["source_id", "url"], set_=changed)
    )
    return connection.scalars(select(Page.id).where(Page.source_id == source_id, Page.url == url)).one()
