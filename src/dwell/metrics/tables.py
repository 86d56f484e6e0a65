"""The stored tables as Ibis sees them: names and types, no data and no engine."""

from __future__ import annotations

from functools import cache

import ibis
from ibis.expr.types import Table

from dwell.records import TABLES

_TYPES = {
    "text": "string",
    "count": "int64",
    "number": "float64",
    "flag": "boolean",
    "instant": "timestamp('UTC')",
    "day": "date",
    "texts": "array<string>",
}


@cache
def table(name: str) -> Table:
    """A stored table by its name, unbound: the SQL runs where a view of that name exists."""
    columns = {column.name: _TYPES[column.kind] for column in TABLES[name].columns}
    return ibis.table(columns, name=name)
