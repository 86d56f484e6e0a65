"""Which posts are eligible: old enough, organic, not pinned, videos. And how many are not, and why."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.counters import COUNTERS
from dwell.metrics.newest import newest
from dwell.metrics.plausible import counters_implausible, length_implausible

MIN_AGE_H = 72.0
# A post is counted under the first reason that applies.
REASONS = ("photos", "ads", "pinned", "young", "unknown_views", "implausible")
INCLUDABLE = REASONS[:4]


def with_excluded(posts: Table, include: Iterable[str], min_age_h: float) -> Table:
    """Adds `excluded`: the first reason why a post is not eligible, or null where it is.

    A post of unknown age is eligible; `exclusions` counts them.

    Args:
        posts: Rows of `newest` that carry the counters.
        include: Filters to switch off: photos, ads, pinned, young.
        min_age_h: Hours between publishing and observation below which a post is young.

    Raises:
        DwellError: No such filter, or a negative age.
    """
    included = _parse_include(include)
    if not min_age_h >= 0:
        raise DwellError(f"The minimum age of a post is a number of hours from 0 up, not {min_age_h}.")
    rules = {
        "photos": posts.is_photo,
        "ads": posts.is_ad,
        "pinned": posts.is_pinned,
        "young": posts.age_h < float(min_age_h),
        "unknown_views": posts.views.isnull(),
        "implausible": counters_implausible(posts) | length_implausible(posts),
    }
    active = [(rules[reason], reason) for reason in REASONS if reason not in included]
    return posts.mutate(excluded=ibis.cases(*active, else_=ibis.null("string")))


def exclusions(
    *,
    scheme: str = "proxy",
    by: str = "bucket",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row: how many posts there are, how many are eligible, and how many each filter excluded."""
    buckets.bounds(scheme)
    buckets.grouping(by)
    posts = with_excluded(newest(handle, counters=COUNTERS, platform=platform), include, min_age_h)
    counts = {
        reason: posts.count(where=posts.excluded == reason)
        for reason in ("young", "ads", "pinned", "photos", "unknown_views", "implausible")
    }
    eligible = posts.excluded.isnull()
    no_length = ~posts.is_photo & (posts.duration_s.isnull() | (posts.duration_s <= 0))
    return posts.agg(
        total=posts.count(),
        eligible=posts.count(where=eligible),
        **counts,
        unknown_age=posts.count(where=eligible & posts.age_h.isnull()),
        unknown_duration=posts.count(where=eligible & no_length),
    )


def _parse_include(include: Iterable[str]) -> set[str]:
    included = set(include)
    if unknown := sorted(included - set(INCLUDABLE)):
        raise DwellError(f"Unknown filter {unknown[0]!r}: choose from {', '.join(INCLUDABLE)}.")
    return included
