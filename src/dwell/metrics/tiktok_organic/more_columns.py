"""The columns of tables beyond the connector's: what the API gives besides, in the same style."""

from __future__ import annotations

from dwell.metrics.tiktok_organic.columns import (
    ITEM,
    ITEM_DAY,
    REGISTERED,
    VIDEO_FIELDS,
    Columns,
    columns_of,
    key_column,
    metric_date,
    username,
)
from dwell.records import Column


def _dated(column: Column) -> Columns:
    """A field, and the day on which its value was read."""
    meaning = f"{column.meaning.partition('. ')[0].rstrip('.')}. The last known value."
    value = columns_of(column.kind, {column.name: meaning})
    return *value, *columns_of("day", {f"{column.name}_date": f"Day on which {column.name} was read."})


VIDEOS_LATEST: Columns = (
    *ITEM,
    *username("As on the last day."),
    *metric_date("Last date on which the video was read."),
    *(each for column in VIDEO_FIELDS for each in _dated(column)),
)

VIDEOS_DETAILS: Columns = (
    *ITEM_DAY,
    *columns_of("text", {"media_type": "`video` or `photo`; the newest that is known."}),
    *columns_of("flag", {"is_ad": "The video is promoted, or is only shown in ads; the newest that is known."}),
    *columns_of(
        "number",
        {
            "email_clicks": f"Number of clicks on the email contact button. {REGISTERED}",
            "address_clicks": f"Number of clicks on the address. {REGISTERED}",
        },
    ),
)

ACCOUNT_AUDIENCE: Columns = (
    *username(),
    *metric_date("Date the data was read"),
    *key_column("text", "audience_dimension", "What the followers are divided by, e.g. `gender`, `age`, `country`."),
    *key_column("text", "audience_member", "One group of them, e.g. `18-24` or `BR`."),
    *columns_of("number", {"audience_percentage": "Percentage of followers in the group. 0-1. From 100 followers up."}),
)

_AVERAGES = {
    "average_video_views": "views of a video",
    "average_likes": "likes of a video",
    "average_comments": "comments of a video",
    "average_shares": "shares of a video",
    "average_engagement_rate": "engagement rate, 0-1",
    "average_follower_count": "followers of an account",
    "average_follower_growth": "new followers of an account",
    "average_video_count": "videos of an account",
}

BENCHMARK: Columns = (
    *key_column("text", "business_category", "TikTok's name of the business category, e.g. `ART_AND_CRAFTS`."),
    *metric_date("Date the data was read"),
    *columns_of("number", {name: f"TikTok's average of the category: {what}." for name, what in _AVERAGES.items()}),
)
