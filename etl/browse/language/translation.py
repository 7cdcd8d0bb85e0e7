"""The languages of the interface: their texts, and how they write dates and numbers.

Templates and `messages.py` contain the English texts, which are the keys; `zh_Hans.po` beside this file has the
Chinese. Names of stored values (fields, outcomes, reasons …) are defined elsewhere in both languages; here one is
selected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from markupsafe import Markup

from etl.archive.crawls.advice import advice
from etl.browse.language.labels import TABLES
from etl.browse.language.shown_reasons import ShownReason
from etl.clock import CHINA
from etl.extract.codes import flag_names
from etl.reasons import Reason

CATALOG = Path(__file__).parent / "zh_Hans.po"


class BothLanguages(Protocol):
    """Anything that has a sentence in each language, such as a reason."""

    chinese: str
    english: str


@dataclass(frozen=True)
class Language:
    """A language of the interface. `code`: in the switch's address and cookie; `tag`: for `lang` attributes."""

    code: str
    tag: str
    own_name: str
    locale: Locale
    place: int
    """Index of its text in a pair (Chinese, English)."""
    catalog: Path | None = None

    @cached_property
    def translations(self) -> NullTranslations:
        """The compiled catalog."""
        if self.catalog is None:
            return NullTranslations()
        compiled = BytesIO()
        with self.catalog.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        return Translations(compiled)

    def in_words(self, value: BothLanguages | Sequence[str]) -> str:
        """The sentence of a reason, or the text of a pair (Chinese, English), in this language."""
        pair = value if isinstance(value, Sequence) else (value.chinese, value.english)
        return pair[self.place] or pair[0]

    def advice(self, reason: ShownReason) -> str:
        """What an operator does about a reason of a run; empty where there is nothing to say."""
        return self.in_words(advice(Reason(reason.code, reason.params)))

    def named(self, table: str, name: str) -> str:
        """The name of a field, an outcome, …; a value without a name is returned unchanged."""
        names = TABLES[table].get(name)
        return self.in_words(names) if names else name

    def flagged(self, flag: str) -> str:
        """The meaning of a version's flag; an unknown flag is returned unchanged."""
        return self.in_words(flag_names(flag) or (flag, flag))

    def day(self, value: date | datetime | str) -> str:
        """A day in China, such as 5 Mar 2024, of a date, a time or the value of a field."""
        shown = _in_china(value)
        return _day(shown.date() if isinstance(shown, datetime) else shown, self.locale)

    def month(self, value: datetime) -> str:
        """A month in China, such as June 2024."""
        return format_skeleton("yMMMM", _in_china(value), locale=self.locale)

    def moment(self, value: datetime) -> str:
        """Beijing time, to the minute."""
        time = f"{_in_china(value):%H:%M}"
        return str(self.locale.datetime_formats["medium"]).format(time, self.day(value))

    def dated(self, value: date | datetime) -> Markup:
        """A day as an element `time`."""
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), self.day(value))

    def timed(self, value: datetime) -> Markup:
        """A time as an element `time`."""
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), self.moment(value))

    def number(self, value: float) -> str:
        """A number with its separators."""
        return _number(value, self.locale)

    def percent(self, share: float) -> str:
        """Percent with one decimal, rounded down: only identical texts have 100 %."""
        return f"{self.number(int(share * 1000) / 10)} %"

    def size(self, octets: int) -> str:
        """Decimal units with at least two digits, such as 1.5 KB; bytes below 1 KB."""
        if octets < 1000:
            return f"{octets} B"
        unit, name = (1e6, "MB") if octets >= 1e6 else (1e3, "KB")
        return f"{self.number(round(octets / unit, 0 if octets >= 10 * unit else 1))} {name}"


# Cached, as a page has the same numbers and days many times.
@lru_cache(10_000)
def _day(value: date, locale: Locale) -> str:
    return format_date(value, "medium", locale)


@lru_cache(10_000)
def _number(value: float, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


def _in_china(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value.astimezone(CHINA) if isinstance(value, datetime) else value


CHINESE = Language("zh", "zh-Hans", "中文", Locale("zh", script="Hans"), 0, CATALOG)
# With the day before the month, as in the English of Chinese authorities. American dates would only differ in order.
ENGLISH = Language("en", "en", "English", Locale("en", "GB"), 1)
LANGUAGES = {language.code: language for language in (CHINESE, ENGLISH)}


def in_both(text: str, **values: str) -> tuple[str, str]:
    """A text of `messages.py` in Chinese and English, for answers that contain both. `values`: for its placeholders."""
    return tuple(language.translations.gettext(text) % values for language in (CHINESE, ENGLISH))  # type: ignore[return-value]
