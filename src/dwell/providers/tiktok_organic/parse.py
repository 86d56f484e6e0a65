"""Objects of TikTok's API for Business -> items. What cannot be read is unknown, and named in the item's `unread`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from dwell.providers import values
from dwell.providers.links import LinkError, parse_link
from dwell.providers.tiktok_organic.fields import DAY_COUNTS, VIDEO_EXTRA
from dwell.providers.values import digits, flag, lost_digits, number
from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem
from dwell.records.owned_item import (
    AccountDayItem,
    AccountItem,
    BenchmarkItem,
    OwnerCommentItem,
    Point,
    Share,
    VideoItem,
)

Item = Mapping[str, Any]

_BREAKDOWNS = {
    "impression_source": ("impression_sources", "impression_source"),
    "audience_type": ("audience_types", "type"),
    "audience_country": ("audience_countries", "country"),
    "audience_city": ("audience_cities", "city_name"),
    "audience_gender": ("audience_genders", "gender"),
}
"""Dimension -> the list of a video, and the key of the member in its objects."""

_AUDIENCE = {
    "age": ("audience_ages", "age"),
    "gender": ("audience_genders", "gender"),
    "territory": ("audience_countries", "country"),
    "city": ("audience_cities", "city_name"),
}
"""The same of an account's followers."""

_AVERAGES = (
    "average_video_views", "average_likes", "average_comments", "average_shares", "average_engagement_rate",
    "average_follower_count", "average_follower_growth", "average_video_count",
)  # fmt: skip

_PERCENT = frozenset({"audience_cities"})
"""Lists whose shares are percent: the documented example has 17.4921."""

_GENDER = re.compile(r"(female|male|other)(?:_vv)?", re.IGNORECASE)
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_HOURS = 24
_FIRST_SECOND, _LAST_SECOND = 1_104_537_600, 4_102_444_800  # 2005 to 2100
_SHOWN = 60


def text(value: Any) -> str | None:
    """Text without what is no character, which no table can hold."""
    found = values.text(value)
    return None if found is None else _NOT_TEXT.sub("\ufffd", found)


def name(value: Any) -> str | None:
    """The same without spaces around it; None where nothing is left."""
    return (text(value) or "").strip() or None


def account(item: Item) -> AccountItem | ParseError:
    """The profile of an account, and its followers."""
    if not {"username", "display_name", "followers_count", "profile_image", "is_business_account"} & item.keys():
        return ParseError("no account: none of the fields of a profile")
    reader, days = _Reader(item), []
    for each in reader.objects("metrics"):
        found = day(each)
        if isinstance(found, ParseError):
            reader.unread.append(found.reason)
        else:
            days.append(found)
            reader.unread += found.unread
    return AccountItem(
        username=(name(item.get("username")) or "").lower() or None,
        display_name=text(item.get("display_name")),
        bio_description=text(item.get("bio_description")),
        profile_image=_link(item.get("profile_image")),
        profile_deep_link=_link(item.get("profile_deep_link")),
        is_business_account=flag(item.get("is_business_account")),
        is_verified=flag(item.get("is_verified")),
        followers=reader.count("followers_count"),
        following=reader.count("following_count"),
        total_likes=reader.count("total_likes"),
        post_count=reader.count("videos_count"),
        audience=reader.breakdowns(_AUDIENCE, str.title),
        days=tuple(days),
        unread=tuple(reader.unread),
    )


def day(item: Item) -> AccountDayItem | ParseError:
    """One day of an account."""
    try:
        of = date.fromisoformat(text(item.get("date")) or "")
    except ValueError:
        return ParseError(f"no day: {str(item.get('date'))[:_SHOWN]}")
    reader = _Reader(item)
    counts = {each: value for each in DAY_COUNTS if (value := reader.count(each)) is not None}
    activity = reader.points("audience_activity", "hour", "count", lambda hour: hour in range(_HOURS))
    return AccountDayItem(
        day=of,
        counts=counts,
        activity=tuple((int(hour), int(count)) for hour, count in activity),
        unread=tuple(reader.unread),
    )


def video(item: Item) -> VideoItem | ParseError:
    """A video with its lifetime metrics; what TikTok withholds is absent, and unknown."""
    if (post_id := digits(item.get("item_id"), 15)) is None:
        return ParseError(lost_digits(item.get("item_id")) or "no post id: item_id does not have 15 to 20 digits")
    reader = _Reader(item)
    share_url = _link(item.get("share_url"))
    return VideoItem(
        post_id=post_id,
        handle=_handle_of(share_url),
        posted_at=reader.instant("create_time"),
        duration_s=reader.amount("video_duration") or None,
        media_type=(text(item.get("media_type")) or "").lower() or None,
        is_ad=flag(item.get("is_ad")),
        caption=text(item.get("caption")),
        share_url=share_url,
        embed_url=_link(item.get("embed_url")),
        thumbnail_url=_link(item.get("thumbnail_url")),
        views=reader.count("video_views"),
        likes=reader.count("likes"),
        comments=reader.count("comments"),
        shares=reader.count("shares"),
        saves=reader.count("favorites"),
        avg_watch_s=reader.amount("average_time_watched"),
        full_watch_rate=reader.amount("full_video_watched_rate"),
        total_watch_s=reader.amount("total_time_watched"),
        reach=reader.count("reach"),
        new_followers=reader.count("new_followers"),
        extra={each: value for each in VIDEO_EXTRA if (value := reader.count(each)) is not None},
        breakdowns=reader.breakdowns(_BREAKDOWNS, "{}_vv".format),
        retention=reader.points("video_view_retention", "second", "percentage"),
        likes_by_second=reader.points("engagement_likes", "second", "percentage"),
        unread=tuple(reader.unread),
    )


def owner_comment(item: Item) -> OwnerCommentItem | ParseError:
    """A comment or a reply, with the replies that came with it."""
    if (comment_id := digits(item.get("comment_id"), 15)) is None:
        return ParseError(lost_digits(item.get("comment_id")) or "no comment id: it does not have 15 to 20 digits")
    reader = _Reader(item)
    nested = []
    for each in reader.objects("reply_list"):
        # Replies of replies would not end; TikTok has none.
        reply = owner_comment({key: value for key, value in each.items() if key != "reply_list"})
        if isinstance(reply, ParseError):
            reader.unread.append(f"unreadable reply: {reply.reason}")
        else:
            nested.append(reply)
    return OwnerCommentItem(
        comment_id=comment_id,
        post_id=digits(item.get("video_id"), 15),
        parent_comment_id=digits(item.get("parent_comment_id"), 15),
        posted_at=reader.instant("create_time"),
        text=text(item.get("text")),
        image_url=_link(item.get("image_url")),
        comment_likes=reader.count("likes"),
        replies=reader.count("replies"),
        is_owner=flag(item.get("owner")),
        is_liked=flag(item.get("liked")),
        is_pinned=flag(item.get("pinned")),
        status=text(item.get("status")) or None,
        username=(name(item.get("username")) or "").lower() or None,
        display_name=text(item.get("display_name")),
        profile_image=_link(item.get("profile_image")),
        author=text(item.get("user_id")) or None,
        unique_identifier=text(item.get("unique_identifier")) or None,
        nested=tuple(nested),
        unread=tuple(reader.unread),
    )


def benchmark(item: Item) -> BenchmarkItem | ParseError:
    """The averages of a business category."""
    category = name(item.get("business_category"))
    if category is None:
        return ParseError("no business_category")
    reader = _Reader(item)
    averages = {each: float(value) for each in _AVERAGES if (value := reader.amount(each)) is not None}
    return BenchmarkItem(business_category=category, averages=averages, unread=tuple(reader.unread))


def entity(item: Item) -> None:
    """Saved responses of this API are not recognised on disk: they do not say whose account they are of."""
    del item


def post(item: Item) -> PostItem | ParseError:
    """Public posts are no part of this API."""
    return ParseError(f"no post id of a public post: {str(item.get('item_id'))[:_SHOWN]}")


def user(item: Item) -> CreatorItem | ParseError:
    """Public accounts are no part of this API."""
    return ParseError(f"only the own account ({str(item.get('username'))[:_SHOWN]})")


def comment(item: Item) -> CommentItem | ParseError:
    """See `owner_comment`."""
    return ParseError(f"only comments on the own videos ({str(item.get('comment_id'))[:_SHOWN]})")


def topic(item: Item) -> TopicItem | ParseError:
    """This API has no hashtags and no sounds."""
    return ParseError(f"no hashtags and no sounds ({str(item.get('id'))[:_SHOWN]})")


class _Reader:
    """Reads the values of one object; collects why some cannot be read."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.unread: list[str] = []

    def amount(self, field: str) -> float | None:
        """A number, also as text."""
        value = self.item.get(field)
        found = number(value)
        if found is None and value not in (None, ""):
            self.unread.append(f"unreadable {field}: {str(value)[:_SHOWN]}")
        return None if found is None else float(found)

    def count(self, field: str) -> int | None:
        """A whole number, also as text."""
        value = self.item.get(field)
        found = number(value)
        if found is not None and float(found).is_integer():
            return int(found)
        if value not in (None, ""):
            self.unread.append(f"unreadable {field}: {str(value)[:_SHOWN]}")
        return None

    def instant(self, field: str) -> int | None:
        """Seconds since 1970, which TikTok sends as text."""
        value = self.count(field)
        if value and not _FIRST_SECOND <= value <= _LAST_SECOND:
            self.unread.append(f"impossible {field}: {value}")
            return None
        return value or None

    def objects(self, field: str) -> Iterable[Item]:
        """The objects of a list; anything else in it is unread."""
        value = self.item.get(field)
        if value is None:
            return
        if not isinstance(value, list):
            self.unread.append(f"unreadable {field}: {str(value)[:_SHOWN]}")
            return
        for each in value:
            if isinstance(each, dict):
                yield each
            else:
                self.unread.append(f"unreadable {field}: {str(each)[:_SHOWN]}")

    def breakdowns(
        self, lists: Mapping[str, tuple[str, str]], spell_gender: Callable[[str], str]
    ) -> dict[str, tuple[Share, ...]]:
        """Dimension -> members with their shares; without the dimensions that have none."""
        found = {
            dimension: tuple(self._shares(field, key, spell_gender if key == "gender" else None))
            for dimension, (field, key) in lists.items()
        }
        return {dimension: shares for dimension, shares in found.items() if shares}

    def _shares(self, field: str, key: str, spell_gender: Callable[[str], str] | None) -> Iterable[Share]:
        for each in self.objects(field):
            member, share = name(each.get(key)), number(each.get("percentage"))
            if member is None or share is None:
                self.unread.append(f"unreadable {field}: {str(dict(each))[:_SHOWN]}")
                continue
            if spell_gender is not None and (gender := _GENDER.fullmatch(member)):
                member = spell_gender(gender[1].lower())  # some responses have Female, others female_vv
            yield member, share / 100 if field in _PERCENT else float(share)

    def points(
        self, field: str, at: str, of: str, accept: Callable[[float], bool] = lambda place: place >= 0
    ) -> tuple[Point, ...]:
        """The points of a curve, in order; TikTok sends the second, or the hour, as text."""
        found = []
        for each in self.objects(field):
            place, value = number(each.get(at)), number(each.get(of))
            if place is None or value is None or not accept(place):
                self.unread.append(f"unreadable {field}: {str(dict(each))[:_SHOWN]}")
            else:
                found.append((float(place), float(value)))
        return tuple(sorted(found))


def _link(value: Any) -> str | None:
    """An address; the documented example has a line break in one."""
    return re.sub(r"\s+", "", text(value) or "") or None if isinstance(value, str) else None


def _handle_of(link: str | None) -> str | None:
    try:
        return parse_link(link or "").handle
    except LinkError:
        return None
