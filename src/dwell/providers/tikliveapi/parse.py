"""TikLiveAPI and tikwm payloads -> canonical values.

The post id is not always `aweme_id`: in this family that is a media id such as `v09044g...`, which joins with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Any, Literal

from dwell.providers.captions import hashtags
from dwell.providers.links import Link
from dwell.providers.values import flag, mapping, seconds

Item = Mapping[str, Any]
NO_ID = "no post id: none of video_id, id, aweme_id has 15 to 20 digits"


def entity(item: Item) -> Literal["post", "user", "comment"] | None:
    """What an object of this family is; None for another family's."""
    if "play_count" in item and not {"statistics", "desc", "stats"} & item.keys():
        return "post"
    user = mapping(item, "user", "user_info")
    if "text" in item and "digg_count" in item and "cid" not in item:
        return "comment"
    if (user.get("uniqueId") or user.get("unique_id")) and "uid" not in user:
        return "user"
    return "user" if {"unique_id", "follower_count"} <= item.keys() and "uid" not in item else None


def post_id(item: Item) -> str | None:
    """The first of `video_id`, `id`, `aweme_id` that has 15 to 20 digits."""
    texts = (str(item.get(key) or "") for key in ("video_id", "id", "aweme_id"))
    return next((text for text in texts if re.fullmatch(r"\d{15,20}", text)), None)


def post(item: Item) -> dict[str, Any] | str:
    """Columns of a post and its snapshot; a text is the reason why there is none."""
    found = post_id(item)
    if found is None:
        return NO_ID
    author, sound = mapping(item, "author"), mapping(item, "music_info")
    photo = bool(item.get("images")) or item.get("duration") in (0, "0")
    handle, caption = author.get("unique_id"), decoded(item.get("title"))
    return {
        "post_id": found,
        "handle": handle,
        "creator_id": author.get("id"),
        "display_name": author.get("nickname"),
        "posted_at": seconds(item.get("create_time")),
        "duration_s": None if photo else item.get("duration"),
        "media_type": "photo" if photo else ("video" if item.get("duration") else None),
        "is_ad": item.get("is_ad"),
        "is_pinned": flag(item.get("is_top")),
        "caption": caption,
        "hashtags": hashtags(caption),
        "sound_id": sound.get("id"),
        "sound_title": sound.get("title"),
        "sound_original": sound.get("original"),
        "region": item.get("region"),
        "url": Link(found, handle=handle, media="photo" if photo else "video").url,
        "views": item.get("play_count"),
        "likes": item.get("digg_count"),
        "comments": item.get("comment_count"),
        "shares": item.get("share_count"),
        "saves": item.get("collect_count"),
        "downloads": item.get("download_count"),
    }


def user(item: Item) -> dict[str, Any] | str:
    """Columns of a creator and its snapshot, from user info, a search result, or a row of a follower list."""
    who = mapping(item, "user", "user_info") or item
    stats = mapping(item, "stats") or mapping(who, "stats")
    handle = who.get("uniqueId") or who.get("unique_id")
    if not handle:
        return "no account name: neither uniqueId nor unique_id"
    return {
        "handle": handle,
        "creator_id": who.get("id"),
        "display_name": who.get("nickname"),
        "verified": who.get("verified"),
        "private": who.get("privateAccount", who.get("secret")),
        "followers": stats.get("followerCount", who.get("follower_count")),
        "following": stats.get("followingCount", who.get("following_count")),
        "total_likes": stats.get("heartCount", stats.get("heart", who.get("total_favorited"))),
        "post_count": stats.get("videoCount", who.get("aweme_count")),
    }


def comment(item: Item) -> dict[str, Any] | str:
    """Columns of a comment. Counters of its author are always 0 in these payloads, so they are not read."""
    if not item.get("id"):
        return "no comment id"
    return {
        "comment_id": item["id"],
        "post_id": item.get("video_id"),
        "posted_at": seconds(item.get("create_time")),
        "handle": mapping(item, "user").get("unique_id"),
        "text": item.get("text"),
        "comment_likes": item.get("digg_count"),
        "replies": item.get("reply_total"),
    }


def decoded(title: Any) -> str | None:
    """A caption, with the MIME-encoded words (`=?utf-8?...?=`) that some payloads have put back into text."""
    if not isinstance(title, str) or "=?" not in title:
        return title if isinstance(title, str) else None
    try:
        return str(make_header(decode_header(title)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return title
