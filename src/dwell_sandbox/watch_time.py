"""The true watch time of a video, which no public counter reveals and only the owner's analytics show."""

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
    """Watch metrics of one video, as its owner's analytics would show them.

    Attributes:
        avg_watch_s: Average watch time of a view in seconds; above the length if viewers watch again.
        watch_ratio: `avg_watch_s` over the length.
        full_watch_rate: Share of views that reach the end, 0-1; never above `watch_ratio`.
        held: `watch_ratio` without repeated watching, 0-1.
    """

    avg_watch_s: float
    watch_ratio: float
    full_watch_rate: float
    held: float


def true_watch_time(seed: int, creator: Creator, post: Post, performance: Performance) -> WatchTruth | None:
    """The post's true watch metrics, a pure function of seed and id; null for photos.

    The share held decreases with log length and increases with quality, both on the logit scale and with the
    creator's own coefficients (`watch_model.WatchModel`), and increases a little with being early to a trend; the
    rest is noise that no public number contains. Some of those who reach the end of a short video watch it again,
    which increases the ratio, for some videos above 1.
    """
    if post.duration_s is None:
        return None
    model = creator.watch_model
    rng = SeededRandom(seed, "watch", post.post_id)
    length = log_relative_length(post, creator)
    unexplained = rng.normal("held", 0.0, model.noise)
    shift = _TREND_SHIFT * performance.trend + (_AD_SHIFT if post.is_ad else 0.0)
    held = _logistic(model.level - model.slope * length + model.hold * performance.quality + unexplained + shift)
    full = model.full - _FULL_SLOPE * model.slope * length + _FULL_QUALITY * model.hold * performance.quality
    full += _FULL_SHARED * unexplained + rng.normal("full", 0.0, _FULL_NOISE) + shift
    reached = min(_logistic(full), _MAX_FULL_SHARE * held)
    again = model.loops * _LOOPS * exp(-post.duration_s / _LOOP_DECAY_S)
    ratio = held + reached * again
    return WatchTruth(ratio * post.duration_s, ratio, reached, held)


def _logistic(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit))
