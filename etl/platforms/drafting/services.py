"""Services from which the scripts of a page load the rows of its list, as far as the page says what it requests."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

from etl.outside import digits
from etl.platforms.elements.list_addresses import changes_something, is_of_list
from etl.platforms.paging.list_scripts import services_asked
from etl.platforms.paging.parts import is_chosen
from etl.web.markup import uncommented_script
from etl.web.page import WebPage, base_url
from etl.web.urls import parameters, resolved

_CALL_CHARS, _BEFORE_CHARS = 600, 40
_POSTED = re.compile(r"""\bpost\b|["']POST["']""")
_POSTS_JSON = re.compile(r"""\b(?:axios|\$https?)\.post\(\s*["'`]$""")
"""What is before the address in calls that send an object as JSON."""
_PARAMETERS = re.compile(
    r"""^["'`]\s*,\s*\{([^{}]*)\}|\b(?:data|params|queryParams|where|body)["']?\s*:\s*(?:JSON\.stringify\(\s*)?\{([^{}]*)\}"""
)
_FORM_SENT = re.compile(
    r"""(?:^["'`]\s*,|\bdata["']?\s*:)\s*(?:\$|jQuery)\(\s*["'](?:form)?#([\w-]{1,60})["']\s*\)\.serialize"""
)
"""A form of the page whose fields are sent: `$("#searchForm").serialize()`."""
_PARAMETER = re.compile(
    r"""["']?(\w{1,40})["']?\s*:\s*(?:["']([^"'\n]{0,100})["']|(\d{1,18})\b|([A-Za-z_$][\w$.]{0,60}))"""
)
_PAGE = re.compile(r"page_?(?:no|num|number|index)?|curr?(?:ent)?_?page|current|pn|p", re.IGNORECASE)
_ENDS_IN_PAGE = re.compile(rf"[?&](?:{_PAGE.pattern})=$", re.IGNORECASE)
_OF_QUERY = r"""\s*[\w$.() ]{1,80}\(\s*["'](\w{1,40})["']\s*\)"""
"""A function that reads a parameter of the page's own address: `getUrlParam("classId")`."""
_ROWS_OF_GRID = re.compile(r"\blimit[\"']?\s*:\s*(\d{1,4})\b")
"""Tables of layui send `page` and `limit`."""


def services_of(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, what is posted to it or "") of each service, with its parameters for the first page, except those that
    only a script knows. Services to which forms are posted must have the name of a list."""
    code = "\n".join(uncommented_script(script.text) for script in page.elements["script"] if script.text)
    for address in services_asked(page) if page.is_markup else ():
        if changes_something(address):
            continue
        before, _, behind = code.partition(address)
        call = behind[:_CALL_CHARS].partition("</script")[0]
        given = _PARAMETERS.search(call)
        sent = dict(_parameters(next(filter(None, given.groups()), ""), code, page.url)) if given else {}
        if not given and (form := _FORM_SENT.search(call)):
            sent = dict(_fields(page, form[1]))
        if (rows := _ROWS_OF_GRID.search(call)) and not sent:
            sent = {"page": "1", "limit": rows[1]}
        # What follows in the code is the number of the page: `'list?page=' + page`.
        first = address + "1" if _ENDS_IN_PAGE.search(address) else address
        written = {name: str(value).lower() if isinstance(value, bool) else value for name, value in sent.items()}
        query = urlencode(written)
        if _POSTED.search(before[-_BEFORE_CHARS:] + call.partition("})")[0]):
            # Nothing is posted to what may be a vote or a letter.
            if is_of_list(address):
                is_json = "JSON.stringify" in call or _POSTS_JSON.search(before)
                yield resolved(base_url(page), first), json.dumps(sent) if is_json else query
        else:
            yield resolved(base_url(page), first + (("&" if "?" in first else "?") + query if query else "")), ""


def _fields(page: WebPage, form: str) -> Iterator[tuple[str, str | int]]:
    """(name, value) of the fields of a form, with the number of the first page."""
    for field in page.tree.xpath("//*[@id=$form]//*[(self::input or self::select) and @name]", form=form):
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = next((option for option in options if is_chosen(option)), options[0] if options else None)
            value = "" if chosen is None else chosen.get("value") or ""
        elif (field.get("type") or "text").lower() not in ("hidden", "text"):
            continue
        else:
            value = field.get("value") or ""
        yield field.get("name") or "", 1 if _PAGE.fullmatch(field.get("name") or "") else value


def _parameters(code: str, scripts: str, url: str) -> Iterator[tuple[str, str | int]]:
    """(name, value) of what a call sends, as far as the scripts or the query of the page's own address have the
    values."""
    own = parameters(url)
    for name, words, number, variable in _PARAMETER.findall(code):
        if variable and (_PAGE.fullmatch(name) or _PAGE.fullmatch(variable.rpartition(".")[2])):
            yield name, 1
        elif variable in ("true", "false"):
            yield name, variable == "true"
        elif not variable:
            yield name, digits(number) if number and str(digits(number)) == number else words or number
        elif stated := re.search(rf"""\b{re.escape(variable)}\s*=\s*["']?([\w-]{{1,60}})["']?\s*[;,\n]""", scripts):
            yield name, stated[1]
        elif (read := re.search(rf"""\b{re.escape(variable)}\s*={_OF_QUERY}""", scripts)) and own.get(read[1]):
            yield name, own[read[1]]
