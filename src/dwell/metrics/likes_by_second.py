"""In which second of a video its viewers like it: the newest reading of each post."""

from __future__ import annotations

from ibis.expr.types import Table

from dwell.metrics.latest import latest, max_by
from dwell.metrics.newest import posts_of
from dwell.metrics.tables import table


def likes_by_second(*, handle: str | None = None, platform: str | None = None, post: str | None = None) -> Table:
    """One row per post and second: the share of the post's likes given there.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        post: Only this post.
    """
    return _newest(handle, platform, post).order_by("post_id", "second")


def like_peaks(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row per post with likes by second: the second with the most, of equal ones the first.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
    """
    rows = _newest(handle, platform, None)
    peaks = rows.group_by("post_id").agg(
        like_peak_s=max_by(rows.second, rows.like_share - rows.second * 1e-9), like_peak_share=rows.like_share.max()
    )
    return peaks.filter(peaks.like_peak_share > 0).order_by("post_id")


def _newest(handle: str | None, platform: str | None, post: str | None) -> Table:
    posts, rows = posts_of(handle), table("engagement_likes")
    posts = posts if platform is None else posts.filter(posts.platform == platform)
    if post is not None:
        posts = posts.filter(posts.post_id == post)
    rows = rows.semi_join(posts, "post_id")
    newest = latest(rows.select("post_id", "observed_at").distinct(), ("observed_at",))
    return rows.semi_join(newest, ["post_id", "observed_at"]).select("post_id", "second", "like_share")
