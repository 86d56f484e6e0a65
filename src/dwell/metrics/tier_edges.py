"""Where an account's best and weakest quarter of posts begin, by engagement rate."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.newest import newest
from dwell.metrics.ratios import COUNTERS, with_rates

CREATOR = ("platform", "handle")


def quartiles(posts: Table) -> Table:
    """q25 and q75 of the engagement rate per account, exact, over eligible posts whose rate is known."""
    rated = posts.filter(posts.excluded.isnull() & posts.engagement_rate.notnull() & posts.handle.notnull())
    edges = rated.group_by(list(CREATOR)).agg(
        n=rated.count(), q25=rated.engagement_rate.quantile(0.25), q75=rated.engagement_rate.quantile(0.75)
    )
    return edges.alias("quartiles")


def tier_edges(*, handle: str | None = None, include: Iterable[str] = (), min_age_h: float = MIN_AGE_H) -> Table:
    """One row per account: quartiles of the engagement rate, and how many posts reach each tier; ties count in both."""
    posts = with_rates(with_excluded(newest(handle, counters=COUNTERS), include, min_age_h)).alias("rated_posts")
    edges = quartiles(posts)
    rated = posts.filter(posts.excluded.isnull())
    joined = rated.inner_join(edges, list(CREATOR))
    counted = joined.group_by([*CREATOR, "n", "q25", "q75"]).agg(
        n_top=joined.count(where=joined.engagement_rate >= joined.q75),
        n_bottom=joined.count(where=joined.engagement_rate <= joined.q25),
    )
    return counted.select(*CREATOR, "n", "n_top", "n_bottom", "q25", "q75").order_by(
        ibis.asc("handle"), ibis.asc("platform")
    )
