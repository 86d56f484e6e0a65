"""The roll-up `post_latest`: what most questions need of a post, in one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column
from dwell.records.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLatest:
    """One post: its newest attributes and the counters of its newest snapshot; derived from the two tables."""

    post_id: str = column("The post")
    has_attributes: bool = column("The table `posts` has the post; false where only snapshots of it are stored")
    platform: str | None = column("As in `posts`", default=None)
    handle: str | None = column("As in `posts`", default=None)
    posted_at: datetime | None = column("As in `posts`", default=None)
    duration_s: float | None = column("As in `posts`", default=None)
    media_type: str | None = column("As in `posts`", default=None)
    is_ad: bool | None = column("As in `posts`", default=None)
    is_pinned: bool | None = column("As in `posts`", default=None)
    caption: str | None = column("As in `posts`", default=None)
    hashtags: tuple[str, ...] = column("As in `posts`", default=())
    sound_id: str | None = column("As in `posts`", default=None)
    sound_original: bool | None = column("As in `posts`", default=None)
    url: str | None = column("As in `posts`", default=None)
    observed_at: datetime | None = column("When the newest snapshot was taken, UTC; null without one", default=None)
    views: int | None = column("As in the newest snapshot", default=None)
    likes: int | None = column("As in the newest snapshot", default=None)
    comments: int | None = column("As in the newest snapshot", default=None)
    shares: int | None = column("As in the newest snapshot", default=None)
    saves: int | None = column("As in the newest snapshot", default=None)
    downloads: int | None = column("As in the newest snapshot", default=None)
    rounded: bool | None = column("As in the newest snapshot", default=None)
    first_observed_at: datetime | None = column("When the first snapshot was taken, UTC", default=None)
    snapshots: int = column("Number of snapshots of the post", default=0)


POST_LATEST = Table("post_latest", PostLatest, ("post_id",), "newest")
"""Not one of `TABLES`: it is never imported or exported, and can be rebuilt at any time."""
