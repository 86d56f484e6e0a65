"""Days as analytics pages and spreadsheets write them, in the reader's language: `August 31`, `23 בינואר`, `9月13日`.

Names and patterns come from CLDR. One language is chosen for all dates of a column, because names clash between
languages (`listopad` is November in Polish and October in Croatian).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from dwell.errors import AmbiguousDatesError

Order = Literal["dmy", "mdy", ""]

LANGUAGES = (
    "en", "es", "pt", "de", "fr", "it", "nl", "el", "ru", "vi", "ja", "zh", "ko", "id", "ms", "th", "ar", "he", "tr",
    "pl", "uk", "cs", "ro", "hu", "sv", "da", "nb", "fi", "bg", "hr", "fil", "hi", "bn", "ca", "sk", "ur", "km", "my",
)  # fmt: skip
"""Tried first; where two of them read a column differently, the user is asked."""
VARIANTS = (
    "aa_DJ", "ar_DZ", "ar_IQ", "ar_JO", "ar_MA", "ar_MR", "az_Cyrl", "bal_Latn", "be_TARASK", "bn_IN", "bs_Cyrl",
    "de_AT", "el_POLYTON", "en_001", "en_AU", "en_Dsrt", "en_Shaw", "es_CL", "es_MX", "es_PE", "fa_AF", "ff_Adlm",
    "fr_CA", "fr_MA", "ha_Arab", "hi_Latn", "kaa_Latn", "kk_Arab", "kok_Latn", "ks_Deva", "kxv_Deva", "kxv_Orya",
    "kxv_Telu", "mn_Mong_MN", "ms_Arab", "oc_ES", "pa_Arab", "sd_Deva", "se_FI", "shi_Latn", "sr_Cyrl_ME",
    "sr_Latn", "sr_Latn_ME", "uz_Arab", "uz_Cyrl", "yo_BJ", "yue_Hans",
)  # fmt: skip
"""Locales of CLDR whose names of months are not those of their language."""
_PLAIN_DATES = frozenset({
    "date", "day", "report date", "stat date", "stat time day", "dato", "fecha", "datum", "data", "día", "dia",
    "giorno", "jour", "日付", "日期", "날짜", "дата", "tanggal", "ngày", "tarih", "วันที่", "التاريخ",
})  # fmt: skip

# Studio spells Vietnamese months out; CLDR numbers them.
_VIETNAMESE = "một hai ba tư năm sáu bảy tám chín mười|mười một|mười hai"
_LINKING_WORDS = frozenset(
    {"de", "del", "di", "do", "of", "ngày", "d", "ที่", "วันที่", "yang", "г", "р", "года", "року", "ค", "ศ"}
)
_WEEKDAY = r"(?: ?[(（]?(?:[月火水木金土日一二三四五六]|星期.|周.|.曜日|.요일)[)）]?)?"
_FULL = re.compile(rf"(\d{{4}})\s?[-/.年년]\s?(\d{{1,2}})\s?[-/.月월]\s?(\d{{1,2}})\s?[日일]?\.?{_WEEKDAY}")
_NUMBERED = re.compile(r"(\d{1,2}) (?:tháng|thg) (\d{1,2})(?:,? (?:năm )?(\d{4}))?")
_CJK = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일日号號]?")
_NUMERIC = re.compile(r"(\d{1,2})(/|-|\. ?)(\d{1,2})\2(\d{4}|\d{2})\.?")
_CLOCK = re.compile(r"[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?(?:z| ?utc|[+-]\d{2}:?\d{2})?$")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|[ºª°])(?=\W|$)")
_PATTERN = re.compile(r"'([^']*)'|([A-Za-z])\2*|.", re.DOTALL)
_SKELETONS = ("MMMMd", "MMMd", "yMMMMd", "yMMMd")
_BUDDHIST_YEARS = 543
# A spreadsheet's days since 1899, from 2005 to 2099, where a column of dates was shown as numbers.
_SERIAL, _SERIAL_EPOCH = re.compile(r"\d{5}(?:\.\d+)?"), date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 38_353, 73_051


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


def parse_days(texts: Iterable[str], order: Order = "") -> dict[str, MonthDay]:
    """What each text of one column means; a text that isn't a day in the column's language is left out.

    The language is the one in which most of the texts are days, so that one damaged cell does not change it.

    Args:
        texts: The column.
        order: How it writes 3/4/2024; such texts are left out where it is empty.

    Raises:
        AmbiguousDatesError: Two of the common languages read the names differently.
    """
    distinct = {text: _clean(text) for text in texts}
    plain = {text: day for text, clean in distinct.items() if (day := _parse_numbers(clean, order)) is not None}
    left = {text: clean for text, clean in distinct.items() if text not in plain and re.search(r"[^\W\d_]", clean)}
    return plain | (_named_days(left) if left else {})


def _named_days(texts: dict[str, str]) -> dict[str, MonthDay]:
    parts = {text: named for text, clean in texts.items() if (named := _split_named(clean)) is not None}
    readings = [(language, _read(parts, language)) for language in LANGUAGES]
    best_language, best = max(readings, key=lambda reading: len(reading[1]))
    if len(best) < len(parts):
        other = max((_read(parts, language) for language in _other_languages()), key=len)
        if len(other) > len(best):
            return other
    for language, days in readings:
        differing = next((text for text in best if text in days and days[text] != best[text]), None)
        if len(days) == len(best) and differing is not None:
            raise AmbiguousDatesError(
                f"{differing!r} is another month in {_name(best_language)} than in {_name(language)}, and nothing in "
                "the column tells which is meant: write its dates as YYYY-MM-DD."
            )
    return best


def _read(parts: dict[str, _Named], language: str) -> dict[str, MonthDay]:
    return {text: day for text, named in parts.items() if (day := _parse_named(named, language)) is not None}


def is_plain_date(header: str) -> bool:
    """Whether a header says only that there is a date, and not of what."""
    return " ".join(header.replace("_", " ").casefold().split()) in _PLAIN_DATES


def possible_orders(texts: Iterable[str]) -> tuple[Order, ...]:
    """In which orders all numeric dates of a column, such as 3/4/2024, are days."""
    numeric = [match for text in texts if (match := _slashed(text))]
    return tuple(order for order in ("dmy", "mdy") if all(_ordered(match, order) for match in numeric))


def needs_order(text: str) -> bool:
    """Whether the text is a date such as 3/4/2024."""
    return _slashed(text) is not None


def _slashed(text: str) -> re.Match[str] | None:
    match = _NUMERIC.fullmatch(_day_part(_clean(text)))
    return match if match and match[2] in "/-" else None


def has_year(text: str) -> bool:
    """Whether the text contains a year."""
    clean = _day_part(_clean(text))
    if _SERIAL.fullmatch(clean) or _NUMERIC.fullmatch(clean):
        return True
    return re.search(r"(?<!\d)\d{4}(?!\d)", clean) is not None


def _day_part(clean: str) -> str:
    return _CLOCK.sub("", clean)


def _parse_numbers(text: str, order: Order) -> MonthDay | None:
    clean = _day_part(text)
    if _SERIAL.fullmatch(clean) and _FIRST_SERIAL <= float(clean) < _LAST_SERIAL:
        day = _SERIAL_EPOCH + timedelta(days=int(float(clean)))
        return MonthDay(day.month, day.day, day.year)
    if full := _FULL.fullmatch(clean):
        return _valid_day(int(full[2]), int(full[3]), int(full[1]))
    if cjk := _CJK.fullmatch(clean):
        return _valid_day(int(cjk[1]), int(cjk[2]), None)
    if numbered := _NUMBERED.fullmatch(clean):
        return _valid_day(int(numbered[2]), int(numbered[1]), int(numbered[3]) if numbered[3] else None)
    numeric = _NUMERIC.fullmatch(clean)
    return _ordered(numeric, "dmy" if numeric[2].startswith(".") else order) if numeric else None


def _ordered(numeric: re.Match[str], order: Order) -> MonthDay | None:
    year = int(numeric[4]) + (2000 if len(numeric[4]) == 2 else 0)
    first, second = int(numeric[1]), int(numeric[3])
    if not order:
        return None
    return _valid_day(second, first, year) if order == "dmy" else _valid_day(first, second, year)


class _Named(NamedTuple):
    """What is the same in every language of a text that may name a month."""

    day: int
    year: int | None
    words: list[str]


def _split_named(clean: str) -> _Named | None:
    clean = _day_part(clean)
    digits = re.findall(r"\d+", clean)
    if any(len(number) > 4 for number in digits):
        return None
    numbers = [int(number) for number in digits]
    years, days = [n for n in numbers if n >= 1000], [n for n in numbers if n <= 31]
    if len(days) != 1 or len(numbers) != len(years) + 1 or len(years) > 1:
        return None
    return _Named(days[0], years[0] if years else None, _words(clean).split())


def _parse_named(named: _Named, language: str) -> MonthDay | None:
    months, weekdays = _months(language), _weekdays(language)
    day, year, words = named
    month = months.get(" ".join(words)) or months.get(_drop_linking_words(words))
    if month is None and weekdays & set(words):
        words = [word for word in words if word not in weekdays]
        month = months.get(" ".join(words)) or months.get(_drop_linking_words(words))
    if not month:
        return None
    if year and language == "th" and year > 2400:
        year -= _BUDDHIST_YEARS
    return _valid_day(month, day, year)


def _drop_linking_words(words: list[str]) -> str:
    return " ".join(word for word in words if word not in _LINKING_WORDS)


def _valid_day(month: int, day: int, year: int | None) -> MonthDay | None:
    month_day = MonthDay(month, day, year)
    return month_day if month_day.in_year(year or 2024) else None


def _clean(text: str) -> str:
    """Lower case, plain spaces, no marks of direction, and digits of any script as 0-9."""
    plain = unicodedata.normalize("NFC", text).replace("\u200f", "").replace("\u200e", "").replace("’", "'")
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    return _ORDINAL.sub("", re.sub(r"\s+", " ", digits).strip().casefold())


def _name(language: str) -> str:
    from babel import Locale

    return str(Locale.parse(language).get_display_name("en"))


@cache
def _other_languages() -> tuple[str, ...]:
    """The other locales of CLDR whose months have names of their own."""
    from babel.localedata import locale_identifiers

    languages = sorted(name for name in locale_identifiers() if "_" not in name and name not in {"root", *LANGUAGES})
    return (*VARIANTS, *languages)


@cache
def _months(language: str) -> dict[str, int]:
    """A language's months: their names, without accents too, and what stands around a day's number in its patterns."""
    from babel import Locale

    locale = Locale.parse(language)
    names: dict[str, int] = {}
    for context in locale.months.values():
        for width in ("abbreviated", "wide"):
            names |= {_words(_clean(name)): month for month, name in context[width].items() if not _has_digit(name)}
    for pattern in _patterns(locale):
        filled = {month: _fill(pattern, locale, month) for month in range(1, 13)}
        names = {_words(_clean(text)): month for month, text in filled.items() if not _has_digit(text)} | names
    if language == "vi":
        spelled = _VIETNAMESE.replace("|", " | ").split(" | ")
        months = [*spelled[0].split(), *spelled[1:]]
        names |= {f"tháng {name}": month for month, name in enumerate(months, 1)}
    names.pop("", None)
    return {_strip_accents(name): month for name, month in names.items()} | names


def _has_digit(text: str) -> bool:
    """Such a month has a number and no name."""
    return any(character.isdecimal() for character in text)


def _patterns(locale: Any) -> Iterator[str]:
    """Patterns of a day with the name of its month."""
    formats = [locale.date_formats.get(width) for width in ("long", "medium")]
    formats += [locale.datetime_skeletons.get(name) for name in _SKELETONS]
    for pattern in dict.fromkeys(str(one.pattern) for one in formats if one is not None):
        if re.search("MMM|LLL", re.sub("'[^']*'", "", pattern)):
            yield pattern


def _fill(pattern: str, locale: Any, month: int) -> str:
    """A pattern with the name of the month, and blanks for day and year."""

    def part(match: re.Match[str]) -> str:
        symbol = match[2]
        if symbol is None:
            return match[1] if match[1] is not None else match[0]
        if symbol not in "ML":
            return " "
        context = locale.months["format" if symbol == "M" else "stand-alone"]
        return str(context["wide" if len(match[0]) == 4 else "abbreviated"][month])

    return _PATTERN.sub(part, pattern)


@cache
def _weekdays(language: str) -> frozenset[str]:
    from babel import Locale

    contexts = Locale.parse(language).days.values()
    names = (name for context in contexts for width in ("abbreviated", "wide") for name in context[width].values())
    return frozenset(_words(_clean(name)) for name in names)


def _words(clean: str) -> str:
    return " ".join(re.sub(r"[\d.,،/()\-–]+", " ", clean).split())


def _strip_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
