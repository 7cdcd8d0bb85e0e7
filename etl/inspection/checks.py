"""The checks of an inspection: each has a query that returns the items that fail it.

The four properties and their checks follow DA/T 70—2018 (文书类电子档案检测一般要求), but do not claim to conform to
it: that standard is for archives that agencies hand over, with fields and packages that web pages do not have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import TextClause, text

from etl.archive.storage.lookups import NO_TEXT
from etl.files import FileOutcome
from etl.files.media_types import DOC, PPT, RAR, UNKNOWN, XLS

Property = Literal["authenticity", "integrity", "usability", "safety"]
PROPERTIES: Mapping[Property, str] = {
    "authenticity": "真实性",
    "integrity": "完整性",
    "usability": "可用性",
    "safety": "安全性",
}
Weight = Literal["fault", "remark"]

AT_RISK: Mapping[str, str] = {
    DOC: "Word 97–2003",
    XLS: "Excel 97–2003",
    PPT: "PowerPoint 97–2003",
    RAR: "RAR",
    "application/x-ceb": "Founder CEB",
    UNKNOWN: "?",
}
"""Media types that only few or only commercial programs can open, or that are unknown, with their names."""
PROGRAM = "application/vnd.microsoft.portable-executable"


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, its property, the weight of a failure, and its title in both languages.

    `inspected`: a query that counts the inspected items. `failing`: a query that returns for each failing item the
    `subject` and `why`, a word or a number. Both have the parameters `source` (an id, or NULL for all) and `stamped`
    (the last link that a time stamp covers).
    """

    name: str
    property: Property
    weight: Weight
    chinese: str
    english: str
    inspected: TextClause
    failing: str


_RECORDS = """archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    JOIN archive.capture c ON c.id = v.capture_id"""
_SCOPE = "(CAST(:source AS text) IS NULL OR r.source_id = :source)"
_RECORD = "'record ' || r.id"
_ATTACHED = f"""{_RECORDS} CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a"""
_READ_FILES = f"""(SELECT DISTINCT ON (f.blob_sha256) f.*, r.id AS record FROM {_ATTACHED}
    JOIN archive.file f ON f.blob_sha256 = a->>'sha256' WHERE {_SCOPE} ORDER BY f.blob_sha256, r.id) AS f"""
# The bytes of pages and of files, with the first record that each belongs to.
BLOBS = f"""(SELECT DISTINCT ON (b.sha256) b.*, u.record FROM (
    SELECT c.blob_sha256 AS sha256, r.id AS record FROM {_RECORDS} WHERE {_SCOPE}
    UNION ALL SELECT a->>'sha256', r.id FROM {_ATTACHED} WHERE {_SCOPE} AND a->>'sha256' IS NOT NULL) AS u
    JOIN archive.blob b ON b.sha256 = u.sha256 ORDER BY b.sha256, u.record) AS b"""


def _records(
    name: str, property: Property, weight: Weight, chinese: str, english: str, fails: str, why: str, joined: str = ""
) -> Check:
    """A check of records. `fails`: SQL condition of failing records; `why`: SQL expression."""
    return Check(
        name,
        property,
        weight,
        chinese,
        english,
        text(f"SELECT count(*) FROM {_RECORDS} WHERE {_SCOPE}"),
        f"SELECT {_RECORD} AS subject, {why} AS why FROM {_RECORDS} {joined} WHERE {_SCOPE} AND ({fails})"
        " ORDER BY r.id",
    )


def _files(name: str, property: Property, weight: Weight, chinese: str, english: str, fails: str, why: str) -> Check:
    """A check of files that were read."""
    return Check(
        name,
        property,
        weight,
        chinese,
        english,
        text(f"SELECT count(*) FROM {_READ_FILES}"),
        (
            f"SELECT 'file ' || f.blob_sha256 || ', record ' || f.record AS subject, {why} AS why FROM {_READ_FILES}"
            f" WHERE {fails} ORDER BY f.blob_sha256"
        ),
    )


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_UNREAD = (FileOutcome.ENCRYPTED, FileOutcome.BROKEN, FileOutcome.TOO_LARGE, FileOutcome.TOO_SLOW, FileOutcome.CRASHED)
CHECKS = (
    Check(
        "bytes",
        "authenticity",
        "fault",
        "字节与采集时的摘要一致（最近一次校验）",
        "bytes have the digest that they were captured with (when they were last read)",
        text(f"SELECT count(*) FROM {BLOBS}"),
        (
            f"SELECT 'blob ' || b.sha256 || ', record ' || b.record AS subject, b.damage AS why FROM {BLOBS}"
            " WHERE b.damage IS NOT NULL ORDER BY b.sha256"
        ),
    ),
    _records(
        "log",
        "authenticity",
        "fault",
        "采集日志完好并已列入日志链",
        "the log of the capture is as it was written, and in the chain of logs",
        "l.sha256 IS NULL OR l.link IS NULL OR l.damage IS NOT NULL",
        "coalesce(l.damage, 'not in the chain')",
        "LEFT JOIN archive.log_object l ON l.key = c.log",
    ),
    _records(
        "stamp",
        "authenticity",
        "remark",
        "采集日志已由时间戳覆盖",
        "a time stamp covers the log of the capture",
        "l.link IS NULL OR l.link > :stamped",
        "'no time stamp yet'",
        "LEFT JOIN archive.log_object l ON l.key = c.log",
    ),
    _records(
        "evidence",
        "authenticity",
        "remark",
        "著录项有页面依据，且依据不相矛盾",
        "values of fields have evidence in the page, and none contradicts another",
        "EXISTS (SELECT FROM jsonb_array_elements(v.fields) AS e WHERE e->>'belief' = 'disputed')",
        "(SELECT string_agg(DISTINCT e->>'name', ', ') FROM jsonb_array_elements(v.fields) AS e"
        " WHERE e->>'belief' = 'disputed')",
    ),
    _records(
        "fields",
        "integrity",
        "remark",
        "必备著录项齐全（标题、发布机构、日期）",
        "title, publisher and a date are there",
        "v.title = '' OR v.publisher IS NULL OR num_nonnulls(v.written_date, v.published_date) = 0",
        "concat_ws(', ', CASE WHEN v.title = '' THEN 'title' END, CASE WHEN v.publisher IS NULL THEN 'publisher' END,"
        " CASE WHEN num_nonnulls(v.written_date, v.published_date) = 0 THEN 'date' END)",
    ),
    _records(
        "content",
        "integrity",
        "remark",
        "有正文或附件",
        "there is a text or a file",
        f"v.content_hash = '{NO_TEXT}' AND jsonb_array_length(v.attachments) = 0",
        "'neither'",
    ),
    _records(
        "files",
        "integrity",
        "remark",
        "所链附件的字节均已保存",
        "the bytes of all linked files are stored",
        "EXISTS (SELECT FROM jsonb_array_elements(v.attachments) AS a WHERE a->>'sha256' IS NULL)",
        "(SELECT count(*)::text FROM jsonb_array_elements(v.attachments) AS a WHERE a->>'sha256' IS NULL)",
    ),
    Check(
        "feed",
        "integrity",
        "fault",
        "变更流编号连续（全档案）",
        "the change feed has no gap (of the whole archive)",
        text("SELECT count(*) FROM archive.change"),
        (
            "SELECT 'change ' || n AS subject, 'missing' AS why"
            " FROM generate_series(1, (SELECT max(change_seq) FROM archive.change)) AS n"
            " WHERE NOT EXISTS (SELECT FROM archive.change WHERE change_seq = n) ORDER BY n"
        ),
    ),
    _records(
        "pages",
        "usability",
        "remark",
        "最近采集的网页可读",
        "the last captured page could be read",
        "p.unread_capture_id IS NOT NULL",
        "'capture ' || p.unread_capture_id",
        "JOIN archive.page p ON p.id = r.page_id",
    ),
    _files("open", "usability", "remark", "附件可打开", "files open", f"f.outcome IN ({_codes(_UNREAD)})", "f.outcome"),
    _files(
        "formats",
        "usability",
        "remark",
        "附件不属于有失读风险的格式",
        "files are of no format at risk",
        f"f.media_type IN ({_codes(AT_RISK)})",
        "f.media_type",
    ),
    _files(
        "programs",
        "safety",
        "fault",
        "附件及压缩包内没有可执行程序",
        "no file, and no member of one, is a program",
        f"f.media_type = '{PROGRAM}' OR f.members @> '[{{\"media_type\": \"{PROGRAM}\"}}]'",
        "f.media_type",
    ),
)
FIELDS = text(f"""
SELECT r.source_id AS source, count(*) AS records,
    count(*) FILTER (WHERE v.title <> '') AS title, count(v.publisher) AS publisher,
    count(v.index_number) AS index_number, count(v.document_number) AS document_number,
    count(v.written_date) AS written_date, count(v.published_date) AS published_date
FROM {_RECORDS} WHERE {_SCOPE} GROUP BY 1 ORDER BY 1
""")
FORMATS = text(f"SELECT f.media_type, count(*) AS files FROM {_READ_FILES} GROUP BY 1 ORDER BY 2 DESC, 1")
FIXITY = text(f"""
SELECT count(*) AS blobs, coalesce(sum(b.size), 0)::bigint AS bytes, min(b.verified_at) AS oldest,
    count(*) FILTER (WHERE b.verified_at > now() - make_interval(days => :days)) AS in_time FROM {BLOBS}
""")
READ = text(f"SELECT b.sha256, b.size, b.record FROM {BLOBS}")
