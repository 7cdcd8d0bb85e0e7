"""Reasons as they are stored, and in words. Their codes and sentences: `etl.reason_codes`.

A reason is stored as compact JSON, `{"code":"http_status","params":{"status":404}}`, in columns of text, in log lines
and in reports alike; a parameter may itself be a reason, or a list of them. An empty text is no reason. Whatever is
not of this form is a text of its own, such as the English sentences that were stored before, and is shown as it is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from etl.fields import FIELDS
from etl.outcomes import DAMAGE_NAMES, FILE_OUTCOME_NAMES, OUTCOME_NAMES
from etl.outside import clean
from etl.reason_codes import PARAMETER, Code

Language = Literal["chinese", "english"]
Names = Mapping[str, Mapping[str, tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its parameters: JSON values, where a reason within a reason is a mapping of the same two keys."""

    code: str
    params: Mapping[str, Any]

    @classmethod
    def of(cls, code: Code, **params: object) -> "Reason":
        """A reason of that code. Raises `ValueError` where the parameters are not exactly those of its sentences."""
        if params.keys() != code.parameters:
            raise ValueError(f"reason {code} takes {sorted(code.parameters)}, not {sorted(params)}")
        return cls(str(code), {name: _json(value) for name, value in params.items()})

    @classmethod
    def from_stored(cls, stored: object) -> "Reason":
        """A reason of its stored form, as text or as the JSON object that it is; any other text as `Code.TEXT`, and so
        the JSON of a code that a later version stored."""
        if reason := _stored(stored):
            return reason
        words = json.dumps(stored, ensure_ascii=False) if isinstance(stored, Mapping) else str(stored)
        return _earlier(words) or cls(str(Code.TEXT), {"text": words})

    def to_text(self) -> str:
        """The stored form."""
        return json.dumps({"code": self.code, "params": self.params}, ensure_ascii=False, separators=(",", ":"))

    @property
    def chinese(self) -> str:
        """The sentence in Chinese; a text of others as it is."""
        return self.sentence("chinese")

    @property
    def english(self) -> str:
        """The sentence in English; a text of others as it is."""
        return self.sentence("english")

    def __str__(self) -> str:
        return self.english

    @property
    def both(self) -> str:
        """Both sentences, Chinese first; once where they are the same."""
        return " ".join(dict.fromkeys((self.chinese, self.english)))

    def explained(self) -> dict[str, Any]:
        """For programs: the stored form and both sentences."""
        return {"code": self.code, "params": dict(self.params), "chinese": self.chinese, "english": self.english}

    def sentence(self, language: Language, names: Names | None = None) -> str:
        """The sentence in that language. `names` adds to `NAMES`, where a package above knows more of them."""
        known = NAMES | dict(names or {})

        def value(match: re.Match[str]) -> str:
            return _in_words(match[1], self.params.get(match[1], "…"), language, known)

        return PARAMETER.sub(value, getattr(_CODES[self.code], language))


def encode_reason(code: Code, **params: object) -> str:
    """The stored form of a reason. Raises `ValueError` as `Reason.of` does."""
    return Reason.of(code, **params).to_text()


def english(stored: object) -> str:
    """A stored reason in English; empty where there is none."""
    return Reason.from_stored(stored).english


PAGE_KIND_NAMES: dict[str, tuple[str, str]] = {
    "document": ("公文页面", "document"),
    "listing": ("目录页", "listing"),
    "stub": ("无正文页面", "stub"),
}
NAMES: dict[str, Mapping[str, tuple[str, str]]] = {
    "outcome": OUTCOME_NAMES,
    "file_outcome": FILE_OUTCOME_NAMES,
    "file_outcome_before": FILE_OUTCOME_NAMES,
    "damage": DAMAGE_NAMES,
    "page_kind": PAGE_KIND_NAMES,
    "field": {field.name: (field.chinese, field.english) for field in FIELDS.values()},
}
"""Parameters that hold identifiers. In English they are their own names: what is stored can be searched for."""

# What earlier versions stored as English sentences, and had the same words as the code has now.
_SENTENCES = [
    (code, re.compile(PARAMETER.sub(r"(?P<\1>.+)", re.sub(r"([.()?*+])", r"\\\1", code.english))))
    for code in (
        Code.HTTP_STATUS,
        Code.FIREWALL_PAGE,
        Code.EMPTY_BODY,
        Code.REDIRECTED_HOME,
        Code.HTML_FOR_FILE,
        Code.NO_WHOLE_ANSWER,
        Code.ROBOTS_DISALLOWS,
        Code.AS_BEFORE,
        Code.LISTED_OFF_HOSTS,
        Code.NOT_DUE,
        Code.OVER_RUN_LIMIT,
        Code.GONE_ON_DAYS,
        Code.ANSWERS_AGAIN,
        Code.NO_OBJECT,
        Code.OBJECT_UNREADABLE,
        Code.OTHER_BYTES,
    )
]


def _stored(stored: object) -> Reason | None:
    """The reason in a stored form; None for anything else, a code of a later version included."""
    if isinstance(stored, str):
        if not stored.startswith('{"code":'):
            return None
        try:
            stored = json.loads(stored)
        except ValueError:
            return None
    match stored:
        case Reason():
            return stored
        case {"code": str(code), "params": dict(params)} if code in _CODES:
            return Reason(code, params)
    return None


_CODES = {str(code): code for code in Code}


def _earlier(sentence: str) -> Reason | None:
    for code, pattern in _SENTENCES:
        if matched := pattern.fullmatch(sentence):
            return Reason(str(code), matched.groupdict())
    return None


def _json(value: object) -> Any:
    """The parameter as it is stored."""
    match value:
        case Reason(code, params):
            return {"code": code, "params": params}
        case bool() | int():
            return clean(value)
        case float():
            return clean(int(value) if value.is_integer() else value)
        case list() | tuple():
            return [_json(each) for each in value]
    text = clean(str(value))
    inner = _stored(text)
    return _json(inner) if inner else text


def _in_words(name: str, value: Any, language: Language, names: Names) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("；" if language == "chinese" else "; ").join(_in_words(name, each, language, names) for each in value)
    if isinstance(value, Mapping) or _stored(value):
        return Reason.from_stored(value).sentence(language, names)
    if language == "chinese" and value in names.get(name, {}):
        return names[name][value][0]
    return str(value)
