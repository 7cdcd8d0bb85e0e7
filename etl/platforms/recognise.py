"""Recognises the platform family of a page by the fingerprints of all families."""

import re
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import urlsplit

from etl.platforms.base import Fingerprint, Platform
from etl.platforms.elements.columns import same_site
from etl.platforms.elements.script_links import read_script_links
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage, links

MIN_WEIGHT = 2
"""Minimum total weight of signs to recognise a family; a single sign of weight 1 may belong to another family."""

MARKUP_CHARS = 1_000_000
"""Characters of a page that are searched for signs. With patterns of linear time (held by a test) this bounds the time
of a page; the largest of 129 saved pages has three quarters of it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A fingerprint found in a page, and the text that it matched (at most 80 characters)."""

    fingerprint: Fingerprint
    matched: str


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family and its signs found in the page."""

    platform: Platform
    signs: tuple[Sign, ...]

    @property
    def weight(self) -> int:
        return sum(sign.fingerprint.weight for sign in self.signs)

    @property
    def rank(self) -> tuple[int, bool]:
        """Sort key: total weight, then whether the page's address is a sign: sites link other families' pages too."""
        return self.weight, any(sign.fingerprint.where == "address" for sign in self.signs)

    @property
    def in_the_page(self) -> bool:
        """Whether a sign is in the content: a sign only in the address proves little, since a server may answer any
        address."""
        return any(sign.fingerprint.where != "address" for sign in self.signs)


def recognise(page: WebPage) -> tuple[FamilyMatch, ...]:
    """Families with a sign in the page, highest rank first."""
    read_script_links(page)
    # In data, markup that looks like a link is part of a text: `<a href=\\"…\\">`.
    addresses = [] if page.is_data else [_path(url) for url, _ in links(page) if same_site(url, page)]
    matches = []
    for family in all_platforms():
        fingerprints = chain.from_iterable(map(_in_each_place, family.fingerprints))
        signs = tuple(sign for item in fingerprints if (sign := _sign(item, page, addresses)))
        if signs:
            matches.append(FamilyMatch(family, signs))
    return tuple(sorted(matches, key=lambda item: item.rank, reverse=True))


def decide_family(candidates: tuple[FamilyMatch, ...]) -> Platform | None:
    """The recognised family, or None: signs below `MIN_WEIGHT`, or in the address alone, or another family is equal."""
    if not candidates or candidates[0].weight < MIN_WEIGHT or not candidates[0].in_the_page:
        return None
    if len(candidates) > 1 and candidates[1].rank == candidates[0].rank:
        return None
    return candidates[0].platform


def _in_each_place(item: Fingerprint) -> tuple[Fingerprint, ...]:
    if item.where != "path":
        return (item,)
    in_address = item.pattern[1:] if item.pattern.startswith("^/") else item.pattern
    return replace(item, where="link"), replace(item, where="address", pattern=in_address, weight=1)


def _sign(item: Fingerprint, page: WebPage, addresses: list[str]) -> Sign | None:
    pattern = re.compile(item.pattern, re.IGNORECASE | re.DOTALL)
    texts = {
        "address": [page.url],
        "service": [page.url] if page.is_data else [],
        "link": addresses,
        "markup": [page.text[:MARKUP_CHARS]],
    }[item.where]
    match = next((match for text in texts if (match := pattern.search(text))), None)
    if match is None:
        return None
    matched = match.string if item.where != "markup" else match[0]
    return Sign(item, " ".join(matched.split())[:80])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
