"""Where a video was seen, and whether its viewers were followers or new."""

from __future__ import annotations

from types import MappingProxyType

from dwell_sandbox.owner.shares import Shares, draw_shares
from dwell_sandbox.seeded_random import SeededRandom

_EARLY = MappingProxyType(
    {
        "For You": 0.6, "Follow": 0.3, "Personal Profile": 0.06, "Search": 0.01, "Sound": 0.005, "Others": 0.01,
        "Direct Message": 0.01, "Hashtag": 0.005,
    }
)  # fmt: skip
_LATE = MappingProxyType(
    {
        "For You": 0.82, "Follow": 0.04, "Personal Profile": 0.05, "Search": 0.05, "Sound": 0.01, "Others": 0.01,
        "Direct Message": 0.015, "Hashtag": 0.005,
    }
)  # fmt: skip
_DAY = 86_400
_FOLLOWERS_EARLY, _FOLLOWERS_LATE = 0.45, 0.12
_RETURNING_EARLY, _RETURNING_LATE = 0.55, 0.2


def impression_sources(seed: int, post_id: str, reached: float, second: int) -> Shares:
    """Share of the views by the place where they began; they add up to 1.

    Args:
        seed: The world's seed.
        post_id: Which video.
        reached: The share of its final views that it has: the first are followers', the later ones from For You.
        second: Unix second.
    """
    weights = {name: _between(early, _LATE[name], reached) for name, early in _EARLY.items()}
    return draw_shares(seed, ("sources", post_id), weights, second // _DAY, 0.25, 0.05)


def audience_types(seed: int, post_id: str, reached: float) -> Shares:
    """Two pairs of shares that add up to 1 each: new and returning viewers, followers and others."""
    rng = SeededRandom(seed, "viewer types", post_id)
    followers = _between(_FOLLOWERS_EARLY, _FOLLOWERS_LATE, reached) * rng.uniform("followers", 0.7, 1.3)
    returning = _between(_RETURNING_EARLY, _RETURNING_LATE, reached) * rng.uniform("returning", 0.7, 1.3)
    return {
        "NEW_VIEWER": 1 - returning,
        "RETURN_VIEWER": returning,
        "FOLLOWER_PERCENT": followers,
        "NON_FOLLOWER_PERCENT": 1 - followers,
    }


def _between(early: float, late: float, reached: float) -> float:
    return early + (late - early) * reached
