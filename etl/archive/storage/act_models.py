"""The tables of acts of archivists: reviews, collections, notes, links. Each row belongs to a numbered act, which is
also in a journal in the bucket (`etl.archive.records.acts`)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.model_base import Base


class Act(Base):
    """An act of an archivist other than a correction; numbered without gaps, in the order of commits."""

    __tablename__ = "act"
    __table_args__ = (CheckConstraint("kind IN ('review', 'collection', 'membership', 'note', 'link')", name="kind"),)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Review(Base):
    """A person checked something doubtful in a version and found it correct. Never changed."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("issue IN ('disputed', 'flagged', 'no_text', 'similar', 'missing')", name="issue"),
        ForeignKeyConstraint(
            ["record_id", "version"], ["archive.record_version.record_id", "archive.record_version.version"]
        ),
        Index("review_record_id_idx", "record_id"),
        Index("review_untold_idx", "id", postgresql_where=text("act IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int]
    version: Mapped[int]
    issue: Mapped[str]
    subject: Mapped[str]
    """The flag that was checked; for a missing document its name, `cites:` and a digest; "" for other issues."""
    note: Mapped[str]
    reviewed_by: Mapped[str]
    reviewed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    act: Mapped[int | None] = mapped_column(ForeignKey("archive.act.seq"))
    """None: the review is older than the journal of acts, and will be written to it with the next act."""


class Collection(Base):
    """A version of a collection: its title and description. The id of a collection is the number of the act that made
    it."""

    __tablename__ = "collection"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    description: Mapped[str]
    act: Mapped[int] = mapped_column(ForeignKey("archive.act.seq"))


class CollectionMember(Base):
    """A record is or was in a collection; `added` and `removed` are the acts that added and removed it."""

    __tablename__ = "collection_member"
    __table_args__ = (
        Index(
            "collection_member_now_idx",
            "record_id",
            "collection_id",
            unique=True,
            postgresql_where=text("removed IS NULL"),
        ),
    )
    collection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), primary_key=True, autoincrement=False)
    added: Mapped[int] = mapped_column(ForeignKey("archive.act.seq"), primary_key=True, autoincrement=False)
    removed: Mapped[int | None] = mapped_column(ForeignKey("archive.act.seq"))


class Note(Base):
    """A version of a note on a record; an empty text withdraws it. The id of a note is the number of the act that made
    it."""

    __tablename__ = "note"
    __table_args__ = (Index("note_record_id_idx", "record_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"))
    text: Mapped[str]
    act: Mapped[int] = mapped_column(ForeignKey("archive.act.seq"))


class CitationLink(Base):
    """A version of a link: which record a cited document is, according to an archivist; NULL withdraws it. The id of a
    link is the number of the act that made it."""

    __tablename__ = "citation_link"
    __table_args__ = (
        CheckConstraint("number IS NOT NULL OR title IS NOT NULL", name="name"),
        *(
            Index(f"citation_link_{name}_idx", name, postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("number_key", "title_key", "cited_record_id")
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str | None]
    title: Mapped[str | None]
    number_key: Mapped[str | None]
    """A key like those of citations; made with the current rules, not with those from when the link was made."""
    title_key: Mapped[str | None]
    cited_record_id: Mapped[int | None] = mapped_column(ForeignKey("archive.record.id"))
    reason: Mapped[str]
    act: Mapped[int] = mapped_column(ForeignKey("archive.act.seq"))
