"""What is planted in a retention curve: seconds that viewers watch again, and seconds in which many leave."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.seeded_random import SeededRandom

MIN_DURATION_S = 10
"""Shorter videos have neither bumps nor cliffs."""

_BUMP_CHANCE, _CLIFF_CHANCE = 0.35, 0.3
_BUMP_AT, _CLIFF_AT = (0.45, 0.8), (0.15, 0.4)
_AGAIN = {-1: 0.3, 0: 1.0, 1: 0.5, 2: 0.2}


@dataclass(frozen=True, slots=True)
class Bump:
    """A moment that viewers rewind to.

    Attributes:
        second: The second that is watched again most.
        gain: Share of the viewers still there who watch that second again, 0-1.
    """

    second: int
    gain: float

    def factor(self, second: int) -> float:
        """What the curve is multiplied with at a second: 1 + `gain` at the peak, less in the seconds beside it."""
        return 1 + self.gain * _AGAIN.get(second - self.second, 0.0)


@dataclass(frozen=True, slots=True)
class Cliff:
    """A moment at which many leave at once.

    Attributes:
        second: The first second that they no longer watch.
        drop: Share of those who leave there, among the viewers present who do not reach the end, 0-1.
    """

    second: int
    drop: float

    def factor(self, second: int) -> float:
        """The share of those viewers that is left at a second."""
        return 1.0 if second < self.second else 1 - self.drop


@dataclass(frozen=True, slots=True)
class RetentionFeatures:
    """The bumps and cliffs of one curve, at most one of each."""

    bumps: tuple[Bump, ...] = ()
    cliffs: tuple[Cliff, ...] = ()


def draw_features(seed: int, post_id: str, duration_s: int) -> RetentionFeatures:
    """Draw what is planted in a video's curve: a pure function of seed and id.

    35 % of the videos of 10 s or more have a bump in their second half, 30 % a cliff in their first half.
    """
    if duration_s < MIN_DURATION_S:
        return RetentionFeatures()
    rng = SeededRandom(seed, "retention features", post_id)
    bumps: tuple[Bump, ...] = ()
    cliffs: tuple[Cliff, ...] = ()
    if rng.chance("bump", _BUMP_CHANCE):
        second = min(round(duration_s * rng.uniform("bump at", *_BUMP_AT)), duration_s - max(_AGAIN) - 1)
        bumps = (Bump(second, rng.uniform("gain", 0.2, 0.45)),)
    if rng.chance("cliff", _CLIFF_CHANCE):
        cliffs = (
            Cliff(max(2, round(duration_s * rng.uniform("cliff at", *_CLIFF_AT))), rng.uniform("drop", 0.2, 0.4)),
        )
    return RetentionFeatures(bumps, cliffs)
