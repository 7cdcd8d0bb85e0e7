"""Addresses that somebody types into a source file, without the slips of typing."""

from urllib.parse import urlsplit

_PUNCTUATION = tuple("，。；、：！？）”》")
_OPENED_BY = {"）": "（", "”": "“", "》": "《"}


def typed_address(value: str) -> str:
    """Refuses what is made storable in addresses of sites, and is a slip in one that somebody typed."""
    address = value.strip()
    if odd := next((character for character in address if character == " " or not character.isprintable()), ""):
        raise ValueError(f"has a blank or an invisible character (U+{ord(odd):04X}) in it: {address!r}")
    if address.endswith(_PUNCTUATION) and _OPENED_BY.get(address[-1], address) not in address[:-1]:
        raise ValueError(f"ends with {address[-1]}: {address!r}")
    if "@" in urlsplit(address).netloc:
        raise ValueError("has a login in it (before @): the crawler reads only what is open to everybody")
    return address
