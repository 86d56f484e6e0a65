"""What was usual for the creator just before a post: the median of the 20 eligible posts before it."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.quartiles import CREATOR

BASELINE_POSTS = 20


def baseline(posts: Table) -> Table:
    """Median views and engagement rate of the creator's 20 eligible posts posted strictly before each post.

    Eligible posts are numbered per creator by (posted_at, post_id), and a window over them gives the median that ends
    at each number. A post takes the median that ends at the last eligible post published before its own instant:
    posts of one instant share a baseline, and posts that are not eligible have one as well.

    Args:
        posts: Rows with post_id, platform, handle, posted_at, excluded, views, engagement_rate.

    Returns:
        post_id, baseline_n (0-20), views_baseline, engagement_baseline; only posts whose creator and time are known.
        Medians are null where baseline_n is 0.
    """
    dated = posts.filter(posts.handle.notnull() & posts.posted_at.notnull())
    dated = dated.select(
        *("post_id", *CREATOR, "posted_at", "views", "engagement_rate"), eligible=dated.excluded.isnull()
    ).alias("dated_posts")
    before = _eligible_before(dated)
    ends = _medians(dated.filter(dated.eligible))
    joined = before.left_join(ends, [*CREATOR, "place"])
    result = joined.select(
        "post_id",
        "views_baseline",
        "engagement_baseline",
        baseline_n=ibis.least(before.place, BASELINE_POSTS).cast("int64"),
    )
    return result.alias("baselines")


def _eligible_before(dated: Table) -> Table:
    """post_id, creator, and as `place` how many of the creator's eligible posts are older than the post's instant."""
    creator, order = [dated[name] for name in CREATOR], [dated.posted_at, dated.post_id]
    # A count, not a sum: engines widen sums.
    up_to = ibis.cases((dated.eligible, 1)).count()
    running = up_to.over(ibis.window(group_by=creator, order_by=order, preceding=None, following=0))
    counted = dated.mutate(older=running - dated.eligible.cast("int64"))
    instant = ibis.window(group_by=[*(counted[name] for name in CREATOR), counted.posted_at])
    return counted.select("post_id", *CREATOR, place=counted.older.min().over(instant))


def _medians(eligible: Table) -> Table:
    """The creator's eligible posts numbered from 1, each with the medians over itself and the 19 before it."""
    creator, order = [eligible[name] for name in CREATOR], [eligible.posted_at, eligible.post_id]
    last = ibis.window(group_by=creator, order_by=order, preceding=BASELINE_POSTS - 1, following=0)
    number = ibis.row_number().over(ibis.window(group_by=creator, order_by=order))
    return eligible.select(
        *CREATOR,
        place=number + 1,
        views_baseline=eligible.views.cast("float64").median().over(last),
        engagement_baseline=eligible.engagement_rate.median().over(last),
    )
