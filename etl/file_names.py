"""Endings of files in names and addresses. What a file is, its bytes say (`etl.files.media_types`)."""

import re

FILE_ENDING = (
    r"(?:pdf|docx?|docm|dotx?|xlsx?|xls[bm]|wps|et|pptx?|ppsx?|pptm|dps|od[ts]|ofd|rtf|csv|zip|rar|7z|cebx?|caj|txt"
    r"|tiff?)"
)
"""Endings of files that belong to documents, without the dot: a part of patterns, for any case."""
LINKED_ENDING = rf"(?:{FILE_ENDING}|mp[34]|wav|wm[av]|avi|flv|mov|mpe?g|dwg|dxf|t?gz|tar|bz2|xml|json)"
"""Endings of files that documents link besides: recordings, drawings, archives, data."""
_FILE_NAME = re.compile(rf"\.{FILE_ENDING}\b", re.IGNORECASE)
_WHOLE_NAME = re.compile(rf"[^\s，。；：、,;:“”\"《》<>/]{{1,100}}?\.{FILE_ENDING}(?![A-Za-z0-9])", re.IGNORECASE)
_TEXT_ENDING = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf|zip|rar)$", re.IGNORECASE)
"""Endings of files that hold the text of a document: they may be named by its number, as a table is not."""


def has_file_name(text: str) -> bool:
    """Whether a line names a file anywhere."""
    return _FILE_NAME.search(text) is not None


def file_names(text: str) -> list[str]:
    """The names of files in a line, as far back as no punctuation stands."""
    return _WHOLE_NAME.findall(text)


def without_text_ending(name: str) -> str:
    """The name of a file without the ending that says that it holds a text."""
    return _TEXT_ENDING.sub("", name)
