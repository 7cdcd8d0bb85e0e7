"""Which family a page is of, by the fingerprints of all of them."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from etl.platforms.base import Fingerprint, Platform
from etl.platforms.helpers.columns import same_site
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage, links

MIN_WEIGHT = 2
"""The weight of signs from which a family is named; a sign of weight 1 alone is shared by others."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A fingerprint that the page bears, and what of the page it is."""

    fingerprint: Fingerprint
    found: str


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family and the signs of it that the page bears."""

    platform: Platform
    signs: tuple[Sign, ...]

    @property
    def weight(self) -> int:
        return sum(sign.fingerprint.weight for sign in self.signs)

    @property
    def rank(self) -> tuple[int, bool]:
        """The weight, and whether the page's own address is a sign: a site may link pages of another family's."""
        return self.weight, any(sign.fingerprint.where == "address" for sign in self.signs)

    @property
    def in_the_page(self) -> bool:
        """Whether a sign stands in what came, not in the address alone: anything may be answered at an address."""
        return any(sign.fingerprint.where != "address" for sign in self.signs)


def recognise(page: WebPage) -> tuple[FamilyMatch, ...]:
    """The families of which the page bears a sign, the heaviest first."""
    addresses = [_path(url) for url, _ in links(page) if same_site(url, page)]
    found = []
    for family in all_platforms():
        signs = tuple(sign for item in family.fingerprints if (sign := _sign(item, page, addresses)))
        if signs:
            found.append(FamilyMatch(family, signs))
    return tuple(sorted(found, key=lambda item: item.rank, reverse=True))


def decide_family(candidates: tuple[FamilyMatch, ...]) -> Platform | None:
    """The family that the signs name; None where they are too few, or as heavy for another one."""
    if not candidates or candidates[0].weight < MIN_WEIGHT or not candidates[0].in_the_page:
        return None
    if len(candidates) > 1 and candidates[1].rank == candidates[0].rank:
        return None
    return candidates[0].platform


def _sign(item: Fingerprint, page: WebPage, addresses: list[str]) -> Sign | None:
    pattern = re.compile(item.pattern, re.IGNORECASE | re.DOTALL)
    places = {"address": [page.url], "link": addresses, "markup": [page.text]}[item.where]
    match = next((match for place in places if (match := pattern.search(place))), None)
    if match is None:
        return None
    whole = match.string if item.where != "markup" else match[0]
    return Sign(item, " ".join(whole.split())[:80])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
