"""The known truth: how long viewers stay, which no public counter says and only an owner's screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from dwell_sandbox.creators import Creator
from dwell_sandbox.performance import Performance
from dwell_sandbox.posts import Post, log_relative_length
from dwell_sandbox.seeded_random import SeededRandom

_AD_SHIFT = -0.5
_TREND_SHIFT = 0.4
_FULL_SLOPE = 1.15
_FULL_QUALITY = 1.05
_FULL_SHARED = 0.5
_FULL_NOISE = 0.55
_LOOPS = 1.7
_LOOP_DECAY_S = 7.0
_MAX_FULL_SHARE = 0.92


@dataclass(frozen=True, slots=True)
class WatchTruth:
    """Watch metrics of one video, as its owner's screen would show them.

    Attributes:
        avg_watch_s: Average watch time of a view in seconds; above the length where people watch again.
        watch_ratio: `avg_watch_s` over the length.
        full_watch_rate: Share of views that reach the end, 0-1; never above `watch_ratio`.
        held: The part of `watch_ratio` that is not watching again, 0-1: the mean of the retention curve.
    """

    avg_watch_s: float
    watch_ratio: float
    full_watch_rate: float
    held: float


def true_watch_time(seed: int, creator: Creator, post: Post, performance: Performance) -> WatchTruth | None:
    """The post's true watch metrics, a pure function of seed and id; null for photos, which are not watched.

    The share held falls with log length and rises with the pull, both on the logit scale and with coefficients of
    the creator's own (`link.Link`), and a little with being early to a sound or hashtag; a part of it is noise that
    no public number carries. Those who reach the end of a short video partly watch again, which lifts the ratio,
    above 1 for some.
    """
    if post.duration_s is None:
        return None
    link = creator.link
    rng = SeededRandom(seed, "watch", post.post_id)
    length = log_relative_length(post, creator)
    unexplained = rng.normal("held", 0.0, link.noise)
    moved = _TREND_SHIFT * performance.trend + (_AD_SHIFT if post.is_ad else 0.0)
    held = _logistic(link.level - link.slope * length + link.hold * performance.quality + unexplained + moved)
    full = link.full - _FULL_SLOPE * link.slope * length + _FULL_QUALITY * link.hold * performance.quality
    full += _FULL_SHARED * unexplained + rng.normal("full", 0.0, _FULL_NOISE) + moved
    reached = min(_logistic(full), _MAX_FULL_SHARE * held)
    again = link.loops * _LOOPS * exp(-post.duration_s / _LOOP_DECAY_S)
    ratio = held + reached * again
    return WatchTruth(ratio * post.duration_s, ratio, reached, held)


def _logistic(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit))
