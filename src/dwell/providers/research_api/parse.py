"""Research API objects -> canonical values. Ids are JSON integers above 2^53, which Python keeps exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.links import Link
from dwell.providers.values import mapping, seconds

Item = Mapping[str, Any]
_OWN = frozenset(
    {"region_code", "favorites_count", "favourites_count", "hashtag_names", "is_stem_verified", "video_duration"}
)


def entity(item: Item) -> Literal["post", "user", "comment"] | None:
    """What an object of this API is; None for another's."""
    if (
        "id" in item
        and ("view_count" in item or "video_description" in item)
        and ("username" in item or _OWN & item.keys())
    ):
        return "post"
    if {"text", "like_count", "video_id"} <= item.keys():
        return "comment"
    flat = {"display_name", "follower_count"} <= item.keys() or item.keys() == {"username", "display_name"}
    return "user" if flat and "open_id" not in item and not mapping(item, "user") else None


def post(item: Item) -> dict[str, Any] | str:
    """Columns of a post and its snapshot."""
    post_id, handle = str(item["id"]), item.get("username")
    return {
        "post_id": post_id,
        "handle": handle,
        "posted_at": seconds(item.get("create_time")),
        "duration_s": item.get("video_duration") or None,
        "media_type": "photo" if item.get("video_duration") == 0 else None,
        "caption": item.get("video_description"),
        "hashtags": [str(tag).lower() for tag in item.get("hashtag_names") or ()],
        "sound_id": item.get("music_id"),
        "region": item.get("region_code"),
        "url": Link(post_id, handle=handle).url,
        "views": item.get("view_count"),
        "likes": item.get("like_count"),
        "comments": item.get("comment_count"),
        "shares": item.get("share_count"),
        "saves": item.get("favorites_count", item.get("favourites_count")),
    }


def user(item: Item) -> dict[str, Any] | str:
    """Columns of a creator and its snapshot. An answer about one account leaves out the name that was asked for."""
    return {
        "handle": item.get("username"),
        "display_name": item.get("display_name"),
        "verified": item.get("is_verified"),
        "followers": item.get("follower_count"),
        "following": item.get("following_count"),
        "total_likes": item.get("likes_count"),
        "post_count": item.get("video_count"),
    }


def comment(item: Item) -> dict[str, Any] | str:
    """Columns of a comment."""
    if not item.get("id"):
        return "no comment id"
    return {
        "comment_id": item["id"],
        "post_id": item.get("video_id"),
        "posted_at": seconds(item.get("create_time")),
        "text": item.get("text"),
        "comment_likes": item.get("like_count"),
        "replies": item.get("reply_count"),
    }
