"""What is known: the accounts with posts, and the share of each counter that no source gave."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.counters import COUNTERS
from dwell.metrics.newest import last_snapshots, posts_of
from dwell.metrics.tables import table


def unknown_share(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row: posts with a snapshot, and the share of them whose newest snapshot lacks each counter."""
    posts = None if handle is None and platform is None else posts_of(handle)
    if posts is not None and platform is not None:
        posts = posts.filter(posts.platform == platform)
    last = last_snapshots(posts, COUNTERS)
    shares = {name: last[name].isnull().cast("float64").mean() for name in COUNTERS}
    return last.agg(posts=last.count(), **shares)


def undated(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row: how many posts have no known time of publishing, so that they are in no period."""
    posts = posts_of(handle)
    if platform is not None:
        posts = posts.filter(posts.platform == platform)
    return posts.agg(posts=posts.count(where=posts.posted_at.isnull()))


def posted_span(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row: how many posts there are, and when the first and the last of them were published."""
    posts = posts_of(handle)
    if platform is not None:
        posts = posts.filter(posts.platform == platform)
    return posts.agg(posts=posts.count(), first_posted_at=posts.posted_at.min(), last_posted_at=posts.posted_at.max())


def creators_stored() -> Table:
    """One row per account with stored posts, most posts first."""
    posts = posts_of(None)
    named = posts.filter(posts.handle.notnull())
    accounts = named.group_by("handle").agg(
        posts=named.count(), first_posted_at=named.posted_at.min(), last_posted_at=named.posted_at.max()
    )
    return accounts.order_by(ibis.desc("posts"), ibis.asc("handle"))


def handles(*, handle: str | None = None) -> Table:
    """The accounts with stored posts, or one account: a row for each platform on which the handle has posts."""
    posts = posts_of(handle)
    named = posts.filter(posts.handle.notnull())
    return named.group_by(["handle", "platform"]).agg(posts=named.count()).order_by("handle", "platform")


def creator_ids(*, creator_id: str | None = None) -> Table:
    """The handle that belongs to a numeric id of an account, or to each known one."""
    creators = table("creators")
    chosen = creators.creator_id.notnull() if creator_id is None else creators.creator_id == creator_id
    columns = ("creator_id", "handle", "platform")
    return creators.filter(chosen).select(*columns).order_by(*columns)
