"""TikLiveAPI and tikwm payloads -> canonical values.

The post id is not always `aweme_id`: in this family that is a media id such as `v09044g...`, which matches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import decode_header, make_header
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
    seconds,
    text,
)
from dwell.records.item import CommentItem, Count, CreatorItem, ParseError, PostItem, TopicItem
from dwell.text.hashtags import extract_hashtags

Item = Mapping[str, Any]
_IDS = frozenset({"video_id", "id", "aweme_id"})
NO_ID = "no post id: none of video_id, id, aweme_id has 15 to 20 digits"


def entity(item: Item) -> Literal["post", "user", "comment"] | None:
    """What an object of this family is; None for another family's."""
    if "play_count" in item and not {"statistics", "desc", "stats"} & item.keys():
        # Other vendors have the same counters, and name the post in another way.
        return "post" if _IDS & item.keys() or not {"post_id", "url"} & item.keys() else None
    user = mapping(item, "user", "user_info")
    if "text" in item and "digg_count" in item and "cid" not in item:
        return "comment"
    if (user.get("uniqueId") or user.get("unique_id")) and "uid" not in user:
        return "user"
    return "user" if {"unique_id", "follower_count"} <= item.keys() and "uid" not in item else None


def post_id(item: Item) -> str | None:
    """The first of `video_id`, `id`, `aweme_id` that has 15 to 20 digits."""
    for key in ("video_id", "id", "aweme_id"):
        if value := digits(item.get(key), 15):
            return value
    return None


def post(item: Item) -> PostItem | ParseError:
    """A post and its counters."""
    video_id = post_id(item)
    if video_id is None:
        return ParseError(lost_digits(item.get("video_id"), item.get("id"), item.get("aweme_id")) or NO_ID)
    author, sound = mapping(item, "author"), mapping(item, "music_info")
    images, duration = item.get("images"), number(item.get("duration"))
    photo = (isinstance(images, list) and bool(images)) or duration == 0
    handle, caption = name(author.get("unique_id")), decode_caption(item.get("title"))
    return PostItem(
        post_id=video_id,
        handle=handle,
        creator_id=digits(author.get("id")),
        display_name=text(author.get("nickname")),
        posted_at=seconds(item.get("create_time")),
        duration_s=None if photo else duration,
        media_type="photo" if photo else ("video" if duration else None),
        is_ad=flag(item.get("is_ad")),
        is_pinned=flag(item.get("is_top")),
        caption=caption,
        hashtags=extract_hashtags(caption),
        sound_id=digits(sound.get("id")),
        sound_title=text(sound.get("title")),
        sound_original=flag(sound.get("original")),
        region=text(item.get("region")),
        url=Link(video_id, handle=handle, media="photo" if photo else "video").url,
        views=counter(item.get("play_count")),
        likes=counter(item.get("digg_count")),
        comments=counter(item.get("comment_count")),
        shares=counter(item.get("share_count")),
        saves=counter(item.get("collect_count")),
        downloads=counter(item.get("download_count")),
    )


def user(item: Item) -> CreatorItem | ParseError:
    """An account and its counters, from user info, a search result, or a row of a follower list."""
    who = mapping(item, "user", "user_info") or item
    exact = mapping(item, "statsV2") or mapping(who, "statsV2")
    stats = mapping(item, "stats") or mapping(who, "stats")
    handle = name(who.get("uniqueId")) or name(who.get("unique_id"))
    if not handle:
        return ParseError("no account name: neither uniqueId nor unique_id")
    return CreatorItem(
        handle=handle,
        creator_id=digits(who.get("id")),
        display_name=text(who.get("nickname")),
        verified=flag(who.get("verified")),
        private=flag(who.get("privateAccount", who.get("secret"))),
        followers=_stat(exact, stats, "followerCount", who.get("follower_count")),
        following=_stat(exact, stats, "followingCount", who.get("following_count")),
        total_likes=first_counter(
            *(place.get(name) for place in (exact, stats) for name in ("heartCount", "heart")),
            who.get("total_favorited"),
        ),
        post_count=_stat(exact, stats, "videoCount", who.get("aweme_count")),
    )


def _stat(exact: Item, stats: Item, name: str, other: Any) -> Count:
    """A counter of an account: exact where the payload has `statsV2`, else rounded."""
    return first_counter(exact.get(name), stats.get(name), other)


def comment(item: Item) -> CommentItem | ParseError:
    """A comment. The counters of its author are always 0 in these payloads, so they are not read."""
    if (comment_id := digits(item.get("id"))) is None:
        return ParseError("no comment id")
    return CommentItem(
        comment_id=comment_id,
        post_id=digits(item.get("video_id"), 15),
        posted_at=seconds(item.get("create_time")),
        handle=name(mapping(item, "user").get("unique_id")),
        text=text(item.get("text")),
        comment_likes=counter(item.get("digg_count")),
        replies=counter(item.get("reply_total")),
    )


def topic(item: Item) -> TopicItem | ParseError:
    """The size of a topic, from information on a hashtag or a sound.

    The number of posts of a hashtag is `video_count` where that is present, otherwise `user_count`.
    """
    if hashtag := name(item.get("cha_name")):
        return TopicItem(
            topic_kind="hashtag",
            topic=hashtag.lstrip("#").lower(),
            topic_posts=counter(item.get("video_count", item.get("user_count"))),
            topic_views=counter(item.get("view_count")),
        )
    if (sound := digits(item.get("id"))) is None:
        return ParseError("neither the name of a hashtag nor the id of a sound")
    return TopicItem(
        topic_kind="sound",
        topic=sound,
        title=text(item.get("title")),
        topic_posts=counter(item.get("video_count")),
    )


def decode_caption(title: Any) -> str | None:
    """A caption, with the MIME-encoded words (`=?utf-8?...?=`) that some payloads have turned back into text."""
    if not isinstance(title, str) or "=?" not in title:
        return title if isinstance(title, str) else None
    try:
        return str(make_header(decode_header(title)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return title
