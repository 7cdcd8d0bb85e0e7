"""A small file of every format that is read."""

import io

import py7zr

from etl.files.media_types import CSV, DOC, DOCX, OFD, PDF, PPT, PPTX, RAR, RTF, SEVEN_ZIP, TEXT, XLS, XLSX, ZIP
from tests.support import containers, documents
from tests.support.documents import docx, ofd, p, row
from tests.support.pdfs import pdf


def seven_zip(name: str, content: bytes, password: str | None = None) -> bytes:
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w", password=password) as archive:
        archive.writef(io.BytesIO(content), name)
    return made.getvalue()


SAMPLES = {
    DOC: documents.doc(["关于停水的通知", ["日期", "街道"], ["6月1日", "南街"], ["", "北街"], "特此通知。"]),
    XLS: documents.xls("名单", [["单位", "电话"], ["水务局", "123"]]),
    PPT: documents.ppt(["供水安排\n六月起检修", "恢复供水"]),
    DOCX: docx(p("关于停水的通知") + f"<w:tbl>{row(p('日期'), p('街道'))}</w:tbl>"),
    XLSX: documents.xlsx({"一季度": [["单位", "吨"], ["水务局", "12"]], "二季度": [["单位"]]}),
    PPTX: documents.pptx(["供水安排\n六月起检修", "恢复供水"]),
    OFD: ofd([[(20, 20, 8, "停水"), (28.5, 20, 8, "通知"), (20, 40, 30, "六月一日起")]]),
    RTF: documents.rtf("关于停水的通知", "特此通知。"),
    PDF: pdf([[(72, 700, "关于停水的通知"), (72, 660, "特此通知。")]]),
    CSV: '单位,电话\r\n水务局,"123,456"\r\n'.encode("gb18030"),
    TEXT: "关于停水的通知\r\n特此通知。".encode("utf-16"),
    ZIP: containers.zipped_in_gb18030("附件一：名单.txt", "南街".encode("gb18030")),
    RAR: containers.rar5({"附件/名单.txt": "南街".encode()}),
    SEVEN_ZIP: seven_zip("附件/名单.txt", "南街".encode()),
}
