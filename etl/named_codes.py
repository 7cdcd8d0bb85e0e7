"""Codes that are stored, with a name or a sentence in both languages."""

from enum import StrEnum
from typing import Self


class NamedCode(StrEnum):
    """The base of enumerations whose members are given as (code, Chinese, English)."""

    chinese: str
    english: str

    def __new__(cls, code: str, chinese: str, english: str) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.chinese, member.english = code, chinese, english
        return member
