"""What pydantic says of wrong input, in words of a person who wrote a source file or a command line."""

import difflib
import re
from collections.abc import Iterable

_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Value error, (.*)", r"\1"),
        (r"Field required", "is missing"),
        (r"Extra inputs are not permitted", "is no key here"),
        (r"Input should be a valid string", "must be text: put it in quotes"),
        (r"Input should be a valid integer.*", "must be a whole number"),
        (r"Input should be a valid number.*", "must be a number"),
        (r"Input should be a valid boolean.*", "must be true or false"),
        (r"Input should be a valid (?:list|tuple)", "must be a list: write it as [a, b]"),
        (r"Input should be a valid dictionary.*", "must have keys of its own"),
        (r"Input should be a valid dictionary or instance of \w+", "must have keys of its own"),
        (r"Input should be greater than or equal to (.+)", r"must be \1 or more"),
        (r"Input should be less than or equal to (.+)", r"must be \1 or less"),
        (r"Input should be greater than (.+)", r"must be more than \1"),
        (r"Input should be less than (.+)", r"must be less than \1"),
        (r"Input should be a valid date.*", "must be a day, such as 2026-11-29"),
        (r"Input should be (.+ or .+)", r"must be one of \1"),
        (r"String should have at least 1 character", "must not be empty"),
        (r"String should have at most (\d+) characters", r"must have at most \1 characters"),
        (r"Keys should be strings", "is no key here: keys are words"),
        (r"Path does not point to a file", "is no file"),
        (r"(?:List|Tuple|Dictionary) should have at least (\d+) items? after validation.*", r"needs at least \1"),
        (r"String should match pattern '(.+)'", r"has a wrong form: it must match \1"),
    )
)


def in_plain_words(message: str) -> str:
    """A message of pydantic in plain words; any other as it is."""
    for pattern, words in _WORDS:
        if match := pattern.fullmatch(message):
            return match.expand(words)
    return message


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?` for a name that is close to a known one, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
