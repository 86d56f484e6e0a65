"""Shares that change slowly: of an audience, or of the places where a video was seen."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, pi, sin

from dwell_sandbox.seeded_random import SeededRandom

Shares = dict[str, float]


def draw_shares(rng: SeededRandom, weights: Mapping[str, float], day: float, spread: float, drift: float) -> Shares:
    """Shares around some weights; they add up to 1.

    Args:
        rng: Whose shares.
        weights: What they are around.
        day: A day, counted from any fixed one, with a fraction.
        spread: Standard deviation of the log of each share.
        drift: How far the log of each share moves up and down, over some months.
    """
    drawn = {name: weight * exp(rng.normal(name, 0.0, spread)) for name, weight in weights.items()}
    moved = {name: weight * exp(drift * _wave(rng, name, day)) for name, weight in drawn.items()}
    return normalize(moved)


def normalize(weights: Mapping[str, float]) -> Shares:
    """The weights over their sum."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def largest(shares: Mapping[str, float], count: int) -> Shares:
    """The largest shares, largest first."""
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:count])


def _wave(rng: SeededRandom, name: str, day: float) -> float:
    period = rng.uniform(f"{name} period", 60.0, 300.0)
    return sin(2 * pi * (day / period + rng.uniform(f"{name} phase")))
