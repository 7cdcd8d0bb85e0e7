"""Targets of links and buttons: the address of a file, and the name under which it is saved."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import html

from etl.extract.lexicon.words import split_words
from etl.file_names import LINKED_ENDING
from etl.web.page import MAX_LINK_CHARS
from etl.web.script.values import unquote_literal
from etl.web.urls import unquote_query

_FILE = re.compile(rf"\.{LINKED_ENDING}(?=$|[?#&;]|/down|/view)", re.IGNORECASE)
_NAME_ENDS_AS_FILE = re.compile(rf"[.．]{LINKED_ENDING}\s*$", re.IGNORECASE)
_SERVICE = re.compile(
    r"file-?down|down-?file|/down(?:load)?(?:s|url|[a-z]{0,8}(?:file|attach(?:ment)?))?\b|attach-?down|down-?(?:load)?-?servlet|upfile|get-?file"
    r"|/attachment\.\w{2,6}\b|[?&](?:m|c|a|mod|do|act|action|method)=(?:down|attach)",
    re.IGNORECASE,
)
"""Services that return files by a number or key."""
_STORED = re.compile(r"down|attach|file|upload", re.IGNORECASE)
_NO_FILE = re.compile(r"(?:\.(?:s?html?|jhtml|jpe?g|png|gif|bmp|svg|js|css)(?:$|[?#])|/$)", re.IGNORECASE)
_ANY_ENDING = re.compile(r"^[^?#]*/?[^?#/]*\.([A-Za-z]\w{0,5}|7z)(?:$|[?#])")
PAGE_ENDING = re.compile(r"\.(?:s?html?|jhtml|xhtml)(?:$|[?#])", re.IGNORECASE)
_ENDINGS_OF_SERVICES = frozenset(split_words("jsp jspx do action asp aspx ashx php cgi"))
ENDINGS_OF_PAGES = _ENDINGS_OF_SERVICES | frozenset(
    split_words("html htm shtml shtm xhtml jhtml js css ico woff com cn net org gov svg")
)
"""Endings of addresses that are pages, and of names of hosts."""
_OTHER_SITE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LITERAL = r""""[^"\n]{1,400}+"|'[^'\n]{1,400}+'"""
_CALL = re.compile(rf"\(((?:[^()\"']++|{_LITERAL})*+)\)")
_QUOTED = re.compile(rf"({_LITERAL})")
_ROOTED = re.compile(r"(?:https?:)?//|\.{0,2}/", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[\w-]*\d[\w-]*", re.ASCII)
_ADDRESS_OF = {"area": "href", "form": "action", "option": "value"}
_HANDLERS = ("onclick", "href")
_ATTRIBUTES_OF_WORDS = frozenset(split_words("title alt download class id name value style target src aria-label"))
_SCRIPT = "javascript:"
_TELLS_WHICH = re.compile(r"\(\s*[^\s)]|location")
_MAX_HANDLER_CHARS = 4_000
"""Maximum length of a click handler; those seen have some hundred characters."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """An address as written ("" if the page does not give it), and the name that a handler states.

    `is_saved`: a browser saves what is there instead of showing it (`<a download>`).
    """

    address: str
    name: str = ""
    is_saved: bool = False


def is_file_address(address: str, charset: str = "utf-8") -> bool:
    """Whether the path or the query of an address has a file ending."""
    return _FILE.search(unquote_query(address, charset) if "%" in address else address) is not None


def is_other_file(address: str) -> bool:
    """Whether an address has the ending of any other file: neither a page nor a style sheet, script or picture."""
    ending = _ANY_ENDING.search(address)
    return ending is not None and ending[1].lower() not in ENDINGS_OF_PAGES


def may_answer_file(address: str) -> bool:
    """Whether an address of the same site may return a file: its form is not that of a page."""
    ending = _ANY_ENDING.search(address)
    if not address or _OTHER_SITE.match(address) or address.endswith("/"):
        return False
    return ending is None or (ending[1].lower() in _ENDINGS_OF_SERVICES and "?" in address)


def is_download_service(address: str) -> bool:
    """Whether an address is that of a service that returns files."""
    lower = address.lower()
    return any(word in lower for word in ("down", "file", "attach")) and _SERVICE.search(lower) is not None


def asks_service_for_file(address: str) -> bool:
    """Whether an address requests one file from such a service, by a number or a key."""
    _, mark, query = address.partition("?")
    last = address.rstrip("/").rsplit("/", 1)[-1]
    tells_which = bool(mark and query) or any(sign.isdigit() for sign in last)
    return tells_which and is_download_service(address) and not PAGE_ENDING.search(address)


def is_scripted(element: html.HtmlElement) -> bool:
    """Whether only a script handles a click on the element."""
    href = (element.get("href") or "").strip().lower()
    return href in ("", "#") or href.startswith(("javascript:", "about:"))


def is_file_name(name: str) -> bool:
    """Whether a name has a file ending."""
    return _NAME_ENDS_AS_FILE.search(name) is not None


def may_be_stored_file(address: str) -> bool:
    """Whether an address without a file ending may lead to a file: a service, a folder of uploads."""
    return _STORED.search(address) is not None and not _NO_FILE.search(address)


def link_targets(element: html.HtmlElement) -> Iterator[LinkTarget]:
    """The targets of a click on the element: its `href`, or those that its handler or a custom attribute names."""
    href = (element.get("href") or "").strip()
    if len(href) > MAX_LINK_CHARS:
        return
    if href and not href.lower().startswith(("javascript:", "about:", "#", "mailto:")):
        yield LinkTarget(href, _saved_name(element), element.get("download") is not None)
        return
    yield from handler_targets(element)


def handler_targets(element: html.HtmlElement) -> Iterator[LinkTarget]:
    """The targets that the handlers of the element name, else those of a custom attribute (`data-url`)."""
    has_address = False
    data = []
    for name, value in element.items():
        if name in _HANDLERS:
            if ("'" in value or '"' in value) and len(value) <= _MAX_HANDLER_CHARS:
                for target in _targets_of_handler(value):
                    has_address = has_address or bool(target.address)
                    yield target
        elif name not in _ATTRIBUTES_OF_WORDS:
            data.append(value.strip())
    if data and not has_address:
        saved = _saved_name(element)
        words = "".join(element.itertext()).strip() if any(map(_ROOTED.match, data)) else ""
        named = [words] if is_file_name(words) else []
        yield from (LinkTarget(address, saved) for address in _addresses([*data, *named]) if address not in named)


def stated_target(element: html.HtmlElement) -> Iterator[LinkTarget]:
    """The address of a file in an element other than a link: an image map, a form, an option."""
    name = _ADDRESS_OF.get(element.tag)
    address = (element.get(name) or "").strip() if name else ""
    if is_file_address(address):
        yield LinkTarget(address)


def calls_of(element: html.HtmlElement) -> list[str]:
    """The handlers of the element whose call takes an argument that identifies the file: `down(this)`."""
    codes = []
    for name in _HANDLERS:
        code = (element.get(name) or "").strip()
        if name == "href":
            code = unquote(code[len(_SCRIPT) :]) if code.lower().startswith(_SCRIPT) else ""
        if len(code) <= _MAX_HANDLER_CHARS and _TELLS_WHICH.search(code):
            codes.append(code)
    return codes


def _saved_name(element: html.HtmlElement) -> str:
    name = element.get("download") or ""
    return name if name and is_file_name(name) else ""


def _targets_of_handler(code: str) -> Iterator[LinkTarget]:
    """The arguments of each call are evaluated together; a string outside of calls by itself."""
    calls = [_strings(call.group(1)) for call in _CALL.finditer(code)]
    for arguments in (*calls, *([text] for text in _strings(_CALL.sub(" ", code)))):
        yield from targets_of_call(arguments)


def _strings(code: str) -> list[str]:
    return [unquote_literal(literal).strip() for literal in _QUOTED.findall(code)]


def targets_of_call(arguments: Sequence[str]) -> Iterator[LinkTarget]:
    """The files that a call with these strings fetches: for `('名称.doc', './W1.doc')` the second, named by the first;
    for `('/f/', '1.doc')` both joined.

    A name beside a number is a file whose address the page does not give.
    """
    addresses = _addresses(arguments)
    folder = next((text for text in arguments if _ROOTED.match(text) and text.endswith("/")), "")
    if folder and len(addresses) == 1 and "/" not in addresses[0]:
        yield LinkTarget(folder + addresses[0])
        return
    names = [unquote(text) for text in arguments if text not in addresses and is_file_name(unquote(text))]
    yield from (LinkTarget(address, names[0] if names else "") for address in addresses)
    if not addresses and names:
        yield LinkTarget("", names[0])


def _addresses(texts: Sequence[str]) -> list[str]:
    """The texts with the best rank by `_rank`, which are addresses of files."""
    named = any(is_file_name(unquote(text)) for text in texts)
    ranks = [_rank(text, texts, named=named) for text in texts]
    best = max(ranks, default=0)
    return [text for text, rank in zip(texts, ranks, strict=True) if rank == best > 0]


def _rank(text: str, texts: Sequence[str], *, named: bool) -> int:
    """How certain it is that a text is a file's address; 0 if it is not."""
    is_file, rooted = is_file_address(text), _ROOTED.match(text) is not None
    if is_file and rooted:
        return 5
    if is_file and "/" in text and text.isascii():
        return 4
    if rooted and named and len(text) > 1 and not _NO_FILE.search(text):
        return 3
    if is_file and text.isascii() and "%" not in text:
        return 2
    if rooted and asks_service_for_file(text):
        return 2
    alone = not any(_IDENTIFIER.fullmatch(other) for other in texts)
    return 1 if is_file and alone else 0
