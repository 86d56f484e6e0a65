"""Counts, decimals, lengths and shares as people and exports write them: `5,431`, `1,2 mil`, `0:54`, `61%`."""

from __future__ import annotations

import re
from decimal import Decimal
from statistics import median

from dwell.text.words import clean, is_unknown, lower

SUFFIXES = {
    "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "mil": 1_000, "tys": 1_000, "tsd": 1_000, "тыс": 1_000,
    "mi": 1_000_000, "mio": 1_000_000, "mln": 1_000_000, "млн": 1_000_000, "千": 1_000, "천": 1_000,
    "万": 10_000, "萬": 10_000, "만": 10_000, "億": 100_000_000, "亿": 100_000_000, "억": 100_000_000,
}  # fmt: skip
"""Letters after a count, lower case, and what they multiply it by."""
MINUS = "\u2212"
"""The sign that typographers use for `-`."""

# Sign, digits with separators, suffix. With a suffix a separator is decimal.
COUNT = rf"([+-]?)([0-9][0-9.,' ]*?) *({'|'.join(sorted(SUFFIXES, key=len, reverse=True))})?\.?"
SUFFIXED = r"[0-9]{1,15}([.,][0-9]{1,9})?"
# Without a suffix, a separator before exactly three digits groups thousands (before two, in India).
_BY_THREE = "|".join(rf"[0-9]{{1,3}}({mark}[0-9]{{3}})+" for mark in (r"\.", ",", " ", "'"))
NO_FRACTION = "[.,]0{1,2}"
GROUPED = rf"({_BY_THREE}|[0-9]{{1,2}}(,[0-9]{{2}})+,[0-9]{{3}})({NO_FRACTION})?"
WHOLE = "[0-9]+([.,]0+)?"
FRACTION = "[+-]?[0-9]+[.,][0-9]+"
LARGEST_COUNT = 2**63 - 1

MOST_DIGITS = 40
"""A number with more characters is none: this also keeps every number finite."""
POINT = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?"
COMMA = "[+-]?[0-9]+,[0-9]+"
COMMAS_AND_POINT = r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+"
POINTS_AND_COMMA = r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+"

# `8:40s` is a slip for 8.40 s: with a unit it cannot be a clock time.
SLIP = "[0-9]+:[0-9]{2} *s"
CLOCK = r"[0-9]+:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?"
SECONDS = r"-?[0-9]+([.,][0-9]+)? *(s|sec|secs|seconds?)\.?"
HOURS_MINUTES_SECONDS = (
    r"(?:([0-9]+) *h(?:ours?|rs?)?)?[: ]*(?:([0-9]+) *m(?:in(?:utes?|s)?)?)?[: ]*"
    r"(?:([0-9]+(?:\.[0-9]+)?) *s(?:ec(?:onds?|s)?)?)?"
)
PERCENT = " *%+"
BOUND = " *[<>≤≥]"
"""`<1%` tells that there is a value, and not which."""


def parse_count(text: str) -> int | None:
    """The whole number that a text means; None where the text marks it as unknown.

    With a suffix (K, M, 万, mil ...) a separator is decimal; without one, a separator before exactly three digits is
    a thousands separator.

    Raises:
        ValueError: For anything else, such as `1.2.3K`, `0.71` or `many`.
    """
    if is_unknown(text):
        return None
    match = re.fullmatch(COUNT, lower(clean(text).replace(MINUS, "-")))
    if not match:
        raise ValueError(f"{text!r} is not a count")
    sign, digits, suffix = match.groups()
    value = _scaled(digits, suffix) if suffix else _ungrouped(digits)
    if value is None:
        raise ValueError(f"{text!r} is not a {'whole number' if re.fullmatch(FRACTION, digits) else 'count'}")
    return -value if sign == "-" else value


def _scaled(digits: str, suffix: str) -> int | None:
    if not re.fullmatch(SUFFIXED, digits):
        return None
    value = Decimal(digits.replace(",", ".")) * SUFFIXES[suffix]
    return int(value) if value == value.to_integral_value() and value <= LARGEST_COUNT else None


def _ungrouped(digits: str) -> int | None:
    if re.fullmatch(GROUPED, digits):
        whole = re.sub("[^0-9]", "", re.sub(f"{NO_FRACTION}$", "", digits))
    elif re.fullmatch(WHOLE, digits):
        whole = re.split("[.,]", digits)[0]
    else:
        return None
    return int(whole) if int(whole) <= LARGEST_COUNT else None


def parse_decimal(text: str) -> float | None:
    """The number that a text means; None where the text marks it as unknown.

    A single comma is decimal; `1,234.5` and `1.234,5` have both separators.

    Raises:
        ValueError: For anything else.
    """
    if is_unknown(text):
        return None
    value = _decimal(clean(text))
    if value is None:
        raise ValueError(f"{text!r} is not a number")
    return value


def _decimal(text: str) -> float | None:
    if len(text) > MOST_DIGITS:
        return None
    if re.fullmatch(POINT, text):
        return float(text)
    if re.fullmatch(COMMA, text):
        return float(text.replace(",", "."))
    if re.fullmatch(COMMAS_AND_POINT, text):
        return float(text.replace(",", ""))
    if re.fullmatch(POINTS_AND_COMMA, text):
        return float(text.replace(".", "").replace(",", "."))
    return None


def parse_seconds(text: str) -> float | None:
    """The length in seconds of `8.98`, `8.98s`, `0:54`, `1:02:03` or `133h:48m:23s`; None where it is unknown.

    Raises:
        ValueError: For anything else.
    """
    if is_unknown(text):
        return None
    word = clean(text)
    value = _decimal(word)
    if value is None and len(word) <= MOST_DIGITS:
        value = _length(lower(word))
    if value is None:
        raise ValueError(f"{text!r} is not a length of time")
    return value


def _length(text: str) -> float | None:
    if re.fullmatch(SLIP, text):
        return float(re.sub("[^0-9:]", "", text).replace(":", "."))
    if re.fullmatch(CLOCK, text):
        parts = [float(part) for part in text.split(":")]
        return parts[-1] + parts[-2] * 60 + (parts[0] * 3600 if len(parts) == 3 else 0)
    if re.fullmatch(SECONDS, text):
        return float(re.sub("[^0-9.,-]", "", text.rstrip(".")).replace(",", "."))
    match = re.fullmatch(HOURS_MINUTES_SECONDS, text)
    if not match or not any(match.groups()):
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def parse_share(text: str, *, percent: bool) -> float | None:
    """The share, 0-1, that a text means, to ten digits; None where it is unknown, or only a bound (`<1%`).

    Args:
        text: The text; a `%` in it says for itself that it is in hundredths.
        percent: The file writes hundredths.

    Raises:
        ValueError: For text that isn't a number, or a share outside 0-1.
    """
    word = clean(text)
    if is_unknown(text) or re.match(BOUND, word):
        return None
    value = _decimal(re.sub(f"{PERCENT}$", "", word) if "%" in word else word)
    if value is None:
        raise ValueError(f"{text!r} is not a number")
    value = value / 100 if percent or "%" in word else value
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is not a share between 0 and 100 %")
    return round(value, 10)


def is_percent_column(texts: list[str]) -> bool:
    """The shares of a file are percentages: one has a `%`, or is above 2, or half of them are above 1.

    A single 1.02 among fractions is a typing error, not a reason to divide a column by 100.
    """
    numbers = [value for text in texts if (value := _decimal(clean(text))) is not None]
    marked = any("%" in text for text in texts)
    return marked or (bool(numbers) and (max(numbers) > 2 or median(numbers) > 1))
