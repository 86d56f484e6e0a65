"""One row per post: its attributes and the counters of its newest snapshot. Every metric of posts starts here.

A step that several others read is named with `.alias`, so that the SQL contains it once, as a WITH query of that name.
"""

from __future__ import annotations

import ibis
from ibis.expr.types import BooleanValue, Table

from dwell.metrics.instants import hours, seconds
from dwell.metrics.latest import latest
from dwell.metrics.period import has_period, in_period
from dwell.metrics.tables import ROLLUP, is_rolled_up, table

_QUARTER = 900
Handles = str | tuple[str, ...] | None
"""One account, several, or all."""


def newest(
    handle: Handles = None,
    counters: tuple[str, ...] = (),
    attributes: tuple[str, ...] = (),
    platform: str | None = None,
) -> Table:
    """Posts, of one account or of all, each with the counters of its newest snapshot.

    All counters are those of one snapshot, never combined from several. A post without a snapshot is kept, all unknown.

    Args:
        handle: Only the posts of this account, or of these.
        counters: Columns of the snapshot to include; fewer are read faster.
        attributes: Columns of the post to include besides those that eligibility and order need.
        platform: Only the posts of this platform.

    Returns:
        post_id, platform, handle, posted_at, duration_s, is_ad, is_pinned, is_photo, observed_at, age_h, and the
        requested columns. `age_h` counts whole seconds between publishing and observation.
    """
    columns = ("platform", "handle", "posted_at", "duration_s", "is_ad", "is_pinned", *attributes)
    posts = posts_of(handle)
    if platform is not None:
        posts = posts.filter(posts.platform == platform)
    if is_rolled_up():
        last, rows = posts, posts
    else:
        last = last_snapshots(posts_of(handle) if handle is not None or has_period() else None, counters)
        rows = posts.left_join(last, posts.post_id == last.post_id)
    return rows.select(
        posts.post_id,
        *(posts[name] for name in columns),
        is_photo=ibis.cases((posts.media_type == "photo", True), else_=False),
        observed_at=last.observed_at,
        age_h=hours(posts.posted_at, last.observed_at),
        **{name: last[name] for name in counters},
    )


def posts_of(handle: Handles) -> Table:
    """The posts of one account, of several, or of all; with their newest counters where the roll-up is read."""
    posts = table("posts")
    if is_rolled_up():
        rollup = table(ROLLUP)
        posts = rollup.filter(rollup.has_attributes)
    if handle is None:
        return in_period(posts).alias("period_posts") if has_period() else posts
    chosen = posts.handle.isin(handle) if isinstance(handle, tuple) else posts.handle == handle
    return in_period(posts.filter(chosen)).alias("account_posts")


def may_be_a_day(posts: Table) -> BooleanValue:
    """Whether the time of publishing may be the first moment of a day, in some zone, for want of the time itself.

    A file without post ids often has days alone. Ids of a platform are made at the very second, or come with it.
    """
    return posts.post_id.startswith("local-") & (seconds(posts.posted_at).cast("int64") % _QUARTER == 0)


def last_snapshots(posts: Table | None, columns: tuple[str, ...]) -> Table:
    """The newest snapshot of each post, or of these posts: post_id, observed_at and the requested columns."""
    if is_rolled_up():
        rollup = table(ROLLUP) if posts is None else posts
        return rollup.filter(rollup.observed_at.notnull()).select("post_id", "observed_at", *columns)
    snapshots = table("post_snapshots").select("post_id", "observed_at", *columns)
    if posts is not None:
        snapshots = snapshots.semi_join(posts, "post_id")
    return latest(snapshots, ("observed_at", *columns)).alias("newest_snapshots")
