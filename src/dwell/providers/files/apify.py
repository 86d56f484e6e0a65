"""Apify's tiktok-scraper: CSV with slash names (`authorMeta/name`), or nested JSON and JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dwell.providers.files.bulk import csv_extract, json_extract
from dwell.providers.format import CSV, JSON, Context, Format, ReadResult
from dwell.providers.part import Part, first_rows
from dwell.records import Extract, Shape, Source, source_at

TABLES = ("posts", "post_snapshots", "creators", "creator_snapshots")

# Canonical column -> paths. `video_id` and `create_time_from_id` occur in files that people merged from several runs.
PATHS: dict[str, tuple[str, ...]] = {
    "post_id": ("id", "video_id", "webVideoUrl"),
    "handle": ("authorMeta/name",),
    "creator_id": ("authorMeta/id",),
    "display_name": ("authorMeta/nickName",),
    "verified": ("authorMeta/verified",),
    "private": ("authorMeta/privateAccount",),
    "posted_at": ("createTimeISO", "createTime", "create_time_from_id", "id", "video_id"),
    "observed_at": ("scrapedAt", "scrapedAtISO"),
    "duration_s": ("videoMeta/duration",),
    "is_pinned": ("isPinned",),
    "caption": ("text",),
    "sound_id": ("musicMeta/musicId",),
    "sound_title": ("musicMeta/musicName",),
    "sound_original": ("musicMeta/musicOriginal",),
    "region": ("locationCreated",),
    "language": ("textLanguage",),
    "url": ("webVideoUrl",),
    "views": ("playCount",),
    "likes": ("diggCount",),
    "comments": ("commentCount",),
    "shares": ("shareCount",),
    "saves": ("collectCount",),
    "followers": ("authorMeta/fans",),
    "following": ("authorMeta/following",),
    "total_likes": ("authorMeta/heart",),
    "post_count": ("authorMeta/video",),
}


def _shape(columns: dict[str, Source]) -> Shape:
    return Shape("apify", TABLES, columns, {"platform": "tiktok"})


def _csv(part: Part) -> Extract:
    columns = {column: source_at(*_spellings(paths)) for column, paths in PATHS.items()}
    columns["is_ad"] = source_at("isAd", "isSponsored")
    columns["media_type"] = source_at("isSlideshow", equals=("true",))
    tags = [name for name in part.header if re.fullmatch(r"hashtags[/.]\d+[/.]name", name)]
    columns["hashtags"] = source_at(*tags, "hashtags")
    if not set(columns["handle"].names) & set(part.header):
        # The link may contain a placeholder for the handle, so it is used only where nothing else names the account.
        columns["handle"] = source_at("webVideoUrl")
    return csv_extract(part, _shape(columns))


def _json(part: Part, context: Context) -> Extract:
    columns = {column: source_at(*(f"/{name}" for name in _spellings(paths))) for column, paths in PATHS.items()}
    columns["is_ad"] = source_at("/isAd", "/isSponsored")
    columns["media_type"] = source_at("/isSlideshow", equals=("true",))
    columns["hashtags"] = source_at("/hashtags/*/name")
    return json_extract(part, context, _shape(columns), _kind_of)


def _spellings(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Each path with slashes, then with dots, as other export settings write it."""
    return tuple(dict.fromkeys(name for path in paths for name in (path, path.replace("/", "."))))


def _recognises(part: Part, _: Context) -> bool:
    if part.layout == "csv":
        names = {name.replace(".", "/") for name in part.header}
        return "playCount" in names and bool(names & {"webVideoUrl", "authorMeta/name", "authorMeta/id"})
    if part.layout == "parquet":
        return False
    return any(map(_kind_of, first_rows(part)))


def _kind_of(item: Mapping[str, Any]) -> str | None:
    named = {"webVideoUrl", "authorMeta", "authorMeta.name"} & item.keys()
    return "post" if named and {"playCount", "diggCount", "videoMeta"} & item.keys() else None


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return ReadResult([_csv(part) if part.layout == "csv" else _json(part, context) for part in parts])


FORMAT = Format(
    "apify",
    "Apify tiktok-scraper, CSV with slash names, JSON or JSON lines",
    (frozenset({"id", "webVideoUrl", "playCount", "diggCount", "commentCount", "shareCount", "authorMeta/name"}),),
    _recognises,
    _read,
    _kind_of,
    layouts=CSV | JSON,
)
