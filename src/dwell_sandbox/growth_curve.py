"""How counters grow to their final value: fast, then slowly, refreshed in steps, some with a second wave or a purge."""

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
    """The growth curve of one post.

    Attributes:
        half_h: Hours after which the first wave has reached half of its views.
        steepness: Exponent of the log-logistic curve.
        wave_h: Hours after which a second wave begins.
        wave_share: Its share of all views; 0 if there is no second wave.
        purge_h: Hours after which fake accounts are removed; null if there is no purge.
        purge_share: The share of the counters that the purge removes.
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
    """The age at the last refresh: every 10 minutes on the first day, then hourly, after a week every 6 hours."""
    for below, step in _REFRESH_STEPS:
        if age_s < below:
            return age_s - age_s % step
    raise AssertionError(age_s)


def gross_share(curve: GrowthCurve, age_s: int) -> float:
    """The share of its final value that a counter would have at an age without a purge, 0-1; it never decreases."""
    return 0.0 if age_s <= 0 else smooth_share(curve, last_refresh(age_s) / HOUR)


def share_reached(curve: GrowthCurve, age_s: int) -> float:
    """The share of its final value that a counter has at an age, 0-1; only a purge decreases it."""
    share = gross_share(curve, age_s)
    if curve.purge_h is not None and age_s > 0 and last_refresh(age_s) / HOUR >= curve.purge_h:
        share *= 1 - curve.purge_share
    return share


def smooth_share(curve: GrowthCurve, hours: float) -> float:
    """The share reached after some hours without refresh steps and purge; it never decreases."""
    share = _wave(hours, curve.half_h, curve.steepness)
    if curve.wave_share:
        later = _wave(hours - curve.wave_h, 2 * curve.half_h, curve.steepness)
        share = (1 - curve.wave_share) * share + curve.wave_share * later
    return share


def _wave(hours: float, half: float, steepness: float) -> float:
    if hours <= 0:
        return 0.0
    ratio: float = (half / hours) ** steepness
    return 1 / (1 + ratio)
