"""How a post fares in the end: its views and its rates, and the hidden pull that shapes them and the watch time."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from dwell_sandbox.creators import Creator, log_size
from dwell_sandbox.dice import Dice
from dwell_sandbox.link import RATES
from dwell_sandbox.posts import Post, planted_shift, trend
from dwell_sandbox.story import rates_shift, views_shift

_VIEWS_LEVEL = log(0.6)
_VIEWS_SIZE = 0.93
_VIRAL = 0.03
_VIRAL_GAIN = 1.6
_AD_VIEWS = 1.3
_AD_RATES = -1.0
_TREND_VIEWS = 0.2
_TREND_RATES = 0.05
_MOST = 0.3


@dataclass(frozen=True, slots=True)
class Appeal:
    """Where a post's counters end up.

    Attributes:
        pull: What makes people stay; standard normal over a creator's posts.
        views: Views that it gathers in the end.
        rates: Likes, comments, shares, saves, downloads per view (`link.RATES`).
        trend: How early (above 0) or late (below) it was to its sound and hashtags; see `posts.trend`.
    """

    pull: float
    views: float
    rates: tuple[float, ...]
    trend: float


def appeal(seed: int, who: Creator, post: Post) -> Appeal:
    """The post's appeal: a pure function of seed and id."""
    dice = Dice(seed, "appeal", post.post_id)
    second = int(post.posted_at.timestamp())
    pull = dice.normal("pull")
    timely = trend(seed, post)
    views = _TREND_VIEWS * timely + _VIEWS_LEVEL + _VIEWS_SIZE * log_size(who) + views_shift(who, second)
    views += who.link.views * pull + dice.normal("views", 0.0, who.link.views_noise)
    if dice.chance("viral", _VIRAL):
        views += _VIRAL_GAIN
    shift = rates_shift(who, second) + _TREND_RATES * timely
    if post.is_ad:
        views += _AD_VIEWS
        shift += _AD_RATES
    rates = []
    for at, name in enumerate(RATES):
        own = who.link.loadings[at] * pull + dice.normal(name, 0.0, who.link.noises[at])
        own += planted_shift(post, who) if name == "likes" else 0.0
        rates.append(min(_MOST, who.rates[at] * exp(own + shift)))
    return Appeal(pull, exp(views), tuple(rates), timely)
