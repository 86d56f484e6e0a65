"""What all values of a column prove about its numbers, counted in SQL: the evidence of `dwell.text.number_style`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dwell.text import number_patterns as patterns
from dwell.text.number_evidence import MARKS, Evidence, Kind, MarkEvidence
from dwell.text.number_style import NumberStyle
from dwell.text.percentages import writes_percent
from dwell.text.suffixes import AMBIGUOUS, THOUSANDS
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import matches
from dwell.warehouse.load.number_readers import share_value
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import Field
from dwell.warehouse.load.typed import is_pointed, pointed_column

if TYPE_CHECKING:
    import duckdb

_LONG = 1000
_EXAMPLES = 20


def kind_of(field: Field) -> Kind | None:
    """What the numbers of a column are; None for a column of something else."""
    if field.kind == "count":
        return "count"
    return ("length" if field.is_length else "share") if field.kind == "number" else None


def parts_table(table: str, column: str) -> str:
    """Name of the table of the distinct unusual texts of a column, taken apart."""
    return f"{table}_parts_{column}"


def count_plain(connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], table: str) -> dict[str, Evidence]:
    """The evidence of the plain values of columns: 12345 shows that nothing groups, 12.0 that the point is decimal."""
    facts = []
    for field in fields:
        value = f"value_{field.name}"
        plain = f"unread_{field.name} IS NULL AND {value} IS NOT NULL"
        raw = f"round(abs({value}) / {field.unit_factor}, 6)"
        is_decimal = pointed_column(field) if is_pointed(field) else f"{raw} <> floor({raw})"
        is_long = f"{raw} >= {_LONG} AND NOT {is_decimal}"
        facts += [f"coalesce(bool_or({plain} AND {is_long}), false)", f"count(*) FILTER ({plain} AND {is_decimal})"]
    row = connection.execute(f"SELECT {', '.join(facts)} FROM {table}").fetchone() if facts else ()
    found = {}
    for field, long_plain, decimals in zip(fields, (row or ())[::2], (row or ())[1::2], strict=True):
        found[field.name] = Evidence(long_plain=long_plain)
        found[field.name].bare.decimal["."] = decimals
    return found


def count_votes(connection: duckdb.DuckDBPyConnection, field: Field, table: str, plain: Evidence) -> Evidence:
    """The evidence of the distinct unusual texts of a column, and that of its plain values."""
    kind, name = kind_of(field), field.name
    steps = Pipeline().add(
        "spellings", f"SELECT DISTINCT unread_{name} AS spelling FROM {table} WHERE unread_{name} IS NOT NULL"
    )
    steps = steps.add("known", "SELECT spelling, word_of(spelling) AS word FROM spellings")
    steps = steps.add("words", "SELECT spelling, word, lower(digits_of(word)) AS w FROM known")
    if kind == "count":
        steps = steps.add("taken", "SELECT spelling, word, w, count_parts_of(w) AS p FROM words")
        steps = steps.add(
            "parts", "SELECT spelling, word, w, p.sign AS sign, p.digits AS digits, p.suffix AS suffix FROM taken"
        )
    else:
        body = f"regexp_extract(w, {quote_text(patterns.NUMBER_BODY)}, 1)"
        digits = f"CASE WHEN length(w) <= {patterns.MOST_DIGITS} THEN {body} END"
        steps = steps.add("parts", f"SELECT spelling, word, w, {digits} AS digits, '' AS suffix FROM words")
    # Stored, because each vote would take the texts apart again.
    parts = parts_table(table, name)
    connection.execute(f"CREATE OR REPLACE TABLE {parts} AS {steps.query()}").fetchall()
    cursor = connection.execute(f"SELECT {', '.join(_votes())} FROM {parts}")
    names = [column[0] for column in cursor.description or []]
    row = dict(zip(names, cursor.fetchone() or (), strict=True))
    evidence = Evidence(
        bare=_marks(row, "bare"),
        suffixed=_marks(row, "suffixed"),
        suffixes={suffix for suffix in row["suffixes"] or [] if suffix},
        largest={s: row[f"largest_{n}"] for n, s in enumerate(AMBIGUOUS) if row[f"largest_{n}"] is not None},
        long_plain=bool(row["long_plain"]) or plain.long_plain,
        slips=row["slips"] if kind != "count" else 0,
        clocks=row["clocks"] if kind != "count" else 0,
    )
    evidence.bare.decimal["."] += plain.bare.decimal["."]
    return evidence


def _votes() -> list[str]:
    thousands = ", ".join(map(quote_text, sorted(THOUSANDS)))
    votes = []
    for side, test, telling in (
        ("bare", "suffix = ''", f"NOT {matches('digits', patterns.ZEROS)}"),
        ("suffixed", "suffix <> ''", f"suffix IN ({thousands})"),
    ):
        for number, mark in enumerate(MARKS):
            opened = matches("digits", patterns.OPEN_MARK[mark])
            decimal, group = (
                matches("digits", patterns.DECIMAL_MARK[mark]),
                matches("digits", patterns.GROUP_MARK[mark]),
            )
            votes += [
                f"count(*) FILTER ({test} AND {decimal}) AS {side}_decimal_{number}",
                f"count(*) FILTER ({test} AND {group}) AS {side}_group_{number}",
                f"count(*) FILTER ({test} AND {opened}) AS {side}_open_{number}",
                f"count(*) FILTER ({test} AND {opened} AND {telling}) AS {side}_telling_{number}",
                f"min(digits) FILTER ({test} AND {opened}) AS {side}_example_{number}",
                f"list_sort(list(DISTINCT digits) FILTER ({test} AND {opened}))[:{_EXAMPLES}] AS {side}_some_{number}",
            ]
    for number, suffix in enumerate(AMBIGUOUS):
        votes.append(
            f"max(TRY_CAST(replace(digits, ',', '.') AS DOUBLE)) FILTER (suffix = {quote_text(suffix)} "
            f"AND {matches('digits', '[0-9]{1,9}([.,][0-9]{1,9})?')}) AS largest_{number}"
        )
    votes += [
        "list(DISTINCT suffix) AS suffixes",
        f"bool_or(suffix = '' AND {matches('digits', '[0-9]{4,}')}) AS long_plain",
        f"count(*) FILTER ({matches('w', patterns.PROVES_SLIP)}) AS slips",
        f"count(*) FILTER ({matches('w', patterns.PROVES_CLOCK)}) AS clocks",
    ]
    return votes


def _marks(row: dict[str, Any], side: str) -> MarkEvidence:
    evidence = MarkEvidence()
    for number, mark in enumerate(MARKS):
        for what in ("decimal", "group", "open", "telling"):
            getattr(evidence, what)[mark] = row[f"{side}_{what}_{number}"]
        example = row[f"{side}_example_{number}"]
        if isinstance(example, str):
            evidence.example[mark] = example
            evidence.examples[mark] = [str(text) for text in row[f"{side}_some_{number}"] or []]
    return evidence


def writes_percentages(
    connection: duckdb.DuckDBPyConnection, field: Field, style: NumberStyle, table: str
) -> tuple[bool, float | None]:
    """Whether a column of shares is in hundredths, and the largest number without a `%`.

    It is where a cell has a `%`, or the numbers of the others say so.
    """
    name = field.name
    steps = Pipeline().add(
        "cells", f"SELECT unread_{name} AS t, value_{name} AS plain, word_of(unread_{name}) AS word FROM {table}"
    )
    read = share_value("word", style, percent=False)
    steps = steps.add(
        "numbers",
        f"SELECT contains(digits_of(t), '%') AS marked, CASE WHEN NOT coalesce(contains(digits_of(t), '%'), false) "
        f"THEN coalesce(plain, {read}) END AS number FROM cells",
    )
    steps = steps.add("facts", "SELECT coalesce(bool_or(marked), false), max(number), median(number) FROM numbers")
    marked, largest, middle = connection.execute(steps.query()).fetchone() or (False, None, None)
    return writes_percent(marked=marked, largest=largest, middle=middle), largest
