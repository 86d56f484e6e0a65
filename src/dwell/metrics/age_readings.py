"""The counters of a post at an age, out of its stored readings.

A counter at an age is known where two readings enclose that age and are close: it is on the straight line between them,
and its range is that of the two, and of what their rounding hides. Nothing is extrapolated.
"""

from __future__ import annotations

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, NumericValue, StringValue, Table

from dwell.metrics.ages import LEAST_GAP_S, MAX_GAP, NOT_KNOWN
from dwell.metrics.changes import coarsest_unit, reading_columns
from dwell.metrics.counters import COUNTERS
from dwell.metrics.growth import viewed
from dwell.metrics.growth_note import CUMULATIVE
from dwell.metrics.instants import seconds
from dwell.metrics.newest import may_be_a_day
from dwell.records.unit import unit_of

RANGES = ("views_low", "views_high", "engagement_rate_low", "engagement_rate_high")
_ENGAGED = ("likes", "comments", "shares")
_ENDS = ("views_least", "views_most", "rate_least", "rate_most")
_HOUR = 3_600
_DAY = 86_400


def counters_at(posts: Table, at_s: int, *, with_days: bool) -> Table:
    """Each post with its counters at an age, or the reason why they are not known.

    Args:
        posts: Rows with post_id, platform, posted_at.
        at_s: The age, seconds.
        with_days: Readings that are known to the day count, too.

    Returns:
        post_id, every counter (fractions between two readings), `RANGES`, `gap_h` between the two readings,
        `precision` (`exact` or `day`), and `reason` (a value of `NOT_KNOWN`), null where they are known.
    """
    enclosed = _enclose(_readings(posts, with_days=with_days), at_s)
    joined = posts.select("post_id", "platform", "posted_at").left_join(enclosed, "post_id").drop("post_id_right")
    judged = joined.mutate(reason=_reason(joined, at_s)).alias("judged_ages")
    is_known = judged.reason.isnull()

    def ends(name: str) -> tuple[NumericValue, NumericValue]:
        return judged[f"{name}_before"].cast("float64"), judged[f"{name}_after"].cast("float64")

    def line(name: str) -> NumericValue:
        start, end = ends(name)
        return start + judged.part * (end - start)

    by_day = (judged.day_s_before > 0) | (judged.day_s_after > 0)
    ranges = (
        *(_least(*ends("views_least")), _most(*ends("views_most"))),
        *(_least(*ends("rate_least")), _most(*ends("rate_most"))),
    )
    return judged.select(
        "post_id",
        **{name: _if(is_known, line(name)) for name in COUNTERS},
        **{name: _if(is_known, value) for name, value in zip(RANGES, ranges, strict=True)},
        gap_h=_if(is_known, judged.gap_s.cast("float64") / _HOUR),
        precision=ibis.cases((~is_known, ibis.null("string")), (by_day, "day"), else_="exact"),
        reason=judged.reason,
    ).alias("counters_at_age")


def _readings(posts: Table, *, with_days: bool) -> Table:
    """Readings of these posts with the age of each in seconds: `low_s` to `high_s`, which differ where it is a day's.

    TikTok only: the figures of YouTube Studio are those of a period, not totals.
    """
    dated = posts.filter(posts.posted_at.notnull() & (posts.platform == CUMULATIVE)).select("post_id", "posted_at")
    rows = viewed(*COUNTERS[1:], *(unit_of(name) for name in _ENGAGED))
    rows = rows.filter(rows.views.notnull()).mutate(day_s=reading_columns(rows, "views")["day_s"])
    rows = rows.inner_join(dated, "post_id")
    # A post of a day was published up to a day later than its first moment, so it is up to a day younger.
    posted_s = ibis.cases((may_be_a_day(rows), _DAY), else_=0).cast("int64")
    low_s = (seconds(rows.observed_at) - seconds(rows.posted_at)).cast("int64") - posted_s
    rows = rows.mutate(low_s=low_s, day_s=(rows.day_s + posted_s).cast("int64"))
    rows = rows if with_days else rows.filter(rows.day_s == 0)
    rows = rows.mutate(high_s=rows.low_s + rows.day_s)
    rows = rows.filter(rows.high_s >= 0)
    units = {f"{name}_off": _off(rows, name) for name in ("views", *_ENGAGED)}
    rows = rows.mutate(**units).alias("counted_readings")
    engaged, engaged_off = (
        rows.likes + rows.comments + rows.shares,
        rows.likes_off + rows.comments_off + rows.shares_off,
    )
    least, most = ibis.greatest(rows.views - rows.views_off, 0), rows.views + rows.views_off
    is_rate = (rows.views > 0) & (rows.likes >= 0) & (rows.comments >= 0) & (rows.shares >= 0)
    return rows.select(
        *("post_id", "observed_at", "day_s", "low_s", "high_s", *COUNTERS),
        views_least=least,
        views_most=most,
        rate_least=_if(is_rate, _divide(ibis.greatest(engaged - engaged_off, 0), most)),
        rate_most=_if(is_rate, _divide(engaged + engaged_off, least)),
    ).alias("aged_readings")


def _divide(part: IntegerValue, whole: IntegerValue) -> NumericValue:
    return part.cast("float64") / whole.nullif(0).cast("float64")


def _off(rows: Table, counter: str) -> IntegerValue:
    """By how much a counter may be off: less than its unit; the coarsest that fits where the unit is not known."""
    size = ibis.coalesce(reading_columns(rows, counter)["unit"], coarsest_unit(rows[counter]))
    return ibis.cases((size > 1, size), else_=ibis.literal(0, "int64"))


def _enclose(readings: Table, at_s: int) -> Table:
    """Each post with the last reading that is surely before an age, and the first that is surely after it.

    A reading of that very age is both. Beside the columns of both: `readings`; `gap_s`, from the earliest moment of one
    to the latest of the other; and `part`, where the age is between them, days counted from their middles.
    """
    before, after = readings.filter(readings.high_s <= at_s), readings.filter(readings.low_s >= at_s)
    last = _first(before, [before.observed_at.desc()], "before")
    following = _first(after, [after.high_s.asc(), after.observed_at.asc()], "after")
    read = readings.group_by("post_id").agg(readings=readings.count())
    joined = read.left_join(last, "post_id").drop("post_id_right").left_join(following, "post_id").drop("post_id_right")
    # Twice the middles of both, so that they are whole numbers.
    start, end = (2 * joined[f"low_s_{name}"] + joined[f"day_s_{name}"] for name in ("before", "after"))
    return joined.mutate(
        part=ibis.cases((end > start, _divide(2 * at_s - start, end - start)), else_=ibis.literal(0.0, "float64")),
        gap_s=joined.high_s_after - joined.low_s_before,
    ).alias("enclosed_ages")


def _first(rows: Table, order: list[ibis.Value], end: str) -> Table:
    numbered = rows.mutate(number=ibis.row_number().over(ibis.window(group_by=rows.post_id, order_by=order)))
    chosen = numbered.filter(numbered.number == 0)
    names = ("low_s", "high_s", "day_s", *_ENDS, *COUNTERS)
    return chosen.select("post_id", **{f"{name}_{end}": chosen[name] for name in names}).alias(f"readings_{end}")


def _reason(joined: Table, at_s: int) -> StringValue:
    farthest = max(int(MAX_GAP * at_s), LEAST_GAP_S)
    return ibis.cases(
        (joined.platform != CUMULATIVE, NOT_KNOWN["period"]),
        (joined.posted_at.isnull(), NOT_KNOWN["undated"]),
        (joined.readings.isnull() & may_be_a_day(joined), NOT_KNOWN["dated"]),
        (joined.readings.isnull(), NOT_KNOWN["unread"]),
        (joined.low_s_before.isnull(), NOT_KNOWN["late"]),
        (joined.low_s_after.isnull(), NOT_KNOWN["early"]),
        (joined.gap_s > farthest, NOT_KNOWN["apart"]),
        else_=ibis.null("string"),
    )


def _least(first: NumericValue, second: NumericValue) -> NumericValue:
    """The smaller of two values; null where one is unknown, which an engine's `least` skips."""
    return ibis.cases((first <= second, first), (second < first, second), else_=ibis.null("float64"))


def _most(first: NumericValue, second: NumericValue) -> NumericValue:
    return ibis.cases((first >= second, first), (second > first, second), else_=ibis.null("float64"))


def _if(condition: BooleanValue, value: NumericValue) -> NumericValue:
    return ibis.cases((condition, value.cast("float64")), else_=ibis.null("float64"))
