"""The retention metrics of the catalogue."""

from __future__ import annotations

from dwell.metrics.metric import Metric
from dwell.metrics.retention_columns import LIKE_PEAK, LIKES_BY_SECOND, RETENTION_BAND, RETENTION_CURVE, RETENTION_POINT

_ACCOUNT = {
    "handle": "Account, lower case without @; all accounts when None",
    "platform": "`tiktok`, `youtube` or `facebook`; all when None",
}
_WHICH = {**_ACCOUNT, "ads": "Promoted posts count like others; False"}
_FACTS = ("retention", "posts", "post_snapshots")
_ROLLED_UP = ("retention", "post_latest")

RETENTION: tuple[Metric, ...] = (
    Metric(
        "retention_curves",
        "dwell.metrics.retention_curves",
        "retention_curves",
        (*_FACTS, "watch_times"),
        RETENTION_CURVE,
        ("post_id",),
        "The newest retention curve of each post in figures, with the band of the account's videos of its length; "
        "newest post first.",
        _WHICH,
        rolled_up=(*_ROLLED_UP, "watch_times"),
    ),
    Metric(
        "retention_points",
        "dwell.metrics.retention_points",
        "retention_points",
        _FACTS,
        RETENTION_POINT,
        ("post_id", "second"),
        "The newest retention curve of each post at whole seconds, with its rewatch bumps and cliffs.",
        {
            **_WHICH,
            "post": "Only this post; all when None",
            "most": "Only the posts with the most views; all when None",
        },
        rolled_up=_ROLLED_UP,
    ),
    Metric(
        "retention_bands",
        "dwell.metrics.retention_curves",
        "retention_bands",
        (*_FACTS, "watch_times"),
        RETENTION_BAND,
        ("platform", "handle", "bucket", "position"),
        "What is usual at each place of a retention curve, per account and duration bucket.",
        {**_WHICH, "axis": "`seconds` (default) or `fraction`: every 5 % of the length"},
        rolled_up=(*_ROLLED_UP, "watch_times"),
    ),
    Metric(
        "likes_by_second",
        "dwell.metrics.likes_by_second",
        "likes_by_second",
        ("engagement_likes", "posts"),
        LIKES_BY_SECOND,
        ("post_id", "second"),
        "In which second of each post its viewers like it: the newest reading.",
        {**_ACCOUNT, "post": "Only this post; all when None"},
        rolled_up=("engagement_likes", "post_latest"),
    ),
    Metric(
        "like_peaks",
        "dwell.metrics.likes_by_second",
        "like_peaks",
        ("engagement_likes", "posts"),
        LIKE_PEAK,
        ("post_id",),
        "The second of each post in which the most likes are given, by the newest reading.",
        _ACCOUNT,
        rolled_up=("engagement_likes", "post_latest"),
    ),
)
