"""What stands between inline elements in a text, and tables of words."""

INLINE_BOUNDARY = "\x02"
"""The character in a block's text where an inline element begins or ends:
`<span>来源：A</span><span>时间：B</span>`."""


def split_words(text: str) -> tuple[str, ...]:
    """The words of a table that is written as text."""
    return tuple(text.split())
