"""Step `spelled`: unusual spellings; each distinct text that is not canonical is read once and put back by a join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dwell.records import Hints
from dwell.text.days import parse_days
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.column_styles import ColumnStyles, Writing, decide_columns
from dwell.warehouse.load.instants import Order, decide_order
from dwell.warehouse.load.number_readers import count_columns, seconds_value, share_value
from dwell.warehouse.load.number_votes import parts_table
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import Field

if TYPE_CHECKING:
    import duckdb

# Twelve years of them; a column with more is not one of dates.
_MOST_NAMED_DAYS = 4_500
# Kinds whose text can be written in several ways; text is text.
_READ = frozenset({"count", "number", "instant", "day", "flag"})


def assume_canonical(steps: Pipeline, fields: Sequence[Field]) -> Pipeline:
    """The pipeline with `spelled` as if all text were canonical: `unusual` marks the rows of which that is wrong."""
    unread = [f"unread_{field.name} IS NOT NULL" for field in fields if field.kind in _READ]
    units = "".join(f", NULL::BIGINT AS {shown_unit(field.name)}" for field in fields if field.has_unit)
    marks = f"false AS fractional, {' OR '.join([*unread, 'false'])} AS unusual{units}"
    return steps.add("spelled", f"SELECT *, {marks} FROM typed")


@dataclass(frozen=True)
class Spelled:
    """A pipeline from typed rows to `spelled`.

    Attributes:
        steps: Its rows have their number as `record`; what stays in `unread_x` cannot be read.
        unusual: The columns with unusual spellings.
        warnings: What was decided on weak evidence, a sentence each.
    """

    steps: Pipeline
    unusual: tuple[str, ...]
    warnings: tuple[str, ...]


def read_spellings(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], table: str, hints: Hints,
    writing: Writing | None = None,
) -> Spelled:  # fmt: skip
    """Reads every unusual text of a table of typed rows.

    Raises:
        AmbiguousDatesError: Nothing tells day/month from month/day.
        AmbiguousNumbersError: Nothing tells what a mark between digits means.
    """
    unusual = {field.name: field for field in fields if field.kind in _READ and _any(connection, table, field)}
    styles = decide_columns(connection, [*unusual.values()], fields, table, hints, writing or Writing())
    replaced, joins, fractional = [], [], ["false"]
    replaced += [f"t.value_{name} / 100 AS value_{name}" for name in styles.percent if name not in unusual]
    for name, field in unusual.items():
        words = words_table(table, name)
        order = _order(connection, field, table, hints)
        days = _named_days(connection, field, table, order)
        query = _words(field, table, order, days, styles).query()
        connection.execute(f"CREATE OR REPLACE TABLE {words} AS {query}").fetchall()
        clock = f" AND w_{name}.clock IS NOT DISTINCT FROM t.clock_{name}" if field.kind == "instant" else ""
        joins.append(f"LEFT JOIN {words} w_{name} ON w_{name}.spelling = t.unread_{name}{clock}")
        replaced += _replaced(field, percent=name in styles.percent)
        if field.kind == "count":
            fractional.append(f"coalesce(w_{name}.value IS NULL AND w_{name}.fraction, false)")
    units = [
        f", {f'w_{field.name}.unit' if field.name in unusual else 'NULL::BIGINT'} AS {shown_unit(field.name)}"
        for field in fields
        if field.has_unit
    ]
    star = f"t.* REPLACE ({', '.join(replaced)})" if replaced else "t.*"
    marks = f"{' OR '.join(fractional)} AS fractional, false AS unusual{''.join(units)}"
    steps = Pipeline().add("numbered", f"SELECT *, rowid AS record FROM {table}")
    steps = steps.add("spelled", f"SELECT {star}, {marks} FROM numbered t {' '.join(joins)}")
    return Spelled(steps, tuple(unusual), styles.warnings)


def shown_unit(counter: str) -> str:
    """Name of the column with the unit that the text of a counter shows; null where it is a plain number."""
    return f"shown_unit_{counter}"


def words_table(table: str, column: str) -> str:
    """Name of the table of the unusual spellings in one column: each distinct text and what it means."""
    return f"{table}_words_{column}"


def _words(field: Field, table: str, order: Order, days: Mapping[str, date], styles: ColumnStyles) -> Pipeline:
    """What each distinct unusual text of a column means; `days` are those that other languages name."""
    clock = f"clock_{field.name}" if field.kind == "instant" else "NULL"
    unread = f"unread_{field.name}"
    steps = Pipeline().add(
        "spellings", f"SELECT DISTINCT {unread} AS spelling, {clock} AS clock FROM {table} WHERE {unread} IS NOT NULL"
    )
    steps = steps.add("known", "SELECT *, word_of(spelling) AS word FROM spellings")
    if field.kind == "count":
        steps = Pipeline().add("known", f"SELECT *, NULL AS clock FROM {parts_table(table, field.name)}")
    if field.kind in {"instant", "day"}:
        listed = ", ".join(f"({quote_text(text)}, DATE '{day}')" for text, day in days.items()) or "(NULL, NULL::DATE)"
        named = f"(VALUES {listed}) AS days(text, day) ON days.text = moment_parts_of(word).d"
        steps = steps.add("known_days", f"SELECT known.*, days.day AS named FROM known LEFT JOIN {named}")
    steps = steps.add("meanings", f"SELECT *, {_meaning(field, order, styles)} FROM {steps.last}")
    unit = ", nullif(read_unit(word, value), 1) AS unit" if field.kind == "count" else ""
    unreadable = f"word IS NOT NULL AND {_is_unreadable(field)} AS unreadable"
    return steps.add("words", f"SELECT *, {unreadable}{unit} FROM meanings")


def _any(connection: duckdb.DuckDBPyConnection, table: str, field: Field) -> bool:
    query = f"SELECT 1 FROM {table} WHERE unread_{field.name} IS NOT NULL LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _order(connection: duckdb.DuckDBPyConnection, field: Field, table: str, hints: Hints) -> Order:
    """How the column writes 3/4/2024; '' where it does not write so."""
    if field.kind not in {"instant", "day"}:
        return ""
    unread = f"unread_{field.name}"
    slashed = f"SELECT 1 FROM {table} WHERE {unread} IS NOT NULL AND needs_date_order(word_of({unread})) LIMIT 1"
    if connection.execute(slashed).fetchone() is None:
        return ""
    columns = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    number = "TRY_CAST(value_post_id AS BIGINT)" if "value_post_id" in columns else "NULL::BIGINT"
    id_at = f"CASE WHEN has_id_time({number}) THEN id_time_of({number}) END"
    dates = f"SELECT word_of({unread}) AS t, {id_at} AS id_at FROM {table} WHERE {unread} IS NOT NULL"
    return decide_order(connection, dates, hints.dates or "", field.name)


def _named_days(connection: duckdb.DuckDBPyConnection, field: Field, table: str, order: Order) -> dict[str, date]:
    """The days in a column that only the names of its language's months tell, such as `8 de septiembre de 2025`."""
    if field.kind not in {"instant", "day"}:
        return {}
    unread = f"unread_{field.name}"
    steps = Pipeline().add(
        "known", f"SELECT DISTINCT word_of({unread}) AS word FROM {table} WHERE {unread} IS NOT NULL"
    )
    steps = steps.add("parts", "SELECT DISTINCT moment_parts_of(word).d AS d FROM known")
    steps = steps.add(
        "named",
        f"SELECT d FROM parts WHERE day_of(d, {quote_text(order)}) IS NULL AND regexp_matches(d, '\\p{{Nd}}{{4}}') "
        f"AND regexp_matches(d, '\\p{{L}}') ORDER BY d LIMIT {_MOST_NAMED_DAYS}",
    )
    texts = [row[0] for row in connection.execute(steps.query()).fetchall()]
    return {text: day.date for text, day in parse_days(texts).items() if day.date is not None}


def _meaning(field: Field, order: Order, styles: ColumnStyles) -> str:
    """SQL of what an unusual text `word` (with its clock time) means."""
    match field.kind:
        case "count":
            return count_columns(styles.of[field.name], has_unit=field.has_unit)
        case "instant":
            given = f"word, word_of(clock), {quote_text(order)}, named"
            return f"parse_absolute({given}) AS absolute, parse_local({given}) AS local"
        case "day":
            return f"parse_date(word, {quote_text(order)}, named) AS value"
        case "flag":
            return f"canonical_flag(word){' = false' * field.source.negate} AS value"
        case _ if field.is_length:
            return f"{seconds_value('word', styles.of[field.name])} AS value"
    percent = field.source.unit == "percent" or field.name in styles.percent
    return f"{share_value('word', styles.of[field.name], percent=percent)} AS value, is_bound(word) AS bound"


def _is_unreadable(field: Field) -> str:
    """SQL: the text holds something that cannot be read. A fraction for a count, and `<1%`, just give no value."""
    match field.kind:
        case "count":
            return "value IS NULL AND NOT fraction"
        case "instant":
            return "absolute IS NULL AND local IS NULL"
        case "number" if not field.is_length:
            return "value IS NULL AND NOT bound"
    return "value IS NULL"


def _replaced(field: Field, *, percent: bool) -> list[str]:
    name = field.name
    values = ("absolute", "local") if field.kind == "instant" else ("value",)
    scale = " / 100" if percent else ""
    read = [f"coalesce(t.{value}_{name}{scale}, w_{name}.{value}) AS {value}_{name}" for value in values]
    return [*read, f"CASE WHEN w_{name}.unreadable THEN t.unread_{name} END AS unread_{name}"]
