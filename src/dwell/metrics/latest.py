"""The newest of many observations of a post, unchanged."""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr.types import Table, Value


def latest(observations: Table, columns: tuple[str, ...], at: str = "observed_at") -> Table:
    """The newest observation of each post, as a whole: a value that it lacks stays unknown.

    Args:
        observations: Rows with post_id, the instant `at`, never null and unique within a post, and the columns.
        columns: Columns to keep.
        at: Name of the instant.

    Returns:
        post_id and the columns, one row per post.
    """
    # Rows are passed as structs, which are never null: `max_by` alone would skip nulls. It is called by its own name,
    # which DuckDB and Spark share, because Ibis' argmax becomes a sort in DuckDB and costs 50 % more.
    row = ibis.struct({name: observations[name] for name in columns})
    last = observations.group_by("post_id").agg(last=max_by(row, observations[at]))
    return last.select("post_id", **{name: last.last[name] for name in columns})


def max_by(value: Value, order: Value) -> Value:
    """The value of the row of a group with the highest `order`; rows where that is null do not count."""
    signature = ((value.type(), order.type()), value.type())
    aggregate = ibis.udf.agg.builtin(_max_by, name="max_by", signature=signature)
    return aggregate(value, order)


def _max_by(value: Any, order: Any) -> Any:
    """The engine's own; never called here."""
