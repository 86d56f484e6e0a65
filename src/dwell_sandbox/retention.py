"""The true retention curve behind a video: how many of its viewers are still there at each second."""

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
    """How those leave who do not reach the end: some at once, the others along a power of the time left."""

    duration_s: int
    hook: float

    def shares(self, power: float) -> list[float]:
        """Who of them is still there at each second; 1 at the start, 0 at the end."""
        last = exp(-self.duration_s / _HOOK_S)
        found = []
        for second in range(self.duration_s + 1):
            left = 1 - second / self.duration_s
            at_once = (exp(-second / _HOOK_S) - last) / (1 - last)
            found.append(self.hook * at_once + (1 - self.hook) * left**power)
        return found


def retention_curve(seed: int, post_id: str, duration_s: int, true: WatchTruth) -> tuple[float, ...]:
    """Share of the viewers still watching at second 0, 1, ... `duration_s`; 1 at first, and it never rises.

    It ends at `full_watch_rate`, and its mean over the length is `held`: the watch ratio without watching again.
    In between, some leave within the first seconds, the others gradually. The mean is that of straight lines between
    the seconds, except where all leave so early (or late) within one second that no such lines have it: then the
    steepest curve is given, and `held` is still the mean of a falling curve through the same points.
    """
    full = true.full_watch_rate
    wanted = (true.held - full) / (1 - full)
    hook = SeededRandom(seed, "retention", post_id).uniform("hook", 0.05, _MAX_HOOK) * min(wanted, 1 - wanted)
    fall = _EarlyLeavers(duration_s, hook)
    low, high = _POWERS
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if mean(fall.shares(middle)) > wanted else (low, middle)
    return tuple(full + (1 - full) * share for share in fall.shares(high))


def mean(shares: list[float] | tuple[float, ...]) -> float:
    """The mean over the length, straight between the seconds."""
    return (sum(shares) - (shares[0] + shares[-1]) / 2) / (len(shares) - 1)
