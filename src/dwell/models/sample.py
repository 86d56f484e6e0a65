"""The rows that a model may be trained on, as arrays, and which posts were left out and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from dwell.errors import ModelError
from dwell.metrics.counters import PROXY_RATES
from dwell.models.feature_names import BUCKET, FEATURES, TOPIC_FEATURES, account_column
from dwell.models.features import COUNTERS, MIN_VIEWS, design, has_features, known_count, topic_flags
from dwell.models.link import Floats
from dwell.models.targets import CEILINGS, is_implausible, measured_value

UNKNOWN = "unknown"
MIN_ACCOUNT_ROWS = 5
"""An account gets a column of its own with at least this many posts: fewer do not show its level."""
MAX_ACCOUNTS = 30
"""Only the largest accounts get one: a column more for each of hundreds would drown the counters."""
SEED_RATES = ("engagement_rate", "save_rate", "share_rate", "comment_rate")
"""The four rates of the seed recipe."""

Labels = np.ndarray[Any, np.dtype[np.str_]]
Integers = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class Sample:
    """Posts with a measured target.

    Attributes:
        X: Design matrix.
        names: Its columns: `feature_names.FEATURES`, and those that the `with_` methods added.
        y: Measured target, unclipped.
        buckets: Duration bucket of each post.
        handles: Account of each post.
        posted: Posting time in seconds since 1970; NaN where unknown.
        rates: The seed recipe's four rates, columns SEED_RATES; NaN where unknown.
        ratios: The documented ratios, columns `metrics.counters.PROXY_RATES`; NaN where unknown.
        topics: Columns `feature_names.TOPIC_FEATURES`, 0/1, NaN where unknown.
        platform: Platform of the posts; None where it is not known.
        left_out: Reason -> posts that were not used.
    """

    X: Floats
    y: Floats
    buckets: Labels
    handles: Labels
    posted: Floats
    rates: Floats
    ratios: Floats
    topics: Floats
    names: tuple[str, ...] = FEATURES
    platform: str | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: Integers) -> Sample:
        """The rows with these numbers, in this order."""
        names = ("X", "y", "buckets", "handles", "posted", "rates", "ratios", "topics")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def with_topics(self) -> Sample:
        """The same posts with the topic flags as further columns."""
        return self._with(TOPIC_FEATURES, self.topics)

    def with_accounts(self) -> Sample:
        """The same posts with a 0/1 column for each account, where there are several: each has a level of its own."""
        names, counts = np.unique(self.handles, return_counts=True)
        order = np.argsort(-counts, kind="stable")[:MAX_ACCOUNTS]
        chosen = sorted(str(names[place]) for place in order if counts[place] >= MIN_ACCOUNT_ROWS)
        if len(names) < 2 or not chosen:
            return self
        columns = np.column_stack([self.handles == name for name in chosen]).astype(np.float64)
        return self._with([account_column(name) for name in chosen], columns)

    def with_buckets(self) -> Sample:
        """The same posts with a 0/1 column for each duration bucket."""
        names = np.unique(self.buckets)
        columns = np.column_stack([self.buckets == name for name in names]).astype(np.float64)
        return self._with([f"{BUCKET}{name}" for name in names], columns)

    def only(self, names: Sequence[str]) -> Sample:
        """The same posts with these columns alone."""
        return replace(self, X=self.X[:, [self.names.index(name) for name in names]], names=tuple(names))

    def _with(self, names: Sequence[str], columns: Floats) -> Sample:
        return replace(self, X=np.column_stack([self.X, columns]), names=(*self.names, *names))

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


def is_used(row: Mapping[str, Any], target: str) -> bool:
    """Whether a sample of the target has this row of the `posts` metric."""
    return _reason_left_out(row, target) is None


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
        ratios=np.array([ratios(row) for row in used], dtype=np.float64).reshape(-1, len(PROXY_RATES)),
        topics=topic_flags(used),
        platform=next((str(row["platform"]) for row in used if row.get("platform")), None),
        left_out=left_out,
    )


def require_one_platform(rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuses measured posts of several platforms: what holds viewers differs between them.

    Args:
        rows: Rows of the `posts` metric.

    Raises:
        ModelError: They are of several platforms.
    """
    measured = [row for row in rows if any(measured_value(row, target) is not None for target in CEILINGS)]
    counts = Counter(str(row["platform"]) for row in measured if row.get("platform"))
    if len(counts) > 1:
        posts = " and ".join(f"{count} of {name}" for name, count in sorted(counts.items()))
        raise ModelError(
            f"These are measured posts of several platforms ({posts}), which are never put into one model: name"
            f" accounts of one platform, or choose one with --platform {counts.most_common(1)[0][0]}."
        )


def bucket_of(row: Mapping[str, Any]) -> str:
    """The post's duration bucket as text."""
    return str(row.get("bucket") or UNKNOWN)


def ratios(row: Mapping[str, Any]) -> list[float]:
    """The documented ratios of a post from its counters, as PROXY_RATES; NaN where a counter is unknown."""
    views = known_count(row.get("views"))
    if not views > 0:
        return [math.nan] * len(PROXY_RATES)
    likes, comments, shares, saves = (known_count(row.get(counter)) for counter in COUNTERS)
    counts = {"engagement": likes + comments + shares, "like": likes, "comment": comments}
    counts |= {"share": shares, "save": saves}
    return [counts[name.removesuffix("_rate")] / views for name in PROXY_RATES]


def seed_rates(row: Mapping[str, Any]) -> list[float]:
    """The seed recipe's four rates of a post from its counters; NaN where a counter is unknown."""
    known = dict(zip(PROXY_RATES, ratios(row), strict=True))
    return [known[name] for name in SEED_RATES]
