"""Ids of posts, sounds, accounts and comments: the time in them, and the marks of digits that a program rounded.

The upper 32 of the 63 bits of a TikTok id are the Unix second at which it was made. A spreadsheet keeps 15 digits of a
number, and a float 53 bits: what they write in place of an id points at another post, or at none. Of one id nothing
tells that for certain, because about 3 in 1,000 undamaged ids look the same; of a column the share does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import log

FIRST_POST = datetime(2014, 9, 1, tzinfo=UTC)
OLDEST_ID = int(FIRST_POST.timestamp()) << 32

SCIENTIFIC_ID = r"\d+([.,]\d+)?[eE]\+?\d+"
"""What a spreadsheet leaves of an id; a pattern that Python and RE2 read alike, as the next one."""
FLOAT_ID = r"\d{15,}\.0+"
"""What a float leaves of an id."""

SHORTEST_MARKED = 10**16
"""Ids from here on (17 digits) are looked at: a float holds every shorter one, and a spreadsheet nearly so."""
ZEROS: tuple[tuple[int, int], ...] = ((10**18, 10_000), (10**17, 1_000), (SHORTEST_MARKED, 100))
"""From which id on, and of what an id is a multiple, where a spreadsheet kept 15 of its digits."""
STEP = 512
"""Floats of ids from `STEP_FROM` on are multiples of it; of smaller ids every float counts."""
STEP_FROM = 1 << 61
LOST_DIGITS = 10_000
"""A rounded id is at most this far from the true one."""
LOST_REASON = "(its last digits are lost; export ids as text, or add a column with the links)"
"""What every reason against a rounded id says."""
BEYOND_CHANCE = 1e-4
"""A column is damaged where chance alone would mark as many of its ids at most this often."""
POST_ID = "[0-9]{17,20}"
"""What an id of TikTok looks like."""
FACEBOOK_ID = "[0-9]{13,18}"
"""What an id of a Facebook video looks like."""
ROW_NUMBER = "[A-Za-z]{0,3}[-_#]?[0-9]{1,12}"
"""What databases and spreadsheets number their rows with; no platform's id looks so."""


def minted_at(post_id: str) -> datetime:
    """When a post id was minted, UTC.

    That is 0-45 s before the post was published, or days before it for a scheduled post: a lower bound.
    """
    return datetime.fromtimestamp(int(post_id) >> 32, tz=UTC)


def latest_id(moment: datetime) -> int:
    """The highest id that a post made up to a day after this instant can have."""
    return (int((moment + timedelta(days=1)).timestamp()) + 1 << 32) - 1


def is_post_id(text: str, latest: int) -> bool:
    """An id from the first post on up to `latest` (see `latest_id`); every such id has 19 digits."""
    return len(text) == 19 and text.isascii() and text.isdigit() and OLDEST_ID <= int(text) <= latest


def looks_rounded(text: str | None) -> bool:
    """An id shows one of the marks of lost digits."""
    if text is None or not 17 <= len(text) <= 19 or not (text.isascii() and text.isdigit()):
        return False
    number = int(text)
    if number >= STEP_FROM and number % STEP and not text.endswith("00"):
        return False  # most ids
    if not SHORTEST_MARKED <= number < 1 << 63:
        return False
    return ends_in_zeros(number) or is_float_step(number) or is_float_text(number)


def are_damaged(ids: Iterable[str]) -> bool:
    """More of these ids show a mark of lost digits than chance explains; repeats of one id count once."""
    different = set(ids)
    marked = [int(text) for text in different if looks_rounded(text)]
    if len(marked) < 2:
        return False
    numbers = [int(text) for text in different if text.isascii() and text.isdigit()]
    zeros = [ends_in_zeros(number) for number in marked]
    floats = [is_float_text(number) or is_zero for number, is_zero in zip(marked, zeros, strict=True)]
    by_zeros, by_float = sum(map(zeros_chance, numbers)), sum(map(float_chance, numbers))
    return (
        is_beyond_chance(sum(zeros), by_zeros)
        or is_beyond_chance(sum(map(is_float_step, marked)), sum(map(step_chance, numbers)))
        or is_beyond_chance(sum(floats), by_zeros + by_float)
    )


def zeros_chance(number: int) -> float:
    """How often an undamaged id of this size ends in zeros."""
    return next((1 / unit for least, unit in ZEROS if number >= least), 0)


def step_chance(number: int) -> float:
    """How often an undamaged id of this size is a float's whole number."""
    return 1 / STEP if number >= STEP_FROM else float_chance(number)


def float_chance(number: int) -> float:
    """How often an undamaged id of this size is the shortest decimal of a float: once in a float's step."""
    return 2.0 ** (53 - number.bit_length()) if number >= SHORTEST_MARKED else 0


def ends_in_zeros(number: int) -> bool:
    """Only the first 15 digits are other than 0: a spreadsheet's."""
    return next((number % unit == 0 for least, unit in ZEROS if number >= least), False)


def is_float_step(number: int) -> bool:
    """The whole number of a float, as pandas and databases write it."""
    if number >= STEP_FROM:
        return number % STEP == 0
    return number >= SHORTEST_MARKED and int(float(number)) == number


def is_float_text(number: int) -> bool:
    """The shortest decimal of a float, as JavaScript writes it: 16 digits and zeros, or 17 where 16 do not suffice."""
    if number < SHORTEST_MARKED:
        return False
    value, unit = float(number), 10 ** (len(str(number)) - 16)
    exact = int(value)
    shortest = (exact + unit // 2) // unit * unit
    if float(shortest) != value:
        unit //= 10
        shortest = (exact + unit // 2) // unit * unit
    return bool(shortest == number)


def is_beyond_chance(marked: int, expected: float) -> bool:
    """So many ids of a column show a mark that it is damage.

    One mark is never enough, nor twice as many as expected: the low bits of real ids are not quite evenly spread.
    Otherwise the number of marks by chance is at most Poisson's, and Chernoff's bound holds for its tail.

    Args:
        marked: Different ids with the mark.
        expected: How many of that many undamaged ids have it.
    """
    if marked < 2 or marked <= 2 * expected:
        return False
    return marked * log(marked / expected) - marked + expected > -log(BEYOND_CHANCE)
