"""Whether shares are written in hundredths: decided for a column, and for all curves of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from statistics import median

from dwell.text.number_style import NumberStyle, number_style
from dwell.text.numbers import parse_decimal
from dwell.text.words import plain_digits

MOST_FRACTION = 2.0
"""A share above it proves that its column writes percentages; 1.02 among fractions is a slip."""
MOST_REWATCHED = 10.0
"""A point of a retention curve above it proves percentages; loops take a fraction above 1, not above this."""


def is_percent_column(texts: Collection[str], style: NumberStyle | None = None) -> bool:
    """The shares of a file are percentages: one has a `%`, or is above 2, or half of them are above 1.

    A single 1.02 among fractions is a typing error, not a reason to divide a column by 100.
    """
    numbers = read_numbers(texts, style)
    marked = any("%" in plain_digits(text) for text in texts)
    return writes_percent(
        marked=marked, largest=max(numbers, default=None), middle=median(numbers) if numbers else None
    )


def writes_percent(*, marked: bool, largest: float | None, middle: float | None) -> bool:
    """The same, of the largest and the middle one of the numbers without a `%`."""
    return marked or (largest is not None and largest > MOST_FRACTION) or (middle is not None and middle > 1)


def is_percent_curve(texts: Collection[str], style: NumberStyle | None = None) -> bool:
    """The retention curves of a file are in hundredths: a point has a `%`, or is above what loops can make of 1."""
    return any("%" in plain_digits(t) for t in texts) or max(read_numbers(texts, style), default=0.0) > MOST_REWATCHED


def read_numbers(texts: Iterable[str], style: NumberStyle | None = None) -> list[float]:
    """The texts that are numbers."""
    listed = [text for text in texts if text]
    chosen = style or number_style(listed, "share")
    numbers = []
    for text in listed:
        try:
            value = parse_decimal(text, chosen)
        except ValueError:
            continue
        if value is not None:
            numbers.append(value)
    return numbers
