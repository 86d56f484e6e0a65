"""The posts of a period: by when they were published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import ibis
from ibis.expr.types import BooleanValue, Table

from dwell.metrics import zones
from dwell.metrics.instants import seconds

_ALWAYS: dict[str, Any] = {}
_published: ContextVar[dict[str, Any]] = ContextVar("published", default=_ALWAYS)


@contextmanager
def published(**period: Any) -> Iterator[None]:
    """In this block, the posts of an account or of all are those that were published from `since` until `until`.

    Args:
        period: `since`: the first instant; without it, no beginning. `until`: the instant after the last; without it,
            no end. `since_day` and `until_day`: the same for posts whose day alone is known, as midnights in UTC, where
            the days of the user's zone begin at other instants.
    """
    token = _published.set(period)
    try:
        yield
    finally:
        _published.reset(token)


def in_period(posts: Table) -> Table:
    """Of these posts, those of the period of the block; a post of unknown time is in none."""
    period = _published.get()
    for name in ("since", "until"):
        if name not in period:
            continue
        chosen = _compare(posts, name, period[name])
        if (day := period.get(f"{name}_day")) is not None:
            utc = seconds(posts.posted_at)
            chosen = ibis.ifelse(
                zones.has_no_hour(posts.post_id, posts.platform, utc, utc), _compare(posts, name, day), chosen
            )
        posts = posts.filter(chosen)
    return posts


def has_period() -> bool:
    """The metric is compiled for a period."""
    return bool(_published.get())


def _compare(posts: Table, name: str, end: Any) -> BooleanValue:
    return posts.posted_at >= end if name == "since" else posts.posted_at < end
