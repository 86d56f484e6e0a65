"""True velocity: views gained between two snapshots of a post, over the time between them."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.errors import DwellError
from dwell.metrics.changes import add_change, add_earlier, earlier_columns, reading_columns
from dwell.metrics.columns import REASONS
from dwell.metrics.growth_note import CUMULATIVE, DELAYED
from dwell.metrics.latest import latest
from dwell.metrics.newest import posts_of
from dwell.metrics.plausible import plausible_snapshots
from dwell.metrics.tables import table

_RANGES = ("hours_low", "hours_high", "views_per_hour_low", "views_per_hour_high")
_RANKED = (
    *("from_at", "to_at", "hours", "views_from", "views_to", "views_per_hour", "rounding_explains"),
    *("likes_from", "likes_to", *_RANGES),
)


def growth(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row per post and snapshot with views, with the growth since the newest one that is an hour older or more.

    Where none is, since the snapshot just before, without a growth. TikTok only: YouTube Studio's figures are those of
    a period, so their difference is not growth.
    """
    return _pairs_of(handle, platform, ("likes",)).order_by("post_id", "to_at")


def growth_ranking(*, handle: str | None = None, platform: str | None = None, limit: int = 20) -> Table:
    """The posts that gained views fastest, each by its latest known growth, fastest first.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        limit: Number of posts.

    Raises:
        DwellError: The limit is below 1.
    """
    if not limit >= 1:
        raise DwellError(f"The number of posts is a whole number from 1 up, not {limit}.")
    last = latest_growth(_pairs_of(handle, platform, ("likes",)), _RANKED).alias("latest_growths")
    ranked = last.cross_join(last.agg(observed_twice=last.count()))
    fastest = ranked.order_by(ibis.desc("views_per_hour"), ibis.asc("post_id")).limit(limit).alias("fastest")
    posts = table("posts").select("post_id", "caption", "url")
    joined = fastest.left_join(posts, "post_id").drop("post_id_right")
    return joined.order_by(ibis.desc("views_per_hour"), ibis.asc("post_id"))


def growth_known(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row: posts with two snapshots, those with a known growth, and why it is not known of the others.

    A post counts under the reason of its newest snapshot.
    """
    found = _pairs_of(handle, platform, ())
    newest = latest(found, ("reason",), at="to_at")
    grown = latest_growth(found, ("views_per_hour",))
    joined = newest.left_join(grown, "post_id")
    unknown = joined.views_per_hour.isnull()
    return joined.agg(
        posts=joined.count(),
        known=joined.count(where=~unknown),
        **{name: joined.count(where=unknown & (joined.reason == reason)) for name, reason in REASONS.items()},
    )


def latest_growth(found: Table, columns: tuple[str, ...]) -> Table:
    """Each post's latest known growth.

    Args:
        found: Rows of `pairs`.
        columns: Of them, besides post_id.
    """
    return latest(found.filter(found.views_per_hour.notnull()), columns, at="to_at")


def viewed(*also: str) -> Table:
    """The columns of every plausible snapshot that growth needs, and the requested counters.

    Without those that TikTok shows to owners: they are one to three days old, and how old is not told.
    """
    columns = ("views", "rounded", "views_unit", "observed_precision", "observed_zone")
    snapshots = plausible_snapshots(table("post_snapshots"))
    return snapshots.filter(~snapshots.source.fill_null("").startswith(DELAYED)).select(
        "post_id", "observed_at", *columns, *also
    )


def pairs(snapshots: Table, also: tuple[str, ...] = ()) -> Table:
    """Each snapshot with the one that its growth is counted from, and that growth.

    Args:
        snapshots: Rows of `viewed`.
        also: Counters to carry from both snapshots, as `<counter>_from` and `<counter>_to`.
    """
    known = snapshots.filter(snapshots.views.notnull())
    known = known.select(
        "post_id",
        "observed_at",
        "views",
        **reading_columns(known, "views"),
        **{name: known[name] for name in also},
    ).alias("viewed_posts")
    later = add_earlier(known, ("post_id",))
    earlier = known.select(
        earlier_post="post_id", from_at="observed_at", views_from="views", **earlier_columns(),
        **{f"{name}_from": name for name in also},
    )  # fmt: skip
    both = later.inner_join(earlier, [later.post_id == earlier.earlier_post, later.earlier_at == earlier.from_at])
    grown = add_change(both, "views", ("from_at", "views_from"))
    return grown.select(
        "post_id",
        "from_at",
        to_at=grown.observed_at,
        hours=grown.hours,
        views_from=grown.views_from,
        views_to=grown.views,
        views_per_hour=grown.per_hour,
        rounding_explains=grown.rounding_explains,
        **{column: grown[name] for each in also for column, name in ((f"{each}_from",) * 2, (f"{each}_to", each))},
        hours_low=grown.hours_low,
        hours_high=grown.hours_high,
        views_per_hour_low=grown.per_hour_low,
        views_per_hour_high=grown.per_hour_high,
        reason=grown.reason,
    )


def _pairs_of(handle: str | None, platform: str | None, also: tuple[str, ...]) -> Table:
    posts = posts_of(handle)
    if platform is not None:
        posts = posts.filter(posts.platform == platform)
    counted = viewed(*also).semi_join(posts.filter(posts.platform == CUMULATIVE), "post_id")
    return pairs(counted, also)
