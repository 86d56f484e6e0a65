"""The tables of videos: a row a day, and the last known values."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.tables import table_with_seq
from dwell.metrics.tiktok_organic.catalog import VIDEOS
from dwell.metrics.tiktok_organic.columns import VIDEO_FIELDS
from dwell.metrics.tiktok_organic.readings import (
    api_value,
    day_of,
    finished,
    newest_known,
    of_day,
    with_username,
)

_OWNED = (
    *("app_download_clicks", "caption", "embed_url", "lead_submissions", "phone_number_clicks", "profile_views"),
    *("share_url", "thumbnail_url", "website_clicks"),
)
_COUNTERS = {"comments": "comments", "favorites": "saves", "likes": "likes", "shares": "shares", "video_views": "views"}
_WATCHED = {
    "average_time_watched": "avg_watch_s",
    "full_video_watched_rate": "full_watch_rate",
    "new_followers": "new_followers",
    "reach": "reach",
    "total_time_watched": "total_watch_s",
}


def videos() -> Table:
    """One row per video and day on which it was read."""
    return finished(_video_days(), VIDEOS)


def _video_days() -> Table:
    rows = _readings()
    fields = [column.name for column in VIDEO_FIELDS if column.name != "create_time"]
    days = of_day(rows, ("item_id", "metric_date"), ("open_id", *fields))
    return with_username(_with_post(days, create_time="posted_at")).alias("video_days")


def _readings() -> Table:
    """One row per reading of a video: `owned_posts` has one exactly where the API was read."""
    owned, counted, watched = (table_with_seq(name) for name in ("owned_posts", "post_snapshots", "watch_times"))
    at = ("post_id", "observed_at")
    joined = owned.left_join(counted, [owned[name] == counted[name] for name in at]).left_join(
        watched, [owned[name] == watched[name] for name in at]
    )
    return joined.select(
        owned.open_id,
        owned.observed_at,
        owned.source,
        *(owned[name] for name in _OWNED),
        item_id=owned.post_id,
        metric_date=day_of(owned),
        video_duration=owned.duration_s,
        **{name: api_value(counted, column) for name, column in _COUNTERS.items()},
        **{name: api_value(watched, column) for name, column in _WATCHED.items()},
        seq=ibis.greatest(owned.seq, counted.seq.fill_null(0), watched.seq.fill_null(0)),
    ).alias("video_readings")


def _with_post(rows: Table, **columns: str) -> Table:
    """Adds columns of `posts` under these names: what is known of a video whenever it was read."""
    posts = table_with_seq("posts")
    joined = rows.left_join(posts, rows.item_id == posts.post_id)
    return joined.select(
        *(rows[name] for name in rows.columns if name != "seq"),
        **{name: posts[column] for name, column in columns.items()},
        seq=ibis.greatest(rows.seq, posts.seq.fill_null(0)),
    )


def videos_latest() -> Table:
    """One row per video: the last known value of each field, and its day."""
    days = _video_days()
    values = {}
    for column in VIDEO_FIELDS:
        value = days[column.name]
        values[column.name] = newest_known(value, days.metric_date)
        values[f"{column.name}_date"] = ibis.cases((value.notnull(), days.metric_date), else_=ibis.null("date")).max()
    rows = days.group_by("item_id").agg(
        video_creator_username=newest_known(days.video_creator_username, days.metric_date),
        metric_date=days.metric_date.max(),
        **values,
        _synced_at=days["_synced_at"].max(),
        _source=newest_known(days["_source"], days["_synced_at"]),
        seq=days.seq.max(),
    )
    return finished(rows, "tiktok_organic_videos_latest")


def videos_details() -> Table:
    """One row per video and day, with what the connector's table of videos has no column for."""
    owned = table_with_seq("owned_posts")
    rows = owned.mutate(item_id=owned.post_id, metric_date=day_of(owned))
    days = of_day(rows, ("item_id", "metric_date"), ("open_id", "email_clicks", "address_clicks"))
    named = with_username(_with_post(days, media_type="media_type", is_ad="is_ad"))
    return finished(named, "tiktok_organic_videos_details")
