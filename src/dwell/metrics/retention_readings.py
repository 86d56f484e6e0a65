"""The newest retention curve of each post, on an axis in seconds, with what is wrong with it."""

from __future__ import annotations

import ibis
from ibis.expr.types import BooleanValue, NumericValue, Table

from dwell.metrics import buckets
from dwell.metrics.counters import COUNTERS
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.latest import latest
from dwell.metrics.newest import newest
from dwell.metrics.plausible import length_implausible
from dwell.metrics.ratios import with_rates
from dwell.metrics.tables import table
from dwell.text.percentages import MOST_REWATCHED

ATTRIBUTES = ("post_id", "platform", "handle", "caption", "url", "posted_at", "is_ad")
MAX_GAP_S = 2.0
"""Between two points this far apart or nearer, a curve is a straight line."""
MAX_GAP = 0.05
"""The same as a share of the length: curves of long videos have a point every 2.5 % of it."""
END_SLACK_S = 1.0
"""A curve reaches the end if its last point is this close to it: lengths have fractions, seconds do not."""

_OVER_S = 2.0  # a curve of whole seconds may end at the second after the rounded-up length
_PERCENT_AXIS = (99.0, 100.0)
_FEW_POINTS = 5
_NO_LENGTH = 1e12


def curves(handle: str | None, platform: str | None, *, ads: bool) -> Table:
    """One row per post with a curve: the post, its newest counters, and the newest reading of its curve.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        ads: Promoted posts are eligible, too.

    Returns:
        ATTRIBUTES, `views`, `engagement_rate`, `excluded`; `length_s` (null where unknown, implausible or a photo's),
        `bucket`; of the curve `observed_at`, `points`, `first_s`, `last_s`; `scale`, the seconds in one unit of its
        axis; `percent_axis`; and `problem`, why its figures are unknown: `implausible_rate`, `axis_unclear`,
        `outside_length`; null for most.
    """
    posts = newest(handle, counters=COUNTERS, attributes=("caption", "url", "media_type"), platform=platform)
    posts = with_rates(with_excluded(posts, ("ads",) if ads else (), MIN_AGE_H)).alias("rated_posts")
    read = _newest_readings(posts)
    no_length = posts.is_photo | posts.duration_s.isnull() | (posts.duration_s <= 0) | length_implausible(posts)
    joined = read.join(posts, "post_id").select(
        *(posts[name] for name in ATTRIBUTES),
        *(posts[name] for name in ("views", "engagement_rate", "excluded")),
        length_s=ibis.cases((no_length, ibis.null("float64")), else_=posts.duration_s),
        **{name: read[name] for name in _READ},
    )
    percent = is_known(joined.last_s.between(*_PERCENT_AXIS) & (joined.last_s > joined.length_s + _OVER_S))
    scale = ibis.cases((percent, joined.length_s / 100.0), else_=ibis.literal(1.0))
    return joined.select(
        *(joined[name] for name in (*ATTRIBUTES, "views", "engagement_rate", "excluded", "length_s", "observed_at")),
        bucket=buckets.bucket(joined.length_s, ibis.literal(value=False), "proxy"),
        points=joined.points,
        first_s=joined.first * scale,
        last_s=joined.last_s * scale,
        scale=scale,
        percent_axis=percent,
        problem=_problem(joined, percent),
    ).alias("curves")


_READ = ("observed_at", "points", "first", "last_s", "least_rate", "most_rate")


def _newest_readings(posts: Table) -> Table:
    rows = table("retention").semi_join(posts, "post_id")
    readings = rows.group_by(["post_id", "observed_at"]).agg(
        points=rows.count(),
        first=rows.second.min(),
        last_s=rows.second.max(),
        least_rate=rows.retention_rate.min(),
        most_rate=rows.retention_rate.max(),
    )
    return latest(readings, _READ)


def _problem(read: Table, percent: BooleanValue) -> ibis.expr.types.StringValue:
    """Why the figures of a curve are unknown."""
    length, last = read.length_s, read.last_s
    # A curve that stops at 100 or at 1, whatever the length, may be one in percent or in shares of the length.
    at_hundred = (last == 100) & (read.points >= _FEW_POINTS) & (length > 100 + _OVER_S)
    at_one = (last == 1) & (read.points >= _FEW_POINTS) & (length > 1 + _OVER_S)
    outside = (read["first"] < 0) | (~percent & is_known(last > length + _OVER_S))
    return ibis.cases(
        ((read.least_rate < 0) | (read.most_rate > MOST_REWATCHED), "implausible_rate"),
        (outside, "outside_length"),
        (is_known(at_hundred | at_one), "axis_unclear"),
        else_=ibis.null("string"),
    )


def segments(of: Table) -> Table:
    """The points of these curves, each with the next one: straight lines between neighbours.

    Args:
        of: Rows of `curves`; those with a problem have no points here.

    Returns:
        post_id, `length_s`, `last_s`, `at` (seconds), `rate`, `next_at` and `next_rate` (null for the last point), and
        `close`: the next point is near enough for a straight line.
    """
    of = of.filter(of.problem.isnull()).select("post_id", "observed_at", "length_s", "last_s", "scale")
    rows = table("retention")
    rows = rows.join(of, ["post_id", "observed_at"]).select(
        "post_id", "length_s", "last_s", at=rows.second * of.scale, rate=rows.retention_rate
    )
    order = ibis.window(group_by="post_id", order_by="at")
    paired = rows.mutate(next_at=rows["at"].lead().over(order), next_rate=rows.rate.lead().over(order))
    gap = paired.next_at - paired["at"]
    return paired.mutate(close=is_known((gap <= MAX_GAP_S) | (gap <= paired.length_s * MAX_GAP + 1e-9)))


def reaches_end(of: Table) -> BooleanValue:
    """The last point is at the end of the video; false where the length is unknown."""
    return is_known(of.last_s >= of.length_s - END_SLACK_S)


def value_between(segment: Table, at: NumericValue) -> NumericValue:
    """The curve at a second within this segment; null where the second is not in it.

    The last point of a curve that reaches the end holds until the end.
    """
    slope = (segment.next_rate - segment.rate) / (segment.next_at - segment["at"]).nullif(0)
    inside = (segment["at"] < at) & (at < segment.next_at) & segment.close
    after = segment.next_at.isnull() & (segment["at"] < at) & is_known(at <= segment.length_s) & reaches_end(segment)
    return ibis.cases(
        (segment["at"] == at, segment.rate),
        (inside, segment.rate + slope * (at - segment["at"])),
        (after, segment.rate),
        else_=ibis.null("float64"),
    )


def area(segment: Table) -> NumericValue:
    """What this segment adds to the area under the curve, until the end of the video, in seconds."""
    length = segment.length_s.fill_null(_NO_LENGTH)
    end = ibis.least(segment.next_at.fill_null(segment.length_s), length)
    width = ibis.greatest(end - ibis.least(segment["at"], length), 0.0)
    return (segment.rate + segment.next_rate.fill_null(segment.rate)) / 2 * width


def is_known(condition: BooleanValue) -> BooleanValue:
    """The condition; false where it cannot be told."""
    return ibis.coalesce(condition, ibis.literal(value=False))
