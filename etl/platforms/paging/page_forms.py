"""Forms that ask for a page of the list: `<form action="list.jsp"><select name="page">…` sends the chosen number."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import BUTTONS, words_of
from etl.platforms.elements.list_addresses import changes_something
from etl.platforms.paging.pager_elements import OF_PAGE
from etl.platforms.paging.parts import is_chosen
from etl.web.page import WebPage, base_url
from etl.web.urls import folder_of, parameters, resolved

_NUMBER = re.compile(r"第?(\d{1,4})页?(?:[/共]\d+页?)?")
_NOT_SENT = (*BUTTONS, "reset", "file")
_MAX_WORDS = 12


def page_by_form(page: WebPage) -> tuple[str, int] | None:
    """The absolute address of the next page and the number of pages, by a form in which a reader chooses a page; None
    if there is no such form, or if its last page is chosen. Only forms that are sent as an address (GET) have one, and
    only those that are sent into the page's folder: others search the site, or belong to a box."""
    for select in page.elements["select"] if "<form" in page.lower else ():
        form = next(select.iterancestors("form"), None)
        if form is None or (form.get("method") or "get").lower() != "get" or not _chooses_page(select):
            continue
        options = list(select.iter("option"))
        place = next((at for at, option in enumerate(options) if is_chosen(option)), 0)
        if place + 1 < len(options):
            option = options[place + 1]
            if url := _address(form, select, option.get("value") or words_of(option), page):
                return url, len(options)
    return None


def number_of_form(page: WebPage) -> tuple[int, str | None]:
    """The number of the page in the form that a script sends to turn it (`$("#pageNo").val(n); form.submit()`), and
    the absolute address of the next page; (0, None) if there is no such form, or several, or if it is posted, or if it
    does not send what is in the page's own address: then it may search all of the site."""
    inputs = [field for field in page.elements["input"] if OF_PAGE.fullmatch(field.get("name") or "")]
    form = next(inputs[0].iterancestors("form"), None) if len(inputs) == 1 and "submit" in page.text else None
    if form is None or (form.get("method") or "get").lower() != "get":
        return 0, None
    value = inputs[0].get("value") or "1"
    number = digits(value) if value.isdigit() else 0
    address = _address(form, inputs[0], str(number + 1), page) if number else None
    own, sent = parameters(page.url), parameters(address or "")
    own.pop(inputs[0].get("name") or "", None)
    is_own = address and urlsplit(address).path == urlsplit(page.url).path and own.items() <= sent.items()
    return (number, address) if is_own else (0, None)


def _chooses_page(select: HtmlElement) -> bool:
    """Whether a selection has the name of a page number, and the numbers of all pages from 1 on."""
    return OF_PAGE.fullmatch(select.get("name") or "") is not None and has_numbers_of_pages(select)


def has_numbers_of_pages(select: HtmlElement) -> bool:
    """Whether a selection has the numbers of all pages from 1 on."""
    numbers = [_NUMBER.fullmatch(words_of(option, _MAX_WORDS)) for option in select.iter("option")]
    counted = [digits(number[1]) for number in numbers if number]
    return len(numbers) > 1 and counted == list(range(1, len(numbers) + 1))


def _address(form: HtmlElement, field: HtmlElement, value: str, page: WebPage) -> str | None:
    """The absolute address at which the form is sent with that value of a field; None if that is not known,
    elsewhere, or of a service that writes."""
    name = field.get("name") or ""
    fields = [*(pair for pair in fields_of(form) if pair[0] != name), (name, value)]
    if any(other is not field for other in form.iter("select")) or not all(value.isascii() for _, value in fields):
        return None
    action = resolved(base_url(page), form.get("action") or page.url)
    if folder_of(action) != folder_of(page.url):
        return None
    address = urlsplit(action)._replace(query=urlencode(fields), fragment="").geturl()
    return None if changes_something(address, own=page.url) else address


def fields_of(form: HtmlElement) -> Iterator[tuple[str, str]]:
    """(name, value) of the fields of a form that a browser sends, in their order."""
    for field in form.iter("input", "select", "textarea"):
        name, kind = field.get("name") or "", (field.get("type") or "text").lower()
        if not name or field.get("disabled") is not None or (field.tag == "input" and kind in _NOT_SENT):
            continue
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            one = chosen[-1:] or ([] if field.get("multiple") is not None else options[:1])
            yield from ((name, option.get("value", (option.text or "").strip())) for option in one)
        elif field.tag == "textarea":
            yield name, field.text or ""
        elif kind not in ("checkbox", "radio") or field.get("checked") is not None:
            yield name, field.get("value", "on" if kind in ("checkbox", "radio") else "")
