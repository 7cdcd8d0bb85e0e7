"""What is wrong with a file that is no YAML, in words of the person who typed it."""

import re
from collections.abc import Iterator

import yaml

_MERGE = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_FULL_WIDTH_COLON = re.compile(r"[ \t]*(?:- *)?\w+：", re.ASCII)
_UNQUOTED = re.compile(r"[:\-\[,{]\s*([@*&%`!])[^\s,\]}]")
_NO_BLANK = re.compile(r"[ \t]*(?:-[\w\"'{\[]|(?:- +)?[a-z_]+:[^\s/])")


def words_of(error: yaml.YAMLError, text: str) -> str:
    """The mistake with its line, in one line: that which explains the error if one is found, else what YAML says."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"not valid YAML: {getattr(error, 'reason', None) or str(error).partition(chr(10))[0]}"
    lines = text.split("\n")[: mark.line + 1]
    for number, cause in _causes(lines):
        return f"line {number}: {cause}"
    return f"line {mark.line + 1}: not valid YAML: {getattr(error, 'problem', None) or error}"


def _causes(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(line, mistake), the likeliest first; YAML's own error is often a line or two below."""
    for number, line in enumerate(lines, 1):
        if _MERGE.match(line):
            yield number, "a merge was not finished: keep one of the two texts, and remove <<<<<<<, ======= and >>>>>>>"
        elif _FULL_WIDTH_COLON.match(line):
            yield number, "a full-width colon (：): write `: `, a colon and a blank"
        elif indent := line[: len(line) - len(line.lstrip())].strip(" \r"):
            kind = "a tab" if "\t" in indent else f"another kind of blank (U+{ord(indent[0]):04X})"
            yield number, f"is indented with {kind}: use plain blanks"
    last = lines[-1] if lines else ""
    if match := _UNQUOTED.search(last):
        yield len(lines), f"a text that begins with {match[1]} must be in quotes"
    for number in range(len(lines), max(len(lines) - 2, 0), -1):
        if _NO_BLANK.match(lines[number - 1]):
            yield number, "a blank is missing after `:` or `-`"
