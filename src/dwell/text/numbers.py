"""Counts, decimals, lengths and shares as people and exports write them: `5,431`, `1,2 mil`, `0:54`, `61%`.

What a spelling means is decided for a column (`number_style`); here is what it means under that decision.
"""

from __future__ import annotations

import re
from decimal import Decimal

from dwell.text.number_patterns import (
    AMBIGUOUS,
    BOUND,
    CLOCK,
    COUNT,
    COUNT_DIGITS,
    DECIMAL,
    EXPONENT,
    GROUPED,
    GROUPED_DECIMAL,
    HOURS_MINUTES_SECONDS,
    LARGEST_COUNT,
    LENGTH,
    LENGTH_UNITS,
    MOST_DIGITS,
    PERCENT,
    PLAIN,
    SLIP,
    SUFFIXED_DIGITS,
    ZERO_FRACTION,
    ZERO_SUFFIXED,
)  # fmt: skip
from dwell.text.number_style import NumberStyle, number_style
from dwell.text.words import clean, is_unknown, lower, plain_digits


def parse_count(text: str, style: NumberStyle | None = None) -> int | None:
    """The whole number that a text means; None where the text marks it as unknown.

    Args:
        text: The text.
        style: What was decided for its column; None: it is alone, and decides for itself.

    Raises:
        ValueError: For anything else, such as `1.2.3K`, `0.71` or `many`, and where the style leaves it open.
    """
    if is_unknown(text):
        return None
    style = style or number_style([text], "count")
    match = re.fullmatch(COUNT, count_word(text))
    if not match:
        raise ValueError(f"{text!r} is not a count")
    sign, body, suffix = match.groups()[:3]
    factor = style.factors.get(suffix) if suffix else 1
    digits = plain_decimal(body, style.suffixed.decimals if suffix else style.bare.decimals,
                           style.suffixed.groups if suffix else style.bare.groups)  # fmt: skip
    form = SUFFIXED_DIGITS if suffix else COUNT_DIGITS
    if digits is None or factor is None or not re.fullmatch(form, digits := re.sub(ZERO_FRACTION, "", digits)):
        raise ValueError(f"{text!r} is not a count, or nothing tells which")
    value = Decimal(digits) * factor
    if value != value.to_integral_value() or value > LARGEST_COUNT:
        raise ValueError(f"{text!r} is not a whole number")
    return int(-value if sign == "-" else value)


def parse_count_without_unit(text: str, style: NumberStyle | None = None) -> int | None:
    """The same for a number that is stored without the unit of its rounding: `0K`, some hundreds at most, is unknown.

    Raises:
        ValueError: As `parse_count`.
    """
    value = parse_count(text, style)
    return None if value == 0 and re.fullmatch(ZERO_SUFFIXED, count_word(text)) else value


def count_word(text: str) -> str:
    """The text of a count as the pattern `COUNT` reads it."""
    return lower(plain_digits(clean(text)))


def plain_decimal(body: str, decimals: str, groups: str) -> str | None:
    """Digits with a point for the decimal mark; None where the text is no number, or open.

    Args:
        body: Digits with marks.
        decimals: Marks that are decimal where the text itself leaves that open.
        groups: Marks that group thousands there.
    """
    if re.fullmatch(AMBIGUOUS, body):
        mark = "." if "." in body else ","
        if mark in decimals:
            return body.replace(",", ".")
        return re.sub("[.,]", "", body) if mark in groups else None
    if re.fullmatch(PLAIN, body):
        return body
    if re.fullmatch(GROUPED, body):
        return re.sub("[^0-9]", "", body)
    if re.fullmatch(GROUPED_DECIMAL, body):
        whole, fraction = re.split("[.,٫](?=[0-9]+$)", body)
        return f"{re.sub('[^0-9]', '', whole)}.{fraction}"
    return re.sub("[,٫]", ".", body) if re.fullmatch(DECIMAL, body) else None


def format_number(value: float) -> str:
    """A number as text that reads as nothing else: 8.981 gets a further 0, because `8.981` may be thousands."""
    text = str(value)
    return f"{text}0" if re.fullmatch(f"-?{AMBIGUOUS}", text) else text


def parse_decimal(text: str, style: NumberStyle | None = None) -> float | None:
    """The number that a text means; None where the text marks it as unknown.

    Raises:
        ValueError: For anything else, and where the style leaves it open.
    """
    if is_unknown(text):
        return None
    value = _decimal(plain_digits(clean(text)), style or number_style([text], "share"))
    if value is None:
        raise ValueError(f"{text!r} is not a number, or nothing tells which")
    return value


def _decimal(word: str, style: NumberStyle) -> float | None:
    if len(word) > MOST_DIGITS:
        return None
    match = re.fullmatch(EXPONENT, word)
    if not match:
        return None
    sign, body, exponent = match.groups(default="")
    digits = plain_decimal(body, style.bare.decimals, style.bare.groups)
    value = None if digits is None else float(sign + digits + exponent)
    return None if value is None or value in {float("inf"), float("-inf")} else value


def parse_seconds(text: str, style: NumberStyle | None = None) -> float | None:
    """The length in seconds of `8.98`, `8.98s`, `0:54`, `1:02:03` or `133h:48m:23s`; None where it is unknown.

    Raises:
        ValueError: For anything else, and where the style leaves it open.
    """
    if is_unknown(text):
        return None
    style = style or number_style([text], "length")
    word = plain_digits(clean(text))
    value = _decimal(word, style)
    if value is not None:
        return scale_seconds(value, style.unit_s)
    value = _length(lower(word), style) if len(word) <= MOST_DIGITS else None
    if value is None:
        raise ValueError(f"{text!r} is not a length of time, or nothing tells which")
    return value


def scale_seconds(value: float, unit_s: float) -> float:
    """A number of units as seconds; a thousandth is a division, which is exact where a product is not."""
    return value / 1000 if unit_s == 0.001 else value * unit_s


def _length(text: str, style: NumberStyle) -> float | None:
    if re.fullmatch(SLIP, text):
        return _slip(text, style)
    if re.fullmatch(CLOCK, text):
        parts = [float(part) for part in re.sub("[^0-9:.]", "", text).split(":")]
        if len(parts) == 3:
            return parts[2] + parts[1] * 60 + parts[0] * 3600
        return parts[1] * (60 if style.unit_s == 3600 else 1) + parts[0] * (3600 if style.unit_s == 3600 else 60)
    if match := re.fullmatch(LENGTH, text):
        sign, body, unit = match.groups()[:3]
        digits = plain_decimal(body, style.bare.decimals, style.bare.groups)
        return None if digits is None else scale_seconds(float(sign + digits), LENGTH_UNITS[unit])
    match = re.fullmatch(HOURS_MINUTES_SECONDS, text)
    if not match or not any(match.groups()):
        return None
    hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _slip(text: str, style: NumberStyle) -> float | None:
    """`8:40s`: minutes and seconds, or, in a column of decimals with a unit, a slip for 8.40 s."""
    digits = re.sub("[^0-9:]", "", text)
    if style.slip is None:
        return None
    if style.slip:
        return float(digits.replace(":", "."))
    minutes, seconds = digits.split(":")
    return float(minutes) * 60 + float(seconds)


def parse_share(text: str, *, percent: bool, style: NumberStyle | None = None) -> float | None:
    """The share that a text means, to ten digits, 1 for the whole; None where unknown, or only a bound (`<1%`).

    Args:
        text: The text; a `%` in it says for itself that it is in hundredths.
        percent: The file writes hundredths.
        style: What was decided for its column.

    Raises:
        ValueError: For text that isn't a number, or a negative share.
    """
    word = plain_digits(clean(text))
    if is_unknown(text) or re.match(BOUND, word):
        return None
    bare = re.sub(f"{PERCENT}$", "", word) if "%" in word and len(word) <= 2 * MOST_DIGITS else word
    value = _decimal(bare, style or number_style([text], "share"))
    if value is None:
        raise ValueError(f"{text!r} is not a number")
    if value < 0:
        raise ValueError(f"{text!r} is below 0")
    return round(value / 100 if percent or "%" in word else value, 10)
