"""The mark between inline elements, and tables of words that people read."""

INLINE_BOUNDARY = "\x02"
"""Stands in a block's text where an inline element begins or ends: `<span>来源：A</span><span>时间：B</span>`."""


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, for tables that people read."""
    return tuple(text.split())
