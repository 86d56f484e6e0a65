"""The rows of a DuckDB query in Arrow, with types that depend on the query alone and that every library has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dwell.results import Result
from dwell.results.arrow_rows import ArrowRows, arrow_kinds
from dwell.warehouse.columns import quote_name

if TYPE_CHECKING:
    import duckdb

Parameters = Sequence[Any] | Mapping[str, Any] | None

_KEPT = frozenset({"BIGINT", "BOOLEAN", "DATE", "VARCHAR"})
_WHOLE = frozenset({
    "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT",
})  # fmt: skip
_DATED = frozenset({"DATE", "TIMESTAMPTZ"})
_NESTED = ("STRUCT", "MAP", "UNION")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_EXACT_DIGITS = 15  # of a decimal that a double keeps
_MANY_DIGITS = "A decimal has more digits than a number keeps: cast it to VARCHAR to see it."
_NANOSECONDS = "A time is finer than a microsecond: cast it to TIMESTAMP, or to VARCHAR to see it."
_NO_NUMBER = "A nested value holds NaN or infinity, which JSON does not have: cast it to VARCHAR to see it."


def fetch_arrow(connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = None) -> Result:
    """Run a query as a subquery; its rows stay in Arrow, with types that depend on the query alone."""
    return stoppable(connection, lambda: _fetch(connection, query, parameters))


def stoppable(connection: duckdb.DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """The work, in a thread of its own: DuckDB looks for no signal while it builds a large table."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        done = pool.submit(work)
        try:
            return done.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters) -> Result:
    from arro3.core import Table

    inner = f"FROM ({query}\n)"
    found = connection.sql(inner, params=parameters)
    if not found.columns:
        return Result((), [])
    places = [f"c{index}" for index in range(len(found.columns))]
    columns = [
        f"{_plain(place, str(kind))} AS {quote_name(name)}"
        for place, kind, name in zip(places, found.types, _distinct(found.columns), strict=True)
    ]
    outer = f"SELECT {', '.join(columns)} FROM ({query}\n) AS asked({', '.join(places)})"
    table = Table.from_arrow(connection.sql(outer, params=parameters))
    return Result(tuple(table.column_names), ArrowRows(table), {}, arrow_kinds(table))


def _plain(place: str, kind: str) -> str:
    """A column as a whole number, a double, a flag, a text, an instant, a day or a list of these; else as a text."""
    item = kind.removesuffix("[]")
    if kind.startswith(_NESTED) or kind.endswith(("][]", "[][]")) or (kind.endswith("]") and _target(item) is None):
        return _json(place)
    if item == kind:
        return _scalar(place, kind)
    each = _scalar("x", item)
    return place if each == "x" else f"list_transform({place}, lambda x: {each})"


def _scalar(value: str, kind: str) -> str:
    """A value that is no list, exactly; what the target cannot hold ends the query."""
    target = _target(kind)
    if decimal := _DECIMAL.fullmatch(kind):
        precision, scale = int(decimal[1]), int(decimal[2])
        if not scale:
            return f"{value}::BIGINT"
        same = f"{value} IS NULL OR TRY_CAST({value}::DOUBLE AS {kind}) = {value}"
        return f"{value}::DOUBLE" if precision <= _EXACT_DIGITS else _unless(same, f"{value}::DOUBLE", _MANY_DIGITS)
    if target == "DOUBLE":
        return f"CASE WHEN isfinite({value}::DOUBLE) THEN {value}::DOUBLE END"
    plain = value if target == kind else f"{value}::{target or 'VARCHAR'}"
    if kind == "TIMESTAMP_NS":
        return _unless(f"{value} IS NULL OR {value}::TIMESTAMP::TIMESTAMP_NS = {value}", _in_years(plain), _NANOSECONDS)
    return _in_years(plain) if target in _DATED else plain


def _json(place: str) -> str:
    """A nested value as JSON, which has neither NaN nor infinity; what stands in quotes is no number."""
    text = f"to_json({place})::VARCHAR"
    unquoted = rf"""regexp_replace({text}, '"([^"\\]|\\.)*"', '', 'g')"""
    return _unless(f"{place} IS NULL OR NOT regexp_matches({unquoted}, 'NaN|Infinity')", text, _NO_NUMBER)


def _unless(test: str, value: str, message: str) -> str:
    return f"CASE WHEN {test} THEN {value} ELSE error('{message}') END"


def _in_years(instant: str) -> str:
    """An instant or a day; an infinite one is null, and one of a year that no library has ends the query."""
    message = "A date is outside the years 1 to 9999: cast it to VARCHAR to see it."
    return (
        f"CASE WHEN isfinite({instant}) AND ({instant} < '0001-01-01' OR {instant} >= '10000-01-01') "
        f"THEN error('{message}') WHEN isfinite({instant}) THEN {instant} END"
    )


def _target(kind: str) -> str | None:
    if kind in _KEPT:
        return kind
    if kind in _WHOLE:
        return "BIGINT"
    if kind in {"FLOAT", "DOUBLE"} or kind.startswith("DECIMAL"):
        return "DOUBLE"
    return "TIMESTAMPTZ" if kind.startswith("TIMESTAMP") else None


def _distinct(names: Iterable[str]) -> list[str]:
    """The names; one that is there already gets a number: `a`, `a_1`."""
    found: dict[str, None] = {}
    for name in names:
        number, other = 0, name
        while other in found:
            number += 1
            other = f"{name}_{number}"
        found[other] = None
    return list(found)
