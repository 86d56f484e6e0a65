"""Posts at one age: their counters an hour, a day, three days or a week after publishing, and what is usual then."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.age_readings import RANGES, counters_at
from dwell.metrics.ages import AGES, NOT_KNOWN
from dwell.metrics.benchmarks import with_group
from dwell.metrics.counters import COUNTERS, RATES
from dwell.metrics.eligible import with_excluded
from dwell.metrics.newest import newest
from dwell.metrics.ratios import with_rates
from dwell.metrics.sizes import position as size_position

_ATTRIBUTES = ("caption", "url")
_POST = ("post_id", "platform", "handle", "caption", "url", "posted_at", "observed_at", "duration_s", "bucket")
_HOW = ("gap_h", "precision", "reason", "excluded")


def posts_at_age(
    *,
    age: str = "24h",
    scheme: str = "proxy",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    above_p90: bool = False,
    sort: str | None = None,
    limit: int | None = None,
) -> Table:
    """One row per post, with its counters and rates at an age; young posts are compared, too.

    Args:
        age: `1h`, `24h`, `72h` or `7d` since publishing.
        scheme: Duration buckets.
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        include: Filters to switch off; `young` has no meaning here.
        above_p90: Only posts whose engagement rate at that age is above the p90 of their bucket.
        sort: Column to sort by, highest first and unknown last; newest first when None, and among equals.
        limit: Number of rows; all when None.

    Raises:
        DwellError: No such age, filter or column, or a limit below 1.
    """
    if limit is not None and not limit >= 1:
        raise DwellError(f"The number of posts is a whole number from 1 up, not {limit}.")
    rows = _with_places(_at_age(age, scheme, handle, platform, include))
    if sort is not None and sort not in rows.columns:
        raise DwellError(f"Unknown column {sort!r}: choose from {', '.join(rows.columns)}.")
    chosen = rows.filter(rows.above_p90) if above_p90 else rows
    order = [chosen.posted_at.desc(nulls_first=False), chosen.post_id.asc()]
    if sort is not None:
        others = [key for key, name in zip(order, ("posted_at", "post_id"), strict=True) if name != sort]
        order = [chosen[sort].desc(nulls_first=False), *others]
    ordered = chosen.order_by(*order)
    return ordered if limit is None else ordered.limit(limit)


def benchmarks_at_age(
    *,
    age: str = "24h",
    scheme: str = "proxy",
    by: str = "bucket",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
) -> Table:
    """One row per bucket, or per bucket and group: what is usual for posts of that age."""
    grouping = buckets.grouping(by)
    posts = _at_age(age, scheme, handle, platform, include)
    posts = posts.filter(posts.excluded.isnull() & posts.bucket.notnull()).alias("eligible_at_age")
    keys = ["bucket"]
    if grouping is not None:
        posts = with_group(posts, grouping)
        keys.append("group")
    rates = {}
    for rate in RATES:
        rates[f"{rate}_median"] = posts[rate].quantile(0.5)
        rates[f"{rate}_p90"] = posts[rate].quantile(0.9)
        rates[f"{rate}_n"] = posts[rate].count()
    views = {name: posts[name].cast("float64") for name in ("views", "views_low", "views_high")}
    summary = posts.group_by(keys).agg(
        n=posts.count(),
        known=posts.views.count(),
        views_median=views["views"].quantile(0.5),
        views_p90=views["views"].quantile(0.9),
        views_median_low=views["views_low"].quantile(0.5),
        views_median_high=views["views_high"].quantile(0.5),
        **rates,
    )
    order = [buckets.position(summary.bucket, scheme)]
    if grouping == "creator-size":
        order.append(size_position(summary["group"]))
    return summary.order_by(*order, *(summary[key] for key in keys))


def known_at_age(
    *, age: str = "24h", handle: str | None = None, platform: str | None = None, include: Iterable[str] = ()
) -> Table:
    """One row: of how many eligible posts the views at an age are known, and why not of the others."""
    posts = _at_age(age, "proxy", handle, platform, include)
    eligible = posts.excluded.isnull()
    return posts.agg(
        total=posts.count(),
        eligible=posts.count(where=eligible),
        known=posts.views.count(where=eligible),
        by_day=posts.views.count(where=eligible & (posts.precision == "day")),
        **{name: posts.count(where=eligible & (posts.reason == words)) for name, words in NOT_KNOWN.items()},
    )


def _at_age(age: str, scheme: str, handle: str | None, platform: str | None, include: Iterable[str]) -> Table:
    """Every post with its counters, rates and ranges at an age, or the reason why they are not known."""
    if age not in AGES:
        raise DwellError(f"Unknown age {age!r}: choose from {', '.join(AGES)}.")
    posts = newest(handle, counters=COUNTERS, attributes=_ATTRIBUTES, platform=platform)
    posts = with_excluded(posts, {*include, "young"}, 0.0)
    posts = posts.mutate(bucket=buckets.bucket(posts.duration_s, posts.is_photo, scheme)).alias("every_post")
    found = counters_at(posts, AGES[age], with_days=age == "7d")
    joined = posts.select(*_POST, "excluded").left_join(found, "post_id").drop("post_id_right")
    rated = with_rates(joined.alias("counted_at_age"))
    whole = (*COUNTERS, "views_low", "views_high")
    return rated.select(
        *_POST,
        *(rated[name].round().cast("int64").name(name) for name in whole),
        *RATES,
        *(name for name in RANGES if name not in whole),
        *_HOW,
    ).alias("posts_at_age")


def _with_places(rows: Table) -> Table:
    """Adds the percentiles among the creator's other eligible posts of the bucket, and `above_p90` among all posts."""
    counted = rows.filter(rows.excluded.isnull() & rows.bucket.notnull()).alias("ranked_at_age")
    places = {
        "views_percentile": _percentiles(counted, "views"),
        "percentile": _percentiles(counted, "engagement_rate"),
    }
    edges = counted.group_by("bucket").agg(edge=counted.engagement_rate.quantile(0.9)).alias("edges_at_age")
    joined = rows.left_join(edges, rows.bucket == edges.bucket)
    for place in places.values():
        joined = joined.left_join(place, rows.post_id == place.post_id)
    above = ibis.cases((rows.excluded.isnull(), rows.engagement_rate > edges.edge), else_=ibis.null("boolean"))
    return joined.select(
        *(rows[name] for name in rows.columns if name not in _HOW),
        *(place["place"].name(name) for name, place in places.items()),
        above.name("above_p90"),
        *(rows[name] for name in _HOW),
    )


def _percentiles(counted: Table, column: str) -> Table:
    known = counted.filter(counted[column].notnull() & counted.handle.notnull())
    group = [known.platform, known.handle, known.bucket]
    rank = ibis.percent_rank().over(ibis.window(group_by=group, order_by=known[column]))
    others = known.post_id.count().over(ibis.window(group_by=group)) - 1
    place = ibis.cases((others > 0, rank), else_=ibis.null("float64"))
    return known.select("post_id", place=place).alias(f"places_by_{column}")
