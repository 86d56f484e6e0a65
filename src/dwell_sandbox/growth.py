"""How counters come to their final value: fast, then slowly, in batches, some with a second wave or a purge."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from dwell_sandbox.dice import Dice

HOUR = 3600
_STEPS = ((24 * HOUR, 600), (168 * HOUR, HOUR), (10**12, 6 * HOUR))
_WAVE = 0.1
_PURGE = 0.05


@dataclass(frozen=True, slots=True)
class Curve:
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


def curve(seed: int, post_id: str) -> Curve:
    """The post's growth curve: a pure function of seed and id."""
    dice = Dice(seed, "growth", post_id)
    return Curve(
        half_h=15 * exp(dice.normal("half", 0.0, 0.45)),
        steepness=dice.uniform("steepness", 1.15, 1.6),
        wave_h=dice.uniform("wave at", 120, 1000),
        wave_share=dice.uniform("wave share", 0.25, 0.6) if dice.chance("wave", _WAVE) else 0.0,
        purge_h=float(dice.integer("purge at", 48, 1400)) if dice.chance("purge", _PURGE) else None,
        purge_share=dice.uniform("purge share", 0.01, 0.05),
    )


def batched(age_s: int) -> int:
    """The age at which counters of that age were last refreshed: 10-minute steps at first, then hours, then 6 hours."""
    for below, step in _STEPS:
        if age_s < below:
            return age_s - age_s % step
    raise AssertionError(age_s)


def reached(shape: Curve, age_s: int) -> float:
    """Share of its final value that a counter has at that age, 0-1: never falls, except by the purge."""
    if age_s <= 0:
        return 0.0
    hours = batched(age_s) / HOUR
    share = smooth(shape, hours)
    if shape.purge_h is not None and hours >= shape.purge_h:
        share *= 1 - shape.purge_share
    return share


def smooth(shape: Curve, hours: float) -> float:
    """The share reached after that many hours as if there were neither batches nor a purge: it never falls."""
    share = _wave(hours, shape.half_h, shape.steepness)
    if shape.wave_share:
        later = _wave(hours - shape.wave_h, 2 * shape.half_h, shape.steepness)
        share = (1 - shape.wave_share) * share + shape.wave_share * later
    return share


def _wave(hours: float, half: float, steepness: float) -> float:
    if hours <= 0:
        return 0.0
    slower: float = (half / hours) ** steepness
    return 1 / (1 + slower)
