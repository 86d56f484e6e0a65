"""Scavio payloads, both shapes -> canonical values.

Documented: counters inside `statistics`, `video.duration` in milliseconds. Published examples: flat counters,
`duration` in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.captions import hashtags
from dwell.providers.links import Link
from dwell.providers.values import flag, mapping, rows, seconds

Item = Mapping[str, Any]


def entity(item: Item) -> Literal["post", "user", "comment"] | None:
    """What an object of this family is; None for another family's."""
    if isinstance(item.get("statistics"), Mapping) or {"aweme_id", "desc"} <= item.keys():
        return "post"
    if {"desc", "play_count"} <= item.keys():
        return "post"
    if "cid" in item and "text" in item:
        return "comment"
    who = mapping(item, "user", "user_info") or item
    return "user" if {"unique_id", "uid"} <= who.keys() else None


def post(item: Item) -> dict[str, Any] | str:
    """Columns of a post and its snapshot; a text is the reason why there is none."""
    post_id = item.get("aweme_id") or item.get("id")
    if not post_id:
        return "no post id: neither aweme_id nor id"
    counters = mapping(item, "statistics") or item
    author, sound, video = mapping(item, "author"), mapping(item, "music"), mapping(item, "video")
    photo = bool(item.get("image_post_info"))
    duration = _duration(video, item)
    handle = author.get("unique_id") or item.get("username")
    return {
        "post_id": post_id,
        "handle": handle,
        "creator_id": author.get("uid"),
        "display_name": author.get("nickname"),
        "posted_at": seconds(item.get("create_time")),
        "duration_s": duration or None,
        "media_type": "photo" if photo or duration == 0 else ("video" if duration else None),
        "is_ad": flag(item.get("is_ads", item.get("is_ad"))),
        "is_pinned": flag(item.get("is_top")),
        "caption": item.get("desc"),
        "hashtags": _hashtags(item),
        "sound_id": sound.get("id_str") or sound.get("mid") or sound.get("id"),
        "sound_title": sound.get("title"),
        "sound_original": sound.get("is_original_sound", sound.get("is_original")),
        "region": item.get("region"),
        "language": item.get("desc_language"),
        "url": Link(str(post_id), handle=handle, media="photo" if photo else "video").url,
        "views": counters.get("play_count"),
        "likes": counters.get("digg_count"),
        "comments": counters.get("comment_count"),
        "shares": counters.get("share_count"),
        "saves": counters.get("collect_count"),
        "downloads": counters.get("download_count"),
    }


def user(item: Item) -> dict[str, Any] | str:
    """Columns of a creator and its snapshot."""
    who = mapping(item, "user", "user_info") or item
    if not who.get("unique_id"):
        return "no account name: unique_id is missing"
    return {
        "handle": who["unique_id"],
        "creator_id": who.get("uid"),
        "display_name": who.get("nickname"),
        "private": flag(who.get("secret")),
        "followers": who.get("follower_count"),
        "following": who.get("following_count"),
        "total_likes": who.get("total_favorited"),
        "post_count": who.get("aweme_count"),
    }


def comment(item: Item) -> dict[str, Any] | str:
    """Columns of a comment."""
    return {
        "comment_id": item.get("cid"),
        "post_id": item.get("aweme_id"),
        "posted_at": seconds(item.get("create_time")),
        "handle": mapping(item, "user").get("unique_id"),
        "text": item.get("text"),
        "comment_likes": item.get("digg_count"),
        "replies": item.get("reply_comment_total"),
    }


def _duration(video: Item, item: Item) -> float | None:
    """Seconds: milliseconds where they stand in `video`, seconds where they stand in the row itself."""
    for value, unit in ((video.get("duration"), 1000), (item.get("duration"), 1)):
        try:
            if value is not None:
                return float(value) / unit
        except (TypeError, ValueError):
            return None
    return None


def _hashtags(item: Item) -> list[str]:
    names = [row.get("cha_name") for row in rows(item, "cha_list")]
    names += [row.get("hashtag_name") for row in rows(item, "text_extra")]
    names += [row.get("name") or row.get("title") for row in rows(item, "hashtags")]
    listed = item.get("hashtags")
    names += [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    known = [str(name).lstrip("#").lower() for name in names if name]
    return list(dict.fromkeys(known)) or hashtags(item.get("desc"))
