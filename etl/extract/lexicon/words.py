"""The mark between inline elements in a text, and tables of words."""

INLINE_BOUNDARY = "\x02"
"""The character in a block's text where an inline element begins or ends:
`<span>来源：A</span><span>时间：B</span>`."""

ADOPTION_WORDS = "通过|公布|施行|修订|修正|批准|印发"
"""A part of patterns: words in the line below a rule's headline that say when it was adopted, not published on
the site."""


def split_words(text: str) -> tuple[str, ...]:
    """The words of a table that is written as text."""
    return tuple(text.split())
