"""How evenly a creator's posts perform, and how regularly they appear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import mean, median, stdev
from typing import Any

from dwell.models.confidence_intervals import share_interval
from dwell.models.vet_check import VetCheck, cannot_tell
from dwell.text.plurals import pluralize

FACTOR = 2.0
_STEADY, _HITS = 0.6, 0.25
_VIEWS_NORM = (
    "60 % or more of the posts within a factor 2 of the median is consistent, under 25 % is carried by single hits"
    " (dwell's convention)"
)
_GAPS_NORM = "a coefficient of variation under 0.5 is regular, over 1 is bursts (dwell's convention; chance gives 1)"

Row = Mapping[str, Any]


def consistency(posts: Sequence[Row]) -> list[VetCheck]:
    """Spread of views, share of posts near the median, and regularity of publishing.

    Args:
        posts: Rows of `posts`.
    """
    views = [float(post["views"]) for post in posts if post.get("views") is not None]
    return [_variation(views), _near_median(views), _posting_rhythm(posts)]


def _variation(views: Sequence[float]) -> VetCheck:
    if len(views) < 2 or mean(views) == 0:
        return cannot_tell("views_variation", None, "Fewer than two posts with views.", len(views))
    value = stdev(views) / mean(views)
    span = f"{min(views):,.0f} to {max(views):,.0f}"
    evidence = f"Standard deviation over mean of the views of {pluralize(len(views), 'post')}, {span}."
    return VetCheck("views_variation", value, None, None, None, None, len(views), evidence)


def _near_median(views: Sequence[float]) -> VetCheck:
    if len(views) < 2:
        return cannot_tell("views_near_median", _VIEWS_NORM, "Fewer than two posts with views.", len(views))
    usual = median(views)
    near = sum(usual / FACTOR <= value <= usual * FACTOR for value in views)
    low, high = share_interval(near, len(views))
    value = near / len(views)
    reads = "consistent" if value >= _STEADY else "varied"
    if high < _HITS or (value < _HITS and len(views) >= 20):
        reads = "carried by single hits"
    evidence = f"{near} of {pluralize(len(views), 'post')} within {usual / FACTOR:,.0f} to {usual * FACTOR:,.0f} views."
    return VetCheck("views_near_median", value, low, high, _VIEWS_NORM, reads, len(views), evidence)


def _posting_rhythm(posts: Sequence[Row]) -> VetCheck:
    times = sorted(post["posted_at"] for post in posts if post.get("posted_at") is not None)
    gaps = [(later - earlier).total_seconds() / 86_400 for earlier, later in pairwise(times)]
    if len(gaps) < 3 or mean(gaps) == 0:
        return cannot_tell("posting_rhythm", _GAPS_NORM, "Fewer than four posts with a date.", len(times))
    value = stdev(gaps) / mean(gaps)
    reads = "regular" if value < 0.5 else "loose" if value <= 1 else "bursts"
    evidence = f"Days between posts: median {median(gaps):.1f}, longest {max(gaps):.1f}; excluded posts are missing."
    return VetCheck("posting_rhythm", value, None, None, _GAPS_NORM, reads, len(times), evidence)
