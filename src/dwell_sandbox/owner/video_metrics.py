"""All metrics of one video at one instant, as its owner's analytics would have them if nothing were withheld."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.counters import compute_counters
from dwell_sandbox.growth_curve import gross_share
from dwell_sandbox.like_moments import likes_by_second
from dwell_sandbox.owner.audience import NOBODY, Audience, video_audience
from dwell_sandbox.owner.reception import audience_types, impression_sources
from dwell_sandbox.owner.shares import Shares
from dwell_sandbox.owner.video_totals import Totals, video_totals
from dwell_sandbox.post_details import PostDetails
from dwell_sandbox.retention import retention_truth
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_time import true_watch_time


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMetrics:
    """The metrics of one post at one instant. Shares are 0-1; what a photo does not have is null or empty.

    Attributes:
        views: Views, paid ones too; purges are subtracted from these five counters.
        likes: Likes.
        comments: Comments.
        shares: Shares.
        favorites: Saves.
        reach: People who saw it; never above `views`.
        totals: What it brought its account; purges are not subtracted.
        average_watch_s: Average watch time of a view, seconds; null without views.
        total_watch_s: Watch time of the views that were measured, seconds: not all are, so that this is not
            `average_watch_s` times `views`.
        full_watch_rate: Share of the views that reach the end; null without views.
        retention: Share of the views that contain second 0, 1, ... length; empty without views.
        likes_by_second: Share of the likes given in second 0, 1, ... length; empty without likes.
        impression_sources: Where the views began -> share; empty without views, as are those of the viewers.
        audience_types: Kind of viewers -> share, in two pairs.
        audience: Its viewers; ages are not shown for videos.
    """

    views: int
    likes: int
    comments: int
    shares: int
    favorites: int
    reach: int
    totals: Totals
    average_watch_s: float | None
    total_watch_s: float | None
    full_watch_rate: float | None
    retention: tuple[float, ...]
    likes_by_second: tuple[float, ...]
    impression_sources: Shares
    audience_types: Shares
    audience: Audience


def video_metrics(seed: int, details: PostDetails, second: int) -> VideoMetrics:
    """The metrics of a post at a Unix second: a pure function."""
    post, age = details.post, second - details.upload.posted
    counters = compute_counters(seed, post.post_id, details.performance, details.curve, age)
    true = true_watch_time(seed, details.creator, post, details.performance)
    shown = true if counters.views else None
    curve: tuple[float, ...] = ()
    if shown is not None and post.duration_s is not None:
        curve = retention_truth(seed, post.post_id, post.duration_s, shown).curve
    rng = SeededRandom(seed, "measured", post.post_id)
    reached = gross_share(details.curve, age)
    measured = int(counters.views * rng.uniform("views", 0.8, 0.99))
    return VideoMetrics(
        views=counters.views,
        likes=counters.likes,
        comments=counters.comments,
        shares=counters.shares,
        favorites=counters.saves,
        reach=int(counters.views * rng.uniform("reach", 0.75, 0.95)),
        totals=video_totals(seed, details, second),
        average_watch_s=shown.avg_watch_s if shown else None,
        total_watch_s=shown.avg_watch_s * measured if shown else None,
        full_watch_rate=shown.full_watch_rate if shown else None,
        retention=curve,
        likes_by_second=likes_by_second(seed, post.post_id, curve) if curve and counters.likes else (),
        impression_sources=impression_sources(seed, post.post_id, reached, second) if counters.views else {},
        audience_types=audience_types(seed, post.post_id, reached) if counters.views else {},
        audience=video_audience(seed, details.creator, post.post_id, second) if counters.views else NOBODY,
    )
