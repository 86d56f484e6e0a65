"""In which second of a video its viewers like it."""

from __future__ import annotations

from functools import lru_cache
from math import exp

from dwell_sandbox.seeded_random import SeededRandom


@lru_cache(maxsize=4096)
def likes_by_second(seed: int, post_id: str, curve: tuple[float, ...]) -> tuple[float, ...]:
    """The share of the likes given in second 0, 1, ... length; the shares add up to 1.

    They follow the retention curve: who is not there cannot like. One moment of the video earns many more of them.
    """
    rng = SeededRandom(seed, "like moments", post_id)
    length = len(curve) - 1
    peak = like_peak(seed, post_id, length)
    width, height = rng.uniform("width", 1.0, 2.5), rng.uniform("height", 2.0, 6.0)
    weights = [
        share * (1 + height * exp(-(((second - peak) / width) ** 2) / 2)) * min(1.0, 0.3 + second / 3)
        for second, share in enumerate(curve)
    ]
    return tuple(weight / sum(weights) for weight in weights)


def like_peak(seed: int, post_id: str, length_s: int) -> int:
    """The planted second around which the most likes are given."""
    return round(length_s * SeededRandom(seed, "like moments", post_id).uniform("peak", 0.25, 0.95))
