"""Items of TikTok's own web pages, one per post: JSON lines, `{"itemList": [...]}`, or a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dwell.providers.files.bulk import json_extract
from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.part import Part, first_rows
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


_STATE_SHAPE = replace(
    SHAPE,
    columns={
        **SHAPE.columns,
        "handle": source_at("/author"),
        "creator_id": source_at("/authorId"),
        "display_name": source_at("/nickname"),
    },
)
"""Items of the `ItemModule` in a saved page (`SIGI_STATE`), which name their author beside them."""


def is_item(item: Mapping[str, Any]) -> bool:
    """Whether the object is an item: an author with `uniqueId`, a video, and TikTok's camel-case counters or none."""
    author = item.get("author")
    named = isinstance(author, Mapping) and "uniqueId" in author
    named = named or (isinstance(author, str) and "createTime" in item and isinstance(item.get("stats"), Mapping))
    return "id" in item and named and bool({"stats", "statsV2", "video", "imagePost"} & item.keys())


def _recognises(part: Part, _: Context) -> bool:
    return part.layout not in {"csv", "parquet"} and any(map(is_item, first_rows(part)))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return ReadResult([json_extract(part, context, _shape(part), _kind_of) for part in parts])


def _shape(part: Part) -> Shape:
    plain = any(isinstance(item.get("author"), str) for item in first_rows(part) if is_item(item))
    return _STATE_SHAPE if plain else SHAPE


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return "post" if is_item(item) else None


FORMAT = Format(
    "web-items",
    "items of TikTok's web pages (itemList), as JSON lines, list or saved response",
    (frozenset({"id", "author", "desc", "createTime", "video", "stats"}),),
    _recognises,
    _read,
    _kind_of,
)
