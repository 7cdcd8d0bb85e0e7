"""Flags documents whose short text has no word of their title, and may be a notice of the site in place of the text:
it speaks of sites and visits, or it is recorded under another title of the source too.

On a first capture nothing else tells a notice in unknown words from a document. So it is recorded, and a person looks.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, text

from etl.archive.records.extracted_pages import ExtractedPage
from etl.extract import Extraction, Flag
from etl.extract.text_identity import identify
from etl.fetch.refusals import may_be_about_a_site

MAX_NOTICE_CHARS = 200
"""Maximum length of a text that may be a notice in place of the document's."""
_MAX_SENTENCE_CHARS = 60
"""Maximum length of a sentence about sites and visits."""
_OF_SITES = re.compile(
    r"网站|网页|页面|系统|服务|浏览|查看|阅读|网络|终端|访问|请求|连接|链接|内存|防火墙|拦截|验证|文章|内容|稿件|频道|栏目|程序"
    r"|刷新|重试|再试|稍[候后]|排队|[A-Za-z]{2}"
)
_ANNOUNCES = re.compile("延期|推迟|延[迟后]|取消|改期|暂缓|中止|终止|调整|变更|更正|另行(?:通知|公告)|为准|关注")
"""Words of what an agency says in place of an earlier text: `因故延期，时间另行通知，请关注本网站`."""
_REPORTS_NOTHING = re.compile(r"无(?!法|权|须|需)|没有(?!权)|未发生|不涉及")
"""What agencies say under many titles: `本单位无此类事项`."""
_SAYS_LITTLE = re.compile(
    r"关于|信息|公开|公示|公告|通知|通报|内容|网站|系统|页面|文件|服务|工作|政府|[\d年月日第号\W]"
)
"""Parts of titles that any text may share."""
_WORD_CHARS = 2
_SEVERAL = 100
"""Records with the same text whose titles are compared, the oldest ones; thousands may have it."""
_RECORDED = text("""
SELECT h.hash, same.page_id, same.title FROM unnest(CAST(:hashes AS text[])) AS h (hash) CROSS JOIN LATERAL (
    SELECT r.page_id, v.title FROM (
        SELECT id, page_id, version FROM archive.record
        WHERE content_hash = h.hash AND source_id = :source AND state = 'current' ORDER BY id LIMIT :several) AS r
    JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version) AS same
""")


def is_sentence_of_site(text: str) -> bool:
    """Whether a text is no more than a sentence about sites and visits."""
    short = len(text) <= _MAX_SENTENCE_CHARS
    return short and _OF_SITES.search(text) is not None and not _ANNOUNCES.search(text)


def flag_notices(connection: Connection, source_id: str, documents: Sequence[ExtractedPage]) -> list[ExtractedPage]:
    """The documents, of which those that may be notices have a flag."""
    short = {page.page_id: each for page in documents if (each := page.extraction) and _is_off_title(each)}
    flagged = {
        number
        for number, each in short.items()
        if is_sentence_of_site(each.text.strip()) and not may_be_about_a_site(each.title)
    }
    flagged |= _under_other_titles(connection, source_id, [page for page in documents if page.page_id in short])
    return [_flagged(page) if page.page_id in flagged else page for page in documents]


def _flagged(page: ExtractedPage) -> ExtractedPage:
    assert page.extraction is not None, "only documents are flagged"
    return replace(page, extraction=replace(page.extraction, flags=(*page.extraction.flags, Flag.OFF_TITLE)))


def _is_off_title(extraction: Extraction) -> bool:
    """Whether a document without files has a short text without a word of its title."""
    text = extraction.text.strip()
    is_short = 0 < len(text) <= MAX_NOTICE_CHARS and not extraction.attachments
    return is_short and not _has_word_of(extraction.title, text)


def _has_word_of(title: str, text: str) -> bool:
    parts = _SAYS_LITTLE.split(title)
    return any(part[at : at + _WORD_CHARS] in text for part in parts for at in range(len(part) - _WORD_CHARS + 1))


def _under_other_titles(connection: Connection, source_id: str, documents: Sequence[ExtractedPage]) -> set[int]:
    """The pages whose text also stands under other titles: of current records of the source, or of these documents."""
    same: dict[str, list[tuple[int, str]]] = defaultdict(list)
    texts: dict[str, str] = {}
    for page in documents:
        assert page.extraction is not None, "only documents are compared"
        text = page.extraction.text
        if not _REPORTS_NOTHING.search(text):
            digest = (page.identity or identify(text)).content_hash
            same[digest].append((page.page_id, page.extraction.title))
            texts[digest] = text
    if not same:
        return set()
    fresh = {digest: tuple(pages) for digest, pages in same.items()}
    values = {"hashes": list(same), "source": source_id, "several": _SEVERAL}
    for digest, number, title in connection.execute(_RECORDED, values):
        same[digest].append((number, title))
    return {
        number
        for digest, pages in fresh.items()
        for number, title in pages
        if any(
            other != number and named != title and not _has_word_of(named, texts[digest])
            for other, named in same[digest]
        )
    }
