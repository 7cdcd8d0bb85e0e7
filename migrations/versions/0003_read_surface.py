"""Schema `api_v1`: what downstream jobs read. Columns are added to it, never taken away or given another meaning."""

from dataclasses import dataclass

from alembic import op

revision = "0003"
down_revision = "0002"

# A document without text says nothing about being the same as another.
NO_TEXT = "encode(sha256(''), 'hex')"
# The record that stands for a text: one or two looks into record_content_hash_idx for a row, however many records have
# it. As NOT EXISTS it becomes an anti join: 8 s for 100,000 records of which 10,000 had the same text; this way 1.5 s.
STANDS = f"""CASE WHEN r.content_hash = {NO_TEXT} THEN r.id ELSE coalesce(
        (SELECT o.id FROM archive.record o WHERE o.content_hash = r.content_hash AND o.state = 'current'
         ORDER BY o.id LIMIT 1),
        (SELECT o.id FROM archive.record o WHERE o.content_hash = r.content_hash ORDER BY o.id LIMIT 1)) END"""
# Chosen values alone; `coalesce` because an aggregate over nothing is NULL.
FIELDS = """coalesce((
        SELECT jsonb_object_agg(f->>'name', f->>'value') FROM jsonb_array_elements(v.fields) AS f
        WHERE (f->>'chosen')::boolean), '{}')"""
CORRECTED = """ARRAY(
        SELECT f->>'name' FROM jsonb_array_elements(v.fields) AS f WHERE f->>'origin' = 'correction' ORDER BY 1)"""
CITED = [
    ("title", "v.title", "Title; empty where the page has none."),
    ("index_number", "v.index_number", "索引号. NULL: the page gives none."),
    ("publisher", "v.publisher", "发布机构 as the page names it. NULL: the page names none."),
    ("document_number", "v.document_number", "文号, in its normal form. NULL: the page gives none."),
    ("written_date", "v.written_date", "成文日期, a day of China's calendar (UTC+8). NULL: the page gives none."),
    ("published_date", "v.published_date", "发布日期, a day of China's calendar (UTC+8). NULL: the page gives none."),
    (
        "fields",
        FIELDS,
        "All fields that have a value, the six above among them: JSON object of name → value, both text, dates as "
        "yyyy-mm-dd. A field without a value has no key.",
    ),
    (
        "corrected_fields",
        CORRECTED,
        "Names of the fields that an archivist's correction sets; one that is set to have no value is named here and "
        "has no key in fields. Empty where nothing is corrected.",
    ),
    ("text", "c.text", "Main text, UTF-8, lines separated by a line feed. Empty where the page itself holds none."),
    ("flags", "v.flags", "What extraction found remarkable, by name. Empty where nothing was."),
]
CONTENT = [
    ("short_id", "left(c.hash, 16)", "First 16 hexadecimal digits of content_hash: what archivists cite."),
    ("content_hash", "c.hash", "SHA-256 of the normalised text, 64 hexadecimal digits: the same text, the same hash."),
]


@dataclass(frozen=True)
class View:
    """A view: its comment, (column, expression, comment) in order, and where the rows come from."""

    name: str
    comment: str
    columns: list[tuple[str, str, str]]
    rows: str


VIEWS = [
    View(
        "sources",
        "One row a catalog that is crawled, as the last run read its file.",
        [
            ("source_id", "s.id", "Short name of the source; never changes."),
            ("name", "s.name", "What people call the catalog."),
            ("agency", "s.agency", "The body that must disclose."),
            ("region", "s.region", "GB/T 2260 code of the agency's region, six digits; 000000 belongs to no region."),
            ("platform", "s.platform", "Family of the site's content management system."),
            ("updated_at", "s.updated_at", "When the row was last written, UTC."),
        ],
        "FROM archive.source s",
    ),
    View(
        "records",
        "One row a distinct document. Records with the same text are one document at several places: the earliest that "
        "is still current stands for all (where none is, the earliest), record_places lists them. Which record stands "
        "may change without an event of the record: mirror record by record, and group by content_hash.",
        [
            ("record_id", "r.id", "Number of the record that stands for the document."),
            *CONTENT,
            ("source_id", "r.source_id", "Source in which the record was found: sources.source_id."),
            ("url", "p.url", "Address of its page."),
            ("state", "r.state", "current, or removed: the page is gone from its site, on evidence; all is kept here."),
            ("state_reason", "nullif(r.state_reason, '')", "Evidence of the last removal or return. NULL: none yet."),
            ("state_at", "r.state_at", "When it was last removed or came back, UTC. NULL: neither yet."),
            ("version", "r.version", "Number of the current version, from 1."),
            *CITED,
            (
                "publication_lag_days",
                "v.published_date - v.written_date",
                "Days from written_date to published_date; negative where the page says so. NULL: one is unknown.",
            ),
            (
                "places",
                f"""CASE WHEN r.content_hash = {NO_TEXT} THEN 1 ELSE
        (SELECT count(*) FROM archive.record o WHERE o.content_hash = r.content_hash) END""",
                "Number of records with this text, this one and removed ones included. A document without text is one.",
            ),
            ("attachments", "jsonb_array_length(v.attachments)", "Number of files that the current version links."),
            ("first_seen_at", "r.created_at", "When the record was made, UTC."),
            ("version_at", "v.created_at", "When its current version was made, UTC."),
            ("updated_at", "r.updated_at", "When it last got a version, was removed or came back, UTC."),
            (
                "checked_at",
                "p.checked_at",
                "When its page last answered well, UTC. NULL: never.",
            ),
        ],
        f"""FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.content c ON c.hash = r.content_hash
JOIN archive.page p ON p.id = r.page_id
WHERE r.id = {STANDS}""",
    ),
    View(
        "record_places",
        "One row a record, with the record that stands for its text: the places of a document are the rows with one "
        "document_id.",
        [
            ("record_id", "r.id", "Number of the record."),
            (
                "document_id",
                STANDS,
                "Number of the record that stands for the document in records; its own where it stands itself.",
            ),
            *CONTENT,
            ("source_id", "r.source_id", "Source in which the record was found: sources.source_id."),
            ("url", "p.url", "Address of its page."),
            ("state", "r.state", "current, or removed: the page is gone from its site, on evidence."),
            ("version", "r.version", "Number of the current version."),
            ("first_seen_at", "r.created_at", "When the record was made, UTC."),
            ("updated_at", "r.updated_at", "When it last got a version, was removed or came back, UTC."),
        ],
        """FROM archive.record r
JOIN archive.content c ON c.hash = r.content_hash
JOIN archive.page p ON p.id = r.page_id""",
    ),
    View(
        "record_versions",
        "One row a version of a record: one state of it, written once and never changed.",
        [
            ("record_id", "v.record_id", "Number of the record."),
            ("version", "v.version", "Number of the version within the record, from 1 without gaps."),
            ("is_current", "v.version = r.version", "Whether it is the record's newest version."),
            (
                "kind",
                "v.kind",
                "What made it: created (the first), updated (the page changed), corrected (an archivist set a field), "
                "re-extracted (the rules of extraction changed, the page did not).",
            ),
            ("source_id", "r.source_id", "Source of the record: sources.source_id."),
            ("url", "p.url", "Address of the record's page."),
            *CONTENT,
            ("normaliser", "c.normaliser", "Version of the normaliser that content_hash was made with."),
            *CITED,
            (
                "evidence",
                "v.fields",
                "JSON array of all evidence for fields: name, value, raw (what the page shows), label, origin, rule, "
                "confidence (0 to 1), chosen (whether it is the field's value). A correction has origin correction, "
                "its author as label and its reason as rule.",
            ),
            ("extractor", "v.extractor", "Version of the rules that read it."),
            ("capture_id", "v.capture_id", "The capture whose bytes it was read from: captures.capture_id."),
            ("captured_at", "k.fetched_at", "When these bytes were fetched, UTC."),
            ("created_at", "v.created_at", "When the version was made, UTC."),
        ],
        """FROM archive.record_version v
JOIN archive.record r ON r.id = v.record_id
JOIN archive.content c ON c.hash = v.content_hash
JOIN archive.page p ON p.id = r.page_id
JOIN archive.capture k ON k.id = v.capture_id""",
    ),
    View(
        "attachments",
        "One row a file that the current version of a record links, with what was read in it.",
        [
            ("record_id", "r.id", "Number of the record."),
            ("version", "r.version", "Number of its current version."),
            ("position", "a.position", "Place of the file in the document, from 1."),
            ("url", "a.file->>'url'", "Address of the file."),
            ("name", "a.file->>'name'", "Name that the page gives it."),
            ("role", "a.file->>'role'", "file, or image: a picture that stands where the text should."),
            ("sha256", "a.file->>'sha256'", "SHA-256 of the bytes, 64 hexadecimal digits. NULL: the archive has none."),
            ("size", "b.size", "Size in bytes. NULL: the archive has no bytes."),
            ("media_type", "f.media_type", "Media type by the bytes, not by the name. NULL: not read yet."),
            ("outcome", "f.outcome", "How reading ended: docs/outcomes.md. scan waits for OCR. NULL: not read yet."),
            ("reason", "f.reason", "Why it ended so; empty where all is well. NULL: not read yet."),
            ("pages", "f.pages", "Number of pages or sheets. NULL: the format has none, or not read yet."),
            ("method", "f.method", "What read it; empty where nothing did. NULL: not read yet."),
            ("text", "t.text", "Text of the file, UTF-8. NULL: none was found, or not read yet."),
            ("content_hash", "f.content_hash", "SHA-256 of the normalised text. NULL where text is."),
            ("read_at", "f.read_at", "When it was read, UTC; OCR reads scans later. NULL: not read yet."),
        ],
        """FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
CROSS JOIN LATERAL jsonb_array_elements(v.attachments) WITH ORDINALITY AS a (file, position)
LEFT JOIN archive.blob b ON b.sha256 = a.file->>'sha256'
LEFT JOIN archive.file f ON f.blob_sha256 = b.sha256
LEFT JOIN archive.content t ON t.hash = f.content_hash""",
    ),
    View(
        "captures",
        "One row an attempt to fetch a page, the failed ones too; never changed, never deleted. capture_id does not "
        "follow commits: read what is new through changes.",
        [
            ("capture_id", "k.id", "Number of the capture."),
            ("source_id", "p.source_id", "Source of the page: sources.source_id."),
            ("run_id", "k.run_id", "Number of the run that made it."),
            ("record_id", "r.id", "The record of the page. NULL: the page is a listing, a file, or no record."),
            ("page_url", "p.url", "Address of the page."),
            ("page_kind", "p.kind", "document, part (a further page of one), file (an attachment), or listing."),
            ("url", "k.url", "Address that was asked for."),
            ("final_url", "k.final_url", "Address that answered, after redirects."),
            ("fetched_at", "k.fetched_at", "When it was asked for, UTC."),
            ("elapsed_ms", "k.elapsed_ms", "Milliseconds until it ended."),
            ("status", "k.status", "HTTP status. NULL: no answer came."),
            ("outcome", "k.outcome", "What it turned out to be: docs/outcomes.md."),
            ("reason", "k.reason", "Why; empty where the outcome says it all."),
            ("sha256", "k.blob_sha256", "SHA-256 of the bytes, 64 hexadecimal digits. NULL: no bytes were kept."),
            ("size", "b.size", "Size of the bytes. NULL: no bytes were kept."),
            ("log", "k.log", "Object in the archive's bucket that holds the attempt with all headers."),
        ],
        """FROM archive.capture k
JOIN archive.page p ON p.id = k.page_id
LEFT JOIN archive.record r ON r.page_id = p.id
LEFT JOIN archive.blob b ON b.sha256 = k.blob_sha256""",
    ),
    View(
        "changes",
        "The change feed: one row an event, never changed. Whoever keeps the last change_seq and asks for greater ones "
        "misses none and sees none twice: docs/downstream.md.",
        [
            ("change_seq", "e.change_seq", "Number of the event, from 1 without gaps, in the order of commits."),
            (
                "kind",
                "e.kind",
                "created, updated, removed, restored, corrected, or re-extracted (the archive reads the same bytes "
                "otherwise; nothing changed in the world).",
            ),
            ("record_id", "e.record_id", "Number of the record."),
            (
                "version",
                "e.version",
                "Its version after the event: record_versions. The one before it where the event made none: removed, "
                "restored, and re-extracted after OCR read a scan.",
            ),
            ("source_id", "e.source_id", "Source of the record: sources.source_id."),
            ("content_hash", "v.content_hash", "SHA-256 of the normalised text of that version."),
            ("reason", "nullif(e.reason, '')", "Evidence or explanation. NULL: the kind says it all."),
            ("run_id", "e.run_id", "Number of the run that found it. NULL: no run did."),
            (
                "changed_at",
                "e.changed_at",
                "When the transaction that wrote it began, UTC. Not the order of events: that is change_seq.",
            ),
        ],
        """FROM archive.change e
LEFT JOIN archive.record_version v ON v.record_id = e.record_id AND v.version = e.version""",
    ),
]


def upgrade() -> None:
    op.execute("CREATE SCHEMA api_v1")
    op.execute(f"COMMENT ON SCHEMA api_v1 IS '{__doc__}'")
    op.execute("GRANT USAGE ON SCHEMA api_v1 TO archive_reader")
    for view in VIEWS:
        columns = ",\n    ".join(f"{expression} AS {name}" for name, expression, _ in view.columns)
        # They run with their owner's rights: who may read them needs none to the tables below.
        op.execute(f"CREATE VIEW api_v1.{view.name} AS SELECT\n    {columns}\n{view.rows}")
        op.execute(f"COMMENT ON VIEW api_v1.{view.name} IS {_quoted(view.comment)}")
        for name, _, comment in view.columns:
            op.execute(f"COMMENT ON COLUMN api_v1.{view.name}.{name} IS {_quoted(comment)}")
        op.execute(f"GRANT SELECT ON api_v1.{view.name} TO archive_reader")


def _quoted(comment: str) -> str:
    return "'" + comment.replace("'", "''") + "'"


def downgrade() -> None:
    op.execute("DROP SCHEMA api_v1 CASCADE")
