"""The general extractor, for pages whose markup does not tell the main text from the rest.

Measured on the labelled corpus (July 2026): trafilatura alone reaches a text F1 of 0.89 and lets 28 % of the page
furniture through, at 33 pages/s; the containers that families are known by reach 0.99 at 200 pages/s. So it is used
last.
"""

from lxml import html

from etl.web.page import WebPage

_MAX_TAGS = 10_000
"""Maximum number of tags of a page: the time grows with the square of their number, and 50,000 take 28 s. Pages of 60
sites have 830 on average."""


def fallback_text(page: WebPage) -> str:
    """The main text by trafilatura, table rows as lines; empty if it finds none or the page has too many tags.

    Without metadata: its search for dates would compile 205 locales, which costs 1.75 s of CPU once per process.
    """
    if page.text.count("<") > _MAX_TAGS:
        return ""
    # Imported when needed: its date libraries take a tenth of a second, which most Airflow tasks can save.
    from trafilatura import extract as trafilatura_extract  # noqa: PLC0415

    tree = html.fromstring(html.tostring(page.tree, encoding="unicode"))
    text = trafilatura_extract(tree, include_comments=False, include_tables=True, with_metadata=False)
    return str(text or "")
