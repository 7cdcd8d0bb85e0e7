"""Lists that are turned by sending the form of the page back, as a click on 下一页 does.

The form is that of the last answer, because its hidden values (`__VIEWSTATE`, tokens) hold for that page alone.
What a click changes in it is said by the step itself (`__doPostBack('AspNetPager1','2')`, a button of the form), or by
the function that it calls: `function go(n) { document.f.pageNo.value = n; document.f.submit() }`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from urllib.parse import urlencode, urlsplit

from lxml.html import HtmlElement

from etl.batches import batches
from etl.outside import digits
from etl.platforms.base import ListingRequest
from etl.platforms.elements.element_words import MAX_LABEL, click_code, label_of, words_of
from etl.platforms.elements.list_addresses import changes_something
from etl.platforms.paging.dead_steps import is_dead, leads_to_first
from etl.platforms.paging.page_forms import fields_of, has_numbers_of_pages
from etl.platforms.paging.pager_elements import OF_PAGE, target_of
from etl.platforms.paging.pager_links import scripted_next
from etl.platforms.paging.pager_numbers import DIGITS, following_number
from etl.platforms.paging.parts import is_chosen
from etl.platforms.paging.shown_within import function_of, handler_of
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import MAX_ADDRESS_CHARS, parameters

_TARGET, _ARGUMENT = "__EVENTTARGET", "__EVENTARGUMENT"
_STRING = r"""\\?["']([^"'\\]{0,300})\\?["']"""
_POSTBACK = re.compile(
    rf"__doPostBack\(\s*{_STRING}\s*,\s*{_STRING}|WebForm_PostBackOptions\(\s*{_STRING}\s*,\s*{_STRING}"
)
_COMPONENT = re.compile(
    r"""\bjsfcljs\(\s*document\.(?:getElementById\(|forms\[)\s*["']([\w:.-]+)["']\s*[\])]\s*,\s*(?:\{([^{}]*)\}|["']([^"']*)["'])|"""
    r"""\boamSubmitForm\(\s*["']([\w:.-]+)["']\s*,\s*["']([\w:.-]+)["'](?:\s*,[^,\[\]]*,\s*(\[.*\]))?"""
)
_PAIR = re.compile(r"""["']([^"']*)["']\s*[:,]\s*["']([^"']*)["']""")
_CALL = re.compile(r"""^\s*+(?:javascript\s*+:)?+\s*+(?:return\s++)?+([\w$]++)\s*+\(([^()]{0,120})\)""", re.IGNORECASE)
_SUBMITS = re.compile(r"\.submit\s*\(")
_NAME = r"[\w.$:-]{1,80}"
# A field of a form, as scripts of all kinds write it, and the value that it gets.
_FIELD = (
    rf"""(?:\.([A-Za-z_][\w$]*)|\[\s*["']({_NAME})["']\s*\](?:\[0\])?|"""
    rf"""getElements?By(?:Id|Name)\(\s*["']({_NAME})["']\s*\)(?:\[0\])?)\.value\s*=(?!=)|"""
    rf"""\(\s*["']\w*(?:#({_NAME})|\[name\s*=\s*["']?({_NAME})["']?\s*\])["']\s*\)\.(?:val\(|attr\(\s*["']value["']\s*,)"""
)
_ASSIGNS = re.compile(rf"""(?:{_FIELD})\s*(?P<value>[^;\n]{{1,120}})""")
_LITERAL = re.compile(r"""(?:(\d{1,5})|"([^"]{0,100})"|'([^']{0,100})')\s*[)}]*\s*$""")
_ONE_MORE = re.compile(r"\+\s*1\b")
_ACTION = re.compile(r"""\.action\s*=(?!=)\s*(?:["']([^"'\s]{1,500})["']\s*(?!\s*\+)|([A-Za-z_$][\w$]*)\s*[;\n])?""")
_NAME_OR_STRING = re.compile(r"""\"[^"\n]*\"|'[^'\n]*'|(?<![\w$.])[A-Za-z_$][\w$]*""")
_SEARCHES = re.compile(r"search|query|sousuo|chaxun|log[io]n|vote", re.IGNORECASE)
_DOES = re.compile(r"\b(?!(?:alert|void|return)\b)[\w$.]+\s*\(")
_LAST_NUMBER = re.compile(r"(\d{1,5})\D*$")
_MAX_STEPS, _MAX_CODE, _MAX_BODY = 6, 2_000, 2_000_000
"""Steps of a page that are tried, characters of the code of one, and characters that are sent: a view state has up to
some 100,000."""
_OF_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class _Click:
    """A click that sends a form: the values that it changes, and the name of the one that has the number of the page.
    `action`: the address that a script gives to the form; "" if none."""

    form: HtmlElement
    changes: Mapping[str, str]
    turned: str = ""
    action: str = ""

    @property
    def number(self) -> int | None:
        """The number of the page that it asks for; None if it asks for the next one without a number."""
        return _number_in(self.changes.get(self.turned, ""))


def next_by_form(page: WebPage, request: ListingRequest, listed: Collection[str]) -> ListingRequest | None:
    """The request for the page to which a step of the pager leads by sending a form; None if no step sends one.
    `listed`: the addresses of the page's entries."""
    if "<form" not in page.lower:
        return None
    place = request.place or 1
    shown = following_number(page, first=place == 1)
    if shown and shown.number != place + 1:
        return None  # The page is not the one that was asked for.
    before = _sent_for(request)
    steps = (step for step in chain(*_steps(page, place, listed)) if not leads_to_first(step, page))
    clicks = ((_click(step, page), label_of(step).isdigit()) for step in islice(steps, _MAX_STEPS))
    for click, is_number in chain(clicks, ((choice, True) for choice in _choices(page))):
        if click is None or not _is_next(click, before, len(listed)) or (sent := _sent(click, page)) is None:
            continue
        url, body = sent
        if not body and url == page.url:  # A script does more, or the site counts its visits.
            continue
        following = replace(
            request.behind(listed, url), place=place + 1, is_named=is_number or click.number is not None
        )
        headers = {"Content-Type": _OF_FORM}
        return following if body is None else replace(following, method="POST", body=body, headers=headers)
    return None


def _steps(page: WebPage, place: int, listed: Collection[str]) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """The steps that may lead to the next page: those behind the page's rows, and those before, where boxes have pagers
    too."""
    steps = list(scripted_next(page, place=place))
    if not steps:
        return [], []
    base, places = base_url(page), {element: at for at, element in enumerate(page.tree.iter())}
    last = max((places[link] for link in page.tree.iter("a") if target_of(link, base) in listed), default=0)
    behind = [step for step in steps if places[step] > last]
    return behind, [step for step in steps if places[step] <= last]


def _sent_for(request: ListingRequest) -> dict[str, str]:
    """The fields of the form that was sent for a page; none for a first one."""
    return (request.form or parameters(request.url)) if request.place else {}


def _is_next(click: _Click, before: Mapping[str, str], rows: int) -> bool:
    """Whether a click turns what was turned `before` (the fields that were sent for the page; none for the first), and
    asks for the number of the page behind it, or of that page's first row. `rows`: of the page itself."""
    if not _is_alike(click, before):
        return False
    if click.number is None:
        return True
    own = [_number_in(fields.get(click.turned, "")) for fields in (before, dict(fields_of(click.form)))]
    last = next((number for number in own if number is not None), None)
    return click.number in ((1, 2) if last is None else (last + 1, last + rows))


def _is_alike(click: _Click, before: Mapping[str, str]) -> bool:
    """Whether a click changes the fields that were changed for the page itself."""
    names, sent = ({DIGITS.sub("", name) for name in fields} for fields in (click.changes, before))
    own, other = (DIGITS.sub("", fields.get(_TARGET, "")) for fields in (click.changes, before))
    return not before or (names - {_TARGET, ""} <= sent and own == other)


def step_not_sent(page: WebPage, request: ListingRequest, listed: Collection[str], seen: int) -> str | None:
    """The words of a step behind the rows that is no click like those before, on a page to which a form led: its list
    goes on in another way. A click that asks for the page itself, or does nothing, is usual on a last page."""
    before = _sent_for(request)
    for step in _steps(page, request.place, listed)[0] if before else ():
        click = _click(step, page)
        if click:
            is_other = not _is_alike(click, before) or (click.number is None and _sent(click, page) == (page.url, None))
        else:
            is_other = _DOES.search(handler_of(step)[:_MAX_CODE]) is not None
        if is_other and not is_dead(step, page, seen):
            return label_of(step) or handler_of(step)
    return None


def _number_in(text: str) -> int | None:
    number = _LAST_NUMBER.search(text)
    return digits(number[1]) if number else None


def _click(step: HtmlElement, page: WebPage) -> _Click | None:
    """What a click on a step sends; None if that is not known, or no form."""
    code = click_code(step)
    if posted := _POSTBACK.search(code):
        form = _form_with(page, step, "__VIEWSTATE")
        changes = {_TARGET: posted[1] or posted[3], _ARGUMENT: posted[2] or posted[4] or ""}
        is_other = _SEARCHES.search(changes[_TARGET].rpartition("$")[2]) is not None
        return _Click(form, changes, _ARGUMENT) if form is not None and not is_other else None
    if component := _COMPONENT.search(code[:_MAX_CODE]):
        return _click_of_component(component, page)
    if step.get("onclick") or step.get("href"):
        return _click_by_script(handler_of(step)[:_MAX_CODE], page)
    form, name, kind = next(step.iterancestors("form"), None), step.get("name") or "", step.get("type")
    if form is None or not (kind in ("submit", "image") or (step.tag == "button" and kind is None)):
        return None
    if kind == "image":  # Where in the picture is clicked is sent.
        return _Click(form, {f"{name}.x": "1", f"{name}.y": "1"})
    return _Click(form, {name: step.get("value") or ""})


def _click_of_component(component: re.Match[str], page: WebPage) -> _Click | None:
    """What the link of a server-side component (JSF) sends: the form of that id, with its own pairs of names and
    values."""
    name, pairs, words, own, link, more = component.groups()
    form = next((form for form in page.elements["form"] if form.get("id") == (name or own)), None)
    values = _PAIR.findall(pairs or more or "") or list(batches((words or "").split(","), 2))
    changes = dict(each for each in values if len(each) == 2) | ({f"{own}:_idcl": link} if own else {})
    return _Click(form, changes) if form is not None and changes else None


def _choices(page: WebPage) -> Iterator[_Click]:
    """The next number in a selection of pages that sends its form when a reader chooses."""
    for select in page.elements["select"]:
        form, code = next(select.iterancestors("form"), None), select.get("onchange") or ""
        posted = _POSTBACK.search(code)
        if form is None or not (posted or _SUBMITS.search(code)) or not _chooses_page(select):
            continue
        name, options = select.get("name") or "", list(select.iter("option"))
        place = next((at for at, option in enumerate(options) if is_chosen(option)), 0)
        if place + 1 < len(options):
            target = {_TARGET: posted[1] or posted[3], _ARGUMENT: ""} if posted else {}
            yield _Click(form, {**target, name: options[place + 1].get("value") or words_of(options[place + 1])}, name)


def _chooses_page(select: HtmlElement) -> bool:
    """Whether a selection has the numbers of pages, by its name or the words around it, and not of months."""
    around = select.getparent()
    says = "page" in (select.get("name") or "").lower() or (around is not None and "页" in words_of(around, MAX_LABEL))
    return says and has_numbers_of_pages(select)


def _form_with(page: WebPage, step: HtmlElement, name: str) -> HtmlElement | None:
    """The form around a step, or the only one of the page, that has a field of that name."""
    around = next(step.iterancestors("form"), None)
    forms = [around] if around is not None else list(page.elements["form"])
    return forms[0] if len(forms) == 1 and any(field.get("name") == name for field in forms[0].iter("input")) else None


def _click_by_script(code: str, page: WebPage) -> _Click | None:
    """The form that a handler sends after it wrote the number of the next page into one of its fields."""
    called = _CALL.match(code)
    names, body = function_of(page.live_source, called[1]) if called else ("", "")
    if called and body:
        code = _with_arguments(body, names, called[2])
    assigned = [(next(filter(None, each.groups())), each["value"]) for each in _ASSIGNS.finditer(code)]
    fields = [(field, value) for name, value in assigned if (field := _field(page, name)) is not None]
    action = _ACTION.search(code)
    if not _SUBMITS.search(code) or not fields:
        return None
    form = next(fields[0][0].iterancestors("form"), None)
    changes = {field.get("name") or "": _written(value, field, code) for field, value in fields}
    numbers = [name for name, value in changes.items() if value and value.isdigit()]
    turned = numbers if len(numbers) == 1 else [name for name in numbers if OF_PAGE.fullmatch(name)]
    given = _address_given(action, page) if action else ""
    if form is None or len(turned) != 1 or None in changes.values() or given is None:
        return None
    return _Click(form, {name: value or "" for name, value in changes.items()}, turned[0], given)


def _written(value: str, field: HtmlElement, code: str) -> str | None:
    """What a script writes into a field: a number, a text, or one more than the field has; None if it is not known."""
    if literal := _LITERAL.match(value.strip()):
        return literal[1] or literal[2] or literal[3] or ""
    name = re.match(r"\s*([A-Za-z_$][\w$]*)\s*\)?\s*$", value)
    counts = rf"(?<![\w$.]){re.escape(name[1])}(?:\s*=(?!=)[^;\n]*\+\s*1\b|\+\+|\s*\+=\s*1\b)" if name else _ONE_MORE
    own = field.get("value") or ""
    return str(digits(own) + 1) if own.isdigit() and re.search(counts, code if name else value) else None


def _with_arguments(body: str, names: str, arguments: str) -> str:
    """The body of a function, with what it is called with in place of the names of its parameters."""
    pairs = zip(names.split(","), arguments.split(","), strict=False)
    values = {name.strip(): value.strip() for name, value in pairs if value.strip()}
    return _NAME_OR_STRING.sub(lambda word: values.get(word[0], word[0]), body)


def _field(page: WebPage, name: str) -> HtmlElement | None:
    """The only field of the page's forms with that name or id."""
    fields = [
        each for each in page.elements["input"] if name in (each.get("name"), each.get("id")) and each.get("name")
    ]
    return fields[0] if len(fields) == 1 else None


def _address_given(action: re.Match[str], page: WebPage) -> str | None:
    """The address that a script gives to a form; None if it is not known."""
    if action[1] or not action[2]:
        return action[1]
    stated = re.search(rf"""\b{re.escape(action[2])}\s*=\s*["']([^"'\s]{{1,500}})["']\s*[;,\n]""", page.live_source)
    return stated[1] if stated else None


def _sent(click: _Click, page: WebPage) -> tuple[str, bytes | None] | None:
    """The absolute address to which a click sends its form, and what is posted there (None for a form that is sent as
    an address); None if that is another site, or a service that writes."""
    url = absolute(click.action or click.form.get("action") or page.url, base_url(page))
    if url is None or urlsplit(url).netloc != urlsplit(page.url).netloc:
        return None
    fields = [(name, value) for name, value in fields_of(click.form) if name not in click.changes]
    charset = page.charset.lower()
    charset = "gb18030" if charset.startswith("gb") else "utf-8" if charset.startswith("utf") else charset
    changes = ((name, value) for name, value in click.changes.items() if name)
    sent = urlencode([*fields, *changes], encoding=charset, errors="xmlcharrefreplace")
    if len(sent) > _MAX_BODY or changes_something(url, sent, page.url):
        return None
    if (click.form.get("method") or "get").lower() == "post":
        return url, sent.encode()
    url = urlsplit(url)._replace(query=sent).geturl()
    return (url, None) if len(url) <= MAX_ADDRESS_CHARS else None
