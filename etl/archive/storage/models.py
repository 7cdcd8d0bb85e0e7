"""The tables of schema `archive`. Their names are explained in docs/architecture.md."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Sequence,
    SmallInteger,
    Table,
    UniqueConstraint,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from etl.archive.storage.act_models import Act as Act
from etl.archive.storage.act_models import CitationLink as CitationLink
from etl.archive.storage.act_models import Collection as Collection
from etl.archive.storage.act_models import CollectionMember as CollectionMember
from etl.archive.storage.act_models import Note as Note
from etl.archive.storage.act_models import Review as Review
from etl.archive.storage.citation_models import CitableName as CitableName
from etl.archive.storage.citation_models import Citation as Citation
from etl.archive.storage.citation_models import CitationState as CitationState
from etl.archive.storage.model_base import SCHEMA as SCHEMA
from etl.archive.storage.model_base import Base as Base
from etl.archive.storage.personal_models import SavedSearch as SavedSearch
from etl.archive.storage.personal_models import SourceSilence as SourceSilence
from etl.outcomes import Outcome

REVISION = "0027"
"""The last migration, after which the tables are as in this module."""
CAPTURE_NUMBERS = Sequence("capture_number", schema=SCHEMA)
_OUTCOMES = ", ".join(f"'{outcome}'" for outcome in Outcome)


class Source(Base):
    """A catalog that is crawled. Its source file decides; this row is a copy from the last run."""

    __tablename__ = "source"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    agency: Mapped[str]
    region: Mapped[str]
    platform: Mapped[str]
    definition: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Host(Base):
    """The state of a host: its pace and turns, its robots.txt, and whether its validators can be trusted."""

    __tablename__ = "host"
    name: Mapped[str] = mapped_column(primary_key=True)
    pace: Mapped[float] = mapped_column(server_default=text("0"))
    """Seconds a request: the slowest of `paces`."""
    paces: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """By source, the pace at which it requests (`delay`), and when it last set that (`at`)."""
    next_free_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """The end of the queue of reserved turns."""
    began_at: Mapped[datetime | None]
    """When the last turn began."""
    postponed_until: Mapped[datetime | None]
    """No requests are made until then, because of `retry_after`, as the host sent it, or of `failures` in a row."""
    retry_after: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    """When a person last lifted the host's postponement; `lifted_by` says who."""
    lifted_by: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    robots: Mapped[str | None]
    robots_status: Mapped[int | None]
    robots_at: Mapped[datetime | None]
    validators_right: Mapped[int] = mapped_column(server_default=text("0"))
    validators_wrong: Mapped[int] = mapped_column(server_default=text("0"))


class Blob(Base):
    """Bytes in object storage, exactly as received after transfer decoding. Only their fixity changes."""

    __tablename__ = "blob"
    __table_args__ = (Index("blob_damage_idx", "sha256", postgresql_where=text("damage IS NOT NULL")),)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(server_default=func.now())
    verified_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    """When the bytes were last verified, with any result: when they were stored, or when an audit read them."""
    damage: Mapped[str | None]
    """The damage that was found then: `missing` or `mismatch`."""


class LogObject(Base):
    """A log in object storage: what was last written, and the result of its last check; docs/bucket.md, "The chain of
    logs"."""

    __tablename__ = "log_object"
    __table_args__ = (
        Index("log_object_link_idx", "link"),
        Index("log_object_unchained_idx", "key", postgresql_where=text("link IS NULL")),
        Index("log_object_damage_idx", "key", postgresql_where=text("damage IS NOT NULL")),
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str | None]
    """None for a log that is older than this table until it is first read, and for a new one until it is written."""
    size: Mapped[int | None]
    pending: Mapped[str | None]
    """SHA-256 of the bytes that are about to replace it; its writer may crash before or after they do."""
    link: Mapped[int | None]
    """The link of the chain that names these bytes; for a link, its own number."""
    etag: Mapped[str | None]
    """The storage's tag of its bytes at its last check; None until it is read."""
    verified_at: Mapped[datetime] = mapped_column(server_default=func.now())
    damage: Mapped[str | None]


class FixityEvent(Base):
    """A blob or log that was found missing, changed, or whole again."""

    __tablename__ = "fixity_event"
    __table_args__ = (
        CheckConstraint("kind IN ('missing', 'mismatch', 'restored')", name="kind"),
        CheckConstraint("num_nonnulls(blob_sha256, log) = 1", name="subject"),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("archive.blob.sha256"), index=True)
    log: Mapped[str | None]
    kind: Mapped[str]
    detail: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Page(Base):
    """An address that is known from a source: of a document, of a further page or a file of one, of a listing page, or
    of a style sheet or picture (resource)."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("source_id", "url"),
        CheckConstraint("kind IN ('document', 'part', 'file', 'listing', 'resource')", name="kind"),
        CheckConstraint(f"verdict IN ({_OUTCOMES})", name="verdict"),
        # Partial, as only few pages are unread at any time, even in a large archive.
        # For searches by an address or its beginning, in all sources.
        Index("page_url_idx", text("url text_pattern_ops"), "id"),
        Index("page_unread_idx", "id", postgresql_where=text("unread_capture_id IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"))
    url: Mapped[str]
    kind: Mapped[str]
    listing: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    first_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    listed_at: Mapped[datetime | None]
    """The start of the last run whose listing showed it."""
    part_of: Mapped[int | None] = mapped_column(ForeignKey("archive.page.id"), index=True)
    """The first page of the article of which this page is a further one; `part`: its position, from 2."""
    part: Mapped[int | None] = mapped_column(SmallInteger)
    checked_at: Mapped[datetime | None]
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("archive.blob.sha256"))
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    unread_capture_id: Mapped[int | None]
    """The stored capture that is not extracted yet, so that the next run completes an interrupted one."""
    verdict: Mapped[str | None]
    """What the current bytes are according to extraction, if they are no document."""


class PageFile(Base):
    """A document's page and a file that its current version links; one file may belong to several documents."""

    __tablename__ = "page_file"
    page_id: Mapped[int] = mapped_column(ForeignKey("archive.page.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("archive.page.id"), primary_key=True, index=True)


class File(Base):
    """The reading of a blob: its media type and text. Depends only on the bytes and the reader's version."""

    __tablename__ = "file"
    __table_args__ = (Index("file_outcome_idx", "outcome"),)
    blob_sha256: Mapped[str] = mapped_column(ForeignKey("archive.blob.sha256"), primary_key=True)
    media_type: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    content_hash: Mapped[str | None] = mapped_column(ForeignKey("archive.content.hash"), index=True)
    pages: Mapped[int | None]
    method: Mapped[str]
    members: Mapped[list[Any]]
    reader: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Run(Base):
    """One walk over a source (or one import); `report` is written once, at its end."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        CheckConstraint("state IN ('running', 'green', 'amber', 'red')", name="state"),
        CheckConstraint("kind IN ('crawl', 'recheck', 'import')", name="kind"),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"))
    key: Mapped[str]
    kind: Mapped[str]
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="running")
    listing: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    report: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class Capture(Base):
    """One attempt to fetch a page at one time. Never changed, never deleted."""

    __tablename__ = "capture"
    __table_args__ = (
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
        Index("capture_page_id_fetched_at_idx", "page_id", "fetched_at"),
        Index("capture_gone_idx", "page_id", "fetched_at", postgresql_where=text("outcome = 'gone'")),
    )
    id: Mapped[int] = mapped_column(CAPTURE_NUMBERS, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("archive.page.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("archive.run.id"), index=True)
    url: Mapped[str]
    final_url: Mapped[str]
    fetched_at: Mapped[datetime]
    elapsed_ms: Mapped[int]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    request_headers: Mapped[list[Any]]
    headers: Mapped[list[Any]]
    outcome: Mapped[str]
    reason: Mapped[str]
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("archive.blob.sha256"), index=True)
    log: Mapped[str]


class RunPage(Base):
    """A page in a run: the columns that list it, its batch, and its outcome."""

    __tablename__ = "run_page"
    __table_args__ = (
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
        Index("run_page_run_id_batch_idx", "run_id", "batch"),
        Index("run_page_page_id_idx", "page_id"),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("archive.run.id"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("archive.page.id"), primary_key=True)
    columns: Mapped[list[str]]
    batch: Mapped[int | None]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("archive.capture.id"))
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="")
    unread_reason: Mapped[str | None]
    """Why its stored capture could not be read, also a stored reason; it may be read later."""


class Content(Base):
    """A main text, stored once under the hash of its normal form."""

    __tablename__ = "content"
    __table_args__ = (Index("content_short_id_idx", text("left(hash, 16)")),)
    hash: Mapped[str] = mapped_column(primary_key=True)
    normaliser: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    first_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Signature(Base):
    """Bands of a text's MinHash: texts that share one are candidates for being nearly the same."""

    __tablename__ = "signature"
    # Without fastupdate: with its pending list, the median query took 206 ms instead of 3.
    __table_args__ = (
        Index("signature_bands_idx", "bands", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )
    content_hash: Mapped[str] = mapped_column(ForeignKey("archive.content.hash"), primary_key=True)
    scheme: Mapped[int] = mapped_column(SmallInteger)
    bands: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class Record(Base):
    """A disclosed document; there is one for each document page. `version`: the current version."""

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint("state IN ('current', 'removed')", name="state"),
        Index("record_updated_at_idx", "updated_at"),
        # Lists show the first of the records with the same text: one lookup in this index finds it.
        Index("record_content_hash_idx", "content_hash", "id"),
        Index("record_listed_on_idx", text("listed_on DESC"), text("id DESC")),
        Index("record_removed_idx", "id", postgresql_where=text("state = 'removed'")),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("archive.page.id"), unique=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"), index=True)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(ForeignKey("archive.content.hash"))
    """The content hash of the current version."""
    read_with: Mapped[str]
    """Versions of the extractor and normaliser that last confirmed the current state, `1.1`."""
    listed_on: Mapped[date] = mapped_column(server_default=text("(now() AT TIME ZONE 'Asia/Shanghai')::date"))
    """The current version's publication date, else the day in China when the record was first seen. A trigger on
    `record_version` updates it."""
    state: Mapped[str] = mapped_column(server_default="current")
    state_reason: Mapped[str] = mapped_column(server_default="")
    """The stored reason for which the record was removed or restored."""
    state_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecordVersion(Base):
    """One state of a record. The columns hold what lists and filters need; `fields` every value with its evidence."""

    __tablename__ = "record_version"
    __table_args__ = (CheckConstraint("kind IN ('created', 'updated', 'corrected', 're-extracted')", name="kind"),)
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    capture_id: Mapped[int] = mapped_column(ForeignKey("archive.capture.id"))
    content_hash: Mapped[str] = mapped_column(ForeignKey("archive.content.hash"), index=True)
    title: Mapped[str]
    index_number: Mapped[str | None] = mapped_column(index=True)
    publisher: Mapped[str | None]
    document_number: Mapped[str | None] = mapped_column(index=True)
    written_date: Mapped[date | None]
    published_date: Mapped[date | None] = mapped_column(index=True)
    fields: Mapped[list[Any]]
    attachments: Mapped[list[Any]]
    flags: Mapped[list[str]]
    extractor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SearchEntry(Base):
    """The searched texts of a record's current version, folded (`etl.folding`). Derived: `gongkai index` can make it
    again.

    `fields` and `files` have one line for each field or file. A line of `fields` begins with the field's name in
    capitals, which folded text never contains.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index(
            "search_entry_grams_idx",
            text("archive.search_grams(title, fields, body, files)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "on", "gin_pending_list_limit": "65536"},
            postgresql_where=text("in_index"),
        ),
        Index(
            "search_entry_title_idx",
            text("archive.search_grams(title, '', '', '')"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("in_index"),
        ),
        *(
            Index(f"search_entry_{name}_idx", name, postgresql_using="gin", postgresql_with={"fastupdate": "off"})
            for name in ("numbers", "facets")
        ),
        Index("search_entry_waiting_idx", "record_id", postgresql_where=text("NOT in_index")),
        *(
            Index(f"search_entry_{name}_idx", text(f"{name} DESC NULLS LAST"), text("record_id DESC"))
            for name in ("listed_on", "published_date", "written_date", "captured_at")
        ),
    )
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    """The version from which the entry was made."""
    title: Mapped[str]
    fields: Mapped[str]
    body: Mapped[str]
    files: Mapped[str]
    """Names and texts of the attachments."""
    numbers: Mapped[list[str]]
    """Keys of its 文号, 索引号 and registration number (`etl.folding.number_key`)."""
    facets: Mapped[list[str]]
    """`name:value`, such as `year:2024`."""
    listed_on: Mapped[date]
    published_date: Mapped[date | None]
    written_date: Mapped[date | None]
    captured_at: Mapped[datetime]
    in_index: Mapped[bool] = mapped_column(server_default=false())
    """Whether its pairs of characters are in the index; each search reads all entries that are not."""
    truncated: Mapped[bool]
    """Whether only the beginning of its texts is searched."""


class SearchState(Base):
    """One row. Records after `filled_to`, up to and including `until`, have no entry yet, or one made with another
    folding."""

    __tablename__ = "search_state"
    __table_args__ = (CheckConstraint("one", name="one"),)
    one: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    folding: Mapped[int]
    filled_to: Mapped[int]
    until: Mapped[int]


class Correction(Base):
    """The value to which an archivist set a field, and why. The last correction of a field applies until it is
    withdrawn."""

    __tablename__ = "correction"
    __table_args__ = (CheckConstraint("kind IN ('set', 'withdrawn')", name="kind"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("archive.record.id"), index=True)
    version: Mapped[int]
    """The version that it made."""
    field: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str | None]
    """None if the field is set to have no value."""
    corrected_by: Mapped[str]
    reason: Mapped[str]
    corrected_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Change(Base):
    """One event of the change feed. Only `archive.publish_all` inserts rows, so that `change_seq` follows the order of
    commits."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('created', 'updated', 'removed', 'restored', 'corrected', 're-extracted')", name="kind"
        ),
        ForeignKeyConstraint(
            ["record_id", "version"], ["archive.record_version.record_id", "archive.record_version.version"]
        ),
        Index("change_record_id_idx", "record_id", "change_seq"),
        Index("change_changed_at_idx", "changed_at"),
    )
    change_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    record_id: Mapped[int]
    version: Mapped[int]
    source_id: Mapped[str] = mapped_column(ForeignKey("archive.source.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("archive.run.id"))
    reason: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReasonSentence(Base):
    """The sentences of a code of `etl.reason_codes`, for readers of `api_v1`; written with every migration."""

    __tablename__ = "reason"
    code: Mapped[str] = mapped_column(primary_key=True)
    chinese: Mapped[str]
    english: Mapped[str]


class Rebuild(Base):
    """One row while a rebuild is running or was interrupted; then no other writer may write."""

    __tablename__ = "rebuild"
    __table_args__ = (CheckConstraint("one", name="one"),)
    one: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    began_at: Mapped[datetime] = mapped_column(server_default=func.now())


LOCKS = tuple(Table(name, Base.metadata) for name in ("numbering", "storing", "exporting", "chaining", "noting"))
"""Tables without columns that are only locked (`etl.archive.storage.database`, function `archive.publish_all`).
Advisory locks may be taken by every role that can connect; these by the archive's own."""
