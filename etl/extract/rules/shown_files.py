"""Files that the page shows without a link: in frames and viewers, or by scripts that build links or viewers."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote

from lxml import html

from etl.extract.rules.link_targets import PAGE_ENDING, is_download_service, is_file_address
from etl.file_names import FILE_ENDING
from etl.web.page import MAX_LINK_CHARS, WebPage, absolute, base_url
from etl.web.script.values import unquote_literal
from etl.web.site_cache import cached_for_site
from etl.web.urls import encode_query, unquote_query

_LITERAL = rf"""(?:"[^"\n]{{1,400}}\.{FILE_ENDING}"|'[^'\n]{{1,400}}\.{FILE_ENDING}')"""
_QUOTED_FILE = re.compile(rf"\.{FILE_ENDING}[\"']", re.IGNORECASE)
_ADDRESS_KEY = rf"""(url|href|path|src|link|addr)["']?\s*:\s*("[^"\n]+\.{FILE_ENDING}"|'[^'\n]+\.{FILE_ENDING}')"""
_ADDRESS = re.compile(_ADDRESS_KEY, re.IGNORECASE)
_FILE_OBJECT = re.compile(rf"\{{[^{{}}]{{0,600}}?{_ADDRESS_KEY}[^{{}}]{{0,300}}\}}", re.IGNORECASE)
_PLACES_IN_STORE = ("path", "src", "link", "addr")
"""Keys whose values may be storage paths; they are used only if no other key has a web address."""
_NAME_KEY = re.compile(r"""(?:name|title)["']?\s*:\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)
_DATA = re.compile(r"""data-[\w-]{1,60}=["']\s*+[\[{]""")
_JOINED = re.compile(r"""(?:"\s*\+\s*"|'\s*\+\s*')""")
_SHOWN = re.compile(rf"({_LITERAL})", re.IGNORECASE)
_VIEWER = re.compile(r"pdf|ofd|viewer|getdocument|preview|embed|flexpaper", re.IGNORECASE)
_BEFORE = re.compile(r"""([\w$.]{1,60})["']?\s*(?:[=:(]|\(\s*["'][^"'\n]{0,60}["']\s*,)\s*$""")
_BEFORE_CHARS = 160
_LINE_COMMENT = re.compile(r"""(?:^|[\s;{})])//""")
_FILE_TYPE = re.compile(r"application/(?:pdf|msword|ofd|vnd\.)", re.IGNORECASE)
_PDF_VIEWER = re.compile(r"viewer|pdfjs|pdf\.js", re.IGNORECASE)
_ANY_VIEWER = re.compile(r"view|read|office|online|yozo|wps|pdf|ofd|show|open", re.IGNORECASE)
_VIEWERS = ("embed", "iframe", "object", "pdf", "pdf-viewer")
_WHOLE_ADDRESS = re.compile(r"https?://|/", re.IGNORECASE)
_QUERY_OF_MOVIE = "flashvars"
_MOVIE_NAMES = (_QUERY_OF_MOVIE, "src", "url", "filename", "file", "movie")
"""Names of the parameters that tell an `<object>` what to show."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def files_in_scripts(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, name) of files in objects from which a script builds links, and of files passed to a viewer:
    `PDFObject.embed('/a.pdf')`, `new Pdfh5('#a', {pdfurl: '/a.pdf'})`, `var pdfUrl = '/a.pdf'`."""
    base = base_url(page)
    for source in chain((script.text or "" for script in page.elements["script"]), _data_of_elements(page)):
        if not _names_file(source):
            continue
        for match in _FILE_OBJECT.finditer(source):
            addresses = [match.groups(), *_ADDRESS.findall(match.group(0))]
            address = min(addresses, key=lambda item: item[0].lower() in _PLACES_IN_STORE)[1]
            url = absolute(encode_query(unquote_literal(address), page.charset), base)
            name = _NAME_KEY.search(match.group(0))
            if url:
                yield url, unquote_literal(name.group(1)) if name else ""
        source = _JOINED.sub("", source)
        for match in _SHOWN.finditer(source):
            address = unquote_literal(match.group(1))
            if _is_handed_to_viewer(source, match.start(), address):
                yield from _shown_file(page, address, base)


def _data_of_elements(page: WebPage) -> Iterator[str]:
    """JSON in attributes for a script: `<div data-files='[{"url": …}]'>`."""
    if "data-" in page.text and _DATA.search(page.text):
        for element in page.tree.iter("*"):
            for name, value in element.items():
                if name.startswith("data-") and value.lstrip().startswith(("[", "{")):
                    yield value


@cached_for_site
def _names_file(source: str) -> bool:
    return _QUOTED_FILE.search(source) is not None


def _is_handed_to_viewer(source: str, at: int, address: str) -> bool:
    """Whether the string at this position is passed to a viewer or assigned to a variable for one. Strings in comments,
    and strings that are only the end of an address (`base + '/a.pdf'`), do not count."""
    line = source[source.rfind("\n", 0, at) + 1 : at][-_BEFORE_CHARS:]
    before = source[max(0, at - _BEFORE_CHARS) : at]
    if _LINE_COMMENT.search(line) or before.rfind("/*") > before.rfind("*/"):
        return False
    called = _BEFORE.search(before)
    return called is not None and (_VIEWER.search(called.group(0)) or _PDF_VIEWER.search(address)) is not None


def files_in_frames(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, name) of files shown inside the page: `<embed>`, `<object>`, a viewer in a frame with `?file=…`, a
    custom element (`<pdf src>`, `<pdf-viewer src>`)."""
    base = base_url(page)
    for element in chain.from_iterable(page.elements[tag] for tag in _VIEWERS):
        for source in _sources(element):
            if files := list(_shown_file(page, source, base)):
                yield from files
                break
            if _FILE_TYPE.match(element.get("type") or "") and (url := absolute(source, base)):
                yield url, unquote_query(url.partition("?")[0].rsplit("/", 1)[-1], page.charset)
                break


def _sources(element: html.HtmlElement) -> Iterator[str]:
    for name in ("src", "data", "data-src", "data-original"):
        source = (element.get(name) or "").strip()
        if source and len(source) <= MAX_LINK_CHARS and not source.lower().startswith(("about:", "javascript:")):
            yield source
    for parameter in element.iter("param"):
        name, value = (parameter.get("name") or "").lower(), (parameter.get("value") or "").strip()
        if value and len(value) <= MAX_LINK_CHARS and name in _MOVIE_NAMES:
            yield f"?{value}" if name == _QUERY_OF_MOVIE else value


def _shown_file(page: WebPage, source: str, base: str) -> Iterator[tuple[str, str]]:
    """The file at an address, or the file that its query passes to a viewer."""
    own, _, query = source.partition("?")
    if is_file_address(own, page.charset):
        address, against = source, base
    else:
        address = next((value for value in _values(page, query) if is_file_address(value, page.charset)), "")
        # pdf.js resolves the address against its own, because it is a page in a frame.
        against = (absolute(own, base) or base) if _PDF_VIEWER.search(own) else base
    if address and (url := absolute(encode_query(address, page.charset), against)):
        yield url, unquote_query(url.partition("?")[0].rsplit("/", 1)[-1], page.charset)


def viewed_file(page: WebPage, address: str, base: str) -> str | None:
    """The absolute address of the file that a link to a viewer's page opens; None for any other link."""
    own, mark, query = address.partition("?")
    if not mark or is_file_address(own, page.charset):
        return None
    if _PDF_VIEWER.search(own):
        return next((url for url, _ in _shown_file(page, address, base)), None)
    # A static page returns the same for every query.
    if not (PAGE_ENDING.search(own) or (_ANY_VIEWER.search(own) and not is_download_service(own))):
        return None
    whole = (value for value in _values(page, query) if _WHOLE_ADDRESS.match(value))
    handed = next((value for value in whole if is_file_address(value, page.charset)), None)
    return absolute(encode_query(handed, page.charset), base) if handed else None


def _values(page: WebPage, query: str) -> Iterator[str]:
    """The values of a query: as written, and decoded from base64 where they are (kkFileView)."""
    for pair in query.replace("&amp;", "&").split("&") if query else ():
        value = unquote(unquote_query(pair.partition("=")[2].replace("+", " "), page.charset))
        yield value
        if _BASE64.fullmatch(value):
            try:
                decoded = b64decode(value + "=" * (-len(value) % 4), altchars=b"-_").decode()
            except (Error, UnicodeDecodeError):
                continue
            if decoded.startswith(("http://", "https://", "/")):
                yield decoded
