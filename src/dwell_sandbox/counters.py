"""Public counters at an instant, and the rounding with which TikTok's web pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.appeal import Appeal
from dwell_sandbox.dice import Dice
from dwell_sandbox.growth import Curve, reached

_LAG_S = 900


@dataclass(frozen=True, slots=True)
class Counters:
    """Cumulative counters; none is ever above `views`."""

    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    downloads: int


def counters_at(seed: int, post_id: str, fares: Appeal, shape: Curve, age_s: int) -> Counters:
    """The counters at that age in seconds; the others follow the views by up to a quarter of an hour.

    A purge that reaches the views first leaves the others too high for those minutes, as it does in life.
    """
    views = int(fares.views * reached(shape, age_s))
    lag = Dice(seed, "lag", post_id).integer("lag", 0, _LAG_S)
    base = fares.views * reached(shape, age_s - lag)
    likes, comments, shares, saves, downloads = (min(views, int(base * rate)) for rate in fares.rates)
    return Counters(views, likes, comments, shares, saves, downloads)


def rounded(count: int) -> int:
    """The count as a web page shows it: exact below 10,000, then in tenths of a thousand (17.7K) or million (1.3M)."""
    for above, unit in ((1_000_000_000, 100_000_000), (1_000_000, 100_000), (10_000, 100)):
        if count >= above:
            return (count + unit // 2) // unit * unit
    return count
