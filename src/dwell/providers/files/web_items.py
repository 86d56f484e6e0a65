"""Items of TikTok's own web pages, one a post: JSON lines, `{"itemList": [...]}`, or a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwell.providers.files.bulk import json_extract
from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.part import Part
from dwell.providers.payloads import first_rows
from dwell.records import Shape, Source, at


def _counter(key: str) -> Source:
    # statsV2 is finer: it counts exactly where stats rounds (9,024,473 against 9,000,000), and never is coarser.
    return at(f"/statsV2/{key}", f"/stats/{key}")


def _author_counter(*keys: str) -> Source:
    return at(*(f"/{stats}/{key}" for stats in ("authorStatsV2", "authorStats") for key in keys))


SHAPE = Shape(
    "web-items",
    ("posts", "post_snapshots", "creators", "creator_snapshots"),
    {
        "post_id": at("/id"),
        "handle": at("/author/uniqueId"),
        "creator_id": at("/author/id"),
        "display_name": at("/author/nickname"),
        "verified": at("/author/verified"),
        "private": at("/author/privateAccount"),
        "posted_at": at("/createTime", "/id"),
        "observed_at": at("/collectTime"),
        "duration_s": at("/video/duration"),
        "media_type": at("/imagePost", equals=("*",)),
        "is_ad": at("/isAd"),
        "is_pinned": at("/isPinnedItem"),
        "caption": at("/desc"),
        "hashtags": at("/challenges/*/title", "/textExtra/*/hashtagName"),
        "sound_id": at("/music/id"),
        "sound_title": at("/music/title"),
        "sound_original": at("/music/original"),
        "region": at("/locationCreated"),
        "language": at("/textLanguage"),
        "views": _counter("playCount"),
        "likes": _counter("diggCount"),
        "comments": _counter("commentCount"),
        "shares": _counter("shareCount"),
        "saves": _counter("collectCount"),
        "followers": _author_counter("followerCount"),
        "following": _author_counter("followingCount"),
        "total_likes": _author_counter("heartCount", "heart"),
        "post_count": _author_counter("videoCount"),
    },
    {"platform": "tiktok"},
)


def knows(item: Mapping[str, Any]) -> bool:
    """The object is an item: an author with `uniqueId`, a video, and TikTok's camel-case counters or none."""
    author = item.get("author")
    named = isinstance(author, Mapping) and "uniqueId" in author
    return "id" in item and named and bool({"stats", "statsV2", "video", "imagePost"} & item.keys())


def _recognises(part: Part, _: Context) -> bool:
    return part.layout not in {"csv", "parquet"} and any(knows(item) for item in first_rows(part))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return ReadResult([json_extract(part, context, SHAPE) for part in parts])


FORMAT = Format(
    "web-items",
    "items of TikTok's web pages (itemList), as JSON lines, list or saved answer",
    (frozenset({"id", "author", "desc", "createTime", "video", "stats"}),),
    _recognises,
    _read,
)
