"""The tables of what records cite, and of what they are cited by."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text, true
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.model_base import Base


class CitableName(Base):
    """By what a record's current version is cited, as keys (`etl.extract.citing`); NULL where it has no such name.

    Derived, like `Citation`: `gongkai index` makes both anew. Hash indexes: keys are compared whole, and may be long.
    """

    __tablename__ = "citable_name"
    __table_args__ = tuple(
        Index(f"citable_name_{name}_idx", name, postgresql_using="hash", postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("number_key", "title_key", "issued_key")
    )
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    """That which names and citations were made from."""
    number_key: Mapped[str | None]
    title_key: Mapped[str | None]
    issued_key: Mapped[str | None]
    """The title of what it issues: 某办法 of 关于印发《某办法》的通知."""


class Citation(Base):
    """A document that a record's current version cites. Which record that is, is found when it is asked for."""

    __tablename__ = "citation"
    __table_args__ = (
        CheckConstraint("relation IN ('cites', 'interprets', 'repeals', 'amends')", name="relation"),
        CheckConstraint("part IN ('title', 'text')", name="part"),
        *(
            Index(f"citation_{name}_idx", name, postgresql_using="hash", postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("number_key", "title_key")
        ),
    )
    record_id: Mapped[int] = mapped_column(
        ForeignKey("archive.citable_name.record_id"), primary_key=True, autoincrement=False
    )
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    relation: Mapped[str]
    part: Mapped[str]
    place: Mapped[int]
    length: Mapped[int]
    mentions: Mapped[int]
    number: Mapped[str | None]
    title: Mapped[str | None]
    number_key: Mapped[str | None]
    title_key: Mapped[str | None]


class CitationState(Base):
    """One row: records from `filled_to` (not included) up to `until` were not read for citations by these rules."""

    __tablename__ = "citation_state"
    __table_args__ = (CheckConstraint("one", name="one"),)
    one: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    rules: Mapped[str]
    filled_to: Mapped[int]
    until: Mapped[int]
