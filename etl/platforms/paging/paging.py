"""How a list continues: pagers that are read for every family, and signs of paging that no rule understands.

The pagers here belong to several systems, or to unknown ones. A sign that says neither "this is the
only page" nor where the next one is makes the list incomplete: an unknown pager must never pass for "no pager".
"""

import re
from dataclasses import dataclass, field
from itertools import chain, islice
from urllib.parse import urlsplit

from etl.outside import digits
from etl.platforms.elements.element_words import joined, plain_signs, words_of
from etl.platforms.paging.dead_steps import ONE_PAGE, without_dead_pager
from etl.platforms.paging.list_numbers import Counts, numbers_in_code, numbers_in_inputs
from etl.platforms.paging.list_scripts import is_whole, more_by_scripts
from etl.platforms.paging.pager_elements import is_of_videos_alone, pager_elements
from etl.platforms.paging.pager_links import next_is_disabled, signs_of_more
from etl.platforms.paging.remarks import remarks
from etl.platforms.paging.unshown_counts import unshown_counts
from etl.platforms.rows.undrawn_rows import rows_elsewhere
from etl.web.page import WebPage

_STRING = r"""["']([\w./-]{1,200})["']"""
# A call has numbers, the definition of the function names. Arguments: the pager's place or the number of documents
# (Beijing), pages, current page, stem, ending; some systems add the number of documents, and count pages from 1.
_CREATE_PAGE = re.compile(
    rf"""createPage\w*+\s*+\(\s*+(?:["']?(\d+)["']?\s*+,\s*+|["'\w][^,()]{{0,80}},\s*+)?"""
    rf"""["']?(\d+)["']?\s*+,\s*+["']?(\d+)["']?\s*+,\s*+{_STRING}\s*+,\s*+["']\.?(\w+)["']\s*+"""
    r"""(?:,\s*+["'][a-zA-Z][\w-]*+["']\s*+)?(?:,\s*+["']?(\d+))?"""
)
# Some have the first page, the size of one and the number of documents before the stem.
_CREATE_PAGE_OF = re.compile(
    rf"""createPage\w*+\(\s*+(\d+)\s*+,\s*+(\d+)\s*+,\s*+\d+\s*+,\s*+\d+\s*+,\s*+(\d+)\s*+,\s*+{_STRING}\s*+,\s*+["']\.?(\w+)["']"""
)
_CREATE_CALL = re.compile(r"createPage(?<!function createPage)\w*+\s*+\([^(){};]{1,200}\)")
_ARGUMENT = re.compile(r"""["'][^"']*["']|createPage\w*+|([A-Za-z_]\w*+)""")
_MAX_CALLS = 10
# A name first, which the search looks for alone; what may not be before it is looked at afterwards.
_ASSIGNED = r"""{0}(?<![\w$.]{0})\s*=\s*(\d{{1,8}}\b|"[\w.-]{{1,100}}"|'[\w.-]{{1,100}}')"""
_PAGER = re.compile(r"\b\w*Pager\s*\(\s*\{([^{}]{0,2000})\}")
_OPTION = re.compile(r"""\b(\w++)["']?\s*+:\s*+["']?([\w-]++)""")
# Names of numbers, in scripts, attributes and hidden inputs. `m_n`, `int` and similar prefixes give the type.
_TYPED = r"""\b(?:[mg]_)?(?:n|i|int|num|str|js|my|list)?_?"""
_PAGE_NAMES = (
    r"(?:count[_-]?page|page[_-]?count|(?:int)?total[_-]?pages?(?:[_-]?(?:count|num))?|page[_-]?total|all[_-]?pages?|"
    r"page[_-]?all|data-pages|pages?[_-]?num[_-]?(?:total|count))"
)
_DOCUMENT_NAMES = (
    r"(?:rec(?:ord)?s?[_-]?count|total[_-]?(?:records?|counts?|num(?:ber)?|rows?|size|data|elements)|row[_-]?count)"
)
# Variables, and links that the script writes from them: `var countPage = 50 … "index_" + nextPage + ".htm"`.
_PAGE_COUNT = re.compile(rf"""["']?{_TYPED}{_PAGE_NAMES}["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
# The words that `_PAGE_COUNT` may match, searched in `WebPage.lower_ascii`. It begins with a plain word, which the
# search looks for alone: a hundred times as fast. Most documents have none.
_MAY_COUNT_PAGES = re.compile(
    rb"""page(?:[_-]?(?:count|total|all)|s?[_-]?num[_-]?(?:total|count)|(?<=(?:count|total)[_-]page)s?|"""
    rb"""(?<=(?:count|total)page)s?|(?<=all[_-]page)s?|(?<=allpage)s?|(?<=data-page)s|name)"""
    rb"""(?:[_-]?(?:count|num))?["']?[\s?]*+[:=](?:\?|\s*+["']?[\w?])"""
)
_UNSHOWN = ("script", "style", "noscript", "select", "textarea", "title")
_SHOWN_TEXTS = f".//text()[not({' or '.join(f'ancestor::{tag}' for tag in _UNSHOWN)})]"
_CURRENT = re.compile(
    r"""["']?\b(?:curr?(?:ent)?_?page|page_?index|page_?no|curr?(?:ent)?_?index|now_?page)["']?\s*[:=]\s*["']?(\d+)""",
    re.IGNORECASE,
)
_LIBRARY_NAMES = (
    "pagination", "<page", "infinite", "van-list", "load-more", "amp-list", "lay-flow", "lay-data", "-datagrid",
    "data-side-pagination", "@tab-click", "v-for", "ng-repeat",
)  # fmt: skip
"""Parts of the texts that the pattern matches; searching for these first is much faster."""
_WRITTEN_LINK = re.compile(
    r"""\b([\w-]{1,40})_\\?["']\s*+\+\s*+\(?\s*+(\w++)([^"'\n;]{0,20})\+\s*+\\?["']\.(\w{3,5})\b"""
)
_ONE_LESS = re.compile(r"-\s*1\b")
_JOINED = re.compile(r"""(?<!\\)(["'])\s*+\+\s*+\1""")
"""Between two strings that a script puts together: `"index"+"_" + nextPage + "."+"htm"`."""
_FROM_ZERO = re.compile(r"(?:count_?page|page_?count|total_?pages?)\s*-\s*1\b", re.IGNORECASE)
_DOCUMENT_COUNT = re.compile(rf"""["']?{_TYPED}{_DOCUMENT_NAMES}["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
# TRS WCM's older templates leave the name of the page, its ending and two numbers to a script that is not in the page:
# `m_nRecordCount = "188"; m_nPageSize = 20; m_sPageName = "nei"; m_sPageExt = "htm"`; page 2 is nei_1.htm.
_PAGE_NAME = re.compile(r"""\b(?:m_s)?PageName\s*=\s*["']([\w-]+)["']""", re.IGNORECASE)
_PAGE_ENDING = re.compile(r"""\b(?:m_s)?PageExt\s*=\s*["']\.?(\w+)["']""", re.IGNORECASE)
_PAGE_SIZE = re.compile(r"""\b(?:m_n)?PageSize\s*=\s*["']?(\d+)""", re.IGNORECASE)
_OF_DOCUMENTS = re.compile(r"^(?:data-)?(?:total|count|rows?-?count|total-?(?:count|rows?|records?))$", re.IGNORECASE)
_UNKNOWN_ELEMENT = re.compile(
    r"<(?:\w{1,12}-)?pagination\b|<page[^<>]{0,200}\s:total=|\bv-infinite-scroll\b|<van-list\b|<infinite-loading\b|<uni-load-more\b|<amp-list\b|\blay-flow\b|"
    r"""\blay-data="[^"]{0,300}\bpage\s*:\s*true|data-side-pagination=["']server|<(?:table|div)[^>]{0,200}\b(?:easyui|mini)-datagrid\b[^>]{0,200}\burl["']?\s*[=:]|"""
    r"""<\w{1,12}-tabs\b[^>]{0,200}@tab-click|\b(?:v-for|ng-repeat)=["'][\w, ()]{1,40}\s(?:in|of)\s+\w{0,12}page""",
    re.IGNORECASE,
)

_SIGNS = (
    re.compile(r"下一?[页頁]|后一页"),
    re.compile(r"尾页|末[页頁]|最后一?页"),
    re.compile(r"(?:[到转]|跳至)第?\d{0,4}页|[下后]\d{1,3}[条篇页]"),
    re.compile(r"共有?(?:[二三四五六七八九]|[一二三四五六七八九]?十|百)[一二三四五六七八九十百零]{0,6}页"),
    # The number itself is written by a script.
    re.compile(r"(?<!公)共有?(?:页(?!面)|条(?![例款目件理幅形约文规]))|(?<![\d一二三四五六七八九十几])第页(?!面)"),
    re.compile(r"第[二三]页"),
    re.compile(r"[仅只](?:显示|列出|展示|提供)(?:最新|最近|近期?|前)\d{1,4}(?:条|篇|件|个|年|天|日)"),
    re.compile(
        r"[仅只](?:显示|列出?|展示|提供|收录|保留)(?:最新|最近|近期|部分|当年|今年|本年度?)\w{0,3}(?:文件|信息|公告|公示|通知|政策)"
    ),
    re.compile(
        r"(?:[仅只]\w{0,2}|显示|保留)(?:最近|近)(?:\d{1,3}|[一二三四五六七八九十半两]{1,3})个?(?:年|月|天|日|周)"
    ),
)
_ONE = re.compile(r"\A\W*1\W*")
_ENDS = re.compile(
    r"[下后]一?[页頁]|[尾末][页頁]|没有更多|无更多|已(?:经)?到底|到底了|已(?:全部)?(?:加载|显示)(?:完|全部)|已是最后"
)
# For text without white space. The first group is the page's number, the second the number of pages.
_COUNTERS = (
    re.compile(r"第(\d{1,6})页?[/,，、|]?共(\d{1,6})页"),
    re.compile(r"(?:当前|现在)?第?(\d{1,6})页?/共?(\d{1,6})页"),
    re.compile(r"(?:当前(?:第|页)?|页次)[:：]?(\d{1,6})页?/(\d{1,6})"),
    re.compile(r"共\d{1,8}(?:条|篇|个|件|项)\D{0,6}(\d{1,6})/(\d{1,6})"),
    re.compile(r"(?=共\d{1,6}页[/,，、|]?(?:当前)?第(\d{1,6})页)共(\d{1,6})页"),
    re.compile(r"共()(?:有|计)?(\d{1,6})个?页"),
    re.compile(r"总()页数[:：]?(\d{1,6})"),
    re.compile(r"第()页[/,，、]?共?(\d{1,6})(?![\d/])页?"),
    # An input field for the number is between the words.
    re.compile(r"[到至转第]()/共?(\d{1,6})页"),
)
_NUMBERS_BEFORE, _NEAR = re.compile(r"\d (\d{1,6}) $"), 10
_DOCUMENTS = re.compile(
    r"共(?:有|计)?(\d{1,8})(?:条|篇|个|件|项)(?:记录|信息|数据|文件|内容)?|(?:总(?:记录|条)|(?:记录|信息)总)数[:：]?(\d{1,8})|"
    r"(?:查询|检索|搜索|找)到(?:相关)?(?:结果|信息|记录|数据)?约?(?P<found>\d{1,8})[条个篇项]|显示(?P<of>\d{1,8})[条个]?结果中的"
)
_DOCUMENTS_OF_PAGER = re.compile(r"共(?:有|计)?(\d{1,8})[条篇个件项]|总(?:条|记录)?数[:：]?(\d{1,8})")
_PAGES_NEARBY = re.compile(r"[\d每]页|\d/\d|\d(?:到|至|-|~|～)第?\d{1,6}[条篇]")
_MAX_SIGN = 60
"""Maximum length of a sign in a message."""


@dataclass(frozen=True, slots=True)
class Pager:
    """A pager that was understood, and the text from which it was read. Pages count from 1.

    `address`: relative address of a page after the first, with `{page}` for its number; `number`: the number in the
    address of the next page. `total`: the documents of the list. `before_pages`, `before_total`: the source of the
    script before those two numbers, from the start of the call or variable.
    """

    sign: str
    pages: int
    current: int
    address: str
    number: int
    total: int | None = None
    before_pages: str = field(default="", compare=False)
    before_total: str = field(default="", compare=False)

    @property
    def next_address(self) -> str | None:
        """Relative address of the next page; None on the last one."""
        return self.address.replace("{page}", str(self.number)) if self.current < self.pages else None

    @property
    def second(self) -> int:
        """The number in the address of the second page."""
        return self.number - self.current + 1


def script_pager(page: WebPage, *, first: bool) -> Pager | None:
    """The pager that a script of the page draws; None if no call is of a known form. `first`: the list's first page."""
    written = page.text
    is_called = "createPage" in written or "Pager" in written
    if not is_called and not _may_count(page):
        return None  # before comments are removed, which takes ten times as long
    source = page.live_source
    calling = source if "createPage" in source else ""  # only a comment may have it
    if call := _CREATE_PAGE.search(calling) or _CREATE_PAGE.search(_with_values(calling)):
        total, pages, current, stem, ending, documents = call.groups()
        from_one = documents is not None and digits(current) > 0
        return Pager(
            _short(call[0]),
            digits(pages),
            digits(current) + (not from_one),
            f"{stem.removeprefix('./')}_{{page}}.{ending}",
            digits(current) + 1,
            digits(documents or total) if documents or total else None,
            before_pages=_before(call, 2),
            before_total=_before(call, 6 if documents else 1),
        )
    if call := _CREATE_PAGE_OF.search(calling):
        pages, current, documents, stem, ending = call.groups()
        at, address = digits(current), f"{stem}_{{page}}.{ending}"
        return Pager(_short(call[0]), digits(pages), at, address, at + 1, digits(documents), _before(call, 1))
    for call in _PAGER.finditer(source) if "Pager" in source else ():
        options = {option[1].lower(): option for option in _OPTION.finditer(call[0], call.start(1) - call.start())}
        values = (options[key][2] if key in options else "" for key in ("size", "current", "prefix", "suffix"))
        pages, current, stem, ending = values
        if pages.isdigit() and current.isdigit() and stem and ending:
            number, before = digits(current) + 1, call[0][: options["size"].start(2)]
            return Pager(
                _short(call[0]), digits(pages), number, f"{stem}_{{page}}.{ending}", number, before_pages=before
            )
    return (_named_pager(source, page.url) or _written_pager(source, first)) if _may_count(page) else None


def _may_count(page: WebPage) -> bool:
    return _MAY_COUNT_PAGES.search(page.lower_ascii) is not None


def _with_values(source: str) -> str:
    """The calls that draw pagers, with the values of variables: `countPage = 50; … createPageHTML(countPage, 0, …)`.
    A call that is the definition of the function has names that stand for nothing."""

    def value(name: re.Match[str]) -> str:
        stated = re.search(_ASSIGNED.format(re.escape(name[1])), source) if name[1] else None
        return stated[1] if stated else name[0]

    calls = islice(_CREATE_CALL.finditer(source), _MAX_CALLS)
    return "\n".join(_ARGUMENT.sub(value, call[0]) for call in calls)


def _named_pager(source: str, url: str) -> Pager | None:
    stem, ending = _PAGE_NAME.search(source), _PAGE_ENDING.search(source)
    documents, size = _DOCUMENT_COUNT.search(source), _PAGE_SIZE.search(source)
    if not (stem and ending and documents and size and (rows := digits(size[1]))):
        return None
    total = digits(documents[1])
    match = re.search(rf"/{re.escape(stem[1])}_(\d{{1,6}})\.", urlsplit(url).path)
    place = digits(match[1]) if match else 0
    address = f"{stem[1]}_{{page}}.{ending[1]}"
    pages = -(-total // rows)
    return Pager(_short(documents[0]), pages, place + 1, address, place + 1, total, before_total=_before(documents, 1))


def _written_pager(source: str, first: bool) -> Pager | None:
    pages, current = _PAGE_COUNT.search(source), _CURRENT.search(source)
    link = _WRITTEN_LINK.search(_JOINED.sub("", source)) if pages and current else None
    if not pages or not current or not link:
        return None
    place = digits(current[1])
    from_zero = place == 0 or (not first and _FROM_ZERO.search(source) is not None)
    # `"index_" + (n - 1)` counts addresses from 0 and pages from 1; `(currentPage - 1)` is the page before.
    is_less = not from_zero and _ONE_LESS.search(link[3]) and not re.search(rf"\b{link[2]}\b", current[0])
    number, address = place + (not is_less), f"{link[1]}_{{page}}.{link[4]}"
    sign = _short(f"{pages[0]} … {link[0]}")
    return Pager(sign, digits(pages[1]), place + from_zero, address, number, before_pages=_before(pages, 1))


def _before(match: re.Match[str], group: int) -> str:
    """The text of the match before one of its groups; empty if that matched nothing."""
    return match[0][: match.start(group) - match.start()] if match[group] else ""


def counts(page: WebPage) -> Counts | None:
    """The numbers of pages and documents that the page states in words, or in variables of its scripts."""
    return counts_in_words(page, shown_words(page)) or counts_by_name(page)


def counts_in_words(page: WebPage, words: str) -> Counts | None:
    """The numbers of pages and documents in the page's `shown_words`."""
    documents, sign = _documents(page, words)
    for pattern in _COUNTERS:
        if match := pattern.search(words):
            current = None if not match[1] or _is_last_of_run(words, match) else digits(match[1])
            return Counts(_short(match[0]), True, digits(match[2]), current, documents)
    if documents is not None:
        return Counts(sign, True, documents=documents)
    return None


def _is_last_of_run(words: str, match: re.Match[str]) -> bool:
    """Whether the first number of a counter is the last one of links before it: `1 2 3 4 / 4 页`."""
    before = _NUMBERS_BEFORE.search(words, max(0, match.start() - _NEAR), match.start())
    return before is not None and digits(before[1]) != digits(match[1])


def counts_by_name(page: WebPage) -> Counts | None:
    """The greatest numbers of pages and of documents that scripts, attributes and hidden inputs state by name: if there
    are several, one of them is that of the pager, and the others mean something else."""
    stated = [*numbers_in_code(page.live_source), *numbers_in_inputs(page)]
    greatest = {number.kind: number for number in sorted(stated, key=lambda number: number.value)}
    pages, documents = greatest.get("pages"), greatest.get("documents")
    if shown := pages or documents:
        sign = documents.sign if documents and pages and pages.value <= 1 else shown.sign
        of_pages, of_documents = (number.value if number else None for number in (pages, documents))
        return Counts(_short(sign), False, of_pages, None, of_documents)
    return _attributes(page)


def _attributes(page: WebPage) -> Counts | None:
    """The number of documents in an attribute of a pager."""
    for element in pager_elements(page):
        for name, value in element.items():
            if _OF_DOCUMENTS.match(name) and value.isdigit():
                return Counts(f'{name}="{value}"', False, documents=digits(value))
    return None


def sign_of_more(page: WebPage, words: str, seen: int, *, first: bool, place: int = 0) -> str | None:
    """A sign that the list continues, on a page whose next page is not known; None if there is none. `seen`: entries of
    the list up to this page's end. `place`: the number of the page where it was posted."""
    sign = next(signs_of_more(page, seen, first=first, place=place), None)
    if sign is None and first and not next_is_disabled(page):
        words = ONE_PAGE.sub("", without_dead_pager(words, page, seen))
        signs = (match[0] for pattern in _SIGNS if (match := pattern.search(words)))
        of_documents = (text for text in signs if not is_of_videos_alone(page, text))
        sign = next(of_documents, None) or _unknown_element(page.live_source, seen) or more_by_scripts(page, seen)
        sign = sign or next(chain(unshown_counts(page, words, seen), remarks(page, seen), rows_elsewhere(page)), None)
    return _short(sign) if sign else None


def says_that_it_ends(page: WebPage, words: str) -> bool:
    """Whether a page without a sign of more says that its list ends with it: its pager leads nowhere, or it has words
    for the end. `words`: its `shown_words`."""
    if _ENDS.search(words) or next_is_disabled(page):
        return True
    return any(_ONE.fullmatch(words_of(element)) for element in pager_elements(page))


def _unknown_element(source: str, seen: int) -> str | None:
    """The element of a pager library, unless its numbers show that the list is complete."""
    lower = source.lower()
    tag = _UNKNOWN_ELEMENT.search(lower) if any(name in lower for name in _LIBRARY_NAMES) else None
    return tag[0] if tag and is_whole(source[tag.end() :], seen) is not True else None


def _documents(page: WebPage, words: str) -> tuple[int | None, str]:
    """(documents, sign) by 共N条, if it is beside a number of pages or in a pager; elsewhere it counts other things."""
    for match in _DOCUMENTS.finditer(words):
        around = words[max(0, match.start() - 40) : match.start()] + " " + words[match.end() : match.end() + 40]
        if match[2] or match["found"] or match["of"] or _PAGES_NEARBY.search(around):
            return digits(match[match.lastindex or 1]), _short(match[0])
    # Most pages have no such words at all, and looking for pagers costs as much as reading the list.
    for element in pager_elements(page) if _DOCUMENTS_OF_PAGER.search(words) else ():
        if of_pager := _DOCUMENTS_OF_PAGER.search(words_of(element)):
            return digits(of_pager[of_pager.lastindex or 1]), _short(of_pager[0])
    return None, ""


def shown_words(page: WebPage) -> str:
    """The text that the page shows, without white space, scripts, styles and selections."""
    body = page.tree.find("body")
    texts = (page.tree if body is None else body).xpath(_SHOWN_TEXTS, smart_strings=False)
    return plain_signs(joined(piece for text in texts for piece in text.split()))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MAX_SIGN]
