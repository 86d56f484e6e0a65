"""Display API objects -> canonical values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.links import LinkError, parse_link
from dwell.providers.values import counter, digits, flag, lost_digits, mapping, name, number, seconds, text
from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem
from dwell.text.hashtags import extract_hashtags

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


def post(item: Item) -> PostItem | ParseError:
    """A post and its counters; the account is read from the share link where it has one."""
    if (post_id := digits(item.get("id"), 15)) is None:
        return ParseError(lost_digits(item.get("id")) or "no post id: id does not have 15 to 20 digits")
    handle, media = _from_link(item.get("share_url"))
    texts = [text(item.get("video_description")), text(item.get("title"))]
    caption = max((value for value in texts if value is not None), key=bool, default=None)
    return PostItem(
        post_id=post_id,
        handle=handle,
        posted_at=seconds(item.get("create_time")),
        duration_s=number(item.get("duration")) or None,
        media_type=media,
        caption=caption,
        hashtags=extract_hashtags(caption),
        url=text(item.get("share_url")),
        views=counter(item.get("view_count")),
        likes=counter(item.get("like_count")),
        comments=counter(item.get("comment_count")),
        shares=counter(item.get("share_count")),
    )


def user(item: Item) -> CreatorItem | ParseError:
    """An account and its counters; without `username` it belongs to the account that the user names."""
    who = mapping(item, "user")
    if not {"username", "display_name"} & who.keys():
        return ParseError("no account: neither username nor display_name")
    return CreatorItem(
        handle=name(who.get("username")),
        display_name=text(who.get("display_name")),
        verified=flag(who.get("is_verified")),
        followers=counter(who.get("follower_count")),
        following=counter(who.get("following_count")),
        total_likes=counter(who.get("likes_count")),
        post_count=counter(who.get("video_count")),
    )


def comment(item: Item) -> CommentItem | ParseError:
    """This API has no comments."""
    return ParseError(f"the Display API has no comments ({item.get('id')})")


def topic(item: Item) -> TopicItem | ParseError:
    """This API has no hashtags and no sounds."""
    return ParseError(f"the Display API has no hashtags and no sounds ({item.get('id')})")


def _from_link(link: Any) -> tuple[str | None, str | None]:
    try:
        parsed = parse_link(str(link or ""))
    except LinkError:
        return None, None
    return parsed.handle, parsed.media
