"""The tables of accounts: the profile, the days, the hours of activity, the followers by group, the averages."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.tables import table_with_seq
from dwell.metrics.tiktok_organic.catalog import ACCOUNT
from dwell.metrics.tiktok_organic.columns import ACCOUNT_METRICS
from dwell.metrics.tiktok_organic.more_columns import BENCHMARK
from dwell.metrics.tiktok_organic.readings import (
    api_value,
    day_of,
    finished,
    is_api,
    newest_known,
    newest_list,
    of_day,
    with_username,
)

_PROFILE = (
    *("bio_description", "display_name", "is_business_account", "is_verified", "profile_deep_link", "profile_image"),
)
_COUNTERS = {
    "followers_count": "followers",
    "following_count": "following",
    "total_likes": "total_likes",
    "videos_count": "post_count",
}


def account() -> Table:
    """One row per account and day on which it was read."""
    owned, counted = table_with_seq("owned_accounts"), table_with_seq("creator_snapshots")
    match = [owned.username == counted.handle, owned.observed_at == counted.observed_at]
    joined = owned.left_join(counted.filter(counted.platform == "tiktok"), match)
    rows = joined.select(
        owned.open_id,
        owned.observed_at,
        owned.source,
        *(owned[name] for name in _PROFILE),
        metric_date=day_of(owned),
        **{name: api_value(counted, column) for name, column in _COUNTERS.items()},
        seq=ibis.greatest(owned.seq, counted.seq.fill_null(0)),
    ).alias("account_readings")
    days = of_day(rows, ("open_id", "metric_date"), (*_PROFILE, *_COUNTERS))
    return finished(_one_account(with_username(days)), ACCOUNT)


def account_metrics() -> Table:
    """One row per account and day that TikTok has figures of."""
    days, owned = table_with_seq("owned_account_days"), table_with_seq("owned_accounts")
    figures = [column.name for column in ACCOUNT_METRICS if column.kind == "number"]
    rows = days.select(
        "open_id",
        *figures,
        metric_date=days.day,
        _synced_at=days.observed_at,
        _source=days.source,
        seq=days.seq,
    )
    seen = owned.filter(owned.profile_image.notnull())
    images = seen.group_by("open_id").agg(
        profile_image=newest_known(seen.profile_image, seen.observed_at),
        image_seq=newest_known(seen.seq, seen.observed_at),
    )
    joined = rows.left_join(images, "open_id")
    shown = joined.select(
        *(rows[name] for name in rows.columns if name != "seq"),
        images.profile_image,
        seq=ibis.greatest(rows.seq, images.image_seq.fill_null(0)),
    )
    return finished(_one_account(with_username(shown)), "tiktok_organic_account_metrics")


def audience_activity() -> Table:
    """One row per account, day and hour."""
    hours = table_with_seq("owned_account_activity")
    rows = hours.select(
        "open_id",
        metric_date=hours.day,
        audience_activity_count=hours.active_followers,
        audience_activity_hour=hours.hour,
        _synced_at=hours.observed_at,
        _source=hours.source,
        seq=hours.seq,
    )
    return finished(_one_account(with_username(rows)), "tiktok_organic_account_metrics_audience_activity")


def account_audience() -> Table:
    """One row per account, day and group of its followers."""
    shares, owned = table_with_seq("audience_shares"), table_with_seq("owned_accounts")
    match = [shares.handle == owned.username, shares.observed_at == owned.observed_at]
    rows = shares.inner_join(owned, match).select(
        owned.open_id,
        shares.observed_at,
        shares.source,
        metric_date=day_of(shares),
        audience_dimension=shares.dimension,
        audience_member=shares.member,
        audience_percentage=shares.share,
        seq=ibis.greatest(shares.seq, owned.seq),
    )
    chosen = newest_list(rows, ("open_id", "metric_date", "audience_dimension"), is_api(rows))
    named = with_username(chosen.rename(_synced_at="observed_at", _source="source"))
    return finished(_one_account(named), "tiktok_organic_account_audience")


def benchmark() -> Table:
    """One row per business category and day on which TikTok's averages were read."""
    read = table_with_seq("category_benchmarks")
    averages = [column.name for column in BENCHMARK if column.kind == "number"]
    days = of_day(read.mutate(metric_date=day_of(read)), ("business_category", "metric_date"), averages)
    return finished(days, "tiktok_organic_benchmark")


def _one_account(rows: Table) -> Table:
    """Of two accounts with one name on a day, e.g. one connected to two apps, the one that was read last."""
    rows, by = rows.alias("named_rows"), ("video_creator_username", "metric_date")
    chosen = rows.group_by(*by).agg(open_id=newest_known(rows.open_id, rows["_synced_at"]))
    return rows.semi_join(chosen.alias("one_account_a_name"), [*by, "open_id"])
