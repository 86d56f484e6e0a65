"""How sources round counters (`17.7K`, `1.2M`, `3万`), and what a number alone tells of that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from dwell.text.number_patterns import ZERO_SUFFIXED
from dwell.text.words import clean, lower, plain_digits

Rounding = Literal["exact", "mixed", "decimals", "rounded"]

UNITS = (
    (1_000_000_000, 1_000_000_000),
    (100_000_000, 100_000_000),
    (1_000_000, 1_000_000),
    (1_000_000, 100_000),
    (10_000, 10_000),
    (1_000, 1_000),
    (1_000, 100),
)
"""(least count, unit) of all ways in which sources round, the coarsest unit first: K, M, B, 万 and 億, whole or with a
decimal. Nobody rounds below a thousand."""
DECIMAL_UNITS = ((1_000_000_000, 100_000_000), (1_000_000, 100_000), (1_000, 100))
"""The same where a source always shows a decimal: 17.7K, 18.0K."""
LEAST_ROUNDED = 1_000
FINEST_UNIT = 100
BANDS = (LEAST_ROUNDED, 10_000)
"""A source may round from a thousand up, or, as TikTok does, from ten thousand up: each band is judged by itself."""
ROUNDED_SHARE = 0.9
"""From this share of multiples of 100 on, the counters of a band are rounded; one in a hundred is one by chance."""
LEAST_EVIDENCE = 2
"""So many different round numbers it takes: one in a hundred exact ones is round."""
DEVIATIONS = 2.0
"""So many standard deviations beyond chance make round numbers suspect: few are lost where that is an error."""


def read_unit(text: str, value: int) -> int:
    """The unit of a written count: what its last digit stands for.

    Args:
        text: The count as written: `120K`, `1,2 mil`, `12,345`.
        value: The number that it means.

    Returns:
        1,000 for `120K`, 100 for `1.2K`, 10,000 for `3万`; of a bound (`1000+`, `99+`) what its first digit stands for;
        1,000 at least for `0K`, which hides some hundreds; 1 where every digit is written.
    """
    digits = int(re.sub(r"\D", "", text)[:30] or 0)
    if digits and abs(value) > digits:
        return abs(value) // digits
    if not value and re.fullmatch(ZERO_SUFFIXED, lower(plain_digits(clean(text)))):
        return LEAST_ROUNDED
    return 10 ** (len(str(abs(value))) - 1) if "+" in text[1:] else 1


def coarsest_unit(count: int) -> int:
    """The coarsest unit to which a source may have rounded to this number: 1 where none fits."""
    return next((unit for least, unit in UNITS if count >= least and count % unit == 0), 1)


def judge_bands(counts: Sequence[tuple[int, int, int]]) -> tuple[Rounding, ...]:
    """Whether the counters of each band are rounded.

    Args:
        counts: For each of `BANDS`: its distinct numbers, written in full, and how many of them are multiples of 100
            and 1,000. Of a number that stands in many rows the tenth says no more than the first.

    Returns:
        `rounded` where nearly all are multiples of 100, `decimals` where most of these are none of 1,000; `mixed`
        where more are multiples than chance gives (two standard deviations beyond one in a hundred), so that each of
        these is suspect; otherwise `exact`. No source rounds small numbers and leaves large ones as they are, so there
        the small ones are `mixed`, too. One round number is no evidence, unless it is the only large one of the column
        and a multiple of 1,000.
    """
    numbers, rounds, whole = (sum(column) for column in zip(*counts, strict=True))
    if rounds < LEAST_EVIDENCE and not numbers == whole == 1:
        return tuple("exact" for _ in counts)
    judged: list[Rounding] = []
    larger_are_exact = False
    for large, multiples, thousands in reversed(counts):
        by_chance = large / FINEST_UNIT
        if multiples <= by_chance + DEVIATIONS * by_chance**0.5:
            judged.append("exact")
        elif multiples < ROUNDED_SHARE * large or larger_are_exact:
            judged.append("mixed")
        else:
            judged.append("decimals" if 2 * thousands < multiples else "rounded")
        larger_are_exact = larger_are_exact or (large > 0 and judged[-1] in {"exact", "mixed"})
    return tuple(reversed(judged))
