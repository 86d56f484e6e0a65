"""Interactions per view: the public rates that are a proxy for watch time."""

from __future__ import annotations

import ibis
from ibis.expr.types import NumericValue, Table

from dwell.metrics.counters import COUNTERS

_SINGLE = {f"{counter[:-1]}_rate": counter for counter in COUNTERS[1:]}


def with_rates(posts: Table) -> Table:
    """Adds every rate; null where a needed counter is unknown or negative, or views are unknown or not above 0."""
    views = _known(posts.views > 0, posts.views)
    engaged = sum((_counter(posts[name]) for name in ("comments", "shares")), _counter(posts.likes))
    single = {rate: _counter(posts[counter]) / views for rate, counter in _SINGLE.items()}
    return posts.mutate(engagement_rate=engaged / views, **single)


def _counter(counter: NumericValue) -> NumericValue:
    """A cumulative count; net figures of a period (YouTube Studio) can be negative and give no rate."""
    return _known(counter >= 0, counter)


def _known(condition: NumericValue, count: NumericValue) -> NumericValue:
    return ibis.cases((condition, count.cast("float64")), else_=ibis.null("float64"))
