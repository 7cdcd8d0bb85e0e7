"""Guesses whose site a page belongs to, from its meta tags, its title, and its footer (主办单位, 版权所有, 承办)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.platforms.elements.columns import meta
from etl.regions import PROVINCES
from etl.web.page import WebPage

_SITE = re.compile(r"(?:门户|政务|官方)*(?:网站?|平台|首页)$")
_OF_THE_CATALOG = re.compile(r"(?:政府|政务)?信息公开(?:专栏|目录|平台|网)?$|政务公开$")
_ENDS = (
    "人民政府|人民政府办公[室厅]|委员会|管委会|办事处|办公[室厅]|局|厅|署|中心|法院|检察院|大队|支队|总队"
    "|(?<=共和国)\\w{2,9}部|(?:改革|健康|城乡建设|资产监督管理)委"
)
_AGENCY = re.compile(rf"[\u4e00-\u9fff]{{2,24}}(?:{_ENDS})")
_NO_AGENCY = re.compile("关于|通知|公告|公示|政策|新闻|动态|栏目|文件")
_VALUE = r"[\s:：]*([\u4e00-\u9fff、]{4,30}?)(?=$|[^\u4e00-\u9fff、]|版权|主办|承办|协办|地址|联系|技术|网站)"
_IN_FOOT = (
    ("主办", re.compile(rf"主办(?:单位)?{_VALUE}")),
    ("版权所有", re.compile(rf"版权所有{_VALUE}|([\u4e00-\u9fff]{{4,30}})\s*版权所有")),
    ("承办", re.compile(rf"承办(?:单位)?{_VALUE}")),
)
_SITE_CODE = re.compile(r"(?:标识码|识别码)\s*[：:]?\s*(\d{6})\d{4}")
_FOOT_CHARS = 3000
"""The footer is searched in so many characters at the end of a page. Above it, events have a 主办单位 too."""
_NO_TEXT = "script or self::style or self::noscript or self::select or self::option"


@dataclass(frozen=True, slots=True)
class Guess:
    """A value and its origin. `certain`: the site states it in a meta tag that exists for this purpose."""

    value: str
    origin: str
    certain: bool = False


def site_name(page: WebPage) -> Guess | None:
    """What people call the site."""
    if name := meta(page, "SiteName"):
        return Guess(name, "meta tag SiteName", certain=True)
    title = next((_bare(part) for part in _title_parts(page) if _is_agency(_bare(part))), "")
    return Guess(title, "the title") if title else agency_name(page)


def agency_name(page: WebPage) -> Guess | None:
    """The agency whose site it is. Never certain, as a site's name is not always that of an agency."""
    return next(_agencies(page), None)


def region_code(page: WebPage) -> Guess | None:
    """The first six digits of the site's identification code, if they can be a region of GB/T 2260."""
    for code, origin in ((meta(page, "SiteIDCode")[:6], "meta tag SiteIDCode"), (_foot_code(page), "the page's foot")):
        if re.fullmatch(r"\d{6}", code) and code[:2] in PROVINCES:
            return Guess(code, origin)
    return None


def _agencies(page: WebPage) -> Iterator[Guess]:
    name = _bare(meta(page, "SiteName"))
    if name and _is_agency(name):
        yield Guess(name, "meta tag SiteName")
    yield from (Guess(_bare(part), "the title") for part in _title_parts(page)[::-1] if _is_agency(_bare(part)))
    foot = _foot(page)
    for label, pattern in _IN_FOOT:
        values = [_bare(next(filter(None, match.groups()))) for match in pattern.finditer(foot)]
        yield from (Guess(value, f"the page's foot ({label})") for value in values if _is_agency(value))
    yield from (
        Guess(value, f"meta tag {tag}") for tag in ("Copyright", "Author") if _is_agency(value := meta(page, tag))
    )
    if name:
        yield Guess(name, "meta tag SiteName")


def _title_parts(page: WebPage) -> list[str]:
    title = next((" ".join("".join(item.itertext()).split()) for item in page.tree.iter("title")), "")
    return [part for part in re.split(r"[_|—–·>\s-]+", title) if part]


def _bare(name: str) -> str:
    """The name without 门户网站 or 信息公开目录 at its end."""
    return _OF_THE_CATALOG.sub("", _SITE.sub("", name)).strip()


def _is_agency(name: str) -> bool:
    return bool(_AGENCY.fullmatch(name)) and not _NO_AGENCY.search(name)


def _foot(page: WebPage) -> str:
    pieces = page.tree.xpath(f"//body//text()[not(parent::*[self::{_NO_TEXT}])]")
    texts, length = [], 0
    for piece in reversed(pieces):
        texts.append(" ".join(piece.split()))
        length += len(texts[-1])
        if length > _FOOT_CHARS:
            break
    return " ".join(filter(None, reversed(texts)))[-_FOOT_CHARS:]


def _foot_code(page: WebPage) -> str:
    match = _SITE_CODE.search(_foot(page))
    return match[1] if match else ""
