"""The true retention curve of a video: the share of the views that contain each second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, prod
from typing import NamedTuple

from dwell_sandbox.retention_features import RetentionFeatures, draw_features
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_time import WatchTruth

MAX_MEAN = 0.97
"""The highest mean that a curve is made for; viewers of a video with a higher watch ratio watch all of it again."""

_HOOK_S = 1.3
_MAX_HOOK = 0.5
_HALVINGS = 40
_POWERS = (1e-3, 1e4)
_SAME = 1e-7
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class RetentionTruth:
    """The curve of one video, and what is planted in it.

    Attributes:
        curve: Share of the views at second 0, 1, ... length, 0-1.
        features: Its bumps and cliffs.
    """

    curve: tuple[float, ...]
    features: RetentionFeatures


class _Second(NamedTuple):
    """What one second of a curve is made of, the same for every power.

    Attributes:
        left: The share of the length that is left, 0-1.
        stay: Share of the views that reach the end, and of those whose viewers leave at once but are still there.
        leave: Share of the views whose viewers leave along the power of `left`.
        again: The factor of a bump.
    """

    left: float
    stay: float
    leave: float
    again: float


@lru_cache(maxsize=4096)
def retention_truth(seed: int, post_id: str, duration_s: int, true: WatchTruth) -> RetentionTruth:
    """The curve at second 0, 1, ... `duration_s`: 1 at first, `full_watch_rate` at the end.

    In between, some viewers leave within the first seconds and the others gradually; in some videos many leave at one
    moment (a cliff), or rewind to one (a bump), where the curve rises.

    The area under the curve (straight lines between the seconds) is the average watch time. There are two exceptions:
    a watch ratio above `MAX_MEAN`, whose viewers watch all of it again, and videos so short that no such lines have
    that mean. The curve is then the one with the nearest mean.
    """
    target = min(true.watch_ratio, MAX_MEAN)
    features = draw_features(seed, post_id, duration_s)
    curve = _solve(seed, post_id, duration_s, true.full_watch_rate, target, features)
    if abs(mean(curve) - target) > _SAME and features != RetentionFeatures():
        features = RetentionFeatures()
        curve = _solve(seed, post_id, duration_s, true.full_watch_rate, target, features)
    return RetentionTruth(curve, features)


def mean(curve: Sequence[float]) -> float:
    """The mean over the length, with straight lines between the seconds."""
    return (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)


def _solve(
    seed: int, post_id: str, duration_s: int, full: float, target: float, features: RetentionFeatures
) -> tuple[float, ...]:
    """The curve whose mean is nearest to the target, found by bisection of the power."""
    early = (target - full) / (1 - full)
    hook = SeededRandom(seed, "retention", post_id).uniform("hook", 0.05, _MAX_HOOK) * min(early, 1 - early)
    seconds = [_second(second, duration_s, full, hook, features) for second in range(duration_s + 1)]
    low, high = _POWERS
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        above = mean(_values(seconds, middle)) > target
        low, high = (middle, high) if above else (low, middle)
    return tuple(round(value, _DECIMALS) for value in _values(seconds, high))


def _values(seconds: Sequence[_Second], power: float) -> list[float]:
    """The curve; the higher the power, the lower. Half of the sandbox's time is spent here, so it calls no function."""
    return [
        value if (value := (stay + leave * left**power) * again) < 1.0 else 1.0 for left, stay, leave, again in seconds
    ]


def _second(second: int, duration_s: int, full: float, hook: float, features: RetentionFeatures) -> _Second:
    last = exp(-duration_s / _HOOK_S)
    at_once = (exp(-second / _HOOK_S) - last) / (1 - last)
    present = (1 - full) * prod(cliff.factor(second) for cliff in features.cliffs)
    return _Second(
        left=1 - second / duration_s,
        stay=full + present * hook * at_once,
        leave=present * (1 - hook),
        again=prod(bump.factor(second) for bump in features.bumps),
    )
