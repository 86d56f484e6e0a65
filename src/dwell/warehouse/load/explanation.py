"""What a dry run tells of a file's way through the steps: how many rows, by which queries, and some rows in full."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEPS = ("raw", "text", "typed", "checked", "rows", "stored")


@dataclass(frozen=True)
class StepRows:
    """One step of the whole file.

    Attributes:
        step: Its name, one of `STEPS`.
        rows: Rows that it gives.
        note: What happened in it.
    """

    step: str
    rows: int
    note: str


@dataclass(frozen=True)
class Query:
    """One query of a step.

    Attributes:
        step: The step that it belongs to.
        name: What later queries call its rows.
        part: Part of the file that it reads, where the file has several.
        table: Table that it gives rows to, from step `rows` on.
        sql: The query.
    """

    step: str
    name: str
    part: str
    table: str | None
    sql: str


@dataclass(frozen=True)
class Cell:
    """One column of one row.

    Attributes:
        column: Canonical column.
        text: As the file writes it; None where the file has no such column or no value.
        typed: Value that the text means, before the row is looked at as a whole.
        checked: Value after that.
    """

    column: str
    text: str | None
    typed: Any
    checked: Any


@dataclass(frozen=True)
class TableRow:
    """What a row gives to one table.

    Attributes:
        table: Name of the table.
        outcome: `new`, `updated`, `known`, `duplicate` (another reading is kept) or `refused` (the row is a reject).
        values: Column -> value.
    """

    table: str
    outcome: str
    values: dict[str, Any]


@dataclass(frozen=True)
class ExplainedRow:
    """One row of the file, step by step.

    Attributes:
        part: Part of the file, where it has several.
        line: Where it starts.
        text: As it stands in the file; empty for Parquet.
        outcome: `new`, `updated` or `known`; `duplicate` or `rejected`, and then nothing of it is kept.
        reason: Why nothing is kept.
        cells: Its columns.
        tables: What it gives to each table.
    """

    part: str
    line: int
    text: str
    outcome: str
    reason: str | None
    cells: tuple[Cell, ...]
    tables: tuple[TableRow, ...]


@dataclass(frozen=True)
class Explanation:
    """One file explained.

    Attributes:
        path: As the user named it.
        format: Name of its format.
        rows_read: Source rows.
        steps: The steps in order.
        queries: The queries of the steps, in order.
        rows: Some rows.
        missing_lines: Lines that were asked for and belong to no row.
    """

    path: Path
    format: str
    rows_read: int
    steps: tuple[StepRows, ...]
    queries: tuple[Query, ...]
    rows: tuple[ExplainedRow, ...]
    missing_lines: tuple[int, ...] = ()
