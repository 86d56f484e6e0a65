"""What is in fashion in a niche on a day, and who follows it: what lies behind sounds and hashtags."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from dwell_sandbox.lifecycle import Lifecycle, active_serials, draw_lifecycle
from dwell_sandbox.seeded_random import SeededRandom

NO_TREND_WEIGHT = 0.8
"""The weight of following no fashion, next to the weights of what is in use."""


@dataclass(frozen=True, slots=True)
class TrendKind:
    """A kind of fashion: sounds or hashtags.

    Attributes:
        name: Part of the draws' names.
        every_days: How often a new one appears in each niche.
        chance: How readily a post takes part at all.
    """

    name: str
    every_days: int
    chance: float


SOUNDS = TrendKind("sound", 6, 0.45)
HASHTAGS = TrendKind("hashtag", 7, 0.5)


@dataclass(frozen=True, slots=True)
class TrendShares:
    """What is in use in a niche on one day: the serials, and the running share of creators who follow each."""

    serials: tuple[int, ...]
    running: tuple[float, ...]

    def share(self, serial: int) -> float:
        """The share of the creators who follow this one on that day."""
        if serial not in self.serials:
            return 0.0
        at = self.serials.index(serial)
        return self.running[at] - (self.running[at - 1] if at else 0.0)


@lru_cache(maxsize=16_384)
def get_lifecycle(seed: int, kind: TrendKind, niche: str, serial: int) -> Lifecycle:
    """The lifecycle of one sound or hashtag of a niche: a pure function."""
    return draw_lifecycle(SeededRandom(seed, "trend", kind.name, niche, serial), serial, kind.every_days)


@lru_cache(maxsize=32_768)
def trend_shares(seed: int, kind: TrendKind, niche: str, day: int) -> TrendShares:
    """What is in use in the niche on that day (`date.toordinal`), weighed at noon."""
    weights = {
        serial: get_lifecycle(seed, kind, niche, serial).weight(day + 0.5)
        for serial in active_serials(day, kind.every_days)
    }
    alive = {serial: weight for serial, weight in weights.items() if weight > 0}
    total = NO_TREND_WEIGHT + sum(alive.values())
    return TrendShares(tuple(alive), tuple(running / total for running in accumulate(alive.values())))


def followed_serial(seed: int, kind: TrendKind, niche: str, number: int, day: int) -> int | None:
    """The serial that this creator follows in the uploads of that local day, or null: none.

    It is drawn for the creator's day and not for the post, so that those who follow one can be found by asking
    creators and days, without making their posts.
    """
    now = trend_shares(seed, kind, niche, day)
    at = bisect(now.running, SeededRandom(seed, "follows", kind.name, number, day).uniform("which"))
    return now.serials[at] if at < len(now.serials) else None
