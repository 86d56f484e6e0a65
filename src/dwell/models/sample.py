"""The rows that a model may be trained on, as arrays, and which posts were left out and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from dwell.models.features import COUNTERS, MIN_VIEWS, design, has_features, known_count, topic_flags
from dwell.models.targets import Floats, is_implausible, measured_value

UNKNOWN = "unknown"
SEED_RATES = ("engagement_rate", "save_rate", "share_rate", "comment_rate")
"""The four rates of the seed recipe."""

Labels = np.ndarray[Any, np.dtype[np.str_]]
Integers = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class Sample:
    """Posts with a measured target.

    Attributes:
        X: Design matrix, columns `features.FEATURES`; with `features.TOPIC_FEATURES` after `with_topics`.
        y: Measured target, unclipped.
        buckets: Duration bucket of each post.
        handles: Account of each post.
        posted: Posting time in seconds since 1970; NaN where unknown.
        rates: The seed recipe's four rates, columns SEED_RATES; NaN where unknown.
        topics: Columns `features.TOPIC_FEATURES`, 0/1, NaN where unknown.
        left_out: Reason -> posts that were not used.
    """

    X: Floats
    y: Floats
    buckets: Labels
    handles: Labels
    posted: Floats
    rates: Floats
    topics: Floats
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: Integers) -> Sample:
        """The rows with these numbers, in this order."""
        names = ("X", "y", "buckets", "handles", "posted", "rates", "topics")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def with_topics(self) -> Sample:
        """The same posts with the topic flags as further columns."""
        return replace(self, X=np.column_stack([self.X, self.topics]))

    def rows_by_time(self) -> Integers:
        """Numbers of the rows with a known posting time, oldest first (ties in stored order)."""
        order = np.argsort(self.posted, kind="stable")
        return np.asarray(order[: int(np.isfinite(self.posted).sum())], dtype=np.intp)


def _reason_left_out(row: Mapping[str, Any], target: str) -> str | None:
    if row.get("excluded"):
        return str(row["excluded"])
    if measured_value(row, target) is None:
        return "implausible" if is_implausible(row, target) else "not measured"
    if not known_count(row.get("duration_s")) > 0:
        return "length unknown"
    return None if has_features(row) else f"fewer than {MIN_VIEWS} views or views unknown"


def _seconds(when: datetime | None) -> float:
    return math.nan if when is None else when.timestamp()


def _age_order(row: Mapping[str, Any]) -> tuple[float, str]:
    """Folds are assigned by row number, so the order depends on the data alone: undated first, then by time and id."""
    when = row.get("posted_at")
    return (-math.inf if when is None else when.timestamp(), str(row.get("post_id")))


def make_sample(rows: Sequence[Mapping[str, Any]], target: str) -> Sample:
    """The posts of `rows` that are eligible, have features and are measured, oldest first in any order of `rows`.

    Args:
        rows: Rows of the `posts` metric.
        target: A key of `targets.CEILINGS`.
    """
    left_out: dict[str, int] = {}
    used = []
    for row in rows:
        reason = _reason_left_out(row, target)
        if reason is None:
            used.append(row)
        else:
            left_out[reason] = left_out.get(reason, 0) + 1
    used.sort(key=_age_order)
    return Sample(
        X=design(used),
        y=np.array([measured_value(row, target) for row in used], dtype=np.float64),
        buckets=np.array([bucket_of(row) for row in used], dtype=np.str_),
        handles=np.array([row.get("handle") or UNKNOWN for row in used], dtype=np.str_),
        posted=np.array([_seconds(row.get("posted_at")) for row in used], dtype=np.float64),
        rates=np.array([seed_rates(row) for row in used], dtype=np.float64).reshape(-1, len(SEED_RATES)),
        topics=topic_flags(used),
        left_out=left_out,
    )


def bucket_of(row: Mapping[str, Any]) -> str:
    """The post's duration bucket as text."""
    return str(row.get("bucket") or UNKNOWN)


def seed_rates(row: Mapping[str, Any]) -> list[float]:
    """The seed recipe's four rates of a post from its counters; NaN where a counter is unknown."""
    views = known_count(row.get("views"))
    if not views > 0:
        return [math.nan] * len(SEED_RATES)
    likes, comments, shares, saves = (known_count(row.get(counter)) for counter in COUNTERS)
    return [(likes + comments + shares) / views, saves / views, shares / views, comments / views]
