"""Where an account's best and weakest quarter of posts begin, by engagement rate."""

from __future__ import annotations

from ibis.expr.types import Table

CREATOR = ("platform", "handle")


def quartiles(posts: Table) -> Table:
    """q25 and q75 of the engagement rate per account, exact, over eligible posts whose rate is known."""
    rated = posts.filter(posts.excluded.isnull() & posts.engagement_rate.notnull() & posts.handle.notnull())
    edges = rated.group_by(list(CREATOR)).agg(
        n=rated.count(), q25=rated.engagement_rate.quantile(0.25), q75=rated.engagement_rate.quantile(0.75)
    )
    return edges.alias("quartiles")
