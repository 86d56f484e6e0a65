"""How an account's follower count changed from one snapshot to the next."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.growth import rounding_unit
from dwell.metrics.newest import hours
from dwell.metrics.tables import table


def follower_steps(*, handle: str | None = None) -> Table:
    """One row per account and pair of consecutive snapshots that both have the followers.

    Whether a follower count is rounded is not stored, so every change that rounding could explain is marked.
    """
    rows = table("creator_snapshots")
    if handle is not None:
        rows = rows.filter(rows.handle == handle)
    known = rows.filter(rows.followers.notnull())
    in_time = ibis.window(group_by=known.handle, order_by=known.observed_at)
    both = known.select(
        "handle",
        from_at=known.observed_at.lag().over(in_time),
        to_at=known.observed_at,
        followers_from=known.followers.lag().over(in_time),
        followers_to=known.followers,
    )
    both = both.filter(both.from_at.notnull())
    change = both.followers_to - both.followers_from
    between = hours(both.from_at, both.to_at)
    unit = ibis.greatest(rounding_unit(both.followers_from), rounding_unit(both.followers_to))
    return both.select(
        "handle",
        "from_at",
        "to_at",
        hours=between,
        followers_from=both.followers_from,
        followers_to=both.followers_to,
        followers_per_day=change.cast("float64") * 24.0 / between.nullif(0),
        rounding_explains=(unit > 0) & (change.abs() <= unit),
    ).order_by("handle", "to_at")
