"""The same figures from two sources: TikTok's API for Business, and the files of TikTok Studio, pair by pair."""

from __future__ import annotations

import ibis
from ibis.expr.types import StringValue, Table, TimestampValue

from dwell.metrics.growth_note import DELAYED
from dwell.metrics.instants import seconds
from dwell.metrics.newest import posts_of
from dwell.metrics.tables import table

NEAR_DAYS = 3
"""Readings of a video that are further apart are not compared: counters grow."""

STUDIO = "studio"
"""Begins the source of Studio's files, whose tables of videos have no watch time."""

_DAY_S = 86_400
_DAY_FIELDS = {
    "views": "video_views",
    "profile_views": "profile_views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "viewers": "unique_video_views",
    "followers": "followers_count",
}
"""Column of `account_days` -> the same in `owned_account_days`."""

_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_WATCHED = ("avg_watch_s", "full_watch_rate", "total_watch_s", "reach", "new_followers")


def reconcile_days(*, handle: str | None = None) -> Table:
    """One row per day of an account and figure that both sources know.

    A day of a Studio file is counted in a zone that the file does not tell, one of the API in UTC.
    """
    files = table("account_days")
    files = files.filter(~_is_api(files.source))
    if handle is not None:
        files = files.filter(files.handle == handle)
    accounts = table("owned_accounts")
    named = accounts.filter(accounts.username.notnull()).select("open_id", "username").distinct()
    api = table("owned_account_days").inner_join(named, "open_id")
    api = api.select(owner="username", owned_day="day", **{f"api_{name}": api[column] for name, column in _pairs()})
    both = files.inner_join(api, [files.handle == api.owner, files.day == api.owned_day]).alias("both_days")
    found = [
        both.select(
            "handle",
            field=ibis.literal(name),
            subject=both.day.cast("string"),
            api_value=both[f"api_{name}"].cast("float64"),
            file_value=both[name].cast("float64"),
            hours_apart=ibis.literal(0, "int64").cast("float64"),
        )
        for name, _ in _pairs()
    ]
    return _known(ibis.union(*found, distinct=False))


def reconcile_posts(*, handle: str | None = None) -> Table:
    """One row per video and figure that both know: the newest reading of a file, and the API's nearest to it."""
    counters = table("post_snapshots").select("post_id", "observed_at", "source", *_COUNTERS)
    watched = table("watch_times").select("post_id", "observed_at", "source", *_WATCHED)
    owners = counters.filter(counters.source.fill_null("").startswith(STUDIO) | _is_api(counters.source))
    keys = [rows.select("post_id", "observed_at", is_api=_is_api(rows.source)) for rows in (owners, watched)]
    read = ibis.union(*keys, distinct=True).semi_join(posts_of(handle), "post_id").alias("owner_readings")
    for values in (counters.drop("source"), watched.drop("source")):
        read = read.left_join(values, ["post_id", "observed_at"]).drop("post_id_right", "observed_at_right")
    read = read.alias("owner_figures")
    files, api = read.filter(~read.is_api), read.filter(read.is_api)
    newest = files.group_by("post_id").agg(newest_at=files.observed_at.max())
    files = files.inner_join(newest, "post_id")
    files = files.filter(files.observed_at == files.newest_at).alias("newest_files")
    api = api.select(api_post="post_id", api_at="observed_at", **{f"api_{n}": n for n in (*_COUNTERS, *_WATCHED)})
    both = files.inner_join(api, files.post_id == api.api_post)
    both = both.mutate(apart_s=_apart(both.observed_at, both.api_at))
    near = both.filter(both.apart_s <= NEAR_DAYS * _DAY_S)
    closest = ibis.row_number().over(group_by=near.post_id, order_by=[near.apart_s, near.api_at])
    pairs = near.mutate(place=closest)
    pairs = pairs.filter(pairs.place == 0).alias("nearest_readings")
    posts = table("posts").select("post_id", "handle")
    pairs = pairs.inner_join(posts, "post_id").alias("named_readings")
    found = [
        pairs.select(
            "handle",
            field=ibis.literal(name),
            subject="post_id",
            api_value=pairs[f"api_{name}"].cast("float64"),
            file_value=pairs[name].cast("float64"),
            hours_apart=pairs.apart_s.cast("float64") / 3_600.0,
        )
        for name in (*_COUNTERS, *_WATCHED)
    ]
    return _known(ibis.union(*found, distinct=False))


def _pairs() -> list[tuple[str, str]]:
    return list(_DAY_FIELDS.items())


def _is_api(source: StringValue) -> ibis.expr.types.BooleanValue:
    return source.fill_null("").startswith(DELAYED)


def _apart(one: TimestampValue, other: TimestampValue) -> ibis.expr.types.IntegerValue:
    return (seconds(one) - seconds(other)).cast("int64").abs()


def _known(rows: Table) -> Table:
    both = rows.filter(rows.api_value.notnull() & rows.file_value.notnull())
    return both.order_by("field", "handle", "subject")
