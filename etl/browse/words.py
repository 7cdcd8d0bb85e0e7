"""Every word of the interface, Chinese first. Names of fields, outcomes and origins stay usable as identifiers."""

from markupsafe import Markup, escape

from etl.files import kinds

WORDS: dict[str, tuple[str, str]] = {
    "site": ("公开", "Gongkai"),
    "motto": ("政府信息公开档案", "Archive of public disclosure"),
    "skip": ("跳到正文", "Skip to content"),
    "navigation": ("主导航", "Main"),
    "records": ("记录", "Records"),
    "sources": ("来源", "Sources"),
    "runs": ("采集批次", "Runs"),
    "filter": ("筛选", "Filter"),
    "filter_q": ("标题、文号、索引号", "Title or number"),
    "filter_source": ("来源", "Source"),
    "all_sources": ("全部来源", "All sources"),
    "clear": ("清除筛选", "Clear"),
    "older": ("更早的记录", "Older"),
    "newest": ("回到最新", "Newest"),
    "pages": ("翻页", "Pages"),
    "no_records": ("没有符合条件的记录。", "No record matches."),
    "no_sources": ("还没有来源。", "No source yet."),
    "no_runs": ("还没有采集过。", "No run yet."),
    "untitled": ("（无标题）", "Untitled"),
    "places": ("出处", "Places"),
    "places_unit": ("处", "places"),
    "places_told": ("同一正文的所有记录。", "Every record that carries this same text."),
    "more_places": ("其余未列出", "more, not listed"),
    "removed": ("已撤下", "removed"),
    "removed_told": ("来源已撤下此页；档案中的字节与各版本仍在。", "Gone from its source; everything stays here."),
    "first_seen": ("收录", "first seen"),
    "published": ("发布", "published"),
    "contents": ("本页内容", "On this page"),
    "text": ("正文", "Text"),
    "no_text": ("此页没有正文。", "This page holds no text."),
    "see_attachments": ("请看附件或存档原页。", "See its attachments or the archived page."),
    "fields": ("著录", "Fields"),
    "fields_told": ("“依据”是页面上的原文、位置与规则。", "依据: what the page shows, where, and the rule."),
    "evidence": ("依据", "Evidence"),
    "chosen": ("采用", "chosen"),
    "not_chosen": ("未采用", "not chosen"),
    "label_on_page": ("页面标签", "Label"),
    "raw": ("原文", "As shown"),
    "origin": ("位置", "Where"),
    "rule": ("规则", "Rule"),
    "confidence": ("置信度", "Confidence"),
    "extractor": ("提取器", "Extractor"),
    "attachments": ("附件", "Attachments"),
    "file": ("文件", "File"),
    "outside": ("站外原址", "live site"),
    "pages_unit": ("页", "pages"),
    "characters_unit": ("字", "characters"),
    "members": ("包内文件", "Members"),
    "members_unit": ("个包内文件", "files inside"),
    "format": ("格式", "Format"),
    "not_read": ("尚未读取", "not read yet"),
    "not_fetched": ("尚未采集", "not fetched yet"),
    "no_bytes": ("档案内没有此文件的字节", "The archive holds no bytes of it"),
    "reader": ("读取器", "Reader"),
    "ocr_told": (
        "文字由图像识别（OCR）得出，可能有误，以图像为准。",
        "Text read from pictures by OCR: it may err; the picture counts.",
    ),
    "stored_bytes": ("存档字节", "Stored bytes"),
    "files_told": (
        "文件来自网站，按其字节判定格式；下载后请照陌生文件对待。",
        "Typed by their bytes, not their names. Treat downloads as files of strangers.",
    ),
    "excerpt": ("文字摘录", "Beginning of its text"),
    "whole_text": ("全文", "Whole text"),
    "file_text": ("文字", "Text"),
    "no_file_text": ("此文件没有读出的文字。", "No text was read in this file."),
    "previous": ("上一部分", "Previous"),
    "next": ("下一部分", "Next"),
    "documents": ("附有此文件的记录", "Records that link it"),
    "no_documents": ("没有记录的当前版本附有此文件。", "No record's current version links it."),
    "picture_alt": ("存档图像", "Archived picture"),
    "fixity": ("字节核验", "Fixity"),
    "whole": ("完好", "whole"),
    "verified": ("核验于", "checked"),
    "damaged_told": (
        "存档字节已损坏。请告知管理员从备份恢复：",
        "The stored bytes are damaged. Ask the operator to put them back:",
    ),
    "oldest_check": ("最早一次核验", "oldest check"),
    "damaged_blobs": ("份存档字节损坏", "damaged"),
    "damaged_all_told": (
        "运行 gongkai fixity 逐一列出，再用 gongkai restore 从备份恢复。",
        "gongkai fixity names them; gongkai restore puts them back from a backup.",
    ),
    "all_whole": ("全部完好", "all whole"),
    "nothing_kept": ("尚无字节", "no bytes yet"),
    "correct": ("更正", "Correct"),
    "correct_more": ("更正著录项", "Correct a field"),
    "corrected_by": ("更正", "corrected"),
    "extracted_value": ("提取值", "Extracted"),
    "no_value": ("无此项", "no value"),
    "present_value": ("现值", "Now"),
    "correct_told": (
        "更正不覆盖提取值，以您的登录名记入新版本；以后的版本沿用，直到撤回。",
        "The extracted value stays beside it. A new version is made in your name; it holds until withdrawn.",
    ),
    "choose_field": ("请选择要更正的著录项。", "Choose the field to correct."),
    "action_set": ("改为", "Set to"),
    "action_none": ("此项没有值", "It has no value"),
    "action_withdraw": ("撤回更正，恢复提取值", "Withdraw: as extracted"),
    "reason": ("理由", "Reason"),
    "reason_told": ("例如：以存档原页落款日期为准。", "Say what it rests on."),
    "author": ("更正人", "Author"),
    "save": ("记入档案", "Record it"),
    "cancel": ("返回记录", "Back to the record"),
    "value_missing": ("没有记入：请填写新值。", "Not recorded: the value is missing."),
    "reason_missing": ("没有记入：请写明理由。", "Not recorded: the reason is missing."),
    "choice_missing": ("没有记入：请选择如何更正。", "Not recorded: choose what to do."),
    "too_long": ("没有记入：每项不超过 2000 字。", "Not recorded: 2,000 characters at most."),
    "no_date": ("没有记入：日期不存在，请写作 2025-01-31。", "Not recorded: no such date; write 2025-01-31."),
    "moved": (
        "没有记入：打开此表之后已有新版本，请核对后再提交。",
        "Not recorded: there is a newer version since; look again, then send.",
    ),
    "similar": ("相近的文件", "Similar records"),
    "similar_told": ("正文大部分相同，各自独立成记录，从不合并。", "Nearly the same text; never merged."),
    "differences": ("对照差异", "differences"),
    "compare": ("对照", "Comparison"),
    "compare_with": ("与上一版对照", "compare with the one before"),
    "before": ("甲", "from"),
    "after": ("乙", "to"),
    "shared": ("较短正文中相同的部分", "of the shorter text is in both"),
    "same_text": ("正文相同。", "The texts are the same."),
    "same_fields": ("著录与附件相同。", "Fields and attachments are the same."),
    "too_long_to_compare": (
        "正文过长，不在此对照；请分别打开两个版本。",
        "Too long to be compared here; open both versions.",
    ),
    "same_lines": ("行相同", "lines the same"),
    "reverse": ("甲乙互换", "Swap"),
    "removed_mark": ("删去", "taken out"),
    "added_mark": ("新增", "put in"),
    "other_bytes": ("名称相同，文件字节不同", "same names, other bytes"),
    "versions": ("版本", "Versions"),
    "versions_told": ("各类版本的含义", "What the kinds mean"),
    "withdrawn": ("撤回更正", "correction withdrawn"),
    "this_version": ("正在阅读", "shown"),
    "old_version": ("这不是当前版本。", "This is not the current version."),
    "to_current": ("看当前版本", "Read the current one"),
    "captures": ("采集记录", "Captures"),
    "captures_told": (
        "每次访问都留有记录；存档原页以隔离方式打开，不运行脚本，不联网。",
        "Every attempt is kept. Archived bytes open inert: no script, no request.",
    ),
    "older_captures": ("更早的采集", "Older captures"),
    "newest_captures": ("最近的采集", "Newest captures"),
    "from_capture": ("取自采集", "from capture"),
    "bytes": ("存档原页", "Archived bytes"),
    "cite": ("引用", "Cite"),
    "cite_told": ("GB/T 7714 格式；点一下即全选。", "In GB/T 7714 form; one click selects it."),
    "permalink": ("固定链接", "Permalink"),
    "other_id": (
        "引文中的内容编号与此版本的正文不符，请核对引文：",
        "The content id in the citation is not that of this version:",
    ),
    "short_id": ("内容编号", "Content id"),
    "content_hash": ("内容散列", "Content hash"),
    "address": ("原址", "Address"),
    "agency": ("公开机关", "Agency"),
    "region": ("区划", "Region"),
    "platform": ("平台", "Platform"),
    "texts": ("正文", "Texts"),
    "newest_document": ("最新文件", "Newest"),
    "last_run": ("最近采集", "Last run"),
    "never": ("从未", "never"),
    "run": ("批次", "Run"),
    "listed": ("列出", "Listed"),
    "stored": ("新存", "Stored"),
    "unchanged": ("未变", "Unchanged"),
    "failed": ("失败", "Failed"),
    "excluded": ("排除", "Excluded"),
    "unfinished": ("未完", "Unfinished"),
    "created": ("新记录", "Created"),
    "updated": ("新版本", "Updated"),
    "duplicates": ("重复", "Duplicates"),
    "seconds": ("秒", "s"),
    "problems": ("问题", "Problems"),
    "outcomes": ("各项结果", "Outcomes"),
    "balance": (
        "列出 = 新存 + 未变 + 失败 + 排除 + 未完",
        "Listed = stored + unchanged + failed + excluded + unfinished",
    ),
    "running_told": ("进行中，尚无报告。", "Under way; no report yet."),
    "beijing_time": ("时间均为北京时间（UTC+8）", "Times are Beijing time"),
    "as_json": ("本页数据", "This page as JSON"),
    "back": ("返回记录列表", "Back to the records"),
}

FIELDS: dict[str, tuple[str, str]] = {
    "title": ("标题", "title"),
    "index_number": ("索引号", "index number"),
    "publisher": ("发布机构", "publisher"),
    "document_number": ("文号", "document number"),
    "written_date": ("成文日期", "written"),
    "published_date": ("发布日期", "published"),
    "effective_date": ("施行日期", "effective"),
    "expiry_date": ("失效日期", "expires"),
    "validity": ("有效性", "validity"),
    "registration_number": ("统一登记号", "registration number"),
    "subject_category": ("主题分类", "subject"),
    "group_category": ("组配分类", "group"),
    "genre_category": ("体裁分类", "genre"),
    "keywords": ("主题词", "keywords"),
    "disclosure_method": ("公开方式", "disclosure method"),
    "disclosure_scope": ("公开范围", "disclosure scope"),
    "disclosure_term": ("公开时限", "disclosure term"),
    "source": ("信息来源", "source named"),
}
"""In the order in which a record shows them."""

OUTCOMES: dict[str, tuple[str, str]] = {
    "stored": ("新存", "stored"),
    "unchanged": ("内容未变", "unchanged"),
    "not_modified": ("服务器称未变", "not modified"),
    "known": ("已知，未再取", "known"),
    "gone": ("已不存在", "gone"),
    "blocked": ("被拦截", "blocked"),
    "soft_404": ("伪 404", "soft 404"),
    "empty": ("空白", "empty"),
    "not_a_document": ("不是文件", "not a document"),
    "not_a_file": ("不是文件，是网页", "a web page, no file"),
    "not_a_listing": ("不是目录", "not a listing"),
    "too_large": ("过大", "too large"),
    "network_error": ("网络错误", "network error"),
    "http_error": ("HTTP 错误", "HTTP error"),
    "unreadable": ("无法读取", "unreadable"),
    "robots": ("robots 不许", "robots"),
    "out_of_scope": ("超出范围", "out of scope"),
    "limit": ("达到上限", "limit"),
}

ORIGINS: dict[str, tuple[str, str]] = {
    "header": ("著录表", "header"),
    "meta": ("网页元数据", "meta tag"),
    "json": ("页内数据", "embedded data"),
    "subheading": ("标题下方", "subheading"),
    "body": ("正文", "text"),
    "title": ("标题", "title"),
    "listing": ("目录", "listing"),
    "correction": ("更正", "correction"),
}

STATES: dict[str, tuple[str, str]] = {
    "running": ("进行中", "running"),
    "green": ("正常", "green"),
    "red": ("异常", "red"),
}

VERSIONS: dict[str, tuple[str, str]] = {
    "created": ("收录", "created"),
    "updated": ("更新", "updated"),
    "corrected": ("更正", "corrected"),
    "re-extracted": ("重新提取", "re-extracted"),
}

VERSIONS_TOLD: dict[str, tuple[str, str]] = {
    "created": ("首次收录此页。", "The page was kept for the first time."),
    "updated": ("网页有变：正文、著录项或附件。", "The page changed: its text, a field or a file."),
    "corrected": ("网页未变：档案人员更正或撤回更正。", "The page did not change: an archivist corrected a field."),
    "re-extracted": ("网页未变：以新规则重读原有字节。", "The page did not change: newer rules read the same bytes."),
}

FILES: dict[str, tuple[str, str]] = {
    "read": ("文字已读出", "text read"),
    "scan": ("图像，待文字识别", "waiting for OCR"),
    "no_text": ("没有文字", "no text in it"),
    "empty": ("空文件", "empty"),
    "not_a_file": ("不是文件，是网页", "a web page, no file"),
    "encrypted": ("有密码", "encrypted"),
    "broken": ("文件损坏", "broken"),
    "unsupported": ("格式不支持", "format not supported"),
    "too_large": ("超出限额", "too large"),
    "too_slow": ("读取超时", "took too long"),
    "crashed": ("读取时崩溃", "reading crashed"),
}

FILES_TOLD: dict[str, tuple[str, str]] = {
    "scan": ("页面是图像，将自动识别，无需操作。", "Its pages are pictures; OCR reads them in its own time."),
    "no_text": ("打得开，但其中没有文字。", "It opens, and nothing is written in it."),
    "empty": ("没有内容，请看原网站。", "Nothing is in it; look at the live site."),
    "not_a_file": ("链接处给出的是网页，多为错误页。", "A web page stood where a file was linked, mostly an error."),
    "encrypted": ("打开需要密码，可向公开机关索取。", "It asks for a password; ask the agency for it."),
    "broken": ("不完整或已损坏，可重新采集或询问公开机关。", "Cut off or damaged; fetch it again or ask the agency."),
    "unsupported": ("字节已存，此格式读不出文字。", "The bytes are kept; nothing here reads this format."),
    "too_large": ("超出读取限额；已读出的部分仍在。", "Beyond the limits; what was read before stays."),
    "too_slow": ("没有在限时内读完；请告知管理员。", "Not read in time; tell the operator."),
    "crashed": ("读取程序中断；请告知管理员。", "Its reader died; tell the operator."),
}
"""What it means to whoever reads, and what to do. A file that was read needs no word."""

DAMAGE: dict[str, tuple[str, str]] = {
    "missing": ("字节丢失", "bytes missing"),
    "mismatch": ("字节有变", "bytes changed"),
}

FORMATS: dict[str, tuple[str, str]] = {
    kinds.PDF: ("PDF", ""),
    kinds.DOC: ("Word 97–2003", ""),
    kinds.DOCX: ("Word", ""),
    kinds.XLS: ("Excel 97–2003", ""),
    kinds.XLSX: ("Excel", ""),
    kinds.PPT: ("PowerPoint 97–2003", ""),
    kinds.PPTX: ("PowerPoint", ""),
    kinds.OFD: ("OFD", ""),
    kinds.RTF: ("RTF", ""),
    kinds.ZIP: ("ZIP 压缩包", "archive"),
    kinds.RAR: ("RAR 压缩包", "archive"),
    kinds.SEVEN_ZIP: ("7z 压缩包", "archive"),
    kinds.ENCRYPTED: ("加密的 Office 文件", "encrypted Office file"),
    kinds.HTML: ("网页", "HTML"),
    kinds.CSV: ("CSV", ""),
    kinds.TEXT: ("纯文本", "plain text"),
    kinds.EMPTY: ("空", "empty"),
    kinds.UNKNOWN: ("未知格式", "unknown format"),
    "image/png": ("PNG 图像", "picture"),
    "image/jpeg": ("JPEG 图像", "picture"),
    "image/gif": ("GIF 图像", "picture"),
    "image/bmp": ("BMP 图像", "picture"),
    "image/tiff": ("TIFF 图像", "picture"),
    "image/webp": ("WebP 图像", "picture"),
}

PROBLEMS: dict[str, tuple[str, str]] = {
    "400": ("请求的参数不合规定", "Bad request"),
    "403": ("没有权限", "Not allowed"),
    "404": ("没有这一页", "Not found"),
    "405": ("此处只能阅读", "Read only"),
    "413": ("提交的内容过大", "Too large"),
    "415": ("提交的格式不对", "Not a form"),
    "500": ("程序出错", "Internal error"),
    "503": ("档案暂时不可用", "The archive is unavailable"),
}

_TABLES = {
    "field": FIELDS,
    "outcome": OUTCOMES,
    "origin": ORIGINS,
    "state": STATES,
    "version": VERSIONS,
    "version_told": VERSIONS_TOLD,
    "file": FILES,
    "file_told": FILES_TOLD,
    "damage": DAMAGE,
    "format": FORMATS,
    "problem": PROBLEMS,
}


def zh(word: str) -> str:
    """The Chinese word alone, for attributes."""
    return WORDS[word][0]


def say(word: str) -> Markup:
    """The Chinese word with its English beside it."""
    return _both(*WORDS[word])


def named(table: str, name: str) -> Markup:
    """The name of a field, an outcome, …; what has no name yet is shown as it is stored."""
    found = _TABLES[table].get(name)
    return _both(*found) if found else escape(name)


def plain(table: str, name: str) -> str:
    """The Chinese name alone."""
    return _TABLES[table].get(name, (name, ""))[0]


def _both(chinese: str, english: str) -> Markup:
    if not english:
        return escape(chinese)
    return Markup('{} <span class="en" lang="en">{}</span>').format(chinese, english)
