"""Items of a connected account as records of the tables.

One response is one reading: all its records have the same instant. A point of a curve and a member of a breakdown are
objects of their own, because each is checked for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any

import msgspec

from dwell.records import (
    TABLES,
    AudienceShare,
    CategoryBenchmark,
    Comment,
    Creator,
    CreatorSnapshot,
    EngagementLike,
    OwnedAccount,
    OwnedAccountActivity,
    OwnedAccountDay,
    OwnedComment,
    OwnedPost,
    Post,
    PostBreakdown,
    PostSnapshot,
    Retention,
    WatchTime,
)
from dwell.records.item import ParseError
from dwell.records.owned_item import (
    AccountDayItem,
    AccountItem,
    BenchmarkItem,
    OwnedItem,
    OwnerCommentItem,
    VideoItem,
)
from dwell.text.hashtags import extract_hashtags
from dwell.text.names import is_tiktok_handle, normalize_handle
from dwell.text.posting_time import ContradictionError, find_posted_at

Records = tuple[msgspec.Struct, ...]

_PLATFORM = "tiktok"
_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_FOLLOWERS = ("followers", "following", "total_likes", "post_count")


@dataclass(frozen=True, slots=True)
class OwnedReading:
    """Where and when items were read.

    Attributes:
        source: The `source` of the rows.
        observed_at: When the response arrived.
        open_id: The connected account.
    """

    source: str
    observed_at: datetime
    open_id: str

    @property
    def provenance(self) -> dict[str, Any]:
        """The columns that every row has."""
        return {"source": self.source, "observed_at": self.observed_at}


def to_objects(item: OwnedItem, reading: OwnedReading) -> Iterator[Records | ParseError]:
    """The records of an item, object by object; a value that could not be read is an object with the reason."""
    yield from _to_objects(item, reading)
    for reason in item.unread:
        yield ParseError(reason)


@singledispatch
def _to_objects(item: OwnedItem, reading: OwnedReading) -> Iterator[Records | ParseError]:
    raise TypeError(f"no item of a connected account: {type(item).__name__}, {reading}")


@_to_objects.register
def _account(item: AccountItem, reading: OwnedReading) -> Iterator[Records]:
    for each in item.days:
        yield from _day(each, reading)
    profile = OwnedAccount(
        open_id=reading.open_id,
        username=item.username,
        display_name=item.display_name or None,
        bio_description=item.bio_description or None,
        profile_image=item.profile_image,
        profile_deep_link=item.profile_deep_link,
        is_business_account=item.is_business_account,
        is_verified=item.is_verified,
        **reading.provenance,
    )
    handle = _handle(item.username)
    if handle is None:  # without a name there is no account that the counters could be of
        yield (profile,)
        return
    creator = Creator(
        handle=handle,
        platform=_PLATFORM,
        display_name=item.display_name or None,
        verified=item.is_verified,
        **reading.provenance,
    )
    snapshot = CreatorSnapshot(
        handle=handle,
        platform=_PLATFORM,
        **_counted(item, _FOLLOWERS, TABLES["creator_snapshots"].units),
        **reading.provenance,
        observed_precision="instant",
    )
    yield profile, creator, snapshot
    for dimension, shares in item.audience.items():
        for member, share in shares:
            yield (
                AudienceShare(
                    handle=handle,
                    dimension=dimension,
                    member=member,
                    share=share,
                    **reading.provenance,
                    observed_precision="instant",
                ),
            )


@_to_objects.register
def _day(item: AccountDayItem, reading: OwnedReading) -> Iterator[Records]:
    counts: dict[str, Any] = {**item.counts, **reading.provenance}
    yield (OwnedAccountDay(open_id=reading.open_id, day=item.day, **counts),)
    for hour, count in item.activity:
        yield (
            OwnedAccountActivity(
                open_id=reading.open_id, day=item.day, hour=hour, active_followers=count, **reading.provenance
            ),
        )


@_to_objects.register
def _video(item: VideoItem, reading: OwnedReading) -> Iterator[Records]:
    handle, caption, when = _handle(item.handle), item.caption or None, reading.provenance
    exact: dict[str, Any] = {**when, "observed_precision": "instant"}
    yield (
        Post(
            post_id=item.post_id,
            platform=_PLATFORM,
            handle=handle,
            posted_at=_posted_at(item, reading.observed_at),
            duration_s=item.duration_s,
            media_type=item.media_type,
            is_ad=item.is_ad,
            caption=caption,
            hashtags=tuple(dict.fromkeys(extract_hashtags(caption) or ())),
            url=(item.share_url or "").partition("?")[0] or None,
            **when,
        ),
        PostSnapshot(
            post_id=item.post_id,
            rounded=False,
            **_counted(item, _COUNTERS, TABLES["post_snapshots"].units),
            **exact,
        ),
        WatchTime(
            post_id=item.post_id,
            avg_watch_s=item.avg_watch_s,
            full_watch_rate=item.full_watch_rate,
            total_watch_s=item.total_watch_s,
            reach=item.reach,
            new_followers=item.new_followers,
            **exact,
        ),
        OwnedPost(
            post_id=item.post_id,
            open_id=reading.open_id,
            username=item.handle,
            caption=caption,
            duration_s=item.duration_s,
            share_url=item.share_url,
            embed_url=item.embed_url,
            thumbnail_url=item.thumbnail_url,
            **{**item.extra, **when},
        ),
    )
    for dimension, shares in item.breakdowns.items():
        for member, share in shares:
            yield (PostBreakdown(post_id=item.post_id, dimension=dimension, member=member, share=share, **when),)
    for second, rate in item.retention:
        yield (Retention(post_id=item.post_id, second=second, retention_rate=rate, **exact),)
    for second, share in item.likes_by_second:
        yield (EngagementLike(post_id=item.post_id, second=second, like_share=share, **when),)


@_to_objects.register
def _comment(item: OwnerCommentItem, reading: OwnedReading) -> Iterator[Records]:
    yield (
        Comment(
            comment_id=item.comment_id,
            post_id=item.post_id,
            posted_at=None if item.posted_at is None else datetime.fromtimestamp(item.posted_at, UTC),
            handle=_handle(item.username),
            text=item.text or None,
            comment_likes=item.comment_likes,
            replies=item.replies,
            **reading.provenance,
            observed_precision="instant",
        ),
        OwnedComment(
            comment_id=item.comment_id,
            post_id=item.post_id,
            open_id=reading.open_id,
            parent_comment_id=item.parent_comment_id,
            user_id=item.author,
            unique_identifier=item.unique_identifier,
            username=item.username,
            display_name=item.display_name or None,
            profile_image=item.profile_image,
            image_url=item.image_url,
            is_owner=item.is_owner,
            is_liked=item.is_liked,
            is_pinned=item.is_pinned,
            status=item.status,
            **reading.provenance,
        ),
    )
    for reply in item.nested:
        yield from _comment(reply, reading)


@_to_objects.register
def _benchmark(item: BenchmarkItem, reading: OwnedReading) -> Iterator[Records]:
    averages: dict[str, Any] = {**item.averages, **reading.provenance}
    yield (CategoryBenchmark(business_category=item.business_category, **averages),)


def _counted(item: Any, counters: tuple[str, ...], units: Mapping[str, str]) -> dict[str, Any]:
    """The counters of an item, which are exact."""
    known = {name: value for name in counters if (value := getattr(item, name)) is not None}
    return known | {units[name]: 1 for name in known}


def _posted_at(item: VideoItem, observed_at: datetime) -> datetime | None:
    stated = None if item.posted_at is None else datetime.fromtimestamp(item.posted_at, UTC)
    try:
        return find_posted_at(stated, item.post_id, observed_at)
    except ContradictionError:  # what the owner's API says stands against the time in the id
        return stated


def _handle(name: str | None) -> str | None:
    handle = normalize_handle(name or "")
    return handle if handle is not None and is_tiktok_handle(handle) else None
