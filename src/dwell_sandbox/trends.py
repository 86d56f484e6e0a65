"""The trends of a niche on a day, and which creators follow them: the model behind sounds and hashtags."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from dwell_sandbox.lifecycle import Lifecycle, active_serials, draw_lifecycle
from dwell_sandbox.seeded_random import SeededRandom

NO_TREND_WEIGHT = 0.8
"""The weight of following no trend, next to the weights of the trends."""


@dataclass(frozen=True, slots=True)
class TrendKind:
    """A kind of trend: sounds or hashtags.

    Attributes:
        name: Part of the names of the random draws.
        every_days: Mean days between the starts of new trends of a niche.
        chance: The chance that a post follows a trend of this kind.
    """

    name: str
    every_days: int
    chance: float


SOUNDS = TrendKind("sound", 6, 0.45)
HASHTAGS = TrendKind("hashtag", 7, 0.5)


@dataclass(frozen=True, slots=True)
class TrendShares:
    """The trends of a niche on one day: their serials, and the cumulative shares of creators who follow them."""

    serials: tuple[int, ...]
    cumulative: tuple[float, ...]

    def share(self, serial: int) -> float:
        """The share of creators who follow the trend with this serial."""
        if serial not in self.serials:
            return 0.0
        index = self.serials.index(serial)
        return self.cumulative[index] - (self.cumulative[index - 1] if index else 0.0)


@lru_cache(maxsize=16_384)
def get_lifecycle(seed: int, kind: TrendKind, niche: str, serial: int) -> Lifecycle:
    """The lifecycle of one trend of a niche: a pure function."""
    return draw_lifecycle(SeededRandom(seed, "trend", kind.name, niche, serial), serial, kind.every_days)


@lru_cache(maxsize=32_768)
def trend_shares(seed: int, kind: TrendKind, niche: str, day: int) -> TrendShares:
    """The trends of the niche on a day (`date.toordinal`), with their weights at noon."""
    weights = {
        serial: get_lifecycle(seed, kind, niche, serial).weight(day + 0.5)
        for serial in active_serials(day, kind.every_days)
    }
    active = {serial: weight for serial, weight in weights.items() if weight > 0}
    total = NO_TREND_WEIGHT + sum(active.values())
    return TrendShares(tuple(active), tuple(cumulative / total for cumulative in accumulate(active.values())))


def followed_serial(seed: int, kind: TrendKind, niche: str, number: int, day: int) -> int | None:
    """The serial of the trend that a creator follows in the uploads of a local day, or null.

    It is drawn for the creator's day and not for the post, so that the followers of a trend can be found from
    creators and days, without computing their posts.
    """
    shares = trend_shares(seed, kind, niche, day)
    index = bisect(shares.cumulative, SeededRandom(seed, "follows", kind.name, number, day).uniform("which"))
    return shares.serials[index] if index < len(shares.serials) else None
