"""What the scripts of a page draw, write and ask for that says that its list goes on."""

import re
from collections.abc import Iterator

from etl.outside import digits
from etl.platforms.helpers.list_numbers import counted_by, numbers_in_code
from etl.web.markup import uncommented_script
from etl.web.page import WebPage

# Names of functions: the search begins at a letter of theirs, what stands before it is looked up then.
_CALL = re.compile(
    r"(?:[pP]ag(?:e|ing|inat|er)|PAGE|[fF]en_?[yY]e|loadMore|MeScroll|[iI]nfiniteScroll|dropload)[\w$]*+(?:\.\w++)*+\s*+\("
)
_DRAWS = re.compile(
    r"pager|paginat|paging|laypage|jpages|create_?page|page_?(?:nav|bar|turn|html)|(?:turn|draw|make|init)_?pages?$|"
    r"fen_?ye|loadmore|mescroll|infinitescroll|dropload|(?:^|\.)page$",
    re.IGNORECASE,
)
_OTHER_PAGE = re.compile(r"view|size|track|head|foot|title|width|height|offset|open|print|home|icon", re.IGNORECASE)
_VERB = re.compile(r"^(?:set|init|show|get|draw|make|update)_?", re.IGNORECASE)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$."
_ARGUMENTS = re.compile(
    r"""\s*+(?:["'][^"'\d][^"']{0,40}["']\s*+,\s*+)?+["']?(\d{1,8})["']?\s*+(?:(,)\s*+(?:["']?(\d{1,8})["']?\s*+[,)])?|\))"""
)
_TOTAL = re.compile(r"""\b(?:total|count|pages?|page_?num|num)["']?\s*+:\s*+["']?(\d{1,8})\b""", re.IGNORECASE)
_CALL_CHARS = 400
_GRIDS = re.compile(
    r"""\bserverSide["']?\s*:\s*(?:true|!0)|\bpager["']?\s*:\s*["']#|"""
    r"""\burl["']?\s*:[^{}]{0,300}\bpagination["']?\s*:\s*(?:true|!0)|"""
    r"""\bpagination["']?\s*:\s*(?:true|!0)[^{}]{0,300}\burl["']?\s*:"""
)
_FUNCTION = re.compile(r"\bfunction\s+([\w$]+)\s*\(")
_WRITES = re.compile(r"下一?[页頁]|后一页|尾页|末[页頁]|共[\"'\s+]{0,9}(?:[2-9]|1\d)\d{0,4}[\"'\s+]{0,9}[页頁]")

# A script that asks for one page after another: at the end of a window, or at a click.
_TURNS = re.compile(r"\b\w{0,12}page_?(?:no|num|number|index)?\s*(?:\+\+|\+=\s*1\b)|\+\+\s*\w{0,12}page", re.IGNORECASE)
_ASKS = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\s*\(|\bfetch\s*\(|\baxios\b|XMLHttpRequest|\$http\b|\.load\s*\(\s*[\"'`][\w./]"
)
_MAY_ASK = re.compile(r"\$|fetch|axios|XMLHttp|next|more|last|scroll", re.IGNORECASE)
_WATCHES = re.compile(
    r"""\.scroll\s*\(|onscroll\b|["']scroll["']|IntersectionObserver|\w{0,12}[sS]croll\s*\(\{|isToBottom|reach_?[bB]ottom"""
)
_LOADS = re.compile(
    rf"{_ASKS.pattern}|\b(?:load|query|append|add|get|fetch|next)_?(?:More|Data|List|Page|Next|News|Info|\()"
)
_NAME = r"(?:page|page_?(?:num|no|index|number)|curr(?:ent)?_?page|now_?page|pn)"
_PAGE_ASKED = re.compile(
    rf"""[?&](?:{_NAME}|p)=(?:\d|["'`]\s*\+|\$\{{)|\b{_NAME}["']?\s*:\s*(?!["']|location|document|window|true|false|null)[\w$]|"""
    r"""\bp["']?\s*:\s*\d""",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"\.\s*+([A-Za-z_]\w{2,39})\b(?!\s*(?:\(|=(?!=)))")
_ASSIGNED = re.compile(r"\b([A-Za-z_]\w{2,39})\s*+=(?!=)\s*+[A-Za-z_$][\w$]*+\.[\w.$]++(?!\s*[(])")
_OF_A_LIST = re.compile(rf"""\b(?:{_NAME}|page_?size|per_?page|rows|limit|size)["']?\s*[:=]""", re.IGNORECASE)
_GOES_ON = re.compile(
    r"""\bhas_?(?:next|more)(?:_?page)?["']?\s*[:=]\s*["']?(?:true|!0)\b|"""
    r"""\bis_?last(?:_?page)?["']?\s*[:=]\s*(?:false|!1)\b|"last(?:Page)?"\s*:\s*false\b|"""
    r""""next(?:_?page)?(?:_?url)?"\s*:\s*(?:"(?:https?:|[/?])|\d)""",
    re.IGNORECASE,
)


def more_by_scripts(page: WebPage, seen: int) -> str | None:
    """What in the page's scripts says that the list goes on behind the entries `seen`; None if nothing does."""
    scripts = [uncommented_script(script.text) for script in page.elements["script"] if script.text]
    code = "\n".join((*scripts, *map(str, page.tree.xpath("//@*[starts-with(name(), 'on')]"))))
    if drawn := next(_drawn(code, seen), None):
        return drawn
    if found := _GRIDS.search(code) or next((words for words in _WRITES.finditer(code) if _is_run(words)), None):
        return found[0]
    return next(filter(None, map(_asked, scripts)), None)


def _is_run(words: re.Match[str]) -> bool:
    """Whether the words stand in no function of a name, or in one that is called: templates define pagers that a page
    without further ones does not draw."""
    names = _FUNCTION.findall(words.string, 0, words.start())
    return not names or len(re.findall(rf"(?<![\w$]){re.escape(names[-1])}\s*\(", words.string)) > 1


def _drawn(code: str, seen: int) -> Iterator[str]:
    """Calls that draw a pager, whose numbers do not say that the list is whole."""
    for call in _CALL.finditer(code):
        before = code[max(0, call.start() - 40) : call.start()]
        stem = before[len(before.rstrip(_LETTERS)) :]
        name = f"{stem}{call[0]}".rstrip("( \t\n")
        if before[: len(before) - len(stem)].rstrip().endswith("function") or _OTHER_PAGE.search(name):
            draws = False
        elif (whole := is_whole(code[call.end() :], seen)) is None:
            draws = _DRAWS.search(name) is not None and not code.startswith(")", call.end())
        else:
            draws = not whole
        counts_pages = counted_by(_VERB.sub("", name)) == "pages" and _ARGUMENTS.match(code, call.end())
        if draws or (counts_pages and digits(counts_pages[1]) > 1):
            yield f"{name}("


def is_whole(arguments: str, seen: int) -> bool | None:
    """Whether the numbers of a call or tag say that the list is whole; None if there are none that say so or not."""
    inside = re.split(r"\}\s*\)|>|;\s*\n|</script", arguments[:_CALL_CHARS], maxsplit=1)[0]
    stated = [number.value if number.kind == "documents" else -number.value for number in numbers_in_code(inside)]
    stated += [digits(total[1]) for total in _TOTAL.finditer(inside)]
    if (given := _ARGUMENTS.match(arguments)) and given[2]:
        stated += [digits(number) for number in (given[1], given[3]) if number]
    if not stated:
        return None
    return all(number in (0, 1, -1, seen) or 0 <= number < seen for number in stated)


def _asked(code: str) -> str | None:
    """The part of a script that asks the site for one page of a list, or reads its number of pages from an answer."""
    if not _MAY_ASK.search(code):
        return None
    if goes_on := _GOES_ON.search(code):
        return goes_on[0]
    for watch in _WATCHES.finditer(code):
        if loads := _LOADS.search(code, watch.end(), watch.end() + _CALL_CHARS):
            return f"{watch[0]} … {loads[0]}"
    asked = [*_ASKS.finditer(code)]
    if not asked:
        return None
    if turn := _TURNS.search(code):
        return turn[0]
    for call in asked:
        around = code[max(0, call.start() - _CALL_CHARS // 4) : call.end() + _CALL_CHARS]
        if paged := _PAGE_ASKED.search(around):
            return f"{call[0]} … {paged[0]}"
    answers = (answer for pattern in (_ASSIGNED, _MEMBER) for answer in pattern.finditer(code))
    return next((answer[0] for answer in answers if _is_answer(answer)), None)


def _is_answer(answer: re.Match[str]) -> bool:
    """Whether a name that a script reads or sets counts the pages or documents of a list."""
    kind = counted_by(answer[1])
    counts = kind == "documents" or answer[1] in ("total", "pages")
    return kind == "pages" or (counts and _OF_A_LIST.search(answer.string) is not None)
