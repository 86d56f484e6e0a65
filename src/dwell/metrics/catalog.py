"""Every metric by name: its function, the tables that it reads, its parameters and the meaning of its columns.

No query library is loaded here, so looking up a metric costs nothing.
"""

from __future__ import annotations

from dwell.metrics.age_catalog import AT_AGE
from dwell.metrics.columns import (
    AUDIENCE_HOUR,
    BENCHMARK,
    DOT,
    EXCLUSION,
    GROWTH,
    GROWTH_KNOWN,
    GROWTH_RANK,
    METRIC_COUNT,
    POST,
    POSTING_TIME,
    RECONCILED,
    TRAFFIC,
    TREND,
)
from dwell.metrics.metric import Metric
from dwell.metrics.metric_choice import DEFAULTS, POST_METRICS
from dwell.metrics.retention_catalog import RETENTION
from dwell.metrics.stored_catalog import STORED_DATA
from dwell.metrics.topic_columns import FOLLOWER_STEP, PEER, TOPIC_DAY, TOPIC_POST

_HANDLE = {"handle": "Account, lower case without @; all accounts when None"}
_FILTERS = {
    "handle": "Account, lower case without @, or several as a tuple; all accounts when None",
    "include": "Filters to switch off: ads, pinned, young, photos",
    "min_age_h": "Hours from publishing to observation below which a post is young; 72",
}
_PLATFORM = {"platform": "`tiktok`, `youtube` or `facebook`; all when None"}
_METRIC = {"metric": f"What posts are compared by: {', '.join(f'`{name}`' for name in POST_METRICS)}; engagement_rate"}
_SCHEME = {"scheme": "Duration buckets: `proxy` (default) or `sweet-spot`"}
_BY = {"by": "`bucket` (default), `creator-size` or `niche`: what rows are grouped by besides the bucket"}
_TOPIC = {
    "kind": "`hashtag`, `sound` or `search`; all when None",
    "topic": "Hashtag without #, id of the sound, or search text; all when None",
    "days": "Only the days that end with the topic's latest sample; 14, all when None",
}
_FACTS, _ROLLUP = ("posts", "post_snapshots"), ("post_latest",)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "benchmarks",
            "dwell.metrics.benchmarks",
            "benchmarks",
            (*_FACTS, "creators", "creator_snapshots", "watch_times"),
            BENCHMARK,
            ("bucket", "group"),
            "Exact median and 90th percentile (linear interpolation) of each rate per duration bucket; eligible posts.",
            {**_SCHEME, **_BY, **_METRIC, **_PLATFORM, **_FILTERS},
            ("group",),
            rolled_up=(*_ROLLUP, "creators", "creator_snapshots", "watch_times", "post_snapshots"),
        ),
        Metric(
            "metric_counts",
            "dwell.metrics.metric_values",
            "metric_counts",
            (*_FACTS, "watch_times"),
            METRIC_COUNT,
            (),
            "One row: of how many eligible posts each metric that posts can be compared by is known.",
            {"metrics": f"Which; {', '.join(DEFAULTS)}", **_PLATFORM, **_FILTERS},
            tuple(name for name in POST_METRICS if name not in DEFAULTS),
            rolled_up=(*_ROLLUP, "watch_times", "post_snapshots"),
            types=dict.fromkeys(POST_METRICS, "count"),
        ),
        Metric(
            "exclusions",
            "dwell.metrics.eligible",
            "exclusions",
            _FACTS,
            EXCLUSION,
            (),
            "One row: how many posts are eligible and how many each filter excludes, each under the first reason of: "
            "photos, ads, pinned, young, unknown_views.",
            {**_SCHEME, **_BY, **_PLATFORM, **_FILTERS},
            rolled_up=_ROLLUP,
            types={"implausible": "count"},
        ),
        Metric(
            "posts",
            "dwell.metrics.posts",
            "posts",
            (*_FACTS, "creators", "creator_snapshots", "watch_times"),
            POST,
            ("post_id",),
            "Every post with its newest counters, every rate, its percentile in its bucket and its multiples of the "
            "creator's baseline; newest first.",
            {
                **_SCHEME,
                **_METRIC,
                **_PLATFORM,
                **_FILTERS,
                "above_p90": "Only posts above the p90 of their bucket; False",
                "sort": "Column to sort by, highest first and unknown last; newest first when None, and among equals",
                "limit": "Number of rows; all when None",
            },
            ("views_per_hour",),
            rolled_up=(*_ROLLUP, "creators", "creator_snapshots", "watch_times", "post_snapshots"),
        ),
        Metric(
            "post_dots",
            "dwell.metrics.post_dots",
            "post_dots",
            (*_FACTS, "watch_times"),
            DOT,
            ("post_id",),
            "The posts that a strip plot draws, highest rate first: all eligible ones, or an even sample of many.",
            {
                "rate": "A public rate (engagement_rate), `watch_ratio`, `full_watch_rate` or `views_per_hour`",
                **_SCHEME,
                **_PLATFORM,
                **_FILTERS,
                "most": "Maximum number of rows; 1500",
            },
            rolled_up=(*_ROLLUP, "watch_times", "post_snapshots"),
        ),
        Metric(
            "posting_times",
            "dwell.metrics.posting_times",
            "posting_times",
            (*_FACTS, "watch_times"),
            POSTING_TIME,
            ("weekday", "hour"),
            "Eligible posts by weekday and hour of publishing, on the clocks of one time zone.",
            {"tz": "IANA time zone; UTC", **_METRIC, **_PLATFORM, **_FILTERS},
            rolled_up=(*_ROLLUP, "watch_times", "post_snapshots"),
        ),
        Metric(
            "trend",
            "dwell.metrics.trend",
            "trend",
            (*_FACTS, "watch_times"),
            TREND,
            ("period_start",),
            "The catalogue over time: eligible posts by the period (UTC) in which they were published.",
            {"every": "`day`, `week` (default, from Monday) or `month`", **_METRIC, **_PLATFORM, **_FILTERS},
            rolled_up=(*_ROLLUP, "post_snapshots", "watch_times"),
        ),
        Metric(
            "growth",
            "dwell.metrics.growth",
            "growth",
            _FACTS,
            GROWTH,
            ("post_id", "to_at"),
            "Views gained between snapshots of a post an hour or more apart, over the time between them.",
            {**_HANDLE, **_PLATFORM},
        ),
        Metric(
            "growth_known",
            "dwell.metrics.growth",
            "growth_known",
            _FACTS,
            GROWTH_KNOWN,
            (),
            "One row: of how many posts a growth is known, and why not of the others.",
            {**_HANDLE, **_PLATFORM},
        ),
        Metric(
            "growth_ranking",
            "dwell.metrics.growth",
            "growth_ranking",
            _FACTS,
            GROWTH_RANK,
            ("post_id",),
            "The posts that gained views fastest, each by its latest known growth, fastest first.",
            {**_HANDLE, **_PLATFORM, "limit": "Number of posts; 20"},
        ),
        Metric(
            "audience_hours",
            "dwell.metrics.owner_audience",
            "audience_hours",
            ("owned_account_activity", "owned_accounts"),
            AUDIENCE_HOUR,
            ("weekday", "hour"),
            "Active followers of a connected account by weekday and hour, on the clocks of one time zone.",
            {**_HANDLE, "tz": "IANA time zone; UTC", "days": "How many of the newest days count; 28"},
        ),
        Metric(
            "traffic_sources",
            "dwell.metrics.owner_audience",
            "traffic_sources",
            (*_FACTS, "post_breakdowns"),
            TRAFFIC,
            ("month", "traffic_source"),
            "Where the views of a connected account's videos come from, by month of publishing.",
            _HANDLE,
        ),
        Metric(
            "reconcile_days",
            "dwell.metrics.reconciliation",
            "reconcile_days",
            ("account_days", "owned_account_days", "owned_accounts"),
            RECONCILED,
            ("field", "handle", "subject"),
            "The figures of an account's days that both TikTok's API and Studio's files have.",
            _HANDLE,
        ),
        Metric(
            "reconcile_posts",
            "dwell.metrics.reconciliation",
            "reconcile_posts",
            (*_FACTS, "watch_times"),
            RECONCILED,
            ("field", "subject"),
            "The figures of videos that both have: the newest reading of a file, and the API's nearest to it.",
            _HANDLE,
        ),
        Metric(
            "follower_steps",
            "dwell.metrics.follower_steps",
            "follower_steps",
            ("creator_snapshots",),
            FOLLOWER_STEP,
            ("handle", "platform", "to_at"),
            "Followers gained between snapshots of an account an hour or more apart.",
            {**_HANDLE, **_PLATFORM},
        ),
        Metric(
            "peers",
            "dwell.metrics.peers",
            "peers",
            (*_FACTS, "creators"),
            PEER,
            ("handle", "post_id"),
            "The percentile of each of an account's latest eligible posts among posts of other creators of the same "
            "platform, niche and duration bucket.",
            {
                **_SCHEME,
                "niche": "Only creators of this niche are peers; all when None",
                "posts": "Number of latest posts; 20",
                **_PLATFORM,
                **_FILTERS,
            },
            rolled_up=(*_ROLLUP, "creators"),
        ),
        Metric(
            "topic_ranking",
            "dwell.metrics.topic_ranking",
            "topic_ranking",
            ("topic_posts",),
            TOPIC_POST,
            ("topic_kind", "topic", "post_id"),
            "The posts of a topic's latest sample, those that are shared fastest first.",
            _TOPIC,
        ),
        Metric(
            "topic_days",
            "dwell.metrics.topic_days",
            "topic_days",
            ("topic_samples", "topic_posts", "posts"),
            TOPIC_DAY,
            ("topic_kind", "topic", "day"),
            "A topic day by day (UTC): its size by the provider's count, and how the sampled posts did.",
            {**_TOPIC, "handles": "Only the sounds and hashtags of posts of these accounts; all when None"},
        ),
        *AT_AGE,
        *STORED_DATA,
        *RETENTION,
    )
}
