"""The tables of the documents that records cite, and of the names by which records are cited."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text, true
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.model_base import Base


class CitableName(Base):
    """The names by which a record's current version is cited, as keys (`etl.extract.citing`); NULL if it has no such
    name.

    Derived, like `Citation`: `gongkai index` can make both again. Hash indexes, as keys are compared for equality only,
    and may be long.
    """

    __tablename__ = "citable_name"
    __table_args__ = tuple(
        Index(f"citable_name_{name}_idx", name, postgresql_using="hash", postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("number_key", "title_key", "issued_key")
    )
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    """The version from which names and citations were made."""
    number_key: Mapped[str | None]
    title_key: Mapped[str | None]
    issued_key: Mapped[str | None]
    """The title of the document that it issues: 某办法 in 关于印发《某办法》的通知."""


class Citation(Base):
    """A document that a record's current version cites. Which record is meant is determined when it is queried."""

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
    """One row. Citations of records after `filled_to`, up to and including `until`, were not found with these rules
    yet."""

    __tablename__ = "citation_state"
    __table_args__ = (CheckConstraint("one", name="one"),)
    one: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    rules: Mapped[str]
    filled_to: Mapped[int]
    until: Mapped[int]
