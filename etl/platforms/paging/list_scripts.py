"""Signs in the scripts of a page that its list continues: pagers that they draw, links that they write, requests."""

import re
from collections.abc import Iterator
from itertools import islice

from etl.outside import digits
from etl.platforms.elements.list_addresses import is_of_list, is_of_other_box
from etl.platforms.paging.list_numbers import counted_by, numbers_in_code
from etl.platforms.paging.shown_within import enclosed, only_shows
from etl.web.markup import uncommented_script
from etl.web.page import WebPage

# Names of functions: the search begins at one of their letters, and the text before it is checked afterwards.
_CALL = re.compile(
    r"(?:[pP]ag(?:e|ing|inat|er)|PAGE|[fF]en_?[yY]e|loadMore|MeScroll|[iI]nfiniteScroll|dropload)[\w$]*+(?:\.\w++)*+\s*+\("
)
_DRAWS = re.compile(
    r"pager|paginat|paging|laypage|jpages|create_?page|page_?(?:nav|bar|turn|html)|(?:turn|draw|make|init)_?pages?$|"
    r"fen_?ye|loadmore|mescroll|infinitescroll|dropload|(?:^|\.)page$",
    re.IGNORECASE,
)
_OTHER_PAGE = re.compile(
    r"^(?:read|speak|play|share|save|copy)|view|size|track|head|foot|title|width|height|offset|open|print|home|icon|"
    r"\.(?:querySelector(?:All)?|getElementsBy\w+|[gh][ea][ts]Attribute|closest|matches|contains|remove\w*|hide|(?:add|has|toggle)Class|find)$",
    re.IGNORECASE,
)
"""Other things than pages, and calls that only look at a pager or hide it."""
_VERB = re.compile(r"^(?:set|init|show|get|draw|make|update)_?", re.IGNORECASE)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$."
_ARGUMENTS = re.compile(
    r"""\s*+(?:["'][^"'\d][^"']{0,40}["']\s*+,\s*+)?+["']?(\d{1,8})["']?\s*+(?:(,)\s*+(?:["']?(\d{1,8})["']?\s*+[,)])?|\))"""
)
_TOTAL = re.compile(
    r"""\b(?:total|count|pages?|page_?num|num(?!["']?\s*+:\s*+\d\s*+,\s*+["']?size\b))["']?\s*+[:=]\s*+["']?(\d{1,8})\b""",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"""\b(?:per_?page|page_?size|items_?(?:on|per)_?page|page_?length)["']?\s*+:\s*+["']?(\d{1,4})\b""", re.IGNORECASE
)
_CALL_CHARS = 400
_GRIDS = re.compile(
    r"""\bserverSide["']?\s*:\s*(?:true|!0)|\bpager["']?\s*:\s*["']#|"""
    r"""\burl["']?\s*:[^{}]{0,300}\bpagination["']?\s*:\s*(?:true|!0)|"""
    r"""\bpagination["']?\s*:\s*(?:true|!0)[^{}]{0,300}\burl["']?\s*:|"""
    r"""\burl["']?\s*:[^{}]{0,300}\bpage["']?\s*:\s*(?:true|!0)|"""
    r"""\burl["']?\s*:[^{}]{0,200}\{[^{}]{0,80}\bstart["']?\s*:\s*0\s*,\s*["']?limit["']?\s*:|"""
    r"""\bnew\s+\w+\([^(){}]{0,40}\{[^{}]{0,80}\bpage["']?\s*:\s*1\s*,[^{}]{0,80}\b(?:size|limit|rows|page_?size)["']?\s*:\s*\d"""
)
_GRID_ADDRESS = re.compile(r"""\burl["']?\s*:\s*["']([^"'\s]{2,200})["']""")
_PACKED = re.compile(
    r"(?<=[|'\"])(?:\w{0,12}pager|paginat\w{2,5}|createPage\w{0,8}|fenye|laypage|nextPage)(?=[|'\"])", re.IGNORECASE
)
"""A word in the word list of a packed script."""
_FUNCTION = re.compile(r"\bfunction\s+([\w$]+)\s*\(")
_WRITES = re.compile(
    r"""\b(?:index|list|default)[_-]\\?["'`]\s*+\+(?!\s*+["'`])|下一?[页頁]|(?<!最)后一页|尾页|末[页頁]|共[\"'\s+]{0,9}(?:[2-9]|1\d)\d{0,4}[\"'\s+]{0,9}[页頁]"""
)

# A script that requests one page after another: when the end of the window is reached, or at a click.
_TURNS = re.compile(
    r"\b\w{0,12}page_?(?:no|num|number|index)?\s*(?:\+\+|\+=\s*1\b)|\+\+\s*\w{0,12}page|page\w{0,6}\(\s*\+\+\w",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:\$|jQuery)\.(?:get|post)\s*\(|\.(?:ajax|getJSON)\s*\(|\bfetch\s*\(|\baxios\b|XMLHttpRequest|\$http\b|\.load\s*\(\s*(?:[\"'`][\w./]|\$\(this)|"
    r"\brequest\s*\(|\b\w{0,12}(?:[aA]jax|[pP]ost|[gG]et|[rR]equest)\w{0,8}\s*\(\s*[\"'`](?:https?:/)?/[\w./-]|\bEventSource\s*\(|\bd3\.json\s*\(|\bjsonp\s*\("
)
_MAY_ASK = (
    "$", "ajax", "fetch", "axios", "xmlhttp", "request", "json", "next", "more", "last", "scroll", "intersection",
    "bottom", "eventsource",
)  # fmt: skip
"""Lower-case parts of code that requests a list; searching for these first is much faster."""
_WATCHES = re.compile(
    r"""\.scroll\s*\(|onscroll\b|["']scroll["']|IntersectionObserver|\w{0,12}[sS]croll\s*\(\{|isToBottom|reach_?[bB]ottom"""
)
_LOADS = re.compile(
    rf"{_ASKS.pattern}|(?<!List\.)\b(?:load|query|append|add|get|fetch|next)_?(?:More|Data|List|Page|Next|News|Info|Batch|Rows|Items|Docs|\()"
)
_HANDLED = re.compile(
    r"""IntersectionObserver\s*\(\s*([\w$]+)|onscroll\s*=\s*([\w$]+)\s*(?:[;\n<]|\Z)|["']scroll["']\s*,\s*(?:\w+\(\s*)?([\w$]+)\s*[,)]"""
)
_LOADER = re.compile(
    r"(?:load|get|fetch|query|append|show|see)?_?(?:more|next)\w{0,12}|load(?:data|list|page|rows)", re.IGNORECASE
)
_SCROLL_LIBRARY = re.compile(
    r"\.(?:jscroll|infiniteScroll|endlessScroll|infinitescroll|infinite|dropload)\s*\(|\$\.ias\s*\(|\bpullUpLoad\b|\bonReachBottom\b|"
    r"(?:pullRefresh|[mM]iniRefresh)\s*(?::|\()\s*\{[^}]{0,200}\bup\b|\bflow\.load\s*\("
)
_SCROLL_NAMES = (
    "scroll",
    "Scroll",
    "dropload",
    "iniRefresh",
    ".ias",
    "pullUp",
    "onReach",
    "pullRefresh",
    "flow.load",
    ".infinite",
)
_CLICK = re.compile(
    r"""(?:\.click|\.on|addEventListener|\.bind|\.delegate|\.live)\s*\(\s*(?:["']click["']|function|\()"""
)
_OF_ELEMENT = re.compile(
    r"""\(\s*(?:this|\w{1,12})\s*\)\.(?:data|attr)\(|\.dataset\b|this\.(?:id|getAttribute)|getAttribute\("""
)
_ADDRESS_ASKED = re.compile(r"""["'`]([\w.$/{}:-]*[\w/-](?:\?[^"'`\s]{0,200})?)["'`]""")
_BEHIND_CALL = re.compile(r"function|=>|\)\s*+;(?!\s*+\w++\.open\b)")
_NAMED_ADDRESS = r"""\b{}\s*=\s*["'`]([^"'`\s]{{3,200}})["'`]"""
_PROGRAM_FILE = re.compile(r"^[\w-]+\.(?:jspx?|do|action|php|as[hp]x|json)(?:\?|$)")
_DATA_FILE = re.compile(r"^(?:\./)?(?:[\w-]+/)?[\w-]+\.(?:json|xml|jsp|do|aspx|php|txt|html?)(?:\?|$)")
_ELSEWHERE = re.compile(r"^(?:https?:)?//")
_ADDRESS_CHARS, _MAX_CALLS = 200, 50
_POSTBACK = re.compile(
    r"""__doPostBack\(\s*\\?["'][^"'\\)]{0,80}(?:Pager|[Nn]ext|[Ll]ast|[Pp]age)[^"'\\)]{0,80}\\?["']\s*,\s*\\?["'][\w$]*\\?["']|"""
    r"""__doPostBack\(\s*\\?["'][^"')]{1,80}\\?["']\s*,\s*\\?["']Page\$(?:[2-9]|\d\d|Next|Last)"""
)
_NAME = (
    r"(?:page|page_?(?:num|no|ind?ex|idx|number|now)|cur(?:r(?:ent)?)?_?page(?:_?(?:num|no|index))?|(?:now|which|c)_?page"
    r"|pn|p_?no)"
)
_PAGE_ASKED = re.compile(
    rf"""[?&](?:{_NAME}|p)=(?:\d|["'`]\s*\+|\$\{{)|\b{_NAME}["']?\s*:\s*(?!["']|location|document|window|true|false|null)[\w$]|"""
    r"""\bp["']?\s*:\s*\d""",
    re.IGNORECASE,
)
_OF_COLUMN = re.compile(
    r"""\b(?:channel|chnl|column|catalog|category|class|lanmu|lm)_?(?:id|ids|sql|code|num)\b["'\]]{0,3}\s*+[:=]""",
    re.IGNORECASE,
)
"""What a search is given that lists a column: a box for searching has words instead."""
_CALLED_BACK = re.compile(
    rf"""[^"'`\s?]{{1,200}}\?(?=[^"'`\s]{{0,400}}\bcallback=)[^"'`\s]{{0,400}}?\b{_NAME}=\d""", re.IGNORECASE
)
"""An address of data that a script element loads (JSONP), with the number of a page."""
_MEMBER = re.compile(r"\.\s*+([A-Za-z_]\w{2,39})\b(?!\s*(?:\(|=(?!=)))")
_ASSIGNED = re.compile(r"\b([A-Za-z_]\w{2,39})\s*+=(?!=)\s*+[A-Za-z_$][\w$]*+\.[\w.$]++(?!\s*[(])")
_OF_A_LIST = re.compile(rf"""\b(?:{_NAME}|page_?size|per_?page|rows|limit|size)["']?\s*[:=]""", re.IGNORECASE)
_GOES_ON = re.compile(
    r"""\bhas_?(?:next|more)(?:_?page)?["']?\s*[:=]\s*["']?(?:true|!0)\b|"""
    r"""\bis_?last(?:_?page)?["']?\s*[:=]\s*(?:false|!1)\b|"last(?:Page)?"\s*:\s*false\b|"""
    r""""next(?:_?page)?(?:_?url)?"\s*:\s*(?:"(?:https?:|[/?])|[1-9])""",
    re.IGNORECASE,
)


def more_by_scripts(page: WebPage, seen: int) -> str | None:
    """A sign in the page's scripts that the list continues after the `seen` entries; None if there is none."""
    scripts = [uncommented_script(script.text) for script in page.elements["script"] if script.text]
    code = "\n".join((*scripts, *map(str, page.tree.xpath("//@*[starts-with(name(), 'on')]"))))
    code = _without_turned_rows(code, seen)
    if drawn := next(_drawn(code, seen), None):
        return drawn
    if sign := _GRIDS.search(code) or next((words for words in _WRITES.finditer(code) if _is_run(words)), None):
        return sign[0]
    for names, pattern in ((("__doPostBack",), _POSTBACK), (_SCROLL_NAMES, _SCROLL_LIBRARY)):
        if any(name in code for name in names) and (sign := pattern.search(code)):
            return sign[0]
    if "eval(function(p,a,c,k" in code and (packed := _PACKED.search(code)):
        return packed[0]
    if request := next(filter(None, map(_request_for_rows, scripts)), None):
        return request
    sources = (script.get("src") or "" for script in page.elements["script"])
    loaded = (_CALLED_BACK.search(text) for text in (*scripts, *sources) if "callback=" in text)
    return next((call[0] for call in loaded if call and not is_of_other_box(call[0])), None)


def _without_turned_rows(code: str, seen: int) -> str:
    """The code without the arguments of a library that turns the rows within the page. The page has at least twice as
    many rows as the library shows at a time; only a few more may be pinned ones."""
    for call in _CALL.finditer(code) if _SIZE.search(code) else ():
        given = enclosed(code, call.end())
        size = _SIZE.search(given)
        if size and 1 < digits(size[1]) * 2 <= seen and is_whole(given, seen) is not False and not _ASKS.search(given):
            code = code.replace(given, "")
    return code


def services_asked(page: WebPage) -> list[str]:
    """The addresses that the page's scripts request, except those of boxes beside a list, as far as they are written
    there."""
    scripts = [uncommented_script(script.text) for script in page.elements["script"] if script.text]
    addresses = [
        _address(call, code)
        for code in scripts
        for call in islice(_ASKS.finditer(code), _MAX_CALLS)
        if not _is_beside(call, code)
    ]
    addresses += [url[1] for code in scripts if _GRIDS.search(code) for url in _GRID_ADDRESS.finditer(code)]
    return [address for address in dict.fromkeys(addresses) if "/" in address or _PROGRAM_FILE.search(address)]


def _is_run(words: re.Match[str]) -> bool:
    """Whether the code is outside of named functions, or in one that is called: templates define pagers that a page
    without further pages does not draw."""
    names = _FUNCTION.findall(words.string, 0, words.start())
    return not names or len(re.findall(rf"(?<![\w$]){re.escape(names[-1])}\s*\(", words.string)) > 1


def _drawn(code: str, seen: int) -> Iterator[str]:
    """Calls that draw a pager, unless their numbers show that the list is complete."""
    for call in _CALL.finditer(code):
        before = code[max(0, call.start() - 40) : call.start()]
        stem = before[len(before.rstrip(_LETTERS)) :]
        name = f"{stem}{call[0]}".rstrip("( \t\n")
        defined = before[: len(before) - len(stem)].rstrip().endswith("function")
        if defined or _OTHER_PAGE.search(name) or (is_of_other_box(name) and not _DRAWS.search(name)):
            draws = False
        elif (whole := is_whole(code[call.end() :], seen)) is None:
            draws = _DRAWS.search(name) is not None and not code.startswith(")", call.end())
        else:
            draws = not whole
        draws = draws and not only_shows(enclosed(code, call.end()))
        counts_pages = counted_by(_VERB.sub("", name)) == "pages" and _ARGUMENTS.match(code, call.end())
        if draws or (counts_pages and digits(counts_pages[1]) > 1):
            yield f"{name}("


def is_whole(arguments: str, seen: int) -> bool | None:
    """Whether the numbers of a call or tag show that the list is complete; None if they do not decide it."""
    inside = re.split(r"\}\s*\)|>|;\s*\n|</script", arguments[:_CALL_CHARS], maxsplit=1)[0]
    stated = [number.value if number.kind == "documents" else -number.value for number in numbers_in_code(inside)]
    stated += [digits(total[1]) for total in _TOTAL.finditer(inside)]
    if (given := _ARGUMENTS.match(arguments)) and given[2]:
        placed = [digits(number) for number in (given[1], given[3]) if number]
        if any(1 < number < seen for number in placed):
            return False  # pages, or fewer documents than the page has: unclear
        stated += placed
    elif given and digits(given[1]) == 1:
        stated.append(1)
    if not stated:
        return None
    return all(number in (0, 1, -1, seen) for number in stated)


def _request_for_rows(code: str) -> str | None:
    """The part of a script that requests one page of a list, or reads the number of pages from a response."""
    lower = code.lower()
    if not any(part in lower for part in _MAY_ASK):
        return None
    if goes_on := _GOES_ON.search(code):
        return goes_on[0]
    if watched := _watched(code):
        return watched
    requests = [call for call in islice(_ASKS.finditer(code), _MAX_CALLS) if not _is_beside(call, code)]
    if not requests:
        return None
    if turn := _TURNS.search(code):
        return turn[0]
    for call in requests:
        around = code[max(0, call.start() - _CALL_CHARS // 4) : call.end() + _CALL_CHARS]
        if paged := _PAGE_ASKED.search(around):
            return f"{call[0]} … {paged[0]}"
    answers = (answer for pattern in (_ASSIGNED, _MEMBER) for answer in pattern.finditer(code))
    if answer := next((answer[0] for answer in answers if _is_answer(answer)), None):
        return answer
    return next((f"{call[0]} … {_address(call, code)}" for call in requests if _asks_for_rows(call, code)), None)


def _is_beside(call: re.Match[str], code: str) -> bool:
    """Whether a call asks for something beside the list. Services that list columns are called search, too."""
    return is_of_other_box(_address(call, code)) and not _searches_column(call, code)


def _searches_column(call: re.Match[str], code: str) -> bool:
    around = code[max(0, call.start() - _CALL_CHARS // 4) : call.end() + _CALL_CHARS]
    return "search" in _address(call, code).lower() and _OF_COLUMN.search(around) is not None


def _watched(code: str) -> str | None:
    """The code that runs when the end of the window is reached: the handler, or the function that it names."""
    for watch in _WATCHES.finditer(code):
        if loads := _LOADS.search(code, watch.end(), watch.end() + _CALL_CHARS):
            return f"{watch[0]} … {loads[0]}"
    may_handle = "croll" in code or "Observer" in code
    named = (
        {next(filter(None, handler.groups())): handler[0] for handler in _HANDLED.finditer(code)} if may_handle else {}
    )
    for name, handled in islice(named.items(), _MAX_CALLS):
        own = re.escape(name)
        body = re.search(rf"\bfunction\s+{own}\s*\(|(?<![\w$.]){own}\s*=\s*(?:async\s*)?[(\w]", code)
        loads = _LOADS.search(code, body.end(), body.end() + _CALL_CHARS) if body else None
        if loads or _LOADER.fullmatch(name):
            return f"{handled} … {loads[0] if loads else name}"
    return None


def _address(call: re.Match[str], code: str) -> str:
    """The address that a call requests, as far as the script has it literally: in the call, or in a variable before
    it."""
    inside = _BEHIND_CALL.split(code[call.start() : call.end() + _ADDRESS_CHARS], maxsplit=1)[0]
    for address in _ADDRESS_ASKED.finditer(inside):
        if re.search(r"[/.]", address[1]):
            return address[1]
    name = re.search(r"\(\s*(?:\{\s*url\s*:\s*)?([A-Za-z_]\w*)\s*[,)]", inside)
    stated = re.search(_NAMED_ADDRESS.format(re.escape(name[1])), code) if name else None
    return stated[1] if stated else ""


def _asks_for_rows(call: re.Match[str], code: str) -> bool:
    """Whether a call requests the rows of a list: by the words of its address, a file beside the page, or the words of
    the tab that was clicked."""
    address = _address(call, code)
    if address:
        is_list = is_of_list(address) or _DATA_FILE.match(address) is not None or _searches_column(call, code)
        return is_list and not _ELSEWHERE.match(address)
    clicked = [*_CLICK.finditer(code, max(0, call.start() - _CALL_CHARS // 2), call.start())]
    return bool(clicked and _OF_ELEMENT.search(code, call.start(), call.end() + _ADDRESS_CHARS))


def _is_answer(answer: re.Match[str]) -> bool:
    """Whether a name that a script reads or assigns means the number of pages or documents of a list."""
    kind = counted_by(answer[1])
    counts = kind == "documents" or answer[1] in ("total", "pages")
    return kind == "pages" or (counts and _OF_A_LIST.search(answer.string) is not None)
