"""Whether a post's sound was rising and its hashtags were saturated when it was published.

Seed S0 names both flags without defining them and claims two to five points of R² for them. They are defined here, and
`topic_gain.py` measures what they add.
Nothing observed after the post's own snapshot, or more than a week after it was published, enters a flag.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dwell.models.lifecycle import lifecycle

BEFORE_DAYS = 3
"""Maximum age of the newest sample used, in days before publishing."""
AFTER_DAYS = 7
"""Samples up to this many days after publishing are used: a sound is first sampled when a post with it is known."""
WINDOW_DAYS = 14
MIN_PACE_DAYS = 5
"""Days with a known pace of fresh posts that are needed to say that the pace falls."""
MIN_FRESH_POSTS = 5
"""Fresh posts that are needed for a day's pace."""
_DAY = 86_400

Row = Mapping[str, Any]


def add_topic_flags(posts: Iterable[Row], days: Iterable[Row]) -> list[dict[str, Any]]:
    """The posts with `sound_rising` and `tag_saturated`; each None where no sample tells.

    `sound_rising`: the stage of the post's sound, from the provider's counts alone, was rising. `tag_saturated`: one of
    its hashtags was fading, or fresh posts of it (an hour to 7 days old) gained views more slowly from sample
    to sample. It is false only where every hashtag of the post is known and none is saturated.

    Args:
        posts: Rows of `posts`: posted_at, observed_at, sound_id, hashtags.
        days: Rows of `topic_days` of all topics and days.
    """
    known = _TopicSeries(days)
    return [{**post, **known.flags(post)} for post in posts]


class _TopicSeries:
    """Day series by topic, and a cache of the flags computed from them."""

    def __init__(self, days: Iterable[Row]) -> None:
        self.days: dict[tuple[str, str], list[tuple[float, Row]]] = {}
        for row in days:
            if row.get("last_look_at") is not None:
                key = (row["topic_kind"], row["topic"])
                self.days.setdefault(key, []).append((_seconds(row["last_look_at"]), row))
        for rows in self.days.values():
            rows.sort(key=lambda entry: entry[0])
        self.cache: dict[tuple[str, str, float, int], bool | None] = {}

    def flags(self, post: Row) -> dict[str, bool | None]:
        """The two flags of one post."""
        posted, seen = post.get("posted_at"), post.get("observed_at")
        if posted is None or seen is None:
            return {"sound_rising": None, "tag_saturated": None}
        sound = post.get("sound_id")
        at, until = _seconds(posted), _seconds(seen)
        rising = None if sound is None else self._flag("sound", str(sound).lower(), at, until)
        tags = [self._flag("hashtag", tag, at, until) for tag in sorted(set(post.get("hashtags") or ()))]
        return {"sound_rising": rising, "tag_saturated": _any_saturated(tags)}

    def _flag(self, kind: str, topic: str, posted: float, seen: float) -> bool | None:
        last = min(seen, posted + AFTER_DAYS * _DAY)
        rows = [(at, row) for at, row in self.days.get((kind, topic), ()) if last - WINDOW_DAYS * _DAY < at <= last]
        if not rows or rows[-1][0] < posted - BEFORE_DAYS * _DAY:
            return None
        key = (kind, topic, rows[-1][0], len(rows))
        if key not in self.cache:
            series = [row for _, row in rows]
            self.cache[key] = _rising(series) if kind == "sound" else _saturated(series)
        return self.cache[key]


def _any_saturated(flags: Sequence[bool | None]) -> bool | None:
    """True where one is; False where all are known and none is; otherwise unknown, as for a post without hashtags."""
    if any(flags):
        return True
    return False if flags and None not in flags else None


def _rising(days: Sequence[Row]) -> bool | None:
    stage = lifecycle(days, dates=False).stage
    return None if stage == "cannot tell" else stage == "rising"


def _saturated(days: Sequence[Row]) -> bool | None:
    stage = lifecycle(days, dates=False).stage
    if stage == "fading" or _pace_falls(days):
        return True
    return None if stage == "cannot tell" else False


def _pace_falls(days: Sequence[Row]) -> bool:
    """Whether fresh posts gain views more and more slowly: the whole 95 % interval of a log-linear line is below 0."""
    from scipy.stats import linregress, t

    points = [
        (_seconds(row["last_look_at"]) / _DAY, math.log(row["fresh_views_per_hour_median"]))
        for row in days
        if (row.get("fresh_n") or 0) >= MIN_FRESH_POSTS and (row.get("fresh_views_per_hour_median") or 0) > 0
    ]
    if len(points) < MIN_PACE_DAYS:
        return False
    x, y = np.array(points, dtype=np.float64).T
    line = linregress(x, y)
    return bool(line.slope + t.ppf(0.975, len(points) - 2) * line.stderr < 0)


def _seconds(value: datetime | str) -> float:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
