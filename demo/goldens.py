"""What a correct archive holds of a site, computed from its documents: the single truth is `Document`.

A record's `fields` must be there, with these values; `allowed` may be there, with no other value (they stand in
meta tags or in data that a visitor does not see); any other field is an invention. Dates are ISO, keywords are
joined by `;` or a space as the site does. Texts compare after white space is removed.
"""

import hashlib
from typing import Any

from demo.server import Posting, Site


def entries(site: Site) -> dict[str, list[dict[str, str]]]:
    """Golden entries by column, in the order of its list: `url`, `title` and the fields beside them."""
    columns = dict.fromkeys(posting.column for posting in site.postings.values())
    return {column: [site.golden_entry(posting) for posting in site.entries(column)] for column in columns}


def outcome(site: Site, key: str) -> str:
    """The expected outcome of a posting in a first crawl: `stored`, or that of its planted fault."""
    return site.outcomes.get(key, "stored")


def record(site: Site, posting: Posting) -> dict[str, Any]:
    """The record of a posting that is stored.

    `url`, `outcome`, `fields`, `allowed`, `text`, `tail` (names of attachments inside the body's markup, with which a
    text may end), `attachments` (name, url, sha256), `pages` (addresses of the article's further pages).
    """
    document = posting.document
    fields, allowed = site.golden_fields(posting)
    url = site.url(posting.key)
    return {
        "url": url,
        "outcome": outcome(site, posting.key),
        "fields": fields,
        "allowed": allowed,
        "text": document.text,
        "tail": [each.name for each in document.attachments] if site.attachments_in_body else [],
        "attachments": [
            {
                "name": each.name,
                "url": site.attachment_url(posting, each.name),
                "sha256": hashlib.sha256(each.data).hexdigest(),
            }
            for each in document.attachments
        ],
        "pages": [url.replace(".html", f"_{page}.html") for page in range(1, len(document.pages))],
    }


def records(site: Site) -> dict[str, dict[str, Any]]:
    """Golden records by key, of the postings whose outcome is `stored`."""
    return {
        posting.key: record(site, posting)
        for posting in site.postings.values()
        if outcome(site, posting.key) == "stored"
    }


def shared_texts(*sites: Site) -> dict[str, list[str]]:
    """Documents with more than one address on these sites: document key → addresses."""
    by_document: dict[str, list[str]] = {}
    for site in sites:
        for key in records(site):
            by_document.setdefault(site.postings[key].document.key, []).append(site.url(key))
    return {key: urls for key, urls in by_document.items() if len(urls) > 1}
