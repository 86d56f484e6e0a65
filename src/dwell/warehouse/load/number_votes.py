"""What all values of a column prove about its numbers, counted in SQL: the evidence of `dwell.text.number_style`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.text import number_patterns as patterns
from dwell.text.number_style import MARKS, Evidence, Kind, MarkEvidence, NumberStyle, writes_percent
from dwell.text.suffixes import AMBIGUOUS, THOUSANDS
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import matches
from dwell.warehouse.load.number_readers import share_value
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import Field

if TYPE_CHECKING:
    import duckdb

_LONG = 1000


def kind_of(field: Field) -> Kind | None:
    """What the numbers of a column are; None for a column of something else."""
    if field.kind == "count":
        return "count"
    return ("length" if field.is_length else "share") if field.kind == "number" else None


def count_votes(connection: duckdb.DuckDBPyConnection, field: Field, table: str) -> Evidence:
    """The evidence of the distinct unusual texts of a column, and of its plain values."""
    kind, name = kind_of(field), field.name
    steps = Pipeline().add(
        "spellings", f"SELECT DISTINCT unread_{name} AS t FROM {table} WHERE unread_{name} IS NOT NULL"
    )
    steps = steps.add("words", "SELECT lower(digits_of(word_of(t))) AS w FROM spellings WHERE word_of(t) IS NOT NULL")
    if kind == "count":
        steps = steps.add("parts", "SELECT w, count_parts_of(w) AS p FROM words")
        steps = steps.add("bodies", "SELECT w, p.digits AS b, p.suffix AS suffix FROM parts")
    else:
        body = f"regexp_extract(w, {quote_text(patterns.NUMBER_BODY)}, 1)"
        short = f"length(w) <= {patterns.MOST_DIGITS}"
        steps = steps.add("bodies", f"SELECT w, {body} AS b, '' AS suffix FROM words WHERE {short}")
    # Stored, because each vote would take the texts apart again.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE number_bodies AS {steps.query()}").fetchall()
    cursor = connection.execute(f"SELECT {', '.join(_votes())} FROM number_bodies")
    names = [column[0] for column in cursor.description or []]
    row = dict(zip(names, cursor.fetchone() or (), strict=True))
    evidence = Evidence(
        bare=_marks(row, "bare"),
        suffixed=_marks(row, "suffixed"),
        suffixes={suffix for suffix in row["suffixes"] or [] if suffix},
        largest={s: row[f"largest_{n}"] for n, s in enumerate(AMBIGUOUS) if row[f"largest_{n}"] is not None},
        long_plain=bool(row["long_plain"]),
        slips=row["slips"] if kind != "count" else 0,
        clocks=row["clocks"] if kind != "count" else 0,
    )
    _add_plain(connection, evidence, field, table)
    return evidence


def _votes() -> list[str]:
    thousands = ", ".join(map(quote_text, sorted(THOUSANDS)))
    votes = []
    for side, test, telling in (
        ("bare", "suffix = ''", f"NOT {matches('b', patterns.ZEROS)}"),
        ("suffixed", "suffix <> ''", f"suffix IN ({thousands})"),
    ):
        for number, mark in enumerate(MARKS):
            opened = matches("b", patterns.OPEN_MARK[mark])
            decimal, group = matches("b", patterns.DECIMAL_MARK[mark]), matches("b", patterns.GROUP_MARK[mark])
            votes += [
                f"count(*) FILTER ({test} AND {decimal}) AS {side}_decimal_{number}",
                f"count(*) FILTER ({test} AND {group}) AS {side}_group_{number}",
                f"count(*) FILTER ({test} AND {opened}) AS {side}_open_{number}",
                f"count(*) FILTER ({test} AND {opened} AND {telling}) AS {side}_telling_{number}",
                f"min(b) FILTER ({test} AND {opened}) AS {side}_example_{number}",
            ]
    for number, suffix in enumerate(AMBIGUOUS):
        votes.append(
            f"max(TRY_CAST(replace(b, ',', '.') AS DOUBLE)) FILTER (suffix = {quote_text(suffix)} "
            f"AND {matches('b', '[0-9]{1,9}([.,][0-9]{1,9})?')}) AS largest_{number}"
        )
    votes += [
        "list(DISTINCT suffix) AS suffixes",
        f"bool_or(suffix = '' AND {matches('b', '[0-9]{4,}')}) AS long_plain",
        f"count(*) FILTER ({matches('w', patterns.PROVES_SLIP)}) AS slips",
        f"count(*) FILTER ({matches('w', patterns.PROVES_CLOCK)}) AS clocks",
    ]
    return votes


def _marks(row: dict[str, object], side: str) -> MarkEvidence:
    evidence = MarkEvidence()
    for number, mark in enumerate(MARKS):
        for what in ("decimal", "group", "open", "telling"):
            getattr(evidence, what)[mark] = row[f"{side}_{what}_{number}"]
        example = row[f"{side}_example_{number}"]
        if isinstance(example, str):
            evidence.example[mark] = example
    return evidence


def _add_plain(connection: duckdb.DuckDBPyConnection, evidence: Evidence, field: Field, table: str) -> None:
    """Plain values are evidence too: 12345 shows that nothing groups, 12.5 that the point is decimal."""
    value = f"value_{field.name}"
    plain = f"unread_{field.name} IS NULL AND {value} IS NOT NULL"
    raw = f"round(abs({value}) / {field.unit_factor}, 6)"
    fractions = f"count(*) FILTER ({plain} AND {raw} <> floor({raw}))" if field.kind == "number" else "0"
    query = f"SELECT bool_or({plain} AND {raw} >= {_LONG}), {fractions} FROM {table}"
    long_plain, fractional = connection.execute(query).fetchone() or (False, 0)
    evidence.long_plain = evidence.long_plain or bool(long_plain)
    evidence.bare.decimal["."] += fractional


def writes_percentages(
    connection: duckdb.DuckDBPyConnection, field: Field, style: NumberStyle, table: str
) -> bool:
    """A column of shares is in hundredths: a cell has a `%`, or the numbers of the others say so."""
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
    return writes_percent(marked=marked, largest=largest, middle=middle)
