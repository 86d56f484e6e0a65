"""The roll-up `post_latest`: what most questions need of a post, in one row."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.tables import Table


class PostLatest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One post: its newest attributes and the counters of its newest snapshot; derived from the two tables."""

    post_id: Annotated[str, Meaning("The post")]
    has_attributes: Annotated[bool, Meaning("In `posts`; false where only snapshots of the post are stored")]
    platform: Annotated[str | None, Meaning("As in `posts`")] = None
    handle: Annotated[str | None, Meaning("As in `posts`")] = None
    posted_at: Annotated[datetime | None, Meaning("As in `posts`")] = None
    duration_s: Annotated[float | None, Meaning("As in `posts`")] = None
    media_type: Annotated[str | None, Meaning("As in `posts`")] = None
    is_ad: Annotated[bool | None, Meaning("As in `posts`")] = None
    is_pinned: Annotated[bool | None, Meaning("As in `posts`")] = None
    caption: Annotated[str | None, Meaning("As in `posts`")] = None
    hashtags: Annotated[tuple[str, ...], Meaning("As in `posts`")] = ()
    sound_id: Annotated[str | None, Meaning("As in `posts`")] = None
    sound_original: Annotated[bool | None, Meaning("As in `posts`")] = None
    url: Annotated[str | None, Meaning("As in `posts`")] = None
    observed_at: Annotated[datetime | None, Meaning("When the newest snapshot was taken, UTC; null without one")] = None
    views: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    likes: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    comments: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    shares: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    saves: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    downloads: Annotated[int | None, Meaning("As in the newest snapshot")] = None
    rounded: Annotated[bool | None, Meaning("As in the newest snapshot")] = None
    observed_precision: Annotated[str | None, Meaning("As in the newest snapshot")] = None
    observed_zone: Annotated[str | None, Meaning("As in the newest snapshot")] = None
    first_observed_at: Annotated[datetime | None, Meaning("When the first snapshot was taken, UTC")] = None
    snapshots: Annotated[int, Meaning("Number of snapshots of the post")] = 0


POST_LATEST = Table("post_latest", PostLatest, ("post_id",), "newest")
"""Not one of `TABLES`: it is never imported or exported, and can be rebuilt at any time."""
