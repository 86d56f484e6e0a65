"""Research API objects -> canonical values. Ids are JSON integers above 2^53, which Python keeps exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.links import Link
from dwell.providers.values import counter, digits, flag, lost_digits, mapping, name, number, seconds, text
from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem
from dwell.text.hashtags import extract_hashtags

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


def post(item: Item) -> PostItem | ParseError:
    """A post and its counters."""
    post_id, handle, length = digits(item.get("id"), 15), name(item.get("username")), number(item.get("video_duration"))
    if post_id is None:
        return ParseError(lost_digits(item.get("id")) or "no post id: id does not have 15 to 20 digits")
    caption, tags = text(item.get("video_description")), item.get("hashtag_names")
    return PostItem(
        post_id=post_id,
        handle=handle,
        posted_at=seconds(item.get("create_time")),
        duration_s=length or None,
        media_type="photo" if length == 0 else None,
        caption=caption,
        hashtags=[tag.lower() for tag in map(name, tags) if tag]
        if isinstance(tags, list)
        else extract_hashtags(caption),
        sound_id=digits(item.get("music_id")),
        region=text(item.get("region_code")),
        url=Link(post_id, handle=handle).url,
        views=counter(item.get("view_count")),
        likes=counter(item.get("like_count")),
        comments=counter(item.get("comment_count")),
        shares=counter(item.get("share_count")),
        saves=counter(item.get("favorites_count", item.get("favourites_count"))),
    )


def user(item: Item) -> CreatorItem | ParseError:
    """An account and its counters. A response about one account leaves out the requested name."""
    if not {"username", "display_name"} & item.keys():
        return ParseError("no account: neither username nor display_name")
    return CreatorItem(
        handle=name(item.get("username")),
        display_name=text(item.get("display_name")),
        verified=flag(item.get("is_verified")),
        followers=counter(item.get("follower_count")),
        following=counter(item.get("following_count")),
        total_likes=counter(item.get("likes_count")),
        post_count=counter(item.get("video_count")),
    )


def comment(item: Item) -> CommentItem | ParseError:
    """A comment."""
    if (comment_id := digits(item.get("id"))) is None:
        return ParseError("no comment id")
    return CommentItem(
        comment_id=comment_id,
        post_id=digits(item.get("video_id"), 15),
        posted_at=seconds(item.get("create_time")),
        text=text(item.get("text")),
        comment_likes=counter(item.get("like_count")),
        replies=counter(item.get("reply_count")),
    )


def topic(item: Item) -> TopicItem | ParseError:
    """This API does not give the size of a hashtag or a sound."""
    return ParseError(f"the Research API has no information on hashtags and sounds ({item.get('id')})")
