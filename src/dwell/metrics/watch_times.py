"""The watch time that the platform measured for each post, where the owner's exports have it."""

from __future__ import annotations

from ibis.expr.types import Table

from dwell.metrics.latest import latest
from dwell.metrics.tables import table

WATCHED = ("avg_watch_s", "full_watch_rate", "total_watch_s")
"""Columns of `watch_times` that say how long viewers stayed; the others count people."""

_MEASURED = ("avg_watch_s", "full_watch_rate")


def newest_watch_time(posts: Table) -> Table:
    """avg_watch_s and full_watch_rate of each post's newest measurement, unchanged.

    A later reading in which the platform withholds both does not count: TikTok does so once a video has had no view for
    7 days, and goes on to show the new followers.
    """
    times = table("watch_times").select("post_id", "observed_at", *_MEASURED).semi_join(posts, "post_id")
    times = times.filter(times.avg_watch_s.notnull() | times.full_watch_rate.notnull())
    return latest(times, _MEASURED).alias("measured")
