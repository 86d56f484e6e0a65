"""Days as analytics pages write them, in the reader's language: `August 31`, `8 de setembro`, `9月13日`.

Month names come from CLDR. One language is chosen for all dates of a column, because names clash between languages
(`listopad` is November in Polish and October in Croatian).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

LANGUAGES = (
    "en", "es", "pt", "de", "fr", "it", "nl", "el", "ru", "vi", "ja", "zh", "ko", "id", "ms", "th", "ar", "he", "tr",
    "pl", "uk", "cs", "ro", "hu", "sv", "da", "nb", "fi", "bg", "hr", "fil", "hi", "bn", "ca",
)  # fmt: skip

# Studio spells Vietnamese months out; CLDR numbers them.
_VIETNAMESE = "một hai ba tư năm sáu bảy tám chín mười|mười một|mười hai"
_LINKING_WORDS = frozenset({"de", "del", "di", "do", "of", "ngày", "d", "ที่", "วันที่", "yang", "г", "р", "года", "року"})
_FULL = re.compile(r"(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})\s?[日일]?")
_NUMBERED = re.compile(r"(\d{1,2}) (?:tháng|thg) (\d{1,2})(?:,? (?:năm )?(\d{4}))?")
_CJK = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]?")


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day that may lack its year."""

    month: int
    day: int
    year: int | None = None

    def in_year(self, year: int) -> date | None:
        """The day in a year; None where that year has no such day (February 29)."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    @property
    def date(self) -> date | None:
        """The day, where its year is known."""
        return None if self.year is None else self.in_year(self.year)


def parse_days(texts: Iterable[str]) -> dict[str, MonthDay]:
    """What each text of one column means; a text that isn't a day in the column's language is left out.

    The language is the first in which most of the texts are days, so that one damaged cell does not change it.
    """
    distinct = list(dict.fromkeys(texts))
    best: dict[str, MonthDay] = {}
    for language in ("", *LANGUAGES):
        days = {text: day for text in distinct if (day := _parse_day(text, language)) is not None}
        if len(days) == len(distinct):
            return days
        best = days if len(days) > len(best) else best
    return best


def has_year(text: str) -> bool:
    """Whether the text contains a year."""
    return re.search(r"(?<!\d)\d{4}(?!\d)", text) is not None


def _parse_day(text: str, language: str) -> MonthDay | None:
    clean = _clean(text)
    if full := _FULL.fullmatch(clean):
        return _valid_day(int(full[2]), int(full[3]), int(full[1]))
    if cjk := _CJK.fullmatch(clean):
        return _valid_day(int(cjk[1]), int(cjk[2]), None)
    if numbered := _NUMBERED.fullmatch(clean):
        return _valid_day(int(numbered[2]), int(numbered[1]), int(numbered[3]) if numbered[3] else None)
    if not language:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", clean)]
    years, days = [n for n in numbers if n >= 1000], [n for n in numbers if n <= 31]
    if len(days) != 1 or len(numbers) != len(years) + 1 or len(years) > 1:
        return None
    words = re.sub(r"[\d.,،/]+", " ", clean).split()
    month = _months(language).get(" ".join(words)) or _months(language).get(_drop_linking_words(words))
    return _valid_day(month, days[0], years[0] if years else None) if month else None


def _drop_linking_words(words: list[str]) -> str:
    return " ".join(word for word in words if word not in _LINKING_WORDS)


def _valid_day(month: int, day: int, year: int | None) -> MonthDay | None:
    month_day = MonthDay(month, day, year)
    return month_day if month_day.in_year(year or 2024) else None


def _clean(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).replace("\u200f", "").replace("\u200e", "")
    return re.sub(r"\s+", " ", plain).strip().casefold()


@cache
def _months(language: str) -> dict[str, int]:
    """Month names of a language, as written and without accents."""
    from babel import Locale

    names: dict[str, int] = {}
    for form in Locale.parse(language).months.values():
        for width in ("abbreviated", "wide"):
            for month, name in form[width].items():
                names[_words(name)] = month
    if language == "vi":
        spelled = _VIETNAMESE.replace("|", " | ").split(" | ")
        months = [*spelled[0].split(), *spelled[1:]]
        names |= {f"tháng {name}": month for month, name in enumerate(months, 1)}
    return {_strip_accents(name): month for name, month in names.items()} | names


def _words(name: str) -> str:
    return " ".join(re.sub(r"[.]", " ", _clean(name)).split())


def _strip_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
