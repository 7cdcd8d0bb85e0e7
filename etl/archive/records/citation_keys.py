"""The keys by which a cited document is found, made from the number and title in the citation."""

from etl.extract.citing import cited_number_key, title_key


def citation_keys(number: str | None, title: str | None) -> dict[str, str | None]:
    """`number_key` and `title_key`; None for a name that is missing or has no words."""
    return {
        "number_key": (cited_number_key(number) if number else "") or None,
        "title_key": (title_key(title) if title else "") or None,
    }
