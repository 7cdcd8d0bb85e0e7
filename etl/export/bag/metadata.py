"""Metadata of records in XML, with the element names of archives in Chinese.

The names and their groups follow DA/T 46—2009 (文书类电子文件元数据方案), but do not claim to conform to it. That
scheme is for documents that an agency made and filed, with classification, retention and signatures, which a web page
does not state. Unknown elements are left out, and `采集` has what only a web archive knows.
"""

from collections.abc import Mapping
from typing import IO, Any

from lxml import etree
from sqlalchemy import Connection

from etl.archive.queries.search import RecordFilter
from etl.export.bag.xml import child, open_xml
from etl.export.rows import RecordRow, file_readings, record_rows
from etl.fields import FIELDS

ROOT, RECORD = "电子文件元数据", "电子文件"
_NAMED = {
    "title": "题名",
    "document_number": "文件编号",
    "publisher": "责任者",
    "written_date": "日期",
    "keywords": "主题词",
}
"""Elements whose name in that scheme differs from our Chinese name of the field."""


def write_metadata(connection: Connection, record_filter: RecordFilter, out: IO[bytes], base: str) -> None:
    """Writes one element for each record, in the order of their numbers."""
    with open_xml(out) as xml, xml.element(ROOT):
        for batch in record_rows(connection, record_filter):
            readings = file_readings(connection, batch)
            for row in batch:
                xml.write(_record(row, readings, base), pretty_print=True)


def _record(row: RecordRow, readings: Mapping[str, Mapping[str, Any]], base: str) -> Any:
    record = etree.Element(RECORD)
    child(record, "聚合层次", "文件")
    origin = child(record, "来源")
    child(origin, "立档单位名称", row.publisher or row.source_name)
    child(origin, "采集来源", row.source_name, 标识=row.source_id)
    child(record, "电子文件号", f"{base}/records/{row.record_id}/versions/{row.version}?id={row.short_id}")
    content = child(record, "内容描述")
    for name, value in row.fields.items():
        if field := FIELDS.get(name):
            child(content, _NAMED.get(name, field.chinese), value)
    for collection in row.collections:
        child(content, "合集", collection["title"], 标识=str(collection["collection_id"]))
    for note in row.notes:
        child(record, "附注", note["text"], 责任者=note["written_by"], 时间=note["written_at"].isoformat())
    electronic = child(record, "电子属性")
    _bytes(electronic, "网页", row.url, row.sha256, None)
    for file in row.attachments:
        reading = readings.get(file.get("sha256") or "", {})
        _bytes(electronic, "附件", file["url"], file.get("sha256"), reading.get("media_type"), file["name"])
    child(electronic, "正文摘要值", row.content_hash, 算法="SHA-256")
    capture = child(record, "采集")
    child(capture, "采集时间", row.captured_at.isoformat())
    child(capture, "首次见到时间", row.first_seen_at.isoformat())
    child(capture, "状态", row.state)
    if row.state_reason:
        child(capture, "状态依据", row.state_reason)
    return record


def _bytes(parent: Any, kind: str, url: str, digest: str | None, media_type: str | None, name: str = "") -> None:
    file = child(parent, kind)
    child(file, "网址", url)
    if name:
        child(file, "计算机文件名", name)
    if media_type:
        child(file, "格式信息", media_type)
    if digest:
        child(file, "摘要值", digest, 算法="SHA-256")
