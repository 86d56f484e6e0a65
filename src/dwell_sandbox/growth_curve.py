"""How counters come to their final value: fast, then slowly, in batches, some with a second wave or a purge."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from dwell_sandbox.seeded_random import SeededRandom

HOUR = 3600
_REFRESH_STEPS = ((24 * HOUR, 600), (168 * HOUR, HOUR), (10**12, 6 * HOUR))
_WAVE_CHANCE = 0.1
_PURGE_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class GrowthCurve:
    """One post's growth.

    Attributes:
        half_h: Hours after which the first wave has brought half of its views.
        steepness: Exponent of the log-logistic curve.
        wave_h: Hours after which a second wave begins, and `wave_share`, its part of all views.
        purge_h: Hours after which false accounts are removed, and `purge_share`, the part of the counters that goes;
            null where there is no purge.
    """

    half_h: float
    steepness: float
    wave_h: float
    wave_share: float
    purge_h: float | None
    purge_share: float


def draw_growth_curve(seed: int, post_id: str) -> GrowthCurve:
    """The post's growth curve: a pure function of seed and id."""
    rng = SeededRandom(seed, "growth", post_id)
    return GrowthCurve(
        half_h=15 * exp(rng.normal("half", 0.0, 0.45)),
        steepness=rng.uniform("steepness", 1.15, 1.6),
        wave_h=rng.uniform("wave at", 120, 1000),
        wave_share=rng.uniform("wave share", 0.25, 0.6) if rng.chance("wave", _WAVE_CHANCE) else 0.0,
        purge_h=float(rng.integer("purge at", 48, 1400)) if rng.chance("purge", _PURGE_CHANCE) else None,
        purge_share=rng.uniform("purge share", 0.01, 0.05),
    )


def last_refresh(age_s: int) -> int:
    """The age at which counters of that age were last refreshed: 10-minute steps at first, then hours, then 6 hours."""
    for below, step in _REFRESH_STEPS:
        if age_s < below:
            return age_s - age_s % step
    raise AssertionError(age_s)


def share_reached(curve: GrowthCurve, age_s: int) -> float:
    """Share of its final value that a counter has at that age, 0-1: never falls, except by the purge."""
    if age_s <= 0:
        return 0.0
    hours = last_refresh(age_s) / HOUR
    share = smooth_share(curve, hours)
    if curve.purge_h is not None and hours >= curve.purge_h:
        share *= 1 - curve.purge_share
    return share


def smooth_share(curve: GrowthCurve, hours: float) -> float:
    """The share reached after that many hours as if there were neither batches nor a purge: it never falls."""
    share = _wave(hours, curve.half_h, curve.steepness)
    if curve.wave_share:
        later = _wave(hours - curve.wave_h, 2 * curve.half_h, curve.steepness)
        share = (1 - curve.wave_share) * share + curve.wave_share * later
    return share


def _wave(hours: float, half: float, steepness: float) -> float:
    if hours <= 0:
        return 0.0
    slower: float = (half / hours) ** steepness
    return 1 / (1 + slower)
