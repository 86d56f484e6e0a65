"""Whether shares are written in hundredths: decided for a column, and for all curves of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from dwell.text.number_style import NumberStyle, number_style
from dwell.text.numbers import parse_decimal
from dwell.text.plurals import pluralize
from dwell.text.words import plain_digits

MOST_FRACTION = 2.0
"""A share above it proves that its column writes percentages; 1.02 among fractions is a slip."""
MOST_REWATCHED = 10.0
"""A point of a retention curve above it proves percentages; loops take a fraction above 1, not above this."""

LEAST_START = 0.2
"""A curve that begins with at least this, and has no point above `MOST_REWATCHED`, is in fractions."""
LOW_START = 0.05
"""No curve begins below it."""


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


@dataclass
class CurveUnits:
    """The unit of each retention curve of a file: its own where it says so, else that of the file.

    A curve with a point above what loops can make of 1 is in hundredths. One that begins with the video, where nearly
    all still watch, and has no such point, is in fractions: in hundredths it would begin at a few percent.

    Attributes:
        percent: Of the curves that do not say.
        style: How the file writes numbers.
        given: The unit of all is stated, by their header or the user.
        others: Curves that are in fractions though the file's others are in hundredths.
        low: Curves that begin below 5 %, which none does.
    """

    percent: bool
    style: NumberStyle
    given: bool = False
    others: int = 0
    low: int = 0

    def is_percent(self, texts: Sequence[str], *, from_start: bool) -> bool:
        """Whether a curve is in hundredths.

        Args:
            texts: Its points, in their order.
            from_start: The first of them is of the first second.
        """
        numbers = read_numbers(texts, self.style)
        begins = from_start and bool(numbers) and bool(texts) and read_numbers(texts[:1], self.style) == numbers[:1]
        percent = self.percent
        if not self.given and numbers and not any("%" in plain_digits(text) for text in texts):
            if max(numbers) > MOST_REWATCHED:
                percent = True
            elif begins and numbers[0] >= LEAST_START:
                self.others += percent
                percent = False
        self.low += begins and 0 < numbers[0] / (100 if percent else 1) < LOW_START
        return percent

    def warnings(self, name: str) -> Iterator[str]:
        """What a user should look at, a sentence each."""
        if self.others:
            curves = pluralize(self.others, "retention curve")
            yield f"{name}: read in fractions, because they begin near 1 (others are in percent): {curves}."
        if self.low:
            curves = pluralize(self.low, "retention curve")
            yield f"{name}: below {LOW_START:.0%} at the start, where nearly all still watch: {curves}. Check the unit."


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
