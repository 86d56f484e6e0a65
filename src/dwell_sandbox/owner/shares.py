"""Shares that change slowly: of an audience, or of the places where a video was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, pi, sin

from dwell_sandbox.seeded_random import SeededRandom

Shares = dict[str, float]


def draw_shares(
    seed: int, key: tuple[str, str | int], weights: Mapping[str, float], day: float, spread: float, drift: float
) -> Shares:
    """Shares around some weights; they add up to 1.

    Args:
        seed: The world's seed.
        key: Whose shares: what `SeededRandom` draws by.
        weights: What they are around.
        day: A day, counted from any fixed one, with a fraction.
        spread: Standard deviation of the log of each share.
        drift: How far the log of each share moves up and down, over some months.
    """
    movements = _draw_movements(seed, key, tuple(weights))
    return normalize(
        {
            name: weight * exp(spread * each.offset + drift * sin(2 * pi * (day / each.period + each.phase)))
            for (name, weight), each in zip(weights.items(), movements, strict=True)
        }
    )


def normalize(weights: Mapping[str, float]) -> Shares:
    """The weights over their sum."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def largest(shares: Mapping[str, float], count: int) -> Shares:
    """The largest shares, largest first."""
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:count])


@dataclass(frozen=True, slots=True)
class _Movement:
    """How one share differs from its weight, and moves.

    Attributes:
        offset: Its difference on the log scale, standard normal.
        period: Days after which it has moved up, down and back.
        phase: Where it is at day 0, 0-1.
    """

    offset: float
    period: float
    phase: float


@lru_cache(maxsize=32_768)
def _draw_movements(seed: int, key: tuple[str, str | int], names: tuple[str, ...]) -> tuple[_Movement, ...]:
    rng = SeededRandom(seed, *key)
    return tuple(
        _Movement(rng.normal(name), rng.uniform(f"{name} period", 60.0, 300.0), rng.uniform(f"{name} phase"))
        for name in names
    )
