"""The source of a page, split as a browser reads it: markup, comments, and the contents of scripts and styles."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal, NamedTuple

from etl.web.site_cache import cached_for_site

# Elements whose content a browser does not search for comments or tags (HTML standard, 13.2.5).
_RAW_TAGS = ("script", "style", "textarea", "title")
# Only the names ignore case: finding `<` case-sensitively is three times as fast.
_OPENING = re.compile(rf"<(?:!--|((?i:{'|'.join(_RAW_TAGS)}))\b[^>]{{0,2000}}+>)")
_CLOSING = {name: re.compile(f"</(?i:{name})") for name in _RAW_TAGS}
_CODE_TYPE = re.compile(r"""\btype\s*=\s*["']?\s*([^"'\s>]*)""", re.IGNORECASE)
_CODE = re.compile(r"^(?:module|.*(?:java|ecma|j)script.*)?$", re.IGNORECASE)
# Strings and patterns are matched first, so that `//` in an address is not read as a comment. `<!--` is a comment up
# to the end of its line.
_PART_OF_SCRIPT = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`"""
    r"""|(?<=[(,=:!&|?])/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/)"""
    r"""|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|//[^\n]*|<!--[^\n]*""",
    re.DOTALL,
)
# A quote opens a value only after `=`; anywhere else it is part of a name, as in `title="手机版"">`.
START_TAG = re.compile(
    r"""<[A-Za-z][^\s/>]*+"""
    r"""(?:[\s/]++|[^\s/>=][^\s/>=]*+|=\s*+(?:"[^"]*+"|'[^']*+'|(?=>)|[^\s>"'][^\s>]*+|["'])?+)*+>?+"""
)
_EARLY_END = re.compile(r"</[hHbB][tToO][mMdD][lLyY]\s*+>")  # ignoring case costs half as much again
_NOTHING = re.compile(r"^(?:\s++|<!--(?:[^-]|-(?!->))*+-->)*+$")
_MARKUP = re.compile(r"[\s\ufeff]*+<")
_CONTAINER = re.compile(r"<(/?)(?:div|table|ul|ol|dl|form|section|article)\b", re.IGNORECASE)
_OPEN_TAG = re.compile(r"(?:<(?:[A-Za-z/!][^<>]*+)?|\ufffd)\Z")
"""A tag, or a character, that is cut."""
_FAILED = re.compile(
    r"""an error occurred while processing this directive|<b>(?:Fatal|Parse) error</b>:|"""
    r"""(?:错误|error) '80[0-9a-fA-F]{6}'|\bjava\.(?:lang|sql|io)\.\w{1,40}(?:Exception|Error)\b|"""
    r"""\bORA-\d{5}:|SQLSTATE\[|Traceback \(most recent call last\)|"""
    r"""(?<![\u4e00-\u9fff])数据库(?:连接|查询|访问)(?:失败|错误|出错|异常)(?!\w)"""
)
"""What servers and languages write into a page whose program fails: SSI, PHP, ASP, JSP, databases, Python. Titles have
other words right beside those of databases."""
_OF_FAILURES = ("an error", " error</b>", "error '80", "错误", "java.", "ORA-", "SQLSTATE", "Traceback", "数据库")
"""Words of which all of these have one: to look for them takes a tenth of the time."""
_LAST_CHARS = 1_000
"""Most pages have their end tags within this many last characters; other pages are searched from their beginning."""
_WHOLE_PAGE = re.compile(r"[\s\ufeff]*+<(?:!DOCTYPE|html|head|body)\b", re.IGNORECASE)
_LEFT_OPEN = 2
"""Number of unclosed elements from which a page counts as cut off: templates forget one. A piece of a page,
which is one element, may have none."""
_NUMBERED_LETTER = re.compile(
    r"&#(?:0{0,9}+([1-9]\d{2,6}+)|[xX]0{0,9}+([1-9A-Fa-f][0-9A-Fa-f]{1,5}+))(?![0-9A-Fa-f])(?:;|(?=\W|$))"
)
_FIRST_LETTER, _SURROGATES, _LAST_LETTER = 0xA1, range(0xD800, 0xE000), 0x10FFFF
_SHOWN_TAG = re.compile(rf"{START_TAG.pattern}|</[A-Za-z][^>]*+>?+|<![^>]*+>?+|<\?[^>]*+>?+")


class Piece(NamedTuple):
    """A part of a page's source. `raw`: the content of a script, style, text area or title with the start tag `tag`."""

    kind: Literal["markup", "comment", "raw"]
    source: str
    tag: str = ""


def pieces(source: str) -> Iterator[Piece]:
    """The parts of a page's source in order; joined, they are the whole source. Takes linear time."""
    position = 0
    while opening := _OPENING.search(source, position):
        name = opening[1]
        start = opening.start() if name is None else opening.end()
        yield Piece("markup", source[position:start])
        if name is None:
            end = source.find("-->", opening.end() - 2)  # `<!-->` is a whole comment
            position = len(source) if end < 0 else end + 3
            yield Piece("comment", source[start:position])
        else:
            closing = _CLOSING[name.lower()].search(source, start)
            position = closing.start() if closing else len(source)
            yield Piece("raw", source[start:position], opening[0])
    yield Piece("markup", source[position:])


def with_letters(source: str) -> str:
    """The source with numeric references (`&#25991;`, `&#x6587;`) replaced by their characters. Some systems write all
    characters beyond ASCII like that, and words are searched in the source too. Markup characters stay escaped."""
    return _NUMBERED_LETTER.sub(_letter, source) if "&#" in source else source


def _letter(reference: re.Match[str]) -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    is_letter = _FIRST_LETTER <= number <= _LAST_LETTER and number not in _SURROGATES
    return chr(number) if is_letter else reference[0]


def live_source(source: str) -> str:
    """The source of a page without the comments of its markup and of its scripts; a comment becomes one space.

    Comments are neither shown nor run: templates keep old calls there beside the live ones, such as
    `<!-- createPageHTML(129, 9, …) -->` before `createPageHTML(191, 13, …)`. Scripts that hold data (`type="text/xml"`,
    `application/json`) stay as they are.
    """
    return "".join(map(_live, pieces(source)))


def _live(piece: Piece) -> str:
    if piece.kind == "comment":
        return " "
    if piece.tag[:7].lower() != "<script":
        return piece.source
    named = _CODE_TYPE.search(piece.tag)
    return uncommented_script(piece.source) if is_code_type(named[1] if named else "") else piece.source


def is_code_type(name: str) -> bool:
    """Whether a browser runs a `<script>` with this type; it runs scripts without a type."""
    return _CODE.match(name.strip()) is not None


@cached_for_site
def uncommented_script(code: str) -> str:
    """JavaScript without its comments; strings and patterns stay as they are."""
    return _PART_OF_SCRIPT.sub(lambda part: part["text"] or " ", code)


def without_early_ends(source: str) -> str:
    """The source without `</body>` and `</html>` where anything follows them.

    A browser goes on in the body (HTML standard, 13.2.6.4.20, "after after body"); libxml2 stops at `</html>`. They
    come from headers that are included as whole files, and from texts pasted with their page.
    """
    ends = list(_EARLY_END.finditer(source))
    follows = len(source)
    while ends and _NOTHING.match(source[ends[-1].end() : follows]):
        follows = ends.pop().start()
    if not ends:
        return source
    last = ends[-1].end()
    early = (
        _EARLY_END.sub("", part.source) if part.kind == "markup" else part.source for part in pieces(source[:last])
    )
    return "".join((*early, source[last:]))


def ends_early(source: str) -> bool:
    """Whether a page stops in its middle: it has no end tags, and a tag, a comment, a script or several elements are
    open.

    This happens when a program fails while it writes the page, or when a connection of unknown length is lost; the part
    that was received then looks complete. Missing end tags alone are no sign, since a page may lack them (HTML
    standard, 13.1.2.4), as do pieces of pages loaded by scripts; by this rule, all of 129 saved pages are complete.
    """
    if not _MARKUP.match(source):
        return False
    ends = [*_EARLY_END.finditer(source, max(len(source) - _LAST_CHARS, 0))] or [*_EARLY_END.finditer(source)]
    end = ends[-1].end() if ends else 0
    *before, last = pieces(source[end:])
    if before and not last.source and (before[-1].kind == "raw" or not before[-1].source.endswith("-->")):
        return True
    tags = (tag for piece in (*before, last) if piece.kind == "markup" for tag in _CONTAINER.finditer(piece.source))
    left_open = sum(-1 if tag[1] else 1 for tag in tags)
    return _OPEN_TAG.search(last.source) is not None or left_open >= (_LEFT_OPEN if _WHOLE_PAGE.match(source) else 1)


def breaks_off(source: str) -> bool:
    """Whether the program that writes a page says in it that it failed: what was to follow there is missing. Scripts
    have such words for later."""
    if not any(word in source for word in _OF_FAILURES):
        return False
    return _FAILED.search("".join(piece.source for piece in pieces(source) if piece.kind == "markup")) is not None


def torn_comments(source: str) -> Iterator[str]:
    """The comments that take in more than they should: they are not closed, or their end is misspelt (`-- >`), so that
    they end with the next one. A browser shows nothing of what is in them."""
    if "<!--" not in source:
        return
    for piece in pieces(source):
        if piece.kind == "comment" and (not piece.source.endswith("-->") or _ends_late(piece.source)):
            yield piece.source


def _ends_late(comment: str) -> bool:
    """Whether a comment ends where a later one does, which begins in it, and more elements are closed somewhere in it
    than were opened in it."""
    if comment.count("<!--") < 2:
        return False
    depths = accumulate(-1 if tag[1] else 1 for tag in _CONTAINER.finditer(comment))
    return any(depth < 0 for depth in depths)


def shown_chars(source: str) -> int:
    """Number of non-ASCII characters that a browser would put into the page as text, shown or hidden."""
    markup = (
        piece.source for piece in pieces(source) if piece.kind == "markup" or piece.tag[:9].lower() == "<textarea"
    )
    return sum(count_beyond_ascii(_SHOWN_TAG.sub("", part)) for part in markup)


def count_beyond_ascii(text: str) -> int:
    """Number of characters that are not ASCII: nearly all of a Chinese text, and hardly any of its markup."""
    return len(text) - len(text.encode("ascii", "ignore"))
