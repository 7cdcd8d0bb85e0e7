"""Chinese and English names of stored identifiers: fields, outcomes, kinds of versions …"""

from etl import fields
from etl.extract import Belief, Rule
from etl.files import media_types
from etl.outcomes import DAMAGE_NAMES, FILE_OUTCOME_NAMES, OUTCOME_NAMES

FIELDS: dict[str, tuple[str, str]] = {field.name: (field.chinese, field.english) for field in fields.FIELDS.values()}
"""Names of fields, in the order in which a record shows them."""

OUTCOMES = OUTCOME_NAMES

ORIGINS: dict[str, tuple[str, str]] = {
    "header": ("页面信息栏", "header"),
    "meta": ("网页元数据", "meta tag"),
    "json": ("页内数据", "embedded data"),
    "subheading": ("标题下方", "subheading"),
    "body": ("正文", "text"),
    "title": ("标题", "title"),
    "listing": ("目录", "listing"),
    "correction": ("更正", "correction"),
}

BELIEFS: dict[str, tuple[str, str]] = {belief.value: (belief.chinese, belief.english) for belief in Belief}
RULES: dict[str, tuple[str, str]] = {rule.value: (rule.chinese, rule.english) for rule in Rule}

STATES: dict[str, tuple[str, str]] = {
    "running": ("进行中", "running"),
    "green": ("正常", "green"),
    "amber": ("警告", "amber"),
    "red": ("异常", "red"),
}

RUN_KINDS: dict[str, tuple[str, str]] = {
    "crawl": ("采集", "crawl"),
    "recheck": ("复查", "recheck"),
    "import": ("导入", "import"),
}

GROUPS: dict[str, tuple[str, str]] = {
    "stored": ("新存", "stored"),
    "unchanged": ("未变", "unchanged"),
    "failed": ("失败", "failed"),
    "excluded": ("不采集", "excluded"),
    "unfinished": ("未完成", "unfinished"),
}
"""Groups of the outcomes of a run's pages."""

PAGE_KINDS: dict[str, tuple[str, str]] = {
    "document": ("公文", "document"),
    "part": ("续页", "further page"),
    "file": ("附件", "file"),
    "listing": ("目录页", "listing page"),
    "resource": ("样式或图片", "style sheet or picture"),
}

LOOKS: dict[str, tuple[str, str]] = {
    "style": ("样式", "style sheet"),
    "picture": ("图片", "picture"),
    "shown": ("已显示", "shown"),
    "not_shown": ("已存档，此处不能显示", "kept, cannot be shown here"),
    "damaged": ("存档原件已损坏", "stored bytes damaged"),
    "not_fetched": ("未采集", "not fetched"),
} | OUTCOME_NAMES
"""States of the style sheets and pictures of an archived page."""

RECORD_STATES: dict[str, tuple[str, str]] = {
    "current": ("仍在站上", "still on its site"),
    "removed": ("源站已撤下", "removed"),
}

VERSIONS: dict[str, tuple[str, str]] = {
    "created": ("收录", "created"),
    "updated": ("更新", "updated"),
    "corrected": ("更正", "corrected"),
    "re-extracted": ("重新提取", "re-extracted"),
}

CHANGES: dict[str, tuple[str, str]] = VERSIONS | {
    "removed": ("源站已撤下", "removed from its site"),
    "restored": ("恢复", "back on its site"),
}
"""Kinds of events in the change feed."""

VERSIONS_HELP: dict[str, tuple[str, str]] = {
    "created": ("首次收录此页。", "The page was archived for the first time."),
    "updated": ("网页有变：正文、著录项或附件。", "The page changed: its text, a field or a file."),
    "corrected": ("网页未变：档案人员更正或撤回更正。", "The page did not change: an archivist corrected a field."),
    "re-extracted": (
        "网页未变：以新规则重读原件。",
        "The page did not change: newer rules were applied to the same bytes.",
    ),
}

ISSUES: dict[str, tuple[str, str]] = {
    "disputed": ("依据不符", "disputed value"),
    "missing": ("引用而未收", "cited and missing"),
    "flagged": ("有标记", "flagged"),
    "no_text": ("没有正文", "no text"),
    "similar": ("近似重复", "near duplicate"),
}
"""Issues in the review queue."""

MANY_OUTCOMES: dict[str, tuple[str, str]] = {
    "corrected": ("已更正", "corrected"),
    "unchanged": ("未变：已是此值", "unchanged: it already has this value"),
    "moved": ("未更正：其间有新版本", "not corrected: there is a newer version"),
    "missing": ("未更正：没有这条记录", "not corrected: there is no such record"),
}
"""Results for one record of a correction of many: `etl.archive.records.corrections.ManyOutcome`."""

MINOR_CHANGES: dict[str, tuple[str, str]] = {
    "counter": ("计数或时钟", "counter or clock"),
    "space": ("空白、换行或字宽", "white space, breaks or width"),
    "order": ("行的次序", "order of lines"),
}

FILES = FILE_OUTCOME_NAMES

FILES_HELP: dict[str, tuple[str, str]] = {
    "scan": ("页面是图像，将自动识别，无需操作。", "Its pages are pictures; OCR will read them automatically."),
    "no_text": ("文件可以打开，但不含文字。", "It opens, but contains no text."),
    "empty": ("没有内容，请看原网站。", "It has no content; look at the live site."),
    "not_a_file": ("链接处给出的是网页，多为错误页。", "The link returned a web page, mostly an error page."),
    "encrypted": ("打开需要密码，可向公开机关索取。", "Opening it requires a password; ask the agency for it."),
    "broken": ("不完整或已损坏，可重新采集或询问公开机关。", "Cut off or damaged; fetch it again or ask the agency."),
    "unsupported": ("原件已存，此格式读不出文字。", "The bytes are kept; text of this format cannot be read."),
    "too_large": ("超出读取限额；已读出的部分仍在。", "Beyond the reading limits; text read so far is kept."),
    "too_slow": ("没有在限时内读完；请告知管理员。", "Not read in time; tell the operator."),
    "crashed": ("读取程序中断；请告知管理员。", "The program that reads it crashed; tell the operator."),
}
"""What an outcome of a file means for readers, and what to do. A file that was read needs no explanation."""

DAMAGE = DAMAGE_NAMES

FORMATS: dict[str, tuple[str, str]] = {
    media_types.PDF: ("PDF", ""),
    media_types.DOC: ("Word 97–2003", ""),
    media_types.DOCX: ("Word", ""),
    media_types.XLS: ("Excel 97–2003", ""),
    media_types.XLSX: ("Excel", ""),
    media_types.PPT: ("PowerPoint 97–2003", ""),
    media_types.PPTX: ("PowerPoint", ""),
    media_types.OFD: ("OFD", ""),
    media_types.RTF: ("RTF", ""),
    media_types.ZIP: ("ZIP 压缩包", "ZIP archive"),
    media_types.RAR: ("RAR 压缩包", "RAR archive"),
    media_types.SEVEN_ZIP: ("7z 压缩包", "7z archive"),
    media_types.ENCRYPTED: ("加密的 Office 文件", "encrypted Office file"),
    media_types.HTML: ("网页", "HTML"),
    media_types.CSV: ("CSV", ""),
    media_types.TEXT: ("纯文本", "plain text"),
    media_types.EMPTY: ("空", "empty"),
    media_types.UNKNOWN: ("未知格式", "unknown format"),
    "image/png": ("PNG 图像", "PNG image"),
    "image/jpeg": ("JPEG 图像", "JPEG image"),
    "image/gif": ("GIF 图像", "GIF image"),
    "image/bmp": ("BMP 图像", "BMP image"),
    "image/tiff": ("TIFF 图像", "TIFF image"),
    "image/webp": ("WebP 图像", "WebP image"),
    "image/heic": ("HEIC 图像", "HEIC image"),
    "image/vnd.dwg": ("DWG 图纸", "DWG drawing"),
    media_types.SVG: ("SVG 图形", "SVG drawing"),
    "application/postscript": ("PostScript", ""),
    media_types.TAR: ("tar 压缩包", "tar archive"),
    media_types.GZIP: ("gzip 压缩包", "gzip archive"),
    "application/x-bzip2": ("bzip2 压缩包", "bzip2 archive"),
    "application/x-xz": ("xz 压缩包", "xz archive"),
    media_types.ODT: ("OpenDocument 文本", "OpenDocument text"),
    media_types.ODS: ("OpenDocument 表格", "OpenDocument spreadsheet"),
    media_types.ODP: ("OpenDocument 演示文稿", "OpenDocument presentation"),
    media_types.XLSB: ("Excel 二进制工作簿", "binary Excel workbook"),
    media_types.PACKAGE: ("其他程序的文件包", "package of another program"),
    media_types.OLE: ("其他程序的复合文件", "compound file of another program"),
    "application/vnd.ms-outlook": ("Outlook 邮件", "Outlook message"),
    "application/vnd.visio": ("Visio 绘图", "Visio drawing"),
    "application/x-ceb": ("CEB（方正）", "CEB (Founder)"),
    "application/x-caj": ("CAJ（知网）", "CAJ (CNKI)"),
    "application/x-kdh": ("KDH（知网）", "KDH (CNKI)"),
    "application/vnd.microsoft.portable-executable": ("Windows 程序", "Windows program"),
    "application/x-shockwave-flash": ("Flash", ""),
    "application/ogg": ("Ogg 音视频", "Ogg recording"),
    "audio/mpeg": ("MP3 音频", "MP3 sound"),
    "audio/mp4": ("M4A 音频", "M4A sound"),
    "audio/wav": ("WAV 音频", "WAV sound"),
    "video/mp4": ("MP4 视频", "MP4 video"),
    "video/mpeg": ("MPEG 视频", "MPEG video"),
    "video/quicktime": ("QuickTime 视频", "QuickTime video"),
    "video/x-flv": ("FLV 视频", "FLV video"),
    "video/x-matroska": ("Matroska 视频", "Matroska video"),
    "video/x-ms-asf": ("Windows Media 音视频", "Windows Media recording"),
    "video/x-msvideo": ("AVI 视频", "AVI video"),
}

RELATIONS: dict[str, tuple[str, str]] = {
    "cites": ("引用", "cites"),
    "interprets": ("解读", "interprets"),
    "repeals": ("废止", "repeals"),
    "amends": ("修改", "amends"),
}
RELATIONS_OF: dict[str, tuple[str, str]] = {
    "cites": ("被引用", "cited by"),
    "interprets": ("被解读", "interpreted by"),
    "repeals": ("被废止", "repealed by"),
    "amends": ("被修改", "amended by"),
}
"""The same relations, from the view of the cited document."""

TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "field": FIELDS,
    "outcome": OUTCOMES,
    "origin": ORIGINS,
    "rule": RULES,
    "belief": BELIEFS,
    "state": STATES,
    "run_kind": RUN_KINDS,
    "group": GROUPS,
    "page_kind": PAGE_KINDS,
    "look": LOOKS,
    "record_state": RECORD_STATES,
    "version": VERSIONS,
    "change": CHANGES,
    "version_help": VERSIONS_HELP,
    "issue": ISSUES,
    "minor": MINOR_CHANGES,
    "many": MANY_OUTCOMES,
    "relation": RELATIONS,
    "relation_of": RELATIONS_OF,
    "file": FILES,
    "file_help": FILES_HELP,
    "damage": DAMAGE,
    "format": FORMATS,
}
"""The tables, by the name that templates use."""
