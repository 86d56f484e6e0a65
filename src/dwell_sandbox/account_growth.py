"""How an account develops over the years: slow growth, waves, and six weak weeks each year."""

from __future__ import annotations

from datetime import UTC, datetime
from math import exp, pi, sin

from dwell_sandbox.creators import Creator
from dwell_sandbox.seeded_random import SeededRandom

REFERENCE_SECOND = 1_767_225_600
"""1 January 2026, the instant for which the size of a creator is drawn."""

_YEAR = 365.25 * 86_400
_SLUMP_DAYS = 19.0
_SLUMP_VIEWS = 1.0
_SLUMP_RATES = 0.28
_RISE_RATES = 0.08


def log_size_change(creator: Creator, second: int) -> float:
    """Change of log size since the reference second: linear, and constant beyond three years before or after it."""
    return creator.growth * max(-3.0, min(3.0, (second - REFERENCE_SECOND) / _YEAR))


def slump_depth(creator: Creator, second: int) -> float:
    """How weak the account is in its weak weeks, 0 to 1."""
    day = datetime.fromtimestamp(second, UTC).timetuple().tm_yday
    distance = abs(day - creator.slump_day)
    return exp(-0.5 * (min(distance, 366 - distance) / _SLUMP_DAYS) ** 2)


def views_shift(creator: Creator, second: int) -> float:
    """What the time of publishing adds to log views."""
    return log_size_change(creator, second) - _SLUMP_VIEWS * slump_depth(creator, second)


def rates_shift(creator: Creator, second: int) -> float:
    """What the time of publishing adds to every log rate."""
    years = max(-3.0, min(3.0, (second - REFERENCE_SECOND) / _YEAR))
    return _RISE_RATES * years - _SLUMP_RATES * slump_depth(creator, second)


def count_followers(seed: int, creator: Creator, second: int) -> int:
    """Followers at a Unix second: the growth, and slow waves in which some leave."""
    rng = SeededRandom(seed, "followers", creator.number)
    days = (second - REFERENCE_SECOND) / 86_400
    waves = sum(
        size * sin(2 * pi * (days / period + rng.uniform(f"phase {period}")))
        for size, period in ((0.02, 131.0), (0.006, 29.0), (0.0007, 7.0))
    )
    return round(creator.size * exp(log_size_change(creator, second) + waves))
