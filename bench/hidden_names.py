"""How much extraction depends on names: a labelled set is scored as saved, and with every name of its templates hidden.

usage: python -m bench.hidden_names DIR [--keep FOLDER]

DIR contains `labels.jsonl` and `pages/`. Hidden are classes, ids, names of controls, non-standard elements, hosts,
words of page addresses, meta tags outside the published standard, and comments. A name has the same replacement
everywhere, in style sheets and scripts too, so that pages look and work as before. `--keep` writes the hidden pages to
FOLDER.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bench.labelled import HTML_TAGS, Label, Page, Row, load_pages, write_labels
from bench.scoring import CORE, Disagreement, Score, score
from etl.extract.labelled_set import prediction
from etl.extract.shown.visibility import HIDDEN_CLASSES, Visibility
from etl.file_names import has_file_name
from etl.web.markup import START_TAG, Piece, pieces
from etl.web.page import read_page

_STANDARD_METAS = frozenset(
    """
    articletitle pubdate contentsource keywords author description image url sitename sitedomain siteidcode columnname
    columndescription columnkeywords columntype publishdate viewport renderer title og:title
    """.split()
)
"""Meta tags of 《政府网站发展指引》 (2017), appendix, and of HTML: any site has them."""
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]+)(?P<equals>\s*=\s*)"""
    r"""(?:(?P<quote>\\?["'])(?P<quoted>.*?)(?P<end>(?P=quote))|(?P<bare>[^\s"'>\\]+))""",
    re.DOTALL,
)
_END_TAG = re.compile(r"(</)([A-Za-z][^\s/>]*)")
_HOST = re.compile(r"((?:https?:)?//)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_CSS_RULE = re.compile(r"[^{}]*\{")
_CSS_NAME = re.compile(r"([.#])(-?[A-Za-z_\u4e00-\u9fff][\w-]*)")
_SELECTOR_CALL = re.compile(
    r"""((?:\$|jQuery|querySelector(?:All)?|\.(?:find|closest|children|siblings|parents?|next|prev|filter|not|is|has))"""
    r"""\(\s*)(["'])([^"'\n<]*)\2"""
)
_NAME_CALL = re.compile(
    r"""(\.?(?:getElementById|getElementsByClassName|addClass|removeClass|toggleClass|hasClass|classList\.\w+)\(\s*)"""
    r"""(["'])([\w\s-]*)\2"""
)
_WORD = re.compile(r"[A-Za-z]+")
_ENDING = re.compile(r"(?:\.(?:s?html?|jhtml|js|css|jsp|aspx?|php|do|action))?$", re.IGNORECASE)


@cache
def hidden_name(name: str) -> str:
    """The replacement of a class or id: without words, and as long as the name, because scripts are read to a limit.

    Names of fewer than 7 characters get 7, so that no two have the same replacement.
    """
    digits = str(int(sha256(name.encode()).hexdigest(), 16))
    return f"n{digits[: max(len(name), 7) - 1]}"


def _hidden_names(names: str) -> str:
    return " ".join(map(hidden_name, names.split()))


def _hidden_word(match: re.Match[str]) -> str:
    """Letters without a meaning, as many as the word has."""
    digest = sha256(match[0].lower().encode()).digest()
    return "".join("qxzjkvw"[byte % 7] for byte in (digest * (len(match[0]) // 32 + 1))[: len(match[0])])


def _hidden_host(match: re.Match[str]) -> str:
    return f"{match[1]}{hidden_name(match[2].lower())}.example"


def hidden_address(address: str, *, words: bool = True) -> str:
    """An address with another host and, with `words`, without words in its path; numbers and the ending stay."""
    address = _HOST.sub(_hidden_host, address)
    if not words or has_file_name(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if not parts.path:
        return address
    end = _ENDING.search(parts.path)
    at = end.start() if end else len(parts.path)
    return urlunsplit(parts._replace(path=_WORD.sub(_hidden_word, parts.path[:at]) + parts.path[at:]))


def _hidden_css(css: str) -> str:
    def selectors(rule: re.Match[str]) -> str:
        return _CSS_NAME.sub(lambda m: m[1] + hidden_name(m[2]), rule[0])

    css = re.sub(r"/\*.*?\*/|<!--|-->", "", css, flags=re.DOTALL)
    return _CSS_RULE.sub(selectors, css)


def _hidden_script(code: str) -> str:
    def selector(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{_CSS_NAME.sub(lambda m: m[1] + hidden_name(m[2]), match[3])}{match[2]}"

    code = _SELECTOR_CALL.sub(selector, code)
    code = _NAME_CALL.sub(lambda m: f"{m[1]}{m[2]}{_hidden_names(m[3])}{m[2]}", code)
    code = START_TAG.sub(lambda m: _hidden_tag(m[0]), code)
    return _HOST.sub(_hidden_host, code)


_IDS = frozenset(("id", "for", "name", "headers", "aria-controls", "aria-labelledby", "aria-describedby"))
_ADDRESSES = frozenset(("href", "src", "action", "data-href", "data-url", "data-src", "data"))
_CODE = re.compile(r"['\"+${}<>]")
"""In a value of a tag that a script puts together: `href="'+address+'"`."""


def _hidden_value(tag: str, name: str, value: str) -> str:
    if name.startswith("on") or value[:11].lower() == "javascript:":
        return _hidden_script(value)
    if _CODE.search(value):
        return value
    if name in ("class", "id") or (name in _IDS and tag not in ("meta", "param")):
        return _hidden_names(value)
    if tag == "meta" and name in ("name", "property"):
        return value if value.strip().lower() in _STANDARD_METAS else _hidden_names(value)
    if name not in _ADDRESSES or value[:5].lower() == "data:":
        return value
    if value.startswith("#"):
        return f"#{_hidden_names(value[1:])}"
    return hidden_address(value, words=tag != "img" and "?" not in value)


def _hidden_tag(tag: str) -> str:
    """A start tag under hidden names. What a class of a well-known style sheet hides is hidden by its style."""
    opening = re.match(r"<([A-Za-z][^\s/>]*)", tag)
    if opening is None:
        return tag
    element = opening[1].lower()
    classes = ""

    def attribute(match: re.Match[str]) -> str:
        nonlocal classes
        name, value = match["name"].lower(), match["quoted"] if match["bare"] is None else match["bare"]
        if name == "class":
            classes = value
        value, quote = _hidden_value(element, name, value), match["quote"] or ""
        return f"{match['name']}{match['equals']}{quote}{value}{quote}"

    rest = _ATTRIBUTE.sub(attribute, tag[opening.end() :])
    if not HIDDEN_CLASSES.isdisjoint(classes.split()) and _NOTHING.hides([("class", classes)]):
        rest = " hidden" + rest if rest[:1] in (" ", "\n", "\t", "\r", ">", "/") else rest
    return f"<{_hidden_element(opening[1])}{rest}"


_NOTHING = Visibility(read_page(b"", ""))
"""Visibility without any style sheet of a page: what well-known class names alone hide."""


def _hidden_element(name: str) -> str:
    return name if name.lower() in HTML_TAGS else f"x{hidden_name(name.lower())}"


def _hidden_piece(piece: Piece) -> str:
    if piece.kind == "comment":
        return ""
    tag = piece.tag[:7].lower()
    if tag == "<script":
        return _hidden_script(piece.source)
    if tag.startswith("<style"):
        return _hidden_css(piece.source)
    if piece.kind == "raw":
        return piece.source
    source = START_TAG.sub(lambda m: _hidden_tag(m[0]), piece.source)
    return _END_TAG.sub(lambda m: m[1] + _hidden_element(m[2]), source)


def hide_names(body: bytes) -> bytes:
    """The page under hidden names, in its own charset."""
    page = read_page(body, "")
    hidden = "".join(map(_hidden_piece, pieces(page.text)))
    return hidden.encode(page.charset, "xmlcharrefreplace")


def hidden_pages(pages: Iterable[Page]) -> Iterator[Page]:
    for label, body in pages:
        yield {**label, "url": hidden_address(str(label.get("url") or ""))}, hide_names(body)


def rows_as_saved(pages: Iterable[Page]) -> list[Row]:
    return [(label, body, _predict(label, body)) for label, body in pages]


def rows_hidden(pages: Sequence[Page]) -> list[Row]:
    """Predictions under hidden names, with the labels and bytes as saved: the labels refer to text in these bytes."""
    hidden = hidden_pages(pages)
    return [(label, body, _predict(*next(hidden))) for label, body in pages]


def _predict(label: Label, body: bytes) -> Mapping[str, Any]:
    return prediction(str(label["file"]), str(label.get("url") or ""), body)


def fallen(before: Score, after: Score) -> list[Disagreement]:
    """The disagreements that occur under hidden names only."""
    known = set(before.disagreements)
    return [item for item in after.disagreements if item not in known]


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpus", type=Path)
    args.add_argument("--keep", type=Path, help="folder for the hidden pages and their labels")
    options = args.parse_args()
    pages = load_pages(options.corpus)
    before, after = score(rows_as_saved(pages)), score(rows_hidden(pages))
    for name, result in (("as saved", before), ("names hidden", after)):
        print(f"{name:13} core {result.core:.4f} all {result.all:.4f} text {result.text:.4f} "
              f"leaked {result.snippets['leaked']} kinds {result.kinds[True]} of {result.kinds.total()}")  # fmt: skip
    for item in fallen(before, after):
        mark = "core" if item.field in CORE else "    "
        print(f"{mark} {item.file}  {item.field}: {item.label} -> {item.predicted}")
    if options.keep:
        _keep(pages, options.keep)
    return 0


def _keep(pages: Iterable[Page], folder: Path) -> None:
    labels: list[Label] = []
    for label, body in hidden_pages(pages):
        target = folder / "pages" / str(label["file"])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        labels.append(label)
    write_labels(folder, labels)


if __name__ == "__main__":
    sys.exit(main())
