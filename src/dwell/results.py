"""What a question to dwell returns: named columns and rows, in whatever table library the reader likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """Rows of an answer, with what a reader must know of them.

    Attributes:
        columns: Column names, in order.
        rows: Row tuples, in order; unknown is None, never NaN and never 0.
        meta: What goes with the numbers: definitions, n, exclusions, reasons. JSON-compatible.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        """The values of one column, in row order."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape: `meta` beside `rows`, a list of objects."""
        return {**self.meta, "rows": list(self)}
