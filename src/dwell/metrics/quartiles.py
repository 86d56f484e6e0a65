"""Where an account's best and weakest quarter of posts begin, by one metric."""

from __future__ import annotations

from ibis.expr.types import Table

CREATOR = ("platform", "handle")


def quartiles(posts: Table) -> Table:
    """q25 and q75 of `metric_value` per account, exact, over eligible posts of which it is known."""
    rated = posts.filter(posts.excluded.isnull() & posts.metric_value.notnull() & posts.handle.notnull())
    edges = rated.group_by(list(CREATOR)).agg(
        n=rated.count(), q25=rated.metric_value.quantile(0.25), q75=rated.metric_value.quantile(0.75)
    )
    return edges.alias("quartiles")
