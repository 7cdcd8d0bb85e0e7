"""Parses what lists of several families have in common: rows of a link and a date, and data in scripts and JSON."""

import json
import re
from html import unescape
from typing import Any

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.fields import DATE_FIELDS
from etl.platforms.base import Entry, NotAListing
from etl.web.page import WebPage, absolute, base_url

FIELD_OF_LABEL = {
    "发文字号": "document_number",
    "文号": "document_number",
    "索引号": "index_number",
    "成文日期": "written_date",
    "发布日期": "published_date",
    "发布时间": "published_date",
    "发布机构": "publisher",
    "发文机关": "publisher",
}
"""Labels that lists print beside a title, and the names of the fields."""
_LABEL = "|".join(FIELD_OF_LABEL)
_LABELLED = re.compile(rf"({_LABEL})\s*[:：]\s*(.*?)(?=\s*(?:{_LABEL}|有效性)\s*[:：]|$)")
_ROWS = ("li", "tr", "dd", "dt", "p", "div")


def linked_rows(page: WebPage, detail: re.Pattern[str]) -> tuple[Entry, ...]:
    """Entries of the page's main list: the rows of the container with most links to documents.

    `detail` is searched in a link's `href`. Navigation, sidebars and "most read" boxes link documents too, but fewer. A
    row with a date counts three times, so that a last page of one row outweighs a box of two links. Containers of one
    parent with the same tag and class count as one: some lists are broken into blocks of five rows.
    """
    # The elements themselves are the keys: lxml makes and drops their proxies, so that `id` would not be stable.
    rows: dict[tuple[HtmlElement | None, str, str], dict[HtmlElement, int]] = {}
    for link in page.tree.iter("a"):
        if not detail.search(link.get("href") or ""):
            continue
        row = next((item for item in link.iterancestors() if item.tag in _ROWS), link)
        container = row.getparent()
        if container is None:
            continue
        key = (container.getparent(), str(container.tag), container.get("class") or "")
        beside = "".join(row.itertext()).replace("".join(link.itertext()), "", 1)
        rows.setdefault(key, {})[row] = 3 if first_iso_date(beside) else 1
    if not rows:
        return ()
    best = max(rows, key=lambda key: sum(rows[key].values()))
    containers = dict.fromkeys(row.getparent() for row in rows[best])
    shapes = {(row.tag, row.get("class") or "") for row in rows[best]}
    base = base_url(page)
    return tuple(
        entry
        for container in containers
        for row in container
        if (row.tag, row.get("class") or "") in shapes and (entry := row_entry(row, base))
    )


def row_entry(row: HtmlElement, base: str) -> Entry | None:
    """The row's first link with text, and the date or labelled values beside it; None if no link leads anywhere."""
    links = [row] if row.tag == "a" else list(row.iter("a"))
    for link in links:
        words = " ".join("".join(link.itertext()).split())
        title = " ".join((link.get("title") or "").split()) or words
        url = absolute(link.get("href") or "", base)
        if url and title and (link.get("href") or "").strip() not in ("", "#"):
            beside = " ".join("".join(row.itertext()).replace(words, " ", 1).split())
            return Entry(url, title, _beside(beside))
    return None


def labelled_fields(text: str) -> dict[str, str]:
    """Fields named by a label in the text, by field name; dates as yyyy-mm-dd."""
    named = {FIELD_OF_LABEL[label]: value.strip() for label, value in _LABELLED.findall(text) if value.strip()}
    normal = {name: first_iso_date(value) if name in DATE_FIELDS else value for name, value in named.items()}
    return {name: value for name, value in normal.items() if value}


def _beside(text: str) -> dict[str, str]:
    """Labelled fields; if there is none, the first date as the date of publication."""
    if named := labelled_fields(text):
        return named
    return {"published_date": day} if (day := first_iso_date(text)) else {}


def script_value(text: str, key: str) -> Any:
    """The JSON value that a script assigns to `key` (`key: …` or `key = …`), or None."""
    for match in re.finditer(rf"""(?<![\w$])["']?{re.escape(key)}["']?\s*[:=]\s*""", text):
        quoted = re.match(r"'((?:[^'\\]|\\.)*)'", text[match.end() :])
        if quoted:
            return quoted.group(1)
        try:
            return json.JSONDecoder().raw_decode(text, match.end())[0]
        except ValueError:
            continue
    return None


def parse_json(page: WebPage) -> Any:
    """The page's content as JSON. Raises `NotAListing` for anything else."""
    text = page.text.strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        content = "an HTML page" if text.startswith("<") else "something else"
        raise NotAListing(f"{content} instead of JSON: {' '.join(text[:60].split())!r}") from error


def strip_markup(text: Any) -> str:
    """The text of a JSON value without tags (searches mark matches by `<em>`), entities and runs of white space."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", str(text or ""), flags=re.IGNORECASE))
    return " ".join(unescape(bare).split())
