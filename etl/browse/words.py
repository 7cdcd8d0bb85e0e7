"""Every word of the interface, Chinese first. Names of fields, outcomes and origins stay usable as identifiers."""

from markupsafe import Markup, escape

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
    "outside": ("站外", "live site"),
    "outside_told": ("链接指向原网站，不在档案内。", "Links lead to the live site, outside the archive."),
    "versions": ("版本", "Versions"),
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
}

STATES: dict[str, tuple[str, str]] = {
    "running": ("进行中", "running"),
    "green": ("正常", "green"),
    "red": ("异常", "red"),
}

VERSIONS: dict[str, tuple[str, str]] = {
    "created": ("收录", "created"),
    "updated": ("更新", "updated"),
    "re-extracted": ("重新提取", "re-extracted"),
}

PROBLEMS: dict[str, tuple[str, str]] = {
    "400": ("请求的参数不合规定", "Bad request"),
    "404": ("没有这一页", "Not found"),
    "405": ("只能阅读", "Read only"),
    "500": ("程序出错", "Internal error"),
    "503": ("档案暂时不可用", "The archive is unavailable"),
}

_TABLES = {
    "field": FIELDS,
    "outcome": OUTCOMES,
    "origin": ORIGINS,
    "state": STATES,
    "version": VERSIONS,
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


def _both(chinese: str, english: str) -> Markup:
    return Markup('{} <span class="en" lang="en">{}</span>').format(chinese, english)
