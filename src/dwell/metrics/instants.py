"""Instants in whole seconds: engines disagree on fractions."""

from __future__ import annotations

from ibis.expr.types import IntegerValue, NumericValue, TimestampValue

_HOUR = 3_600


def seconds(instant: TimestampValue) -> IntegerValue:
    """Whole seconds since 1970; fractions are cut off."""
    return instant.epoch_seconds().cast("float64").floor()


def hours(start: TimestampValue, end: TimestampValue) -> NumericValue:
    """Hours from one instant to another, counted in whole seconds."""
    return (seconds(end) - seconds(start)).cast("float64") / _HOUR
