"""The percentile of an account's latest posts among posts of other creators of the same niche and length."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import NumericValue, Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.counters import COUNTERS, VET_RATES
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.newest import newest
from dwell.metrics.ratios import with_rates
from dwell.metrics.tables import table

LATEST_POSTS = 20
MIN_LIKES = 100  # below this, the comments per like depend on a few people


def peers(
    *,
    scheme: str = "proxy",
    handle: str | None = None,
    niche: str | None = None,
    platform: str | None = None,
    posts: int = LATEST_POSTS,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row per latest eligible post of an account, with its percentile among other creators' posts, per rate.

    Every such post is compared with every eligible post of other creators in its platform, bucket and niche: query one
    account where many are stored.

    Args:
        scheme: Duration buckets.
        handle: Whose posts; those of every account when None.
        niche: Only creators of this niche are peers; all when None.
        platform: `tiktok`, `youtube` or `facebook`; all when None.
        posts: Number of the account's latest eligible posts.
        include: Filters to switch off.
        min_age_h: Hours from publishing to observation below which a post is young.
    """
    if not posts >= 1:
        raise DwellError(f"The number of latest posts is a whole number from 1 up, not {posts}.")
    rows = with_rates(with_excluded(newest(None, counters=COUNTERS, platform=platform), include, min_age_h))
    rows = rows.mutate(bucket=buckets.bucket(rows.duration_s, rows.is_photo, scheme))
    counted = rows.filter(rows.excluded.isnull() & rows.bucket.notnull() & rows.handle.notnull()).alias("counted_posts")
    mine, theirs = _latest_posts(counted, handle, posts), _peer_posts(counted, niche)
    pairs = mine.left_join(
        theirs,
        [
            mine.platform == theirs.peer_platform,
            mine.bucket == theirs.peer_bucket,
            mine.handle != theirs.peer_handle,
        ],
    )
    placed = pairs.group_by(["handle", "post_id", "bucket", "posted_at"]).agg(
        peer_posts=pairs.peer_bucket.count(),
        peer_creators=pairs.peer_handle.nunique(),
        **{f"{rate}_percentile": _percentile(pairs, rate) for rate in VET_RATES},
        **{f"{rate}_peers": pairs[f"peer_{rate}"].count(where=pairs[rate].notnull()) for rate in VET_RATES},
        like_rate_p05=pairs.peer_like_rate.quantile(0.05),
        comments_per_like_p05=pairs.peer_comments_per_like.quantile(0.05),
        comments_per_like_n=pairs.peer_comments_per_like.count(),
    )
    return placed.order_by("handle", ibis.desc("posted_at"), "post_id")


_MOST_POSTS = 2**62
"""No account has more; a larger number would be none that an engine can compare."""


def _latest_posts(counted: Table, handle: str | None, posts: int) -> Table:
    mine = counted if handle is None else counted.filter(counted.handle == handle)
    order = [mine.posted_at.desc(nulls_first=False), mine.post_id]
    numbered = mine.mutate(
        back=ibis.row_number().over(ibis.window(group_by=[mine.platform, mine.handle], order_by=order))
    )
    return numbered.filter(numbered.back < min(posts, _MOST_POSTS)).select(
        "handle", "platform", "post_id", "posted_at", "bucket", *VET_RATES
    )


def _peer_posts(counted: Table, niche: str | None) -> Table:
    creators = table("creators")
    theirs = (
        counted
        if niche is None
        else counted.semi_join(creators.filter(creators.niche == niche), ["handle", "platform"])
    )
    enough = (theirs.likes >= MIN_LIKES) & (theirs.comments >= 0)
    ratio = theirs.comments.cast("float64") / theirs.likes.cast("float64").nullif(0)
    return theirs.select(
        peer_handle=theirs.handle,
        peer_platform=theirs.platform,
        peer_bucket=theirs.bucket,
        **{f"peer_{rate}": theirs[rate] for rate in VET_RATES},
        peer_comments_per_like=ibis.cases((enough, ratio), else_=ibis.null("float64")),
    )


def _percentile(pairs: Table, rate: str) -> NumericValue:
    """Share of the peers' posts with a lower rate, counting equal ones half; null where nothing can be compared."""
    mine, other = pairs[rate], pairs[f"peer_{rate}"]
    below = pairs.count(where=other < mine).cast("float64") + 0.5 * pairs.count(where=other == mine).cast("float64")
    return below / other.count(where=mine.notnull()).cast("float64").nullif(0)
