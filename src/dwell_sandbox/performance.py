"""The performance of a post: its final views and rates, and the hidden quality that affects them and the watch time."""

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
    """The final counters of a post.

    Attributes:
        quality: What makes viewers stay; standard normal over a creator's posts, never public.
        views: Final number of views.
        rates: Likes, comments, shares, saves, downloads per view (`watch_model.RATES`).
        trend: How early (above 0) or late (below 0) it used its sound and hashtags; see `posts.trend_momentum`.
    """

    quality: float
    views: float
    rates: tuple[float, ...]
    trend: float


def draw_performance(seed: int, creator: Creator, post: Post) -> Performance:
    """The post's performance: a pure function of seed and id."""
    rng = SeededRandom(seed, "appeal", post.post_id)
    second = int(post.posted_at.timestamp())
    quality = rng.normal("pull")
    trend = trend_momentum(seed, post)
    views = _TREND_VIEWS * trend + _VIEWS_LEVEL + _VIEWS_SIZE * log_size(creator) + views_shift(creator, second)
    views += creator.watch_model.views * quality + rng.normal("views", 0.0, creator.watch_model.views_noise)
    if rng.chance("viral", _VIRAL_CHANCE):
        views += _VIRAL_GAIN
    shift = rates_shift(creator, second) + _TREND_RATES * trend
    if post.is_ad:
        views += _AD_VIEWS
        shift += _AD_RATES
    rates = []
    for index, name in enumerate(RATES):
        own = creator.watch_model.loadings[index] * quality + rng.normal(name, 0.0, creator.watch_model.noises[index])
        own += planted_shift(post, creator) if name == "likes" else 0.0
        rates.append(min(_MAX_RATE, creator.rates[index] * exp(own + shift)))
    return Performance(quality, exp(views), tuple(rates), trend)
