"""Counts and shares as people and exports write them: `179160`, `5,431`, `1.2K`, `1,2 mil`, `undefined`, `61%`."""

from __future__ import annotations

import re
from decimal import Decimal
from statistics import median

UNKNOWN = frozenset({"", "-", "--", "–", "—", "undefined", "null", "none", "nan", "n/a", "na", "#n/a"})

_SUFFIXES = {
    "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "万": 10_000, "萬": 10_000, "만": 10_000, "億": 100_000_000,
    "亿": 100_000_000, "억": 100_000_000, "千": 1_000, "천": 1_000, "mil": 1_000, "tys": 1_000, "mio": 1_000_000,
    "mln": 1_000_000, "mi": 1_000_000, "tsd": 1_000,
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?)(\d[\d.,' ]*)\s*([^\W\d_]*)\.?")
_SPACES = re.compile(r"[\u00a0\u202f\u2009\s]+")


def is_unknown(text: str) -> bool:
    """The text says that the source gives no figure, which is never 0."""
    return text.strip().casefold() in UNKNOWN


def parse_count(text: str) -> int | None:
    """The whole number that a text means; None where the text marks it as unknown.

    With a suffix (K, M, 万, mil ...) a separator is decimal; without one, a separator before exactly three digits is
    a thousands separator.

    Raises:
        ValueError: For anything else, such as `1.2.3K`, `0.71` or `many`.
    """
    if is_unknown(text):
        return None
    match = _NUMBER.fullmatch(_SPACES.sub(" ", text.strip().replace("\u2212", "-")))
    factor = _SUFFIXES.get(match[3].casefold(), 0) if match and match[3] else 1
    if not match or not factor:
        raise ValueError(f"{text!r} is not a count")
    value = _parse_decimal(match[2], text) * factor if match[3] else Decimal(_strip_grouping(match[2], text))
    if value != value.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number")
    return -int(value) if match[1] == "-" else int(value)


def parse_share(text: str, *, percent: bool) -> float | None:
    """The share, 0-1, that a text means: `percent` says that the file writes hundredths.

    Raises:
        ValueError: For text that isn't a number, or a share outside 0-1.
    """
    if is_unknown(text):
        return None
    value = float(text.strip().rstrip("%").strip().replace(",", ".")) / (100 if percent else 1)
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is not a share between 0 and 100 %")
    return round(value, 10)


def is_percent_column(texts: list[str]) -> bool:
    """The shares of a file are percentages: one has a `%`, or is above 2, or half of them are above 1.

    A single 1.02 among fractions is a typing error, not a reason to divide a column by 100.
    """
    plain = [text.strip().replace(",", ".") for text in texts]
    numbers = [float(text) for text in plain if re.fullmatch(r"\d+(\.\d+)?", text)]
    marked = any("%" in text for text in texts)
    return marked or (bool(numbers) and (max(numbers) > 2 or median(numbers) > 1))


def _parse_decimal(digits: str, text: str) -> Decimal:
    plain = digits.strip().replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?", plain):
        raise ValueError(f"{text!r} is not a count")
    return Decimal(plain)


def _strip_grouping(digits: str, text: str) -> str:
    plain = digits.strip()
    if re.fullmatch(r"\d+", plain):
        return plain
    if re.fullmatch(r"\d{1,3}([.,' ])\d{3}(\1\d{3})*", plain):
        return re.sub(r"\D", "", plain)
    if re.fullmatch(r"\d+[.,]0+", plain):
        return re.split(r"[.,]", plain)[0]
    raise ValueError(f"{text!r} is not a count")
