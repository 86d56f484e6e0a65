"""The change of a counter between two readings: how much, in which time, and whether it is growth.

A change is growth only where at least an hour lies between the readings in every case, and rounding cannot explain it.
All metrics that compare readings use these columns, so the rule is in one place:

- `<at>` of a reading known to the day is the day's first moment; the reading may be from any moment of that day.
- A rounded counter may be off by less than its unit, so a change may be off by the coarser unit of its two readings.
"""

from __future__ import annotations

import ibis
from ibis.expr.types import (
    BooleanValue,
    IntegerValue,
    StringValue,
    Table,
    Value,
)

from dwell.metrics.columns import REASONS
from dwell.metrics.growth_note import MIN_HOURS
from dwell.metrics.instants import seconds
from dwell.records.unit import unit_of
from dwell.text.rounding import FINEST_UNIT, LEAST_ROUNDED, UNITS

_HOUR = 3_600
_DAY_S = 86_400
_LONGEST_DAY_S = 90_000  # where the clocks are set back


_PARTS = ("unit", "rounded", "suspect", "day_s")


def reading_columns(rows: Table, counter: str) -> dict[str, Value]:
    """What a row says of the rounding of a counter and of its time, as columns for `add_change`.

    Rows of before units were stored have none, nor a precision of their time. There a number that is not round is
    exact, and a round one is what the row says of all its counters; rows of accounts do not, so it is taken for
    rounded; those of topics came from providers only, which give exact numbers.

    Args:
        rows: Rows of a stored table.
        counter: Name of the counter.
    """
    count, stored = rows[counter], rows[unit_of(counter)]
    says, dated = "rounded" in rows.columns, "observed_precision" in rows.columns
    rounded = rows.rounded if says else ibis.literal(dated)
    exact = (count < LEAST_ROUNDED) | (count % FINEST_UNIT != 0) | ~rounded
    size = ibis.cases((stored.notnull(), stored), (exact, ibis.literal(1, "int64")), else_=ibis.null("int64"))
    unsure = rounded.isnull() if says else ibis.literal(dated)
    never, nothing = ibis.literal(value=False), ibis.literal(0, "int64")
    return {
        "unit": size,
        "rounded": rounded,
        "suspect": size.isnull() & unsure & rows.observed_precision.notnull() if dated else never,
        "day_s": day_seconds(rows.observed_precision, rows.observed_zone) if dated else nothing,
    }


def earlier_columns() -> dict[str, str]:
    """The same columns of an earlier reading, under names of their own."""
    return {f"{part}_from": part for part in _PARTS}


def coarsest_unit(count: IntegerValue) -> IntegerValue:
    """The coarsest unit to which a source may have rounded to this number; 1 where none fits."""
    branches = [((count >= least) & (count % size == 0), ibis.literal(size, "int64")) for least, size in UNITS]
    return ibis.cases(*branches, else_=ibis.literal(1, "int64"))


def day_seconds(precision: StringValue, zone: StringValue) -> IntegerValue:
    """Seconds of the day where a reading is known to the day; elsewhere 0.

    Where clocks are set back, a day has 25 hours: engines cannot tell in which zones and when, so that is assumed
    of all but UTC.
    """
    is_utc = zone.fill_null("UTC") == "UTC"
    day = ibis.cases((is_utc, ibis.literal(_DAY_S, "int64")), else_=ibis.literal(_LONGEST_DAY_S, "int64"))
    return ibis.cases((precision == "day", day), else_=ibis.literal(0, "int64"))


def add_change(pairs: Table, counter: str, before: tuple[str, str], at: str = "observed_at") -> Table:
    """Pairs of readings with the change between them; each step is a query by name, so that the SQL stays small.

    Args:
        pairs: Rows with a later reading, the columns of `reading_columns`, and those of `earlier_columns`.
        counter: Name of the later counter.
        before: Names of the earlier instant and counter.
        at: Name of the later instant.

    Returns:
        The rows with these columns. `hours` between the readings, from the middle of a day, and `hours_low` and
        `hours_high`. `rounding_explains`: the change is at most the coarser unit; null where that depends on an unknown
        one. `reason`: why no growth is known; null where it is. `per_hour`: the growth; null where none is known.
        `per_hour_low` and `per_hour_high`: the least and the most that it may be, whether or not it is growth; null
        under an hour. `own_off`: by how much the later counter itself may be off.
    """
    earlier_at, earlier = before
    rows = pairs.mutate(
        guess=coarsest_unit(pairs[counter]),
        guess_from=coarsest_unit(pairs[earlier]),
        gained=(pairs[counter] - pairs[earlier]).cast("int64"),
        between_s=(seconds(pairs[at]) - seconds(pairs[earlier_at])).cast("int64"),
    ).alias("reading_pairs")
    rows = _with_sizes(rows).alias("sized_pairs")
    rows = _with_errors(rows).alias("bounded_pairs")
    rows = rows.mutate(rounding_explains=_rounding_explains(rows)).alias("explained_pairs")
    rows = rows.mutate(reason=_reason(rows)).alias("judged_pairs")
    return _with_rates(rows).alias("grown_pairs")


def _with_sizes(rows: Table) -> Table:
    """Adds both units, and the hours. Where both units are unknown, the less round number shows how fine they are."""
    finer = ibis.least(rows.guess, rows.guess_from)
    middle_s = rows.between_s.cast("float64") + (rows.day_s - rows.day_s_from).cast("float64") / 2.0
    return rows.mutate(
        size=ibis.coalesce(rows.unit, ibis.cases((rows.unit_from.isnull(), finer), else_=rows.guess)),
        size_from=ibis.coalesce(rows.unit_from, ibis.cases((rows.unit.isnull(), finer), else_=rows.guess_from)),
        hours=middle_s / _HOUR,
        hours_low=ibis.greatest(rows.between_s - rows.day_s_from, 0).cast("float64") / _HOUR,
        hours_high=(rows.between_s + rows.day_s).cast("float64") / _HOUR,
    )


def _with_errors(rows: Table) -> Table:
    """Adds by how much the change may be off: the coarser unit, 0 for exact counters; and that as far as known."""
    is_known = {end: rows[f"unit{end}"].notnull() | rows[f"rounded{end}"] for end in ("", "_from")}
    known = [ibis.cases((is_known[end], _off(rows[f"size{end}"])), else_=ibis.literal(0, "int64")) for end in is_known]
    return rows.mutate(
        off=ibis.greatest(_off(rows["size"]), _off(rows.size_from)),
        known_off=ibis.greatest(*known),
        own_off=_off(ibis.coalesce(rows.unit, rows.guess)),
    )


def _off(size: IntegerValue) -> IntegerValue:
    """By how much a counter may be off: less than its unit, and nothing where it is exact."""
    return ibis.cases((size > 1, size), else_=ibis.literal(0, "int64"))


def _rounding_explains(rows: Table) -> BooleanValue:
    change = rows.gained.abs()
    return ibis.cases(
        (rows.gained.isnull(), ibis.null("boolean")),
        ((rows.off == 0) | (change > rows.off), ibis.literal(value=False)),
        ((rows.known_off > 0) & (change <= rows.known_off), ibis.literal(value=True)),
        else_=ibis.null("boolean"),
    )


def _reason(rows: Table) -> StringValue:
    return ibis.cases(
        (rows.gained.isnull(), ibis.null("string")),
        (rows.hours_low < MIN_HOURS, REASONS["too_close"]),
        (rows.rounding_explains, REASONS["rounding"]),
        (rows.rounding_explains.isnull() | rows.suspect | rows.suspect_from, REASONS["suspect"]),
        else_=ibis.null("string"),
    )


def _with_rates(rows: Table) -> Table:
    is_growth = rows.gained.notnull() & rows.reason.isnull()
    apart = rows.gained.notnull() & (rows.hours_low >= MIN_HOURS)
    least, most, nothing = rows.gained - rows.off, rows.gained + rows.off, ibis.null("float64")
    longest, shortest = rows.hours_high.nullif(0), rows.hours_low.nullif(0)
    return rows.mutate(
        per_hour=ibis.cases((is_growth, rows.gained.cast("float64") / rows.hours.nullif(0)), else_=nothing),
        per_hour_low=ibis.cases(
            (apart, least.cast("float64") / ibis.cases((least >= 0, longest), else_=shortest)), else_=nothing
        ),
        per_hour_high=ibis.cases(
            (apart, most.cast("float64") / ibis.cases((most >= 0, shortest), else_=longest)), else_=nothing
        ),
    )


def add_earlier(readings: Table, of: tuple[str, ...], at: str = "observed_at") -> Table:
    """Readings with `earlier_at`: the newest reading of the same thing that is at least an hour older in every case.

    Where there is none, it is the reading just before; the first reading has none.

    Args:
        readings: Rows with the columns `of`, the instant `at`, and `day_s`.
        of: Columns that name what was read.
        at: Name of the instant.
    """
    rows = readings.mutate(read_s=seconds(readings[at]).cast("int64"))
    group = [rows[name] for name in of]
    hour, day = int(MIN_HOURS * _HOUR), int(MIN_HOURS * _HOUR) + _LONGEST_DAY_S
    to_hour = ibis.range_window(group_by=group, order_by=rows.read_s, preceding=(None, hour))
    to_day = ibis.range_window(group_by=group, order_by=rows.read_s, preceding=(None, day))
    nothing = ibis.null(rows[at].type())
    exact = ibis.cases((rows.day_s == 0, rows[at]), else_=nothing).max().over(to_hour)
    dated = ibis.cases((rows.day_s > 0, rows[at]), else_=nothing).max().over(to_day)
    just_before = rows[at].lag().over(ibis.window(group_by=group, order_by=rows[at]))
    newest = ibis.coalesce(ibis.greatest(exact, dated), just_before)
    return rows.mutate(earlier_at=newest).drop("read_s")
