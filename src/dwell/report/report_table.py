"""The parts of a table of the report: columns with their kind, cells, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from dwell.charts.formatting import link, number, post_label
from dwell.report.statement import Kind

MAX_ROWS = 60


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A heading; `kind` is the kind of its numbers, None for names and counts of posts."""

    title: str
    kind: Kind | None = None
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and its link."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Adjacent columns of one kind, which share a label."""

    kind: Kind | None
    columns: int


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under headings; `left_out` rows are omitted to keep the page readable."""

    title: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0

    def spans(self) -> list[Span]:
        """The columns from left to right as runs of one kind."""
        return [Span(kind, len(list(run))) for kind, run in groupby(self.columns, key=lambda column: column.kind)]


Row: TypeAlias = Sequence[str | Cell]


def make_table(title: str, columns: Sequence[TableColumn], rows: Iterable[Row], most: int = MAX_ROWS) -> ReportTable:
    """A table of at most `most` rows."""
    cells = [[item if isinstance(item, Cell) else Cell(item) for item in row] for row in rows]
    return ReportTable(title, columns, cells[:most], max(0, len(cells) - most))


def post_cell(post: Mapping[str, Any]) -> Cell:
    """A post's caption, with a link to it where its address is a web address."""
    return Cell(post_label(post, 70), link(post.get("url")))


def interval_text(row: Mapping[str, Any]) -> str:
    """`low to high` of a row's interval."""
    return f"{number(row.get('low'))} to {number(row.get('high'))}"
