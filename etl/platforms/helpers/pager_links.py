"""The elements of a pager: where its next page is, and the signs that a list goes on by a script.

A pager says 下一页 in words, in the label of a picture or a button, by `rel`, or has numbers alone. Its links lead to
addresses, which are followed, or are answered by a script, which makes the list unfinished.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.helpers.element_words import BUTTONS, MAX_LABEL, label_of, words_of
from etl.web.page import WebPage, absolute, base_url

_NEXT = re.compile(r"^\W*(?:[下后]一?[页頁]|向?后翻页?|下翻页?|(?:goto)?(?:the)?next(?:page)?)\W*$", re.IGNORECASE)
_NEXT_ALONE = re.compile(
    r"^\W*(?:后页|[往向]后|[往向]?后翻页?|[下后]翻页?|[下后]一?屏|older|earlier)\W*$", re.IGNORECASE
)
_ARROW = re.compile(r"^(?:>|›|»|＞|→)$")
_ARROWS = re.compile(r"^(?:[>›»＞→❯▶►]{1,2}\|?|last(?:page)?)$", re.IGNORECASE)
"""Arrows that a script answers; two of them lead to the last page, which is none to follow."""
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])next(?:$|[\s_-])|page_?next|next_?page", re.IGNORECASE)
_NEXT_WORDS = re.compile(r"下一?[页頁]|后一页")
_LAST_WORDS = re.compile(r"尾页|末[页頁]|最后一?页")
_LOAD_MORE = re.compile(
    r"^(?:(?:[上下][拉滑]|向[上下]滑动|点击|查看|加载|显示|载入|浏览|获取|继续)+(?:更多|全部)"
    r"(?:内容|数据|信息|文件|公告|新闻|列表|结果|记录)?|(?:点击|继续)加载|展开更多|(?:load|show|view) ?more)\W*$",
    re.IGNORECASE,
)
_MORE_DOCUMENTS = re.compile(
    r"^\W*(?:[点看请击查我此]{0,4}(?:更多|更早|历史|以往|往期|早期)的?(?:内容|数据|信息|文件|公文|政策|列表|结果|记录|文章)|[点看请击查我此]{1,4}更多|"
    r"(?:查看|浏览|点击)(?:往期|历史|以往|历年|往年)|(?:查看|显示)?全部(?:公告|文件|信息|公文|通知|列表))\W*$"
)
_MORE = re.compile(r"^\W*(?:更多|展开更多|more)\W*$", re.IGNORECASE)
_LOADS_ALONE = re.compile(
    r"load[-_]?(?:ing[-_]?)?more|more[-_]?load|infinite|scroll[-_]?load|pull[-_]?up", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LOADS = re.compile(r"load[-_]?(?:ing[-_]?)?more|more[-_]?load|(?:^|[\s_-])load(?:er)?(?:$|[\s_-])", re.IGNORECASE)
_PAGER_NAME = re.compile(
    r"(?:^|[\s_-])(?:pag(?:e[rs]?|ing|ination)|fan_?ye|fen_?ye|fy|ye_?ma|turn)(?:$|[\s_-]|\d)|pag(?:er|ing|inat|e_?(?:nav|num|bar|list|"
    r"box|code|div))|next[_-]?page|page[_-]?next|分页|页码",
    re.IGNORECASE,
)
"""Names of elements that are a pager. `page` alone is a name of whole pages too, so that the element must be short."""
_SLIDES = re.compile(r"slide|swiper|focus|banner|carousel|lunbo|flash|calendar|rili|gallery", re.IGNORECASE)
_VIDEO = re.compile(r"video|(?:^|[\s_-])vod(?:$|[\s_-])|shipin|player", re.IGNORECASE)
_MOVES = re.compile(r"scroll|roll|marquee|gundong|album|photo|pic|tab(?:$|[\s_-])|hd(?:$|[\s_-])", re.IGNORECASE)
_STEP_PICTURE = re.compile(r"next|prev|first|last|page|arrow|left|right", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^[\[【(（<]?(?:第?(\d{1,4})页?)[\]】)）>]?$")
_NUMBER_TAGS = ("a", "button", "li", "span", "em", "b", "strong", "i", "font", "td", "p", "div", "input", "option")
_MAX_PAGER_CHARS, _MAX_ABOVE = 300, 3
_MAX_RUN = 27
"""Numbers in a row of which a pager has fewer: a calendar's month has 28."""
_PAGE_CALL = re.compile(r"\b\w{0,20}[pP]ag\w{0,10}\(")
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(r"(?:^|/)(?:index|list|default|page|more)?[_-]?(\d{1,4})\.s?html?$", re.IGNORECASE)
_NUMBERED_QUERY = re.compile(
    r"(?:^|&)(?:page|p|pn|pg|pageno|pagenum|pageindex|page_?index|curr?(?:ent)?page|nowpage|paged)=(\d{1,4})(?:&|$)",
    re.IGNORECASE,
)
_NAMED_PAGE = re.compile(r"/(?:index|list|default|page|more)[_-]?\d{1,4}\.s?html?$", re.IGNORECASE)
_OFFSET = re.compile(r"(?:^|&)(?:start|offset|skip|from)=(\d{1,6})(?:&|$)", re.IGNORECASE)
_NUMBER_OF_PAGE = re.compile(r"[_-]\d{1,4}(?=\.\w{3,5}$)")
_MAY_BE_NUMBERED = re.compile(r"=\d|\d\.s?html?", re.IGNORECASE)
_YEARS, _YEAR_WORDS = (1990, 2100), re.compile(r"(?:19|20)\d\d")
"""Numbers and words of a list by years, which are no pages."""
_PLACE = re.compile(r"#(?:$|!|/|\w{0,12}\d{1,4}$)")
"""A place in the page by which a script turns: `#`, `#!/list/2`, `#page2`."""
_MORE_PAGE = re.compile(r"(?:^|/)(?:more|list)\w{0,8}\.(?:s?html?|jsp|aspx?|php|do)$", re.IGNORECASE)
_BACK = re.compile(r"首页|第一页|上一?页|首頁|^1$")
_DISABLED = re.compile(r"disabled?|nolink|no-?more|gr[ae]y|(?:^|\s)(?:off|end|none|no)(?:\s|$)", re.IGNORECASE)
_CURRENT = re.compile(
    r"(?:^|[\s_-])(?:active|curr?(?:ent)?|on|now|selected|this|thisclass|hover|sel)(?:$|[\s_-])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a pager: its element, the address it leads to, and whether a script answers it."""

    number: int
    element: HtmlElement
    url: str | None
    scripted: bool


def next_link(page: WebPage) -> HtmlElement | None:
    """The first link to the next page (下一页) that leads to another address of the site; None if there is none."""
    target = partial(_other_page, page, base_url(page))
    links = list(page.tree.iter("a", "area"))
    for says_next in (_says_next, _leads_on, partial(_shows_arrow, page)):
        # What a link says is asked before where it leads, which costs more.
        if (link := next((link for link in links if says_next(link) and target(link)), None)) is not None:
            return link
    return next(filter(target, page.tree.iterfind(".//link[@rel='next']")), None)


def next_url(page: WebPage, *, first: bool) -> str | None:
    """The absolute address of the next page: what `next_link` leads to, or the number behind the page's own."""
    link = next_link(page)
    if link is not None:
        return absolute(link.get("href") or "", base_url(page))
    following = _following(page, first=first)
    return following.url if following else None


def signs_of_more(page: WebPage, *, first: bool) -> Iterator[str]:
    """What in the page's elements says that the list goes on; none where its 下一页 is marked as leading nowhere.

    After the first page a dead 下一页 is the end of the list: the site had a live one before.
    """
    if first and next_is_disabled(page):
        return
    yield from _links_that_do_nothing(page)
    yield from _links_to_the_rest(page)
    yield from _numbered_links(page)
    if following := _following(page, first=first):
        leads = following.url or following.element.get("onclick") or following.element.get("href") or ""
        yield f"{following.number} {leads}"
    if first:
        yield from _scripted_steps(page)


def _other_page(page: WebPage, base: str, element: HtmlElement) -> bool:
    """Whether the element leads to another address of the page's site."""
    url = _target(element, base)
    return bool(url and url != urldefrag(page.url).url and urlsplit(url).hostname == urlsplit(page.url).hostname)


def _says_next(element: HtmlElement) -> bool:
    return _NEXT.match(label_of(element)) is not None


def _leads_on(link: HtmlElement) -> bool:
    return "next" in (link.get("rel") or "").lower().split()


def _shows_arrow(page: WebPage, link: HtmlElement) -> bool:
    """An arrow, or a link without words whose class says `next`: those of pictures that slide as well, and an arrow
    behind the name of another column leads there. So it is that of a pager, or leads to what lies below this list."""
    words = words_of(link)
    if not (_ARROW.match(words) or (not words and "next" in (link.get("class") or "").lower())) or slides(link):
        return False
    if words and _skips_pages(page, link):
        return False
    below = page.url.partition("?")[0].rpartition("/")[0] + "/"
    return _in_pager(link) or (absolute(link.get("href") or "", base_url(page)) or "").startswith(below)


def _skips_pages(page: WebPage, arrow: HtmlElement) -> bool:
    """Whether an arrow beside numbers leads to another page than the one behind the page's own: to the last one."""
    target = _target(arrow, base_url(page)) or ""
    for run in _runs(page):
        if not any(_beside(item.element, arrow) for item in (run[0], run[-1])):
            continue
        own = _own_number(run, page, first=False) or (run[0].number - 1 or 1)
        linked = [item for item in run if item.url]
        behind = next((item.url for item in linked if item.number == own + 1), None)
        return target != behind if behind else not any(_is_ahead(target, item, own) for item in linked[-1:])
    return False


def _is_ahead(target: str, item: _Number, own: int) -> bool:
    """Whether an address has the form of that of a number of the pager, and is the one behind the number `own`."""
    here = item.url or ""
    if _DIGITS.sub("#", target) != _DIGITS.sub("#", here):
        return False
    pairs = zip(_DIGITS.findall(here), _DIGITS.findall(target), strict=True)
    steps = [digits(there) - digits(one) for one, there in pairs if one != there]
    return len(steps) == 1 and steps[0] == own + 1 - item.number


def _following(page: WebPage, *, first: bool) -> _Number | None:
    """The number behind that of the page itself in a pager of numbers; None where its own is the last, or not known."""
    for run in _runs(page):
        own = _own_number(run, page, first=first)
        behind = next((item for item in run if own is not None and item.number == own + 1), None)
        if behind is None:
            continue
        if behind.scripted or _is_unlinked(run) or (behind.url and _is_numbered(behind, run, page)):
            return behind
    return None


def _own_number(run: list[_Number], page: WebPage, *, first: bool) -> int | None:
    if first:
        return 1 if run[0].number <= 2 else None
    here = urldefrag(page.url).url
    marked = [item for item in run if item.url == here or _is_current(item.element)]
    still = [item for item in run if not item.url and not item.scripted]
    return next((item.number for some in (marked, still) for item in some[:1]), None)


def _is_current(element: HtmlElement) -> bool:
    parent = element.getparent()
    own = [element] if parent is None or len(parent) > 1 else [element, parent]
    return any(_CURRENT.search(item.get("class") or "") for item in own)


def _is_numbered(item: _Number, run: list[_Number], page: WebPage) -> bool:
    """Whether the addresses of a pager's numbers below the page's folder differ in one number that grows with them.

    The page itself may be one of them already: then its address has their form.
    """
    here, there = urlsplit(page.url), urlsplit(item.url or "")
    folder = here.path.rpartition("/")[0] + "/"
    alike = _DIGITS.sub("#", page.url) == _DIGITS.sub("#", item.url or "")
    if there.netloc != here.netloc or not (alike or there.path.startswith(folder)):
        return False
    if alike:
        pairs = zip(_DIGITS.findall(page.url), _DIGITS.findall(item.url or ""), strict=True)
        return [digits(own) < digits(other) for own, other in pairs if own != other] == [True]
    linked = [(other.number, other.url) for other in run if other.url and other.number > 1]
    if len({_DIGITS.sub("#", url) for _, url in linked}) != 1:
        return False
    places = list(zip(*([digits(part) for part in _DIGITS.findall(url)] for _, url in linked), strict=True))
    if len(linked) == 1:
        at = len(_DIGITS.findall(page.url[: page.url.rfind("/")]))
        return any(item.number - 1 <= place[0] <= item.number or place[0] % 5 == 0 for place in places[at:])
    grown = [place for place in places if len(set(place)) > 1]
    if len(grown) != 1:
        return False
    steps = {
        (b - a) / (n - m) for (m, a), (n, b) in pairwise((n, at) for (n, _), at in zip(linked, grown[0], strict=True))
    }
    return len(steps) == 1


def _runs(page: WebPage) -> Iterator[list[_Number]]:
    """Runs of consecutive numbers of one pager, of which at least one is a link or is answered by a script."""
    base, run = base_url(page), list[_Number]()
    for element in page.tree.iter(*_NUMBER_TAGS):
        label = label_of(element) if len(element) <= 2 else ""
        match = _PAGE_NUMBER.match(label) if len(label) <= 8 else None
        if match is None:
            continue
        url, scripted = _target(element, base), _is_scripted(element)
        item = _Number(digits(match[1]), element, url, scripted)
        if run and item.number == run[-1].number + 2 and _stands_behind(run[-1]):
            run.append(_Number(run[-1].number + 1, run[-1].element, None, False))
        if run and item.number == run[-1].number and run[-1].element in element.iterancestors():
            run[-1] = item if url or scripted or not (run[-1].url or run[-1].scripted) else run[-1]
        elif run and item.number == run[-1].number + 1 and _beside(run[-1].element, element):
            run.append(item)
        else:
            yield from filter(_is_pager, [run])
            run = [item]
    yield from filter(_is_pager, [run])


def _stands_behind(item: _Number) -> bool:
    """Whether the number behind the item's stands as bare text behind its element: `<a>[1]</a> [2] <a>[3]</a>`."""
    return re.fullmatch(rf"\W*{item.number + 1}\W*", item.element.tail or "") is not None


def _is_pager(run: list[_Number]) -> bool:
    links = sum(bool(item.url or item.scripted) for item in run)
    if run and not _in_pager(run[0].element) and (_is_of_videos(run[0].element) or _is_of_pictures(run)):
        return False
    if len(run) == 1 and run[0].number == 2 and links:
        only = run[0].element
        script = f"{only.get('onclick') or ''} {only.get('href') or ''}"
        return _behind_one(only) or words_of(only) == "第2页" or _PAGE_CALL.search(script) is not None
    linked = links >= 1 and links >= len(run) - 1
    return 2 <= len(run) <= _MAX_RUN and (linked or _is_unlinked(run)) and not slides(run[0].element)


def _is_of_pictures(run: list[_Number]) -> bool:
    """Whether a script answers numbers that stand beside pictures."""
    return not any(item.url for item in run) and moves(run[0].element)


def _is_of_videos(element: HtmlElement) -> bool:
    """Whether the element belongs to a box of videos."""
    around = [element, *list(element.iterancestors())[:_MAX_ABOVE]]
    return any(map(_VIDEO.search, map(_names, around)))


def is_of_videos_alone(page: WebPage, words: str) -> bool:
    """Whether the words stand in boxes of videos, and nowhere else."""
    holders = [
        item for item in page.tree.iter("a", "span", "li", "button", "em", "i", "div", "p") if words in _own(item)
    ]
    return bool(holders) and all(map(_is_of_videos, holders))


def _own(element: HtmlElement) -> str:
    return "".join((element.text or "").split())


def _is_unlinked(run: list[_Number]) -> bool:
    """Whether the numbers of an element that is called a pager lead nowhere: a script listens to all of them."""
    first = run[0]
    links = any(item.url or item.scripted for item in run)
    return not links and first.number == 1 and _is_current(first.element) and _in_pager(first.element)


def _behind_one(element: HtmlElement) -> bool:
    """Whether a 1 stands before the element as bare text: `[1] <a>[2]</a>`."""
    before, parent = element.getprevious(), element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return re.search(r"(?:^|\D)1\W*$", text or "") is not None


def _beside(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two numbers stand in one pager: their nearest common element is near both."""
    above = list(one.iterancestors())[:_MAX_ABOVE]
    return any(element in above for element in list(other.iterancestors())[:_MAX_ABOVE])


def _is_scripted(element: HtmlElement) -> bool:
    """Whether a script answers the element and leads to another page: marked as switched off it does not."""
    href = (element.get("href") or "").strip().lower()
    own = element.get("onclick") or element.get("data-page") or element.get("data-pagenum") or element.get("data-index")
    scripted = bool(own) or href.startswith("javascript:") or (element.tag == "a" and _PLACE.match(href) is not None)
    if element.tag == "option":
        select = element.getparent()
        listens = select is not None and bool(select.get("onchange"))
        scripted = listens and (words_of(element)[:1] == "第" or _is_pager_name(select))
    elif element.tag == "button" or (element.tag == "input" and element.get("type") in BUTTONS):
        scripted = True
    return scripted and not _disabled(element) and not _is_current(element)


def is_answered(element: HtmlElement) -> bool:
    """Whether a script answers the element, if only by data that it bears or by the selection it stands in."""
    parent = element.getparent()
    if element.tag == "option":
        return parent is not None and bool(parent.get("onchange") or parent.get("onclick"))
    return _is_scripted(element) or any(name.startswith("data-") for name in element.keys())  # noqa: SIM118


def _scripted_steps(page: WebPage) -> Iterator[str]:
    """下一页 and 尾页 in words or labels, and arrows of a pager, which lead nowhere by themselves."""
    for element in page.tree.iter("a", "button", "input", "span", "li", "img", "em", "i", "div", "p", "td", "font"):
        if len(element) > 2:
            continue
        label = label_of(element)
        if len(label) > 12 or not (label or element.get("class")) or _disabled(element):
            continue
        named = _NEXT_WORDS.search(label) or _LAST_WORDS.search(label)
        leads = _is_scripted(element) or (element.tag == "li" and _is_next_item(element, label))
        steps = named or (leads and (_NEXT_ALONE.match(label) or _is_step_of_pager(element, label)))
        if steps and not _is_of_videos(element):
            yield label or element.get("class") or ""


def _is_next_item(element: HtmlElement, label: str) -> bool:
    """Whether an item of a pager says 下一页, in words or by its class alone."""
    says_next = _NEXT.match(label) if label else _NEXT_CLASS.search(_names(element))
    return says_next is not None and _in_pager(element)


def _is_step_of_pager(element: HtmlElement, label: str) -> bool:
    """Whether an arrow, or a step without words, is that of a pager, and not that of pictures that slide."""
    steps = _NEXT.match(label) or _ARROWS.match(label) or (not label and _NEXT_CLASS.search(_names(element)))
    return bool(steps) and not slides(element) and (_in_pager(element) or not moves(element))


def moves(element: HtmlElement) -> bool:
    """Whether the element stands with pictures, or in a block whose name says that it moves."""
    for around in (element, *list(element.iterancestors())[:_MAX_ABOVE]):
        if around.tag in ("body", "html") or len(words_of(around, _MAX_PAGER_CHARS)) > _MAX_PAGER_CHARS:
            break
        if _MOVES.search(_names(around)) or any(
            not _STEP_PICTURE.search(f"{picture.get('src')} {_names(picture)}") for picture in around.iter("img")
        ):
            return True
    return False


def next_is_disabled(page: WebPage) -> bool:
    """Whether each 下一页 of the page is marked as having nothing to lead to."""
    steps = [
        element
        for element in page.tree.iter("a", "span", "li", "button", "em", "i", "font", "input")
        if _NEXT.match(label_of(element)[:8])
    ]
    return bool(steps) and all(any(map(_disabled, (step, step.getparent()))) for step in steps)


def _links_that_do_nothing(page: WebPage) -> Iterator[str]:
    """加载更多 and its like: elements without an address that a script listens to."""
    for element in page.tree.iter("a", "button", "div", "span", "p", "input"):
        words = label_of(element) if len(element) <= 3 else ""
        if not words and _LOADS_ALONE.search(_names(element)) and not _HIDDEN.search(element.get("style") or ""):
            yield _names(element).strip()
        if not words or len(words) > 20:
            continue
        # What it says is asked before where it leads, which costs more.
        loads = (
            _LOAD_MORE.match(words)
            or _MORE_DOCUMENTS.match(words)
            or (_MORE.match(words) and _LOADS.search(_names(element)))
        )
        leads = any(_target(link, base_url(page)) for link in element.iter("a")) if loads else False
        if loads and not leads and not _disabled(element):
            yield words


def _links_to_the_rest(page: WebPage) -> Iterator[str]:
    """更多 that leads to another page of the list's own folder, such as `more.html`."""
    own = urlsplit(page.url)
    for link in page.tree.iter("a") if "更多" in page.text else ():
        may_be = _MORE_PAGE.search((link.get("href") or "/").partition("?")[0])
        if may_be and "更多" in (words := words_of(link, MAX_LABEL)) and len(words) <= MAX_LABEL // 2:
            url = urlsplit(_target(link, base_url(page)) or "")
            beside = url.netloc == own.netloc and url.path.rpartition("/")[0] == own.path.rpartition("/")[0]
            if beside and _MORE_PAGE.search(url.path) and url.path != own.path:
                yield f"{words} → {url.geturl()}"


def _numbered_links(page: WebPage) -> Iterator[str]:
    """Links to parts of this list behind its own, by the form of their address: a greater number or an offset."""
    base, here = base_url(page), urlsplit(page.url)
    own_page = own_number(page.url) or 1
    folder, stem = here.path.rpartition("/")[0], _NUMBER_OF_PAGE.sub("", here.path)
    for link in page.tree.iter("a"):
        href = link.get("href") or ""
        if not _MAY_BE_NUMBERED.search(href):
            continue
        url = _target(link, base)
        parts = urlsplit(url or "")
        if not url or parts.netloc != here.netloc or parts.path.rpartition("/")[0] != folder:
            continue
        if parts.path == stem != here.path:
            continue  # the list's first page: `list_3.html` on `list_3_2.html`
        words = words_of(link)
        offset = parts.path == here.path and _OFFSET.search(parts.query)
        # Documents have numbers too: then the words must be those of a step.
        named = offset or _NUMBERED_QUERY.search(parts.query) or _NAMED_PAGE.search(parts.path)
        own_offset = _OFFSET.search(here.query) if offset else None
        own = digits(own_offset[1]) if own_offset else 0 if offset else own_page
        number = digits(offset[1]) if offset else own_number(url)
        if number and _YEARS[0] <= number <= _YEARS[1] and _YEAR_WORDS.search(words):
            continue
        steps = words.isdigit() or _NEXT_WORDS.search(words) or _LAST_WORDS.search(words)
        if number is not None and number > own and (steps or (named and not _BACK.search(words))):
            yield f"{words} → {url}"


def own_number(url: str) -> int | None:
    """The number of a page in an address."""
    parts = urlsplit(url)
    match = _NUMBERED_QUERY.search(parts.query) or _NUMBERED.search(parts.path)
    return digits(match[1]) if match else None


def pager_elements(page: WebPage) -> Iterator[HtmlElement]:
    """The short elements of the page that are called a pager."""
    named = (
        element
        for element in page.tree.iter("div", "ul", "p", "nav", "td", "span")
        if _PAGER_NAME.search(_names(element))
    )
    return (element for element in named if len(words_of(element, _MAX_PAGER_CHARS)) <= _MAX_PAGER_CHARS)


def _is_pager_name(element: HtmlElement | None) -> bool:
    return element is not None and _PAGER_NAME.search(f"{_names(element)} {element.get('name') or ''}") is not None


def _in_pager(element: HtmlElement) -> bool:
    """Whether the element, or a short one around it, is called a pager."""
    around = [element, *list(element.iterancestors())[:_MAX_ABOVE]]
    return any(
        _PAGER_NAME.search(_names(item)) and len(words_of(item, _MAX_PAGER_CHARS)) <= _MAX_PAGER_CHARS
        for item in around
    )


def slides(element: HtmlElement) -> bool:
    """Whether the element belongs to pictures that slide, or to a calendar."""
    around = [element, *list(element.iterancestors())[: _MAX_ABOVE + 1]]
    return any(map(_SLIDES.search, map(_names, around)))


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}"


def _target(element: HtmlElement, base: str) -> str | None:
    href = (element.get("href") or "").strip()
    if element.tag == "option" and re.search(r"[./?]", element.get("value") or ""):
        href = (element.get("value") or "").strip()
    return absolute(href, base) if href and not href.startswith("#") else None


def _disabled(element: HtmlElement) -> bool:
    off = element.get("disabled") is not None or element.get("aria-disabled") == "true"
    return bool(off or _DISABLED.search(element.get("class") or ""))
