"""The true retention curve of a video: the share of viewers still watching at each second."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_time import WatchTruth

_HOOK_S = 1.3
_MAX_HOOK = 0.5
_HALVINGS = 40
_POWERS = (1e-3, 1e4)


@dataclass(frozen=True, slots=True)
class _EarlyLeavers:
    """How viewers leave who do not reach the end: some at once, the others along a power of the time left."""

    duration_s: int
    hook: float

    def shares(self, power: float) -> list[float]:
        """The share of them still watching at each second; 1 at the start, 0 at the end."""
        last = exp(-self.duration_s / _HOOK_S)
        shares = []
        for second in range(self.duration_s + 1):
            left = 1 - second / self.duration_s
            at_once = (exp(-second / _HOOK_S) - last) / (1 - last)
            shares.append(self.hook * at_once + (1 - self.hook) * left**power)
        return shares


def retention_curve(seed: int, post_id: str, duration_s: int, true: WatchTruth) -> tuple[float, ...]:
    """Share of the viewers still watching at second 0, 1, ... `duration_s`; 1 at first, and never increasing.

    It ends at `full_watch_rate`, and its mean over the length is `held`: the watch ratio without repeated
    watching. In between, some leave within the first seconds, the others gradually. The mean is that of straight
    lines between the seconds, unless all leave so early (or late) within one second that no such lines have it:
    then the result is the steepest curve, and `held` is the mean of some falling curve through the same points.
    """
    full = true.full_watch_rate
    target = (true.held - full) / (1 - full)
    hook = SeededRandom(seed, "retention", post_id).uniform("hook", 0.05, _MAX_HOOK) * min(target, 1 - target)
    leavers = _EarlyLeavers(duration_s, hook)
    low, high = _POWERS
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if mean(leavers.shares(middle)) > target else (low, middle)
    return tuple(full + (1 - full) * share for share in leavers.shares(high))


def mean(shares: list[float] | tuple[float, ...]) -> float:
    """The mean over the length, with straight lines between the seconds."""
    return (sum(shares) - (shares[0] + shares[-1]) / 2) / (len(shares) - 1)
