"""What an owner sees of the audience: when followers are on TikTok, and where views come from over time."""

from __future__ import annotations

import ibis
from ibis.expr.types import IntegerValue, Table

from dwell.metrics import zones
from dwell.metrics.newest import posts_of
from dwell.metrics.posting_times import local_seconds
from dwell.metrics.tables import table

RECENT_DAYS = 28
"""Four whole weeks, so that each weekday counts as often."""


def audience_hours(*, handle: str | None = None, tz: str = "UTC", days: int = RECENT_DAYS) -> Table:
    """One row per weekday and hour: the mean of the followers who were active, over the newest days that are known.

    Args:
        handle: The account; all connected ones when None.
        tz: IANA zone of weekdays and hours; TikTok's are UTC.
        days: How many of the newest days count.
    """
    accounts = table("owned_accounts")
    owned = accounts if handle is None else accounts.filter(accounts.username == handle)
    rows = table("owned_account_activity").semi_join(owned.select("open_id").distinct(), "open_id")
    rows = rows.filter(rows.active_followers.notnull())
    rows = rows.mutate(utc_s=_start_of(rows)).alias("active_hours")
    newest = rows.agg(last_s=rows.utc_s.max())
    recent = rows.cross_join(newest)
    recent = recent.filter(recent.utc_s > recent.last_s - days * 86_400)
    recent = recent.mutate(local=local_seconds(recent.utc_s, tz))
    recent = recent.mutate(
        weekday=zones.weekday(recent.local).cast("int64"), hour=zones.hour(recent.local).cast("int64")
    ).alias("local_hours")
    cells = recent.group_by(["weekday", "hour"]).agg(
        n=recent.count(), active_followers=recent.active_followers.cast("float64").mean()
    )
    return cells.order_by("weekday", "hour")


def _start_of(rows: Table) -> IntegerValue:
    """Seconds since 1970 at which an hour of a day, UTC, begins."""
    days: IntegerValue = rows.day.epoch_days().cast("int64")
    return days * 86_400 + rows.hour * 3_600


def traffic_sources(*, handle: str | None = None) -> Table:
    """One row per month of publishing and source: the share of the views of that month's videos that came from there.

    Each video counts with its views, by its newest list of sources; ads are left out.
    """
    posts = posts_of(handle)
    posts = posts.filter(posts.posted_at.notnull())
    posts = posts.filter(ibis.coalesce(~posts.is_ad, ibis.literal(value=True)))
    rows = table("post_breakdowns")
    rows = rows.filter((rows.dimension == "impression_source") & rows.share.notnull())
    rows = rows.select("post_id", "observed_at", "member", "share").semi_join(posts, "post_id").alias("impressions")
    newest = rows.group_by("post_id").agg(newest_at=rows.observed_at.max())
    rows = rows.inner_join(newest, "post_id")
    rows = rows.filter(rows.observed_at == rows.newest_at).select("post_id", "observed_at", "member", "share")
    views = table("post_snapshots").select("post_id", "observed_at", "views")
    rows = rows.inner_join(views, ["post_id", "observed_at"])
    rows = rows.filter(rows.views > 0).inner_join(posts.select("post_id", "posted_at"), "post_id").alias("viewed_lists")
    rows = rows.mutate(month=rows.posted_at.truncate("M").date(), weighted=rows.share * rows.views)
    months = rows.select("month", "post_id", "views").distinct()
    totals = months.group_by("month").agg(videos=months.count(), views=months.views.cast("float64").sum().cast("int64"))
    parts = rows.group_by(["month", "member"]).agg(weighted=rows.weighted.sum())
    found = parts.inner_join(totals, "month")
    return found.select(
        "month", traffic_source="member", share=found.weighted / found.views, videos="videos", views="views"
    ).order_by("month", "traffic_source")
