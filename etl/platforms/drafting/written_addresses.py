"""The addresses that a page's scripts and templates make of the values of a row: `'/detail?id=' + item.id`."""

import re
from itertools import islice
from urllib.parse import urlsplit

from etl.web.markup import uncommented_script
from etl.web.page import WebPage, base_url
from etl.web.select import text_of
from etl.web.urls import PLACE, resolved

_LINK = re.compile(r"""(?<![\w-])(?:(?:v-bind|ng-|data-ng-)?:?href|window\.open)\\?["']?\s*[=:(]\s*""")
_LINK_CHARS, _MAX_LINKS = 300, 100
_VALUE = (
    r"(?:encodeURI(?:Component)?\(\s*)?[A-Za-z_$]\w*(?:\[\w+\])?(?:\.\w+)*?(?:\.(\w+)|\[\\?[\"'](\w+)\\?[\"']\])\)?"
)
_PLACES = re.compile(
    rf"""\\?["'`]\s*\+\s*\(?{_VALUE}\)?(?:\s*\+\s*\\?["'`])?|(?<![\w.]){_VALUE}\s*\+\s*\\?["'`]|"""
    rf"""\$\{{\s*{_VALUE}\s*\}}|\{{\{{[#=]?\s*{_VALUE}\s*\}}\}}|<%[=-]\s*{_VALUE}\s*%>"""
)
"""A value between strings, before one, or in a template."""
_TITLE = re.compile(r"\{\w{0,20}(?:title|name|subject|bt)\}", re.IGNORECASE)
_ADDRESS = re.compile(r"""[\s(\\"'`]*([^\s\\"'`<>()+;,]+)""")


def written_addresses(page: WebPage, service: str) -> list[str]:
    """The forms of addresses (`/detail?id={id}`), as `listing.address` has them for rows that the address `service`
    answers: each once, those of links with a title first."""
    code = "\n".join(uncommented_script(script.text) for script in page.elements["script"] if script.text)
    bound = (
        f"{name}={value} {text_of('.', item)}"
        for item in page.tree.iter("a")
        for name, value in item.items()
        if "href" in name
    )
    forms: dict[str, bool] = {}
    for text in (code, "\n".join(bound)):
        for link in islice(_LINK.finditer(text), _MAX_LINKS):
            filled = _PLACES.sub(_place, text[link.end() : link.end() + _LINK_CHARS].partition("\n")[0])
            address = _ADDRESS.match(filled)
            if address and PLACE.search(address[1]) and (form := _absolute(address[1], page, service)):
                forms[form] = forms.get(form, False) or _TITLE.search(filled, address.end()) is not None
    return sorted(forms, key=lambda form: not forms[form])


def _place(value: re.Match[str]) -> str:
    return f"{{{next(filter(None, value.groups()))}}}"


def _absolute(form: str, page: WebPage, service: str) -> str | None:
    """The form for a service that may be on another host or in another folder than the page."""
    if form.startswith(("{", "http://", "https://")):
        return form
    if form.startswith(("../", "//", "#", "javascript:")):
        return None
    site, other = urlsplit(base_url(page)), urlsplit(service)
    path = form if form.startswith("/") else urlsplit(resolved(base_url(page), ".")).path + form.removeprefix("./")
    return path if site.netloc == other.netloc else f"{site.scheme}://{site.netloc}{path}"
