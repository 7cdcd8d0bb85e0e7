"""The tables of what people set for themselves and for alerts in the browser; no log has it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.model_base import Base


class SavedSearch(Base):
    """A search that a reader keeps by name."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person", "name"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    """Its filter as the query of an address."""
    tells: Mapped[bool]
    """Whether messages say what is new."""
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_seq: Mapped[int]
    """The last event of the change feed that was told, or was there before."""
    looked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None]


class SourceSilence(Base):
    """A reason of a source for which nobody is told until a day, as a person said in the browser."""

    __tablename__ = "source_silence"
    __table_args__ = (UniqueConstraint("source_id", "reason"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"))
    reason: Mapped[str]
    until: Mapped[date]
    why: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
