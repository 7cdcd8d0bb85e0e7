"""Codes that are stored, with a name or a sentence in both languages."""

from enum import EnumType, StrEnum
from typing import Any, Self


class _NamesAreCodes(EnumType):
    def __new__(metacls, name: str, bases: tuple[type, ...], members: Any, **options: Any) -> "_NamesAreCodes":
        for member, words in members.items():
            match words:
                case (str(chinese), str(english)):
                    dict.__setitem__(members, member, (member.lower(), chinese, english))
        return super().__new__(metacls, name, bases, members, **options)


class NamedCode(StrEnum, metaclass=_NamesAreCodes):
    """The base of enumerations whose members are given as (code, Chinese, English), or as (Chinese, English) if the
    code is the member's own name in lower case."""

    chinese: str
    english: str

    def __new__(cls, code: str, chinese: str, english: str) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.chinese, member.english = code, chinese, english
        return member
