"""Odd spellings: the distinct texts of a file that are not canonical, each understood once, and put back by a join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import Hints
from dwell.warehouse.columns import literal
from dwell.warehouse.load.fields import SPELT, Field
from dwell.warehouse.load.instants import Order, decide_order

if TYPE_CHECKING:
    import duckdb


def plain_rows(found: Sequence[Field], parsed: str) -> str:
    """SELECT over parsed rows as if no text were odd: `odd` says of which rows that is wrong.

    Args:
        found: The fields.
        parsed: SELECT of the parsed rows.
    """
    spelt = [f"o_{field.name} IS NOT NULL" for field in found if field.kind in SPELT]
    marks = f"false AS suffixed, false AS fractional, {' OR '.join([*spelt, 'false'])} AS odd"
    return f"SELECT *, {marks} FROM ({parsed})"


def understood_rows(connection: duckdb.DuckDBPyConnection, found: Sequence[Field], table: str, hints: Hints) -> str:
    """SELECT over a table of parsed rows with every odd text understood; what stays in `o_x` cannot be read.

    Raises:
        AmbiguousDatesError: Nothing tells day/month from month/day.
    """
    asked = {field.name: field for field in found if field.kind in SPELT and _any(connection, table, field)}
    orders = {name: _order(connection, field, table, hints) for name, field in asked.items()}
    replaced, joins, suffixed, fractional = [], [], ["false"], ["false"]
    for name, field in asked.items():
        words = f"work.words_{name}"
        clock = f", k_{name} AS k" if field.kind == "instant" else ", NULL AS k"
        texts = f"SELECT DISTINCT o_{name} AS said{clock} FROM {table} WHERE o_{name} IS NOT NULL"
        known = f"SELECT *, known_of(said) AS t FROM ({texts})"
        meaning = f"{_meaning(field, orders[name])} FROM ({known})"
        told = f"SELECT *, t IS NOT NULL AND {_lost(field)} AS lost FROM ({meaning})"
        connection.execute(f"CREATE OR REPLACE TABLE {words} AS {told}").fetchall()
        clock = f" AND w_{name}.k IS NOT DISTINCT FROM p.k_{name}" if field.kind == "instant" else ""
        joins.append(f"LEFT JOIN {words} w_{name} ON w_{name}.said = p.o_{name}{clock}")
        replaced += _replaced(field)
        if field.kind == "count":
            suffixed.append(f"coalesce(w_{name}.suffixed, false)")
            fractional.append(f"coalesce(w_{name}.v IS NULL AND w_{name}.fraction, false)")
    star = f"p.* REPLACE ({', '.join(replaced)})" if replaced else "p.*"
    marks = f"{' OR '.join(suffixed)} AS suffixed, {' OR '.join(fractional)} AS fractional, false AS odd"
    return f"SELECT {star}, p.rowid AS rn, {marks} FROM {table} p {' '.join(joins)}"


def _any(connection: duckdb.DuckDBPyConnection, table: str, field: Field) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} WHERE o_{field.name} IS NOT NULL LIMIT 1").fetchone() is not None


def _order(connection: duckdb.DuckDBPyConnection, field: Field, table: str, hints: Hints) -> Order:
    """How the column writes 3/4/2024; '' where it does not write so."""
    if field.kind not in {"instant", "day"}:
        return ""
    slashed = f"SELECT 1 FROM {table} WHERE o_{field.name} IS NOT NULL AND order_asks(trim(o_{field.name})) LIMIT 1"
    if connection.execute(slashed).fetchone() is None:
        return ""
    columns = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    number = "TRY_CAST(v_post_id AS BIGINT)" if "v_post_id" in columns else "NULL::BIGINT"
    id_at = f"CASE WHEN id_time_says({number}) THEN id_time_of({number}) END"
    dates = f"SELECT trim(o_{field.name}) AS t, {id_at} AS id_at FROM {table} WHERE o_{field.name} IS NOT NULL"
    return decide_order(connection, dates, hints.dates or "", field.name)


def _meaning(field: Field, order: Order) -> str:
    """SELECT of what an odd text `t` (with its clock `k`) means."""
    spelt = literal(order)
    match field.kind:
        case "count":
            value = "spelt_count_of(t) AS v, suffix_says(t) AS suffixed, fraction_says(t) AS fraction"
        case "instant":
            value = f"spelt_absolute_of(t) AS a, spelt_local_of(t, k, {spelt}) AS l"
        case "day":
            value = f"spelt_date_of(t, {spelt}) AS v"
        case "flag":
            value = f"plain_flag_of(t){' = false' * field.source.negate} AS v"
        case _ if field.is_length:
            value = f"spelt_seconds_of(t){' / 1000' if field.source.unit == 'ms' else ''} AS v"
        case _:
            value = f"spelt_rate_of(t, {str(field.source.unit == 'percent').lower()}) AS v, bound_says(t) AS bound"
    return f"SELECT said, k, t, {value}"


def _lost(field: Field) -> str:
    """SQL: the text says something that nobody can read. A fraction for a count, and `<1%`, just tell no value."""
    match field.kind:
        case "count":
            return "v IS NULL AND NOT fraction"
        case "instant":
            return "a IS NULL AND l IS NULL"
        case "number" if not field.is_length:
            return "v IS NULL AND NOT bound"
    return "v IS NULL"


def _replaced(field: Field) -> list[str]:
    name = field.name
    values = ("a", "l") if field.kind == "instant" else ("v",)
    told = [f"coalesce(p.{value}_{name}, w_{name}.{value}) AS {value}_{name}" for value in values]
    return [*told, f"CASE WHEN w_{name}.lost THEN p.o_{name} END AS o_{name}"]
