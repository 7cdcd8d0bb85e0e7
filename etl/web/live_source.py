"""A page's source without its comments: what stands in them is neither shown nor run.

Templates keep old calls in comments beside the live ones: `<!-- createPageHTML(129, 9, …) -->` before
`createPageHTML(191, 13, …)`. Whoever searches a page for what its scripts do must search this text.
"""

import re

# What a browser does not look into for comments or tags, up to its own end tag (HTML standard, 13.2.5).
_OPENING = re.compile(r"<!--|<(script|style|textarea|title)\b[^>]{0,2000}+>", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title")}
_CODE_TYPE = re.compile(r"""\btype\s*=\s*["']?\s*([^"'\s>]*)""", re.IGNORECASE)
_CODE = re.compile(r"^(?:module|.*(?:java|ecma|j)script.*)?$", re.IGNORECASE)
# Strings and patterns are matched first, so that `//` in an address is no comment. `<!--` is one to its line's end.
_PART_OF_SCRIPT = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`"""
    r"""|(?<=[(,=:!&|?])/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/)"""
    r"""|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|//[^\n]*|<!--[^\n]*""",
    re.DOTALL,
)


def live_source(source: str) -> str:
    """The source of a page without the comments of its markup and of its scripts; a comment becomes one space.

    Scripts that hold data (`type="text/xml"`, `application/json`) stay as they are. Takes linear time.
    """
    parts: list[str] = []
    position = 0
    while opening := _OPENING.search(source, position):
        parts.append(source[position : opening.start()])
        if opening[1] is None:
            end = source.find("-->", opening.end() - 2)  # `<!-->` is a whole comment
            position = len(source) if end < 0 else end + 3
            parts.append(" ")
            continue
        closing = _CLOSING[opening[1].lower()].search(source, opening.end())
        position = closing.start() if closing else len(source)
        content = source[opening.end() : position]
        runs = opening[1].lower() == "script" and _runs(opening[0])
        parts += [opening[0], uncommented_script(content) if runs else content]
    return "".join([*parts, source[position:]])


def uncommented_script(code: str) -> str:
    """JavaScript without its comments; strings and patterns stay as they are."""
    return _PART_OF_SCRIPT.sub(lambda part: part["text"] or " ", code)


def _runs(tag: str) -> bool:
    named = _CODE_TYPE.search(tag)
    return _CODE.match(named[1] if named else "") is not None
