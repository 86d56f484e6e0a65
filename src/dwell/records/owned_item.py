"""What an object of TikTok's API for Business says, before it has a source and a time; see `dwell.records.item`."""

from __future__ import annotations

from datetime import date

import msgspec

Share = tuple[str, float]
"""A member of a breakdown, and its share, 0-1."""

Point = tuple[float, float]
"""A second of a video, and a share, 0-1."""


class AccountDayItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One day of a connected account: its counts by name, and the active followers by hour."""

    day: date
    counts: dict[str, int] = {}
    activity: tuple[tuple[int, int], ...] = ()
    unread: tuple[str, ...] = ()


class AccountItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The profile of a connected account, and the shares of its followers by dimension.

    Attributes:
        days: What comes with it of the last days: TikTok sends the followers of each also without analytics.
    """

    username: str | None = None
    display_name: str | None = None
    bio_description: str | None = None
    profile_image: str | None = None
    profile_deep_link: str | None = None
    is_business_account: bool | None = None
    is_verified: bool | None = None
    followers: int | None = None
    following: int | None = None
    total_likes: int | None = None
    post_count: int | None = None
    audience: dict[str, tuple[Share, ...]] = {}
    days: tuple[AccountDayItem, ...] = ()
    unread: tuple[str, ...] = ()


class VideoItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One video of a connected account, with all that its owner sees of it.

    Attributes:
        extra: Counts that only an owner sees, by their column in `owned_posts`.
        breakdowns: Shares by dimension.
        retention: The retention curve.
        likes_by_second: When in the video likes were given.
        unread: Why values were left out, one reason each.
    """

    post_id: str
    handle: str | None = None
    posted_at: int | None = None
    duration_s: float | None = None
    media_type: str | None = None
    is_ad: bool | None = None
    caption: str | None = None
    share_url: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    avg_watch_s: float | None = None
    full_watch_rate: float | None = None
    total_watch_s: float | None = None
    reach: int | None = None
    new_followers: int | None = None
    extra: dict[str, int] = {}
    breakdowns: dict[str, tuple[Share, ...]] = {}
    retention: tuple[Point, ...] = ()
    likes_by_second: tuple[Point, ...] = ()
    unread: tuple[str, ...] = ()


class OwnerCommentItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A comment or a reply, as the owner of the video sees it; `nested` are replies that came with it."""

    comment_id: str
    post_id: str | None = None
    parent_comment_id: str | None = None
    posted_at: int | None = None
    text: str | None = None
    image_url: str | None = None
    comment_likes: int | None = None
    replies: int | None = None
    is_owner: bool | None = None
    is_liked: bool | None = None
    is_pinned: bool | None = None
    status: str | None = None
    username: str | None = None
    display_name: str | None = None
    profile_image: str | None = None
    author: str | None = None
    unique_identifier: str | None = None
    nested: tuple[OwnerCommentItem, ...] = ()
    unread: tuple[str, ...] = ()


class BenchmarkItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Averages of a business category, by their column in `category_benchmarks`."""

    business_category: str
    averages: dict[str, float] = {}
    unread: tuple[str, ...] = ()


OwnedItem = AccountItem | AccountDayItem | VideoItem | OwnerCommentItem | BenchmarkItem
