"""True velocity: views gained between two snapshots of a post, over the time between them."""

from __future__ import annotations

import ibis
from ibis.expr.types import IntegerValue, Table

from dwell.errors import DwellError
from dwell.metrics.newest import hours, posts_of
from dwell.metrics.plausible import plausible_snapshots
from dwell.metrics.tables import table

CUMULATIVE = "tiktok"  # the platform whose counters are totals since publishing
# Rounding as sources do it: 17.7K, 1.2M, 1.2B. (From this count up, the value of the last digit shown.)
_UNITS = ((1_000_000_000, 100_000_000), (1_000_000, 100_000), (10_000, 100))


def growth(*, handle: str | None = None) -> Table:
    """One row per post and pair of consecutive snapshots that both have views.

    TikTok only: YouTube Studio's figures are those of a period, so their difference is not growth.
    """
    posts = posts_of(handle)
    counted = viewed("likes").semi_join(posts.filter(posts.platform == CUMULATIVE), "post_id")
    return pairs(counted, ("likes",)).order_by("post_id", "to_at")


def growth_ranking(*, handle: str | None = None, limit: int = 20) -> Table:
    """The posts that gained views fastest between their newest two snapshots, fastest first.

    Args:
        handle: Only this account's posts.
        limit: Number of posts.

    Raises:
        DwellError: The limit is below 1.
    """
    if not limit >= 1:
        raise DwellError(f"The number of posts is a whole number from 1 up, not {limit}.")
    every = growth(handle=handle)
    paced = every.filter(every.views_per_hour.notnull())
    newest_first = ibis.window(group_by=paced.post_id, order_by=paced.to_at.desc())
    numbered = paced.mutate(back=ibis.row_number().over(newest_first))
    last = numbered.filter(numbered.back == 0).drop("back").alias("newest_pairs")
    ranked = last.cross_join(last.agg(observed_twice=last.count()))
    fastest = ranked.order_by(ibis.desc("views_per_hour"), ibis.asc("post_id")).limit(limit).alias("fastest")
    posts = table("posts").select("post_id", "caption", "url")
    joined = fastest.left_join(posts, "post_id").drop("post_id_right")
    return joined.order_by(ibis.desc("views_per_hour"), ibis.asc("post_id"))


def viewed(*also: str) -> Table:
    """The columns of every plausible snapshot that growth needs, and the requested counters."""
    snapshots = plausible_snapshots(table("post_snapshots"))
    return snapshots.select("post_id", "observed_at", "views", "rounded", *also)


def pairs(snapshots: Table, also: tuple[str, ...] = ()) -> Table:
    """Consecutive snapshots of a post as one row, with views per hour; null where they are less than a second apart.

    Args:
        snapshots: Rows of `viewed`.
        also: Counters to carry from both snapshots, as `<counter>_from` and `<counter>_to`.
    """
    known = snapshots.filter(snapshots.views.notnull())
    in_time = ibis.window(group_by=known.post_id, order_by=known.observed_at)
    both = known.select(
        "post_id",
        from_at=known.observed_at.lag().over(in_time),
        to_at=known.observed_at,
        views_from=known.views.lag().over(in_time),
        views_to=known.views,
        rounded_from=known.rounded.lag().over(in_time),
        rounded_to=known.rounded,
        **{f"{name}_from": known[name].lag().over(in_time) for name in also},
        **{f"{name}_to": known[name] for name in also},
    )
    both = both.filter(both.from_at.notnull())
    change = (both.views_to - both.views_from).cast("int64")
    between = hours(both.from_at, both.to_at)
    unit = ibis.greatest(rounding_unit(both.views_from), rounding_unit(both.views_to))
    return both.select(
        "post_id",
        "from_at",
        "to_at",
        hours=between,
        views_from=both.views_from,
        views_to=both.views_to,
        views_per_hour=change.cast("float64") / between.nullif(0),
        rounding_explains=(unit > 0) & (change.abs() <= unit) & (both.rounded_from | both.rounded_to),
        **{f"{name}_{end}": both[f"{name}_{end}"] for name in also for end in ("from", "to")},
    )


def rounding_unit(count: IntegerValue) -> IntegerValue:
    """How coarse a rounded counter is: 100 for 17,700, 100,000 for 1,200,000; 0 where the number cannot be rounded.

    A count that isn't a multiple of the unit of its size was not rounded to it, so the next finer unit is tried.
    """
    branches = [((count >= least) & (count % unit == 0), unit) for least, unit in _UNITS]
    return ibis.cases(*branches, else_=0)
