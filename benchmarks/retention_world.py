"""Accounts of a simulated world as an owner's analytics have them: posts, counters, watch time and retention curves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from dwell.records import Post, PostSnapshot, Retention, WatchTime
from dwell.records.owned import EngagementLike
from dwell.warehouse import Batch, Store
from dwell_sandbox import World
from dwell_sandbox.owner.analytics import OwnerAnalytics
from dwell_sandbox.retention_features import RetentionFeatures

NOW = datetime(2026, 5, 15, tzinfo=UTC)
SOURCE = "business-api-sandbox"
TUNED = (1, 2)
"""The worlds on which the thresholds of bumps and cliffs were chosen; tests and results are of others."""


def handles(seed: int, numbers: Iterable[int]) -> list[str]:
    """The accounts with these numbers."""
    world = World(seed)
    return [world.creator_by_number(number).handle for number in numbers]


@cache
def records(seed: int, handle: str, days: int = 400) -> tuple[tuple[Any, ...], ...]:
    """The records of each post of an account; one reading at NOW, shares to four decimals as the API writes them."""
    return tuple(_records(World(seed), handle, days))


def features(seed: int, handle: str, days: int = 400) -> dict[str, RetentionFeatures]:
    """What is planted in the curve of each post of an account that has a curve."""
    world = World(seed)
    truths = {post[0].post_id: world.retention_truth(post[0].post_id) for post in records(seed, handle, days)}
    return {post_id: truth.features for post_id, truth in truths.items() if truth is not None}


def rows(seed: int, handle: str, days: int = 400) -> dict[str, list[dict[str, Any]]]:
    """The same as rows of tables."""
    tables: dict[str, list[dict[str, Any]]] = {}
    names = {Post: "posts", PostSnapshot: "post_snapshots", WatchTime: "watch_times", Retention: "retention"}
    names[EngagementLike] = "engagement_likes"
    for post in records(seed, handle, days):
        for record in post:
            tables.setdefault(names[type(record)], []).append(msgspec.structs.asdict(record))
    return tables


def store(folder: Store, seed: int, handle: str, days: int = 400) -> None:
    """Append an account to a data folder."""
    with folder.appending() as appender:
        batch = Batch(
            f"{seed}-{handle}", SOURCE, "records", f"{seed}{handle}".encode().hex().ljust(64, "0")[:64], NOW, {}
        )
        appender.append(batch, records(seed, handle, days), now=NOW + timedelta(hours=1))


def _records(world: World, handle: str, days: int) -> Iterator[tuple[Any, ...]]:
    owner = OwnerAnalytics(world)
    for post in world.posts(handle, since=NOW - timedelta(days=days), at=NOW):
        seen = owner.video(post.post_id, NOW)
        at = {"post_id": post.post_id, "observed_at": NOW, "source": SOURCE}
        yield (
            Post(
                **at,
                platform="tiktok",
                handle=handle,
                posted_at=post.posted_at,
                duration_s=None if post.duration_s is None else float(post.duration_s),
                media_type=post.media_type,
                is_ad=post.is_ad,
                caption=post.caption,
                url=post.url,
            ),
            PostSnapshot(
                **at, views=seen.views, likes=seen.likes, comments=seen.comments, shares=seen.shares,
                saves=seen.favorites,
            ),
            WatchTime(**at, avg_watch_s=seen.average_watch_s, full_watch_rate=seen.full_watch_rate),
            *(Retention(**at, second=float(second), retention_rate=round(share, 4))
              for second, share in enumerate(seen.retention)),
            *(EngagementLike(**at, second=float(second), like_share=round(share, 4))
              for second, share in enumerate(seen.likes_by_second)),
        )  # fmt: skip
