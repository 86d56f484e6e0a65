"""How an account's follower count changed from one snapshot to the next."""

from __future__ import annotations

from ibis.expr.types import Table

from dwell.metrics.changes import add_change, add_earlier, earlier_columns, reading_columns
from dwell.metrics.tables import table


def follower_steps(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row per account and snapshot with followers, with the change since the newest one an hour older or more.

    Where none is, since the snapshot just before, without a pace. Old rows lack the unit of rounding: there a round
    number is taken for a rounded one.
    """
    rows = table("creator_snapshots")
    if handle is not None:
        rows = rows.filter(rows.handle == handle)
    if platform is not None:
        rows = rows.filter(rows.platform == platform)
    rows = rows.filter(rows.followers.notnull())
    columns = ("handle", "platform", "observed_at", "followers")
    known = rows.select(*columns, **reading_columns(rows, "followers")).alias("follower_counts")
    later = add_earlier(known, ("handle", "platform"))
    earlier = known.select(
        earlier_handle="handle",
        earlier_platform="platform",
        from_at="observed_at",
        followers_from="followers",
        **earlier_columns(),
    )
    same = [later.handle == earlier.earlier_handle, later.platform == earlier.earlier_platform]
    both = later.inner_join(earlier, [*same, later.earlier_at == earlier.from_at])
    grown = add_change(both, "followers", ("from_at", "followers_from"))
    return grown.select(
        "handle",
        "platform",
        "from_at",
        to_at=grown.observed_at,
        hours=grown.hours,
        followers_from=grown.followers_from,
        followers_to=grown.followers,
        followers_per_day=grown.per_hour * 24.0,
        rounding_explains=grown.rounding_explains,
        hours_low=grown.hours_low,
        hours_high=grown.hours_high,
        followers_per_day_low=grown.per_hour_low * 24.0,
        followers_per_day_high=grown.per_hour_high * 24.0,
        reason=grown.reason,
    ).order_by("handle", "platform", "to_at")
