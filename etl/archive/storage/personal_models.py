"""The tables of personal settings and silences of alerts, made in the browser; no log has them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.model_base import Base


class SavedSearch(Base):
    """A search that a reader saved under a name."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person", "name"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    """Its filter as the query part of a URL."""
    tells: Mapped[bool]
    """Whether messages are sent about new matches."""
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_seq: Mapped[int]
    """The last event of the change feed that was reported, or that existed when the search was saved."""
    looked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None]


class SourceSilence(Base):
    """A silence that a person set in the browser: no alerts for a reason of a source until a certain day."""

    __tablename__ = "source_silence"
    __table_args__ = (UniqueConstraint("source_id", "reason"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"))
    reason: Mapped[str]
    until: Mapped[date]
    why: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
