"""Scavio payloads, both shapes -> canonical values.

Documented: counters inside `statistics`, `video.duration` in milliseconds. Published examples: flat counters,
`duration` in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dwell.providers.links import Link
from dwell.providers.values import (
    counter,
    digits,
    first_counter,
    flag,
    lost_digits,
    mapping,
    name,
    number,
    rows,
    seconds,
    text,
)
from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem
from dwell.text.hashtags import extract_hashtags

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


def post(item: Item) -> PostItem | ParseError:
    """A post and its counters."""
    post_id = digits(item.get("aweme_id"), 15) or digits(item.get("id"), 15)
    if post_id is None:
        lost = lost_digits(item.get("aweme_id"), item.get("id"))
        return ParseError(lost or "no post id: neither aweme_id nor id has 15 to 20 digits")
    counters = mapping(item, "statistics") or item
    author, sound, video = mapping(item, "author"), mapping(item, "music"), mapping(item, "video")
    photo = bool(item.get("image_post_info"))
    duration = _duration(video, item)
    handle = name(author.get("unique_id")) or name(item.get("username"))
    return PostItem(
        post_id=post_id,
        handle=handle,
        creator_id=digits(author.get("uid")),
        display_name=text(author.get("nickname")),
        posted_at=seconds(item.get("create_time")),
        duration_s=duration or None,
        media_type="photo" if photo or duration == 0 else ("video" if duration else None),
        is_ad=flag(item.get("is_ads", item.get("is_ad"))),
        is_pinned=flag(item.get("is_top")),
        caption=text(item.get("desc")),
        hashtags=_hashtags(item),
        sound_id=next(filter(None, (digits(sound.get(key)) for key in ("id_str", "mid", "id"))), None),
        sound_title=text(sound.get("title")),
        sound_original=flag(sound.get("is_original_sound", sound.get("is_original"))),
        region=text(item.get("region")),
        language=text(item.get("desc_language")),
        url=Link(post_id, handle=handle, media="photo" if photo else "video").url,
        views=counter(counters.get("play_count")),
        likes=counter(counters.get("digg_count")),
        comments=counter(counters.get("comment_count")),
        shares=counter(counters.get("share_count")),
        saves=counter(counters.get("collect_count")),
        downloads=counter(counters.get("download_count")),
    )


def user(item: Item) -> CreatorItem | ParseError:
    """An account and its counters."""
    who = mapping(item, "user", "user_info") or item
    if (handle := name(who.get("unique_id"))) is None:
        return ParseError("no account name: unique_id is missing")
    return CreatorItem(
        handle=handle,
        creator_id=digits(who.get("uid")),
        display_name=text(who.get("nickname")),
        private=flag(who.get("secret")),
        followers=counter(who.get("follower_count")),
        following=counter(who.get("following_count")),
        total_likes=counter(who.get("total_favorited")),
        post_count=counter(who.get("aweme_count")),
    )


def comment(item: Item) -> CommentItem | ParseError:
    """A comment."""
    if (comment_id := digits(item.get("cid"))) is None:
        return ParseError("no comment id")
    return CommentItem(
        comment_id=comment_id,
        post_id=digits(item.get("aweme_id"), 15),
        posted_at=seconds(item.get("create_time")),
        handle=name(mapping(item, "user").get("unique_id")),
        text=text(item.get("text")),
        comment_likes=counter(item.get("digg_count")),
        replies=counter(item.get("reply_comment_total")),
    )


def topic(item: Item) -> TopicItem | ParseError:
    """The size of a hashtag; where counters come twice, as text and as number, the text is not rounded."""
    info = mapping(item, "challengeInfo") or item
    hashtag = name(mapping(info, "challenge").get("title"))
    if hashtag is None:
        return ParseError("no hashtag name: challenge.title is missing")
    exact, stats = mapping(info, "statsV2"), mapping(info, "stats")
    return TopicItem(
        topic_kind="hashtag",
        topic=hashtag.lstrip("#").lower(),
        topic_posts=first_counter(exact.get("videoCount"), stats.get("videoCount")),
        topic_views=first_counter(exact.get("viewCount"), stats.get("viewCount")),
        rounded=not exact,
    )


def _duration(video: Item, item: Item) -> float | None:
    """Seconds: `video` gives milliseconds, the row itself gives seconds."""
    for value, unit in ((video.get("duration"), 1000), (item.get("duration"), 1)):
        if value is not None:
            duration = number(value)
            return None if duration is None else duration / unit
    return None


def _hashtags(item: Item) -> list[str] | None:
    names = [row.get("cha_name") for row in rows(item, "cha_list")]
    names += [row.get("hashtag_name") for row in rows(item, "text_extra")]
    names += [row.get("name") or row.get("title") for row in rows(item, "hashtags")]
    listed = item.get("hashtags")
    names += [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    known = [tag.lstrip("#").lower() for tag in map(name, names) if tag]
    return list(dict.fromkeys(known)) or extract_hashtags(text(item.get("desc")))
