"""How a post fares in the end: its views and its rates, and the hidden pull that shapes them and the watch time."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from dwell_sandbox.account_growth import rates_shift, views_shift
from dwell_sandbox.creators import Creator, log_size
from dwell_sandbox.posts import Post, planted_shift, trend_momentum
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_model import RATES

_VIEWS_LEVEL = log(0.6)
_VIEWS_SIZE = 0.93
_VIRAL_CHANCE = 0.03
_VIRAL_GAIN = 1.6
_AD_VIEWS = 1.3
_AD_RATES = -1.0
_TREND_VIEWS = 0.2
_TREND_RATES = 0.05
_MAX_RATE = 0.3


@dataclass(frozen=True, slots=True)
class Performance:
    """Where a post's counters end up.

    Attributes:
        pull: What makes people stay; standard normal over a creator's posts.
        views: Views that it gathers in the end.
        rates: Likes, comments, shares, saves, downloads per view (`link.RATES`).
        trend: How early (above 0) or late (below) it was to its sound and hashtags; see `posts.trend`.
    """

    quality: float
    views: float
    rates: tuple[float, ...]
    trend: float


def draw_performance(seed: int, creator: Creator, post: Post) -> Performance:
    """The post's appeal: a pure function of seed and id."""
    rng = SeededRandom(seed, "appeal", post.post_id)
    second = int(post.posted_at.timestamp())
    quality = rng.normal("pull")
    timely = trend_momentum(seed, post)
    views = _TREND_VIEWS * timely + _VIEWS_LEVEL + _VIEWS_SIZE * log_size(creator) + views_shift(creator, second)
    views += creator.link.views * quality + rng.normal("views", 0.0, creator.link.views_noise)
    if rng.chance("viral", _VIRAL_CHANCE):
        views += _VIRAL_GAIN
    shift = rates_shift(creator, second) + _TREND_RATES * timely
    if post.is_ad:
        views += _AD_VIEWS
        shift += _AD_RATES
    rates = []
    for at, name in enumerate(RATES):
        own = creator.link.loadings[at] * quality + rng.normal(name, 0.0, creator.link.noises[at])
        own += planted_shift(post, creator) if name == "likes" else 0.0
        rates.append(min(_MAX_RATE, creator.rates[at] * exp(own + shift)))
    return Performance(quality, exp(views), tuple(rates), timely)
