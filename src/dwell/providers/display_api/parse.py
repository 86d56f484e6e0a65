"""Display API objects -> canonical values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.captions import hashtags
from dwell.providers.links import LinkError, parse
from dwell.providers.values import mapping, seconds

Item = Mapping[str, Any]


def entity(item: Item) -> Literal["post", "user", "comment"] | None:
    """What an object of this API is; None for another's."""
    if (
        "id" in item
        and "username" not in item
        and {"share_url", "embed_link", "is_aigc", "cover_image_url"} & item.keys()
    ):
        return "post"
    return "user" if {"open_id", "display_name"} & mapping(item, "user").keys() else None


def post(item: Item) -> dict[str, Any] | str:
    """Columns of a post and its snapshot; the account is read from the share link where it has one."""
    handle, media = _from_link(item.get("share_url"))
    caption = item.get("video_description") or item.get("title")
    return {
        "post_id": item["id"],
        "handle": handle,
        "posted_at": seconds(item.get("create_time")),
        "duration_s": item.get("duration") or None,
        "media_type": media,
        "caption": caption,
        "hashtags": hashtags(caption),
        "url": item.get("share_url"),
        "views": item.get("view_count"),
        "likes": item.get("like_count"),
        "comments": item.get("comment_count"),
        "shares": item.get("share_count"),
    }


def user(item: Item) -> dict[str, Any] | str:
    """Columns of a creator and its snapshot; without `username`, the account that the user names."""
    who = mapping(item, "user")
    return {
        "handle": who.get("username"),
        "display_name": who.get("display_name"),
        "verified": who.get("is_verified"),
        "followers": who.get("follower_count"),
        "following": who.get("following_count"),
        "total_likes": who.get("likes_count"),
        "post_count": who.get("video_count"),
    }


def comment(item: Item) -> dict[str, Any] | str:
    """This API has no comments."""
    return f"the Display API has no comments ({item.get('id')})"


def _from_link(link: Any) -> tuple[str | None, str | None]:
    try:
        found = parse(str(link or ""))
    except LinkError:
        return None, None
    return found.handle, found.media
