"""Videos of TikTok's Business API (`/business/video/list/`): the owner's watch time and retention curve.

Shares are fractions, `percentage` included: 0.2134 of the views reached the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dwell.providers import values
from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.links import LinkError, parse_link
from dwell.providers.part import Part, first_rows, iterate_rows
from dwell.providers.rewrite import Rewriter

NAME = "business-api"
_WATCHED = frozenset({"average_time_watched", "full_video_watched_rate", "total_time_watched", "video_view_retention"})
_KEPT = frozenset({
    "item_id", "caption", "create_time", "video_views", "likes", "comments", "shares", "favorites", "video_duration",
    "reach", "new_followers", "media_type", "is_ad", "share_url", "embed_url", "thumbnail_url", *_WATCHED,
})  # fmt: skip


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return "post" if "item_id" in item and _WATCHED & item.keys() else None


def _recognises(part: Part, _: Context) -> bool:
    return any(map(_kind_of, first_rows(part)))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    result = ReadResult()
    for part in parts:
        tables = ("posts", "post_snapshots", "watch_times", "creators")
        posts = Rewriter(context.scratch, NAME, *tables, platform="tiktok")
        curve = Rewriter(context.scratch, NAME, "retention")
        for line, row in iterate_rows(part, _kind_of):
            if row.item is not None:
                _add(posts, curve, line, row.item)
            elif row.reason:
                posts.reject(line, row.reason, row.text)
        result.extracts += [posts.extract(), *([curve.extract()] if curve.rows else [])]
        if dropped := [key for key in part.header if key not in _KEPT]:
            result.warnings.append(f"{part.name}: columns not imported: {', '.join(dropped)}.")
    return result


def _add(posts: Rewriter, curve: Rewriter, line: int, item: Mapping[str, Any]) -> None:
    post_id = values.digits(item.get("item_id"), 15)
    if post_id is None:
        posts.reject(line, "no post id: item_id does not have 15 to 20 digits", json.dumps(item, ensure_ascii=False))
        return
    handle, url = _link(item)
    kind = str(item.get("media_type") or "").casefold()
    posts.add(
        line,
        {
            "post_id": post_id,
            "handle": handle,
            "url": url,
            "caption": values.text(item.get("caption")),
            "posted_at": values.seconds(item.get("create_time")),
            "duration_s": values.number(item.get("video_duration")),
            "media_type": kind if kind in {"video", "photo"} else None,
            "is_ad": values.flag(item.get("is_ad")),
            "views": values.counter(item.get("video_views")),
            "likes": values.counter(item.get("likes")),
            "comments": values.counter(item.get("comments")),
            "shares": values.counter(item.get("shares")),
            "saves": values.counter(item.get("favorites")),
            "avg_watch_s": values.number(item.get("average_time_watched")),
            "total_watch_s": values.number(item.get("total_time_watched")),
            "full_watch_rate": values.number(item.get("full_video_watched_rate")),
            "reach": values.counter(item.get("reach")),
            "new_followers": values.counter(item.get("new_followers")),
        },
    )
    for point in values.rows(item, "video_view_retention"):
        second, rate = values.number(point.get("second")), values.number(point.get("percentage"))
        if second is not None and rate is not None:
            curve.add(line, {"post_id": post_id, "second": second, "retention_rate": rate})


def _link(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    try:
        link = parse_link(str(item.get("share_url") or ""))
    except LinkError:
        return None, None
    return link.handle, link.url


FORMAT = Format(
    NAME,
    "videos of TikTok's Business API (own account), with watch time and retention",
    (frozenset({"item_id", "create_time", "video_views", "average_time_watched", "full_video_watched_rate"}),),
    _recognises,
    _read,
    _kind_of,
)
