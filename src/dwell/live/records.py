"""Items of a provider as records of the tables, where their values are plain.

Anything written in another way (a counter `17.7K`, a date as text, a handle with blanks) is left to `warehouse.load`,
which knows every spelling: then there are no records, and the response is loaded as a file is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from dwell.records import TABLES, Comment, Creator, CreatorSnapshot, Post, PostSnapshot, TopicPost
from dwell.records.item import CommentItem, Count, CreatorItem, Item, PostItem
from dwell.text import names
from dwell.text.hashtags import extract_hashtags
from dwell.text.ids import FLOAT_ID, SCIENTIFIC_ID
from dwell.text.numbers import parse_count
from dwell.text.posting_time import ContradictionError, find_posted_at
from dwell.text.rounding import coarsest_unit, read_unit
from dwell.text.words import UNKNOWN, lower

_HANDLE = re.compile(names.TIKTOK_HANDLE, re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_LINK = re.compile(r"https://(?:www\.|m\.)?tiktok\.com/[!-~]{1,500}")
_TAG = re.compile(r"[^\s#]+")
_DIGITS = re.compile(r"0|-?[1-9][0-9]{0,18}")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_FIRST_SECOND, _LAST_SECOND = 100_000_000, 20_000_000_000
_BIGINT = 1 << 63


# Counter -> the column with its unit.
_POST_UNITS, _CREATOR_UNITS = TABLES["post_snapshots"].units, TABLES["creator_snapshots"].units


class UnusualValueError(ValueError):
    """A value is written in a way that only `warehouse.load` reads."""


@dataclass(frozen=True)
class Observation:
    """Where and when an item was observed.

    Attributes:
        source: The `source` of its rows.
        observed_at: When the response arrived.
        handle: The requested account, for items that leave it out.
        niche: What the user gave the account.
    """

    source: str
    observed_at: datetime
    handle: str | None = None
    niche: str | None = None


class TopicRank(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The rank of a post in a sample of a topic, and when the sample began."""

    topic_kind: str
    topic: str
    rank: int
    observed_at: datetime


def to_records(item: Item, observation: Observation, topic_rank: TopicRank | None = None) -> tuple[msgspec.Struct, ...]:
    """The records that one item gives to the tables.

    Args:
        item: What the object says.
        observation: Where and when it was observed.
        topic_rank: Of a post in the listing of a topic, which gives a row there and nowhere else.

    Raises:
        UnusualValueError: A value is not plain.
    """
    if isinstance(item, PostItem):
        return _post(item, observation) if topic_rank is None else (_topic_post(item, observation, topic_rank),)
    if isinstance(item, CreatorItem):
        return _creator(item, observation)
    if isinstance(item, CommentItem):
        return (_comment(item, observation),)
    raise UnusualValueError("a topic's size is stored when its target is done")


def possible_total(count: int | None) -> int | None:
    """A provider's own count of posts; None for one below 0, which says nothing."""
    return None if count is None or count < 0 else count


def whole_number(value: Count) -> int | None:
    """A counter as a number; None where its text does not say one."""
    try:
        return parse_count(value) if isinstance(value, str) else value
    except ValueError:
        return None


def counter_unit(value: Count, *, rounded: bool = False) -> int | None:
    """The unit of a counter: what its text shows, and 1 for a number; None for an unknown one.

    Args:
        value: The counter.
        rounded: The source rounds its numbers: then as coarsely as it may have done.
    """
    count = whole_number(value)
    if count is None:
        return None
    unit = read_unit(value, count) if isinstance(value, str) else 1
    return coarsest_unit(count) if rounded and unit == 1 else unit


def _post(item: PostItem, observation: Observation) -> tuple[msgspec.Struct, ...]:
    caption, url = _text(item.caption), _link(item.url)
    handle = _handle(item.handle) or _handle(observation.handle)
    if handle is None and url is not None and "/@_/" not in url:
        raise UnusualValueError("an account that only the link names")
    creator_id, display_name = _id(item.creator_id), _text(item.display_name)
    post = Post(
        post_id=item.post_id,
        platform="tiktok",
        handle=handle,
        creator_id=creator_id,
        posted_at=_posted_at(item, observation.observed_at),
        duration_s=_seconds(item.duration_s),
        media_type=item.media_type,
        is_ad=item.is_ad,
        is_pinned=item.is_pinned,
        caption=caption,
        hashtags=_tags(item.hashtags, caption),
        sound_id=_id(item.sound_id),
        sound_title=_text(item.sound_title),
        sound_original=item.sound_original,
        region=_code(item.region),
        language=_code(item.language),
        url=url,
        source=observation.source,
        observed_at=observation.observed_at,
    )
    snapshot = PostSnapshot(
        post_id=item.post_id,
        observed_at=observation.observed_at,
        views=_views(item),
        likes=_count(item.likes),
        comments=_count(item.comments),
        shares=_count(item.shares),
        saves=_count(item.saves),
        downloads=_count(item.downloads),
        rounded=False,
        **_units(item, _POST_UNITS),
        source=observation.source,
        observed_precision="instant",
    )
    if handle is None:
        return post, snapshot
    return post, snapshot, _account(handle, creator_id, display_name, observation)


def _topic_post(item: PostItem, observation: Observation, topic_rank: TopicRank) -> TopicPost:
    return TopicPost(
        topic_kind=topic_rank.topic_kind,
        topic=topic_rank.topic,
        observed_at=observation.observed_at,
        post_id=item.post_id,
        rank=topic_rank.rank,
        handle=_handle(item.handle),
        posted_at=_posted_at(item, observation.observed_at),
        duration_s=_seconds(item.duration_s),
        caption=_text(item.caption),
        url=_link(item.url),
        views=_views(item),
        likes=_count(item.likes),
        comments=_count(item.comments),
        shares=_count(item.shares),
        saves=_count(item.saves),
        downloads=_count(item.downloads),
        **_units(item, _POST_UNITS),
        source=observation.source,
    )


def _creator(item: CreatorItem, observation: Observation) -> tuple[msgspec.Struct, ...]:
    handle = _handle(item.handle) or _handle(observation.handle)
    if handle is None:
        raise UnusualValueError("an account without a name")
    creator_id, display_name = _id(item.creator_id), _text(item.display_name)
    creator = _account(handle, creator_id, display_name, observation, verified=item.verified, private=item.private)
    snapshot = CreatorSnapshot(
        handle=handle,
        platform="tiktok",
        observed_at=observation.observed_at,
        followers=_count(item.followers),
        following=_count(item.following),
        total_likes=_count(item.total_likes),
        post_count=_count(item.post_count),
        **_units(item, _CREATOR_UNITS),
        source=observation.source,
        observed_precision="instant",
    )
    return creator, snapshot


@lru_cache(maxsize=256)
def _account(
    handle: str, creator_id: str | None, display_name: str | None, observation: Observation, *,
    verified: bool | None = None, private: bool | None = None,
) -> Creator:  # fmt: skip
    return Creator(
        handle=handle,
        platform="tiktok",
        creator_id=creator_id,
        display_name=display_name,
        verified=verified,
        private=private,
        niche=observation.niche,
        source=observation.source,
        observed_at=observation.observed_at,
    )


def _comment(item: CommentItem, observation: Observation) -> Comment:
    return Comment(
        comment_id=item.comment_id,
        observed_at=observation.observed_at,
        post_id=_id(item.post_id),
        posted_at=_instant(item.posted_at),
        handle=_handle(item.handle),
        text=_text(item.text),
        comment_likes=_count(item.comment_likes),
        replies=_count(item.replies),
        source=observation.source,
        observed_precision="instant",
    )


def _count(value: Count) -> int | None:
    """A counter; digits as text say the same as a number, anything else is left to the loader."""
    if type(value) is str and _DIGITS.fullmatch(value):
        value = int(value)
    if value is None or (type(value) is int and -_BIGINT <= value < _BIGINT):
        return value
    raise UnusualValueError(f"a counter {value!r}")


def _views(item: PostItem) -> int | None:
    """The views; the loader flags 0 beside other counters, which means that the source does not know them."""
    views = _count(item.views)
    others = (item.likes, item.comments, item.shares, item.saves, item.downloads)
    if views == 0 and any((_count(other) or 0) > 0 for other in others):
        raise UnusualValueError("0 views beside other counters")
    return views


def _units(item: Item, units: Mapping[str, str]) -> dict[str, Any]:
    """The units of an item's counters: a number in a response is exact, also a round one."""
    return {unit: 1 for counter, unit in units.items() if getattr(item, counter) is not None}


def _instant(value: int | str | None) -> datetime | None:
    if value is None:
        return None
    if type(value) is str and _DIGITS.fullmatch(value):
        value = int(value)
    if type(value) is not int or not _FIRST_SECOND <= value <= _LAST_SECOND:
        raise UnusualValueError(f"an instant {value!r}")
    return datetime.fromtimestamp(value, UTC)


def _posted_at(item: PostItem, observed_at: datetime) -> datetime | None:
    """The stated time, or the one in the id; the loader flags a post whose times contradict each other."""
    try:
        return find_posted_at(_instant(item.posted_at), item.post_id, observed_at)
    except ContradictionError as error:
        raise UnusualValueError(str(error)) from error


def _seconds(value: float | None) -> float | None:
    return None if value is None else float(value)


def _handle(value: str | None) -> str | None:
    return None if value is None else _plain(_HANDLE, lower(value))


def _id(value: str | None) -> str | None:
    """An id that is no key: a number in scientific notation is none any more, which the loader counts."""
    if value is not None and not value.isdigit() and re.fullmatch(f"{SCIENTIFIC_ID}|{FLOAT_ID}", value):
        raise UnusualValueError(f"an id {value[:60]!r}")
    return value


def _code(value: str | None) -> str | None:
    return None if value is None else _plain(_CODE, value)


def _link(value: str | None) -> str | None:
    return None if value is None else _plain(_LINK, value)


def _plain(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value) or value.lower() in UNKNOWN:
        raise UnusualValueError(f"a text {value[:60]!r}")
    return value


def _text(value: str | None) -> str | None:
    """What people wrote; only the empty text says nothing."""
    if value and _NOT_TEXT.search(value):
        raise UnusualValueError("a character that is not one")
    return value or None


def _tags(tags: list[str] | None, caption: str | None) -> tuple[str, ...]:
    for tag in tags or ():
        if not _TAG.fullmatch(tag) or tag != lower(tag) or _NOT_TEXT.search(tag):
            raise UnusualValueError(f"a hashtag {tag[:60]!r}")
    return tuple(dict.fromkeys(tags or extract_hashtags(caption) or ()))
