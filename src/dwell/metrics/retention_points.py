"""Retention curves at whole seconds, and the seconds at which they rise or fall suddenly."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import or_

import ibis
from ibis.expr.types import BooleanValue, NumericValue, Table

from dwell.errors import DwellError
from dwell.metrics.retention_readings import curves, is_known, segments, value_between

MIN_BUMP, MIN_BUMP_SHARE = 0.003, 0.02
"""A rise counts as a rewatch bump from 0.3 points of the views up, and from 2 % of those who were there before."""
MIN_CLIFF, MIN_CLIFF_SHARE = 0.01, 0.05
"""A fall counts as a cliff if it exceeds the mean fall of the seconds beside it by 1 point, and by 5 % of the viewers.

These four were chosen on worlds 1 and 2 of the simulation; `benchmarks/retention_events.py` measures others.
"""
FLAT_LOSS = 0.2
"""A plateau loses viewers so slowly that over a whole video of the same slope it would lose 20 points at most."""

MIN_PLATEAU_S, MIN_PLATEAU = 2.0, 0.2
"""Shorter stretches, in seconds or as a share of the length, are no plateau."""

_ROUNDING = 1e-9  # shares have four decimals, so a difference may be equal to a limit but for the last bit
_AFTER_BUMP = 3  # the fall from a bump back to the curve takes so many seconds, and is no cliff


def retention_points(
    *,
    handle: str | None = None,
    platform: str | None = None,
    ads: bool = False,
    post: str | None = None,
    most: int | None = None,
) -> Table:
    """One row per post and whole second: the newest curve, and what happens there.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        ads: With promoted posts.
        post: Only this post.
        most: Only so many posts, those with the most views.

    Raises:
        DwellError: `most` is below 1.
    """
    chosen = curves(handle, platform, ads=ads)
    # A post that is asked for by its id is shown even where it is an ad.
    chosen = chosen.filter(chosen.post_id == post) if post is not None else counted(chosen, ads=ads)
    if most is not None:
        if not most >= 1:
            raise DwellError(f"The number of posts is a whole number from 1 up, not {most}.")
        chosen = chosen.order_by(chosen.views.desc(nulls_first=False), chosen.post_id).limit(most)
    rows = with_events(whole_seconds(segments(chosen)))
    return rows.select(
        "post_id",
        "second",
        fraction=rows.second / rows.length_s,
        retention_rate=rows.rate,
        change=rows.rate - rows.rate_1,
        event=ibis.cases((rows.is_bump, "bump"), (rows.is_cliff, "cliff"), else_=ibis.null("string")),
        size=ibis.cases((rows.is_bump, rows.rise), (rows.is_cliff, rows.excess), else_=ibis.null("float64")),
    ).order_by("post_id", "second")


def counted(of: Table, *, ads: bool) -> Table:
    """The curves that bands and comparisons rest on: those of promoted posts only on request."""
    return of if ads else of.filter(~is_known(of.is_ad))


def whole_seconds(of: Table) -> Table:
    """The curves at whole seconds: `post_id`, `length_s`, `last_s`, `second`, `rate`; seconds in a gap have no row.

    Points at half seconds or at percentages of the length are read between their neighbours. A segment holds at most
    one whole second after its start where points are a second apart or nearer; of wider ones the others stay unknown.

    Args:
        of: Rows of `segments`.
    """
    second = of["at"].ceil().cast("float64")
    rows = of.mutate(second=second, rate=value_between(of, second))
    within = is_known(rows.second <= rows.length_s.ceil().cast("float64")) | rows.length_s.isnull()
    return rows.filter(rows.rate.notnull() & within & (rows.second >= 0)).select(
        "post_id", "length_s", "last_s", "second", "rate"
    )


def with_events(seconds: Table) -> Table:
    """Adds `rise`, `is_bump`, `excess`, `is_cliff` to rows of `whole_seconds`, and `rate_1`: the second before.

    A bump is the top of a rise; `rise` is its height over the lowest of the two seconds before. A cliff is a fall that
    exceeds the mean of the falls before and after it, by `excess`: falls that get steeper or flatter all the time do
    not.
    """
    order = ibis.window(group_by="post_id", order_by="second")
    names = {f"rate_{back}": _before(seconds, back, order) for back in range(1, _AFTER_BUMP + 2)}
    following = seconds.second.lead().over(order) == seconds.second + 1
    after = ibis.cases((following, seconds.rate.lead().over(order)), else_=ibis.null("float64"))
    rows = seconds.mutate(**names, rate_after=after)
    base = ibis.least(rows.rate_1, rows.rate_2.fill_null(rows.rate_1))
    rows = rows.mutate(
        rise=rows.rate - base,
        excess=(rows.rate_1 - rows.rate) - _usual_fall(rows),
    )
    top = (rows.rate > rows.rate_1) & (rows.rate >= rows.rate_after.fill_null(-1.0))
    bump = top & (rows.rise >= ibis.greatest(MIN_BUMP, base * MIN_BUMP_SHARE) - _ROUNDING)
    sudden = rows.excess >= ibis.greatest(MIN_CLIFF, rows.rate_1 * MIN_CLIFF_SHARE) - _ROUNDING
    cliff = sudden & _not_after_rise(rows)
    return rows.mutate(is_bump=is_known(bump), is_cliff=is_known(cliff) & ~is_known(bump))


def _before(seconds: Table, back: int, order: ibis.expr.builders.WindowBuilder) -> NumericValue:
    """The rate so many seconds before; null where that second is unknown."""
    known = seconds.second.lag(back).over(order) == seconds.second - back
    return ibis.cases((known, seconds.rate.lag(back).over(order)), else_=ibis.null("float64"))


def _usual_fall(rows: Table) -> NumericValue:
    """The mean of the falls before and after; the one before where a rise follows. Null at either end of a curve."""
    before, after = rows.rate_2 - rows.rate_1, rows.rate - rows.rate_after
    return ibis.cases((after < 0, before), else_=(before + after) / 2)


def _not_after_rise(rows: Table) -> BooleanValue:
    rates = [rows[f"rate_{back}"] for back in range(1, _AFTER_BUMP + 2)]
    rose = [is_known(later > earlier) for later, earlier in pairwise(rates)]
    return ~reduce(or_, rose)


def with_plateau(rows: Table) -> Table:
    """Adds `flat_s`: for how many seconds until this one the curve has hardly fallen; 0 where for too few.

    Args:
        rows: Rows of `with_events`.
    """
    length = rows.length_s.fill_null(rows.last_s)
    flat = rows.rate_1.notnull() & ((rows.rate_1 - rows.rate) * length <= FLAT_LOSS + _ROUNDING)
    broken = ibis.cases((is_known(flat), ibis.null("float64")), else_=rows.second)
    until_here = ibis.window(group_by="post_id", order_by="second", preceding=None, following=0)
    rows = rows.mutate(flat_s=rows.second - broken.max().over(until_here))
    least = ibis.greatest(MIN_PLATEAU_S, rows.length_s.fill_null(rows.last_s) * MIN_PLATEAU)
    return rows.mutate(flat_s=ibis.cases((rows.flat_s >= least - _ROUNDING, rows.flat_s), else_=rows.flat_s * 0))
