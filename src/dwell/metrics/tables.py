"""The stored tables as Ibis sees them: names and types, no data and no engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import ibis
from ibis.expr.types import Table

from dwell.records import POST_LATEST, TABLES

_TYPES = {
    "text": "string",
    "count": "int64",
    "number": "float64",
    "flag": "boolean",
    "instant": "timestamp('UTC')",
    "day": "date",
    "texts": "array<string>",
}


ROLLUP = POST_LATEST.name

_rolled_up: ContextVar[bool] = ContextVar("rolled_up", default=False)


@contextmanager
def rolled_up() -> Iterator[None]:
    """In this block, metrics that only need the newest snapshot of each post read the roll-up `post_latest`."""
    token = _rolled_up.set(True)
    try:
        yield
    finally:
        _rolled_up.reset(token)


def is_rolled_up() -> bool:
    """The metric is compiled for a data folder that has the roll-up."""
    return _rolled_up.get()


@cache
def table(name: str) -> Table:
    """A stored table, or the roll-up, by its name, unbound: the SQL runs where a view of that name exists."""
    stored = POST_LATEST if name == ROLLUP else TABLES[name]
    return ibis.table({column.name: _TYPES[column.kind] for column in stored.columns}, name=name)
