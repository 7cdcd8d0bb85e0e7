"""How a word or a name is said on a page: in both languages, wherever a reader may meet it."""

from markupsafe import Markup, escape

from etl.archive.queries.search import MatchCount
from etl.browse.language.labels import (
    BELIEFS,
    DAMAGE,
    FIELDS,
    FILES,
    FILES_HELP,
    FORMATS,
    ORIGINS,
    OUTCOMES,
    RECORD_STATES,
    RULES,
    STATES,
    VERSIONS,
    VERSIONS_HELP,
)
from etl.browse.language.messages import WORDS
from etl.extract.codes import flag_names

_TABLES = {
    "field": FIELDS,
    "outcome": OUTCOMES,
    "origin": ORIGINS,
    "rule": RULES,
    "belief": BELIEFS,
    "state": STATES,
    "record_state": RECORD_STATES,
    "version": VERSIONS,
    "version_help": VERSIONS_HELP,
    "file": FILES,
    "file_help": FILES_HELP,
    "damage": DAMAGE,
    "format": FORMATS,
}
SEAL = WORDS["site"][0]
"""What the seal in the corner shows: a mark, not a word to be read; the archive's name stands beside it."""


def both(word: str) -> str:
    """A word in both languages without markup: for attributes, titles and choices."""
    return " ".join(WORDS[word])


def say(word: str) -> Markup:
    """A word in Chinese with its English beside it."""
    return beside(*WORDS[word])


def counted(total: MatchCount) -> Markup:
    """How many records there are."""
    chinese, english = WORDS["total" if total.exact else "total_more"]
    number = f"{total.number:,}"
    one = total.exact and total.number == 1
    return beside(chinese.format(number), english.format(number).removesuffix("s") if one else english.format(number))


def named_both(table: str, name: str) -> str:
    """The name of a state, … in both languages without markup, for choices."""
    return " ".join(_TABLES[table][name])


def named(table: str, name: str) -> Markup:
    """The name of a field, an outcome, …; what has no name yet is shown as it is stored."""
    found = _TABLES[table].get(name)
    return beside(*found) if found else escape(name)


def flagged(flag: str) -> Markup:
    """What a flag of a version says; one that is not known is shown as it is stored."""
    return beside(*(flag_names(flag) or (flag, "")))


def beside(chinese: str, english: str) -> Markup:
    """Chinese with its English beside it; without it where both are the same word."""
    if not english:
        return escape(chinese)
    return Markup('{} <span class="en" lang="en">{}</span>').format(chinese, english)
