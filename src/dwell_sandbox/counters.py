"""Public counters at an instant, and the rounding with which TikTok's web pages show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.growth_curve import GrowthCurve, gross_share, share_reached
from dwell_sandbox.performance import Performance
from dwell_sandbox.seeded_random import SeededRandom

_MAX_LAG_S = 900


@dataclass(frozen=True, slots=True)
class Counters:
    """Cumulative counters; none is ever above `views`."""

    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    downloads: int


def compute_counters(seed: int, post_id: str, performance: Performance, curve: GrowthCurve, age_s: int) -> Counters:
    """The counters at an age in seconds; the others lag behind the views by up to a quarter of an hour.

    A purge that reaches the views first leaves the others too high for those minutes, as on the real platform.
    """
    return _count(seed, post_id, performance, age_s, lambda age: share_reached(curve, age))


def gross_counters(seed: int, post_id: str, performance: Performance, curve: GrowthCurve, age_s: int) -> Counters:
    """The counters as if nothing were ever purged: they never decrease."""
    return _count(seed, post_id, performance, age_s, lambda age: gross_share(curve, age))


def _count(seed: int, post_id: str, performance: Performance, age_s: int, share_at: Callable[[int], float]) -> Counters:
    views = int(performance.views * share_at(age_s))
    base = performance.views * share_at(age_s - _draw_lag(seed, post_id))
    likes, comments, shares, saves, downloads = (min(views, int(base * rate)) for rate in performance.rates)
    return Counters(views, likes, comments, shares, saves, downloads)


@lru_cache(maxsize=32_768)
def _draw_lag(seed: int, post_id: str) -> int:
    return SeededRandom(seed, "lag", post_id).integer("lag", 0, _MAX_LAG_S)


def round_count(count: int) -> int:
    """The count as a web page shows it: exact below 10,000, then in tenths of a thousand (17.7K) or million (1.3M)."""
    for above, unit in ((1_000_000_000, 100_000_000), (1_000_000, 100_000), (10_000, 100)):
        if count >= above:
            return (count + unit // 2) // unit * unit
    return count
