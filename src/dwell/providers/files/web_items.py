"""Items of TikTok's own web pages, one per post: JSON lines, `{"itemList": [...]}`, or a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwell.providers.files.bulk import json_extract
from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.part import Part
from dwell.providers.payloads import first_rows
from dwell.records import Shape, Source, source_at


def _counter(key: str) -> Source:
    # statsV2 is exact where stats is rounded (9,024,473 against 9,000,000), and is never coarser.
    return source_at(f"/statsV2/{key}", f"/stats/{key}")


def _author_counter(*keys: str) -> Source:
    return source_at(*(f"/{stats}/{key}" for stats in ("authorStatsV2", "authorStats") for key in keys))


SHAPE = Shape(
    "web-items",
    ("posts", "post_snapshots", "creators", "creator_snapshots"),
    {
        "post_id": source_at("/id"),
        "handle": source_at("/author/uniqueId"),
        "creator_id": source_at("/author/id"),
        "display_name": source_at("/author/nickname"),
        "verified": source_at("/author/verified"),
        "private": source_at("/author/privateAccount"),
        "posted_at": source_at("/createTime", "/id"),
        "observed_at": source_at("/collectTime"),
        "duration_s": source_at("/video/duration"),
        "media_type": source_at("/imagePost", equals=("*",)),
        "is_ad": source_at("/isAd"),
        "is_pinned": source_at("/isPinnedItem"),
        "caption": source_at("/desc"),
        "hashtags": source_at("/challenges/*/title", "/textExtra/*/hashtagName"),
        "sound_id": source_at("/music/id"),
        "sound_title": source_at("/music/title"),
        "sound_original": source_at("/music/original"),
        "region": source_at("/locationCreated"),
        "language": source_at("/textLanguage"),
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


def is_item(item: Mapping[str, Any]) -> bool:
    """Whether the object is an item: an author with `uniqueId`, a video, and TikTok's camel-case counters or none."""
    author = item.get("author")
    named = isinstance(author, Mapping) and "uniqueId" in author
    return "id" in item and named and bool({"stats", "statsV2", "video", "imagePost"} & item.keys())


def _recognises(part: Part, _: Context) -> bool:
    return part.layout not in {"csv", "parquet"} and any(is_item(item) for item in first_rows(part))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return ReadResult([json_extract(part, context, SHAPE) for part in parts])


FORMAT = Format(
    "web-items",
    "items of TikTok's web pages (itemList), as JSON lines, list or saved response",
    (frozenset({"id", "author", "desc", "createTime", "video", "stats"}),),
    _recognises,
    _read,
)
