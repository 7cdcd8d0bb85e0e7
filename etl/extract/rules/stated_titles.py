"""The titles that a page states apart from its headline: in `<title>`, in meta tags, in its header."""

import re
from collections.abc import Iterable

from etl.extract.lexicon.labels import label_key
from etl.extract.page.headlines import MIN_PARTIAL_CHARS, RED_HEAD
from etl.extract.types import FieldValue
from etl.web.page import WebPage

_SEPARATOR = re.compile(
    r"\s*[_|–—]\s*|\s+-\s+|\s*-\s*(?=[^-]*(?:网|政府|局|委|中心|厅|平台)[^-]*$)"
    r"|(?<=通知|公告|公示|通告|通报|意见|办法|方案|决定|报告|批复|规定|细则|名单|条例|函复|复函|公报)-(?=[\u4e00-\u9fff])"
    r"|(?:(?<=[局委厅院网报])|(?<=政府|中心|平台|门户))-(?=[\u4e00-\u9fff《“])"
)
"""Separators between a title and the names of its column and site, before or behind it, but not a hyphen within a title
(上海-苏州铁路)."""
_TITLE_METAS = ("articletitle", "og:title", "title")
_MAX_CHARS = 400
_CUT_OFF = re.compile(r"(?<=.{8})\.{2,}$")
"""The dots at the end of a title that a template cut off; `label_key` turns `…` into three dots."""


def meta_tags(page: WebPage) -> list[tuple[str, str]]:
    """(name, content) of the page's meta tags."""
    return [
        ((m.get("name") or m.get("property") or "").strip(), (m.get("content") or "").strip())
        for m in page.elements["meta"]
    ]


def title_parts(page: WebPage) -> list[str]:
    """The whole of `<title>` and its parts between separators, longest first. A word processor puts the first line of a
    document there, which may be the head of its paper."""
    parts: list[str] = []
    for element in page.elements["title"]:
        text = " ".join((element.text or "")[:_MAX_CHARS].split())
        parts += [text, *(_SEPARATOR.split(text))]
    named = (p for part in parts if len(p := part.strip(" -")) > 3 and not RED_HEAD.fullmatch(p))
    return sorted(dict.fromkeys(named), key=len, reverse=True)


def titles_of_meta(meta: list[tuple[str, str]]) -> list[str]:
    """The titles in meta tags, given as (name, content)."""
    return [content for name, content in meta if name.lower() in _TITLE_METAS and len(content) > 3]


def stated_titles(parts: list[str], labelled: Iterable[FieldValue], meta: list[tuple[str, str]]) -> list[str]:
    """The keys of the titles that the page states in its header, its meta tags and `<title>`, and of their parts."""
    header = [value.value for value in labelled if value.name == "title"]
    article = titles_of_meta(meta)
    pieces = [piece for text in article for piece in _SEPARATOR.split(text) if len(piece) > MIN_PARTIAL_CHARS]
    return [_CUT_OFF.sub("", label_key(text)) for text in (*header, *article, *pieces, *parts)]
