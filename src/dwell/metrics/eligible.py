"""Which posts count: old enough to have settled, organic, not pinned, videos. And how many do not, and why."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.newest import newest

MIN_AGE_H = 72.0
# A post is counted under the first reason that applies.
REASONS = ("photos", "ads", "pinned", "young", "unknown_views")
INCLUDABLE = REASONS[:-1]


def with_excluded(posts: Table, include: Iterable[str], min_age_h: float) -> Table:
    """Adds `excluded`: why a post does not count, the first reason that applies, or null where it counts.

    A post of unknown age counts; `exclusions` says how many there are.

    Args:
        posts: Rows of `newest` that carry `views`.
        include: Reasons to switch off: photos, ads, pinned, young.
        min_age_h: Hours between publishing and observation below which a post is young.

    Raises:
        DwellError: A reason that does not exist, or a negative age.
    """
    included = _parse_include(include)
    if not min_age_h >= 0:
        raise DwellError(f"The least age of a post is a number of hours from 0 up, not {min_age_h}.")
    rules = {
        "photos": posts.is_photo,
        "ads": posts.is_ad,
        "pinned": posts.is_pinned,
        "young": posts.age_h < float(min_age_h),
        "unknown_views": posts.views.isnull(),
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
    """One row: how many posts there are, how many count, and how many each filter took out."""
    buckets.bounds(scheme)
    buckets.grouping(by)
    posts = with_excluded(newest(handle, counters=("views",), platform=platform), include, min_age_h)
    counts = {
        reason: posts.count(where=posts.excluded == reason)
        for reason in ("young", "ads", "pinned", "photos", "unknown_views")
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
        raise DwellError(
            f"{unknown[0]!r} is no kind of post that can be included; choose from {', '.join(INCLUDABLE)}."
        )
    return included
