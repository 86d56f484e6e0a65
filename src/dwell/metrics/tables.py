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
_has_seq: ContextVar[bool] = ContextVar("has_seq", default=False)


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


@contextmanager
def numbered() -> Iterator[None]:
    """In this block, the views of the stored tables have the number of each row's batch, as `seq`."""
    token = _has_seq.set(True)
    try:
        yield
    finally:
        _has_seq.reset(token)


def is_numbered() -> bool:
    """The query is compiled for views with `seq`."""
    return _has_seq.get()


def table_with_seq(name: str) -> Table:
    """A stored table with the number of each row's batch, as `seq`; 0 where the views lack it."""
    stored = table(name)
    if not is_numbered():
        return stored.mutate(seq=ibis.literal(0, "int64"))
    return ibis.table({**stored.schema(), "seq": "int64"}, name=name)
