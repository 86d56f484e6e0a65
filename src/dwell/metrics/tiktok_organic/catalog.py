"""The connector's tables by name: what each has, its key, and what it is derived from.

No query library is loaded here. Code, loads, the reference page and the dbt package take their columns from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dwell.metrics.tiktok_organic import columns as c
from dwell.metrics.tiktok_organic import more_columns as more

ACCOUNT = "tiktok_organic_account"
VIDEOS = "tiktok_organic_videos"


@dataclass(frozen=True)
class DerivedTable:
    """A table that is derived from stored ones whenever it is read.

    Attributes:
        name: Its name, everywhere.
        function: Its function, as `module.function` of this package: it returns the Ibis expression.
        reads: The stored tables that it may read.
        fields: Its columns without the last two, `_synced_at` and `_source`, which every table has.
        key: Columns that identify a row.
        partition: Columns whose rows belong together: where one of them changes, a load writes all of them again.
        doc: One line.
        references: Column -> table and column that its value is found in.
        specified: It is one of the connector's twelve tables.
    """

    name: str
    function: str
    reads: tuple[str, ...]
    fields: c.Columns
    key: tuple[str, ...]
    partition: tuple[str, ...]
    doc: str
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    specified: bool = True

    @property
    def columns(self) -> c.Columns:
        """All columns, in order."""
        return (*self.fields, *c.SYNC)

    @property
    def fractions(self) -> tuple[str, ...]:
        """Columns whose values are 0-1."""
        return tuple(column.name for column in self.fields if column.name.endswith(("_percentage", "_watched_rate")))


_NAMED = ("owned_accounts", "owned_posts")
_OF_ACCOUNT = {"video_creator_username": (ACCOUNT, "video_creator_username")}
_OF_VIDEO = {"item_id": (VIDEOS, "item_id"), **_OF_ACCOUNT}
_VIDEO_READS = ("owned_posts", "owned_accounts", "post_snapshots", "watch_times", "posts")
_ACCOUNT_DAY = ("video_creator_username", "metric_date")
_ITEM_DAY = ("item_id", "metric_date")


def _list(name: str, function: str, stored: str, columns: c.Columns, member: str, doc: str) -> DerivedTable:
    """A breakdown or a curve of a video: one list a day."""
    return DerivedTable(
        f"tiktok_organic_videos_{name}",
        f"lists.{function}",
        (stored, *_NAMED),
        columns,
        (*_ITEM_DAY, member),
        _ITEM_DAY,
        f"{doc}. The newest list of the day, whole.",
        _OF_VIDEO,
    )


def _tables() -> tuple[DerivedTable, ...]:
    return (
        DerivedTable(
            ACCOUNT,
            "accounts.account",
            (*_NAMED, "creator_snapshots"),
            c.ACCOUNT,
            _ACCOUNT_DAY,
            _ACCOUNT_DAY,
            "The account, a row for each day on which it was read.",
        ),
        DerivedTable(
            "tiktok_organic_account_metrics",
            "accounts.account_metrics",
            ("owned_account_days", *_NAMED),
            c.ACCOUNT_METRICS,
            _ACCOUNT_DAY,
            _ACCOUNT_DAY,
            "What happened on each day, known a day or two later.",
            _OF_ACCOUNT,
        ),
        DerivedTable(
            "tiktok_organic_account_metrics_audience_activity",
            "accounts.audience_activity",
            ("owned_account_activity", *_NAMED),
            c.ACCOUNT_ACTIVITY,
            (*_ACCOUNT_DAY, "audience_activity_hour"),
            _ACCOUNT_DAY,
            "Followers who were active, hour by hour.",
            _OF_ACCOUNT,
        ),
        DerivedTable(
            VIDEOS,
            "videos.videos",
            _VIDEO_READS,
            c.VIDEOS,
            _ITEM_DAY,
            _ITEM_DAY,
            "The videos, a row for each day on which they were read. Counters are totals since publishing.",
            _OF_ACCOUNT,
        ),
        _list(
            "impression_sources",
            "impression_sources",
            "post_breakdowns",
            c.IMPRESSION_SOURCES,
            "impression_sources_impression_source",
            "Where the views of a video come from",
        ),
        _list(
            "engagement_likes",
            "engagement_likes",
            "engagement_likes",
            c.ENGAGEMENT_LIKES,
            "engagement_likes_second",
            "In which second of a video it is liked",
        ),
        _list(
            "audience_types",
            "audience_types",
            "post_breakdowns",
            c.AUDIENCE_TYPES,
            "audience_types_type",
            "New and returning viewers; followers and others",
        ),
        _list(
            "audience_countries",
            "audience_countries",
            "post_breakdowns",
            c.AUDIENCE_COUNTRIES,
            "audience_countries_country",
            "Countries of the viewers, at most 10",
        ),
        _list(
            "audience_cities",
            "audience_cities",
            "post_breakdowns",
            c.AUDIENCE_CITIES,
            "audience_cities_city_name",
            "Cities of the viewers, at most 10",
        ),
        _list(
            "video_view_retention",
            "video_view_retention",
            "retention",
            c.RETENTION,
            "video_view_retention_second",
            "The share of views that last to each second",
        ),
        _list(
            "audience_genders",
            "audience_genders",
            "post_breakdowns",
            c.AUDIENCE_GENDERS,
            "audience_genders_gender",
            "Genders of the viewers",
        ),
        DerivedTable(
            "tiktok_organic_videos_comments",
            "comments.comments",
            ("owned_comments", "comments", *_NAMED),
            c.COMMENTS,
            ("comment_id",),
            ("comment_id",),
            "Comments, as they were read last. Names of others are in here: it is filled only where you asked for it.",
            {"video_id": (VIDEOS, "item_id"), **_OF_ACCOUNT},
        ),
        DerivedTable(
            "tiktok_organic_videos_latest",
            "videos.videos_latest",
            _VIDEO_READS,
            more.VIDEOS_LATEST,
            ("item_id",),
            ("item_id",),
            "One row a video: the last known value of each field, and the day on which it was read.",
            _OF_VIDEO,
            specified=False,
        ),
        DerivedTable(
            "tiktok_organic_videos_details",
            "videos.videos_details",
            ("owned_posts", "owned_accounts", "posts"),
            more.VIDEOS_DETAILS,
            _ITEM_DAY,
            _ITEM_DAY,
            "What the API says of a video beyond `tiktok_organic_videos`.",
            _OF_VIDEO,
            specified=False,
        ),
        DerivedTable(
            "tiktok_organic_account_audience",
            "accounts.account_audience",
            ("audience_shares", *_NAMED),
            more.ACCOUNT_AUDIENCE,
            (*_ACCOUNT_DAY, "audience_dimension", "audience_member"),
            _ACCOUNT_DAY,
            "The account's followers by group. The newest list of the day, whole.",
            _OF_ACCOUNT,
            specified=False,
        ),
        DerivedTable(
            "tiktok_organic_benchmark",
            "accounts.benchmark",
            ("category_benchmarks",),
            more.BENCHMARK,
            ("business_category", "metric_date"),
            ("business_category", "metric_date"),
            "TikTok's averages of a business category, a row for each day on which they were read.",
            specified=False,
        ),
    )


DERIVED: dict[str, DerivedTable] = {table.name: table for table in _tables()}
