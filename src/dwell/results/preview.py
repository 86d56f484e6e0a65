"""A result as a Python prompt shows it: its size, its first rows, its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.results.cells import format_cell
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.results.result import Result

_WIDTH = 100
_ROWS = 5
_NAMES = 8
_GAP = "  "
NUMBERS = frozenset({"count", "number"})
"""Kinds of columns that are aligned to the right."""


def preview(result: Result) -> str:
    """A few lines, none longer than 100 cells but for a name or a value that is longer by itself."""
    lines = [f"<{type(result).__name__}: {size(result)}>"]
    lines += _table(result) if len(result) and result.columns else []
    lines += [f"Warning: {warning}" for warning in result.notices]
    return "\n".join(map(mark_line, lines))


def size(result: Result) -> str:
    """Its numbers of rows and columns, in words."""
    rows, columns = len(result), len(result.columns)
    return f"{rows:,} row{'' if rows == 1 else 's'}, {columns} column{'' if columns == 1 else 's'}"


def _table(result: Result) -> list[str]:
    """The first rows, with the columns that the width takes: whole, for half a number is another number."""
    from rich.cells import cell_len

    rows = result.rows[:_ROWS]
    lines, hidden = [""] * (len(rows) + 1), []
    for index, (name, kind) in enumerate(result.kinds.items()):
        texts = [name, *(format_cell(name, row[index]) for row in rows)]
        width = max(map(cell_len, texts))
        gap = _GAP if lines[0] else ""
        if gap and cell_len(lines[0]) + len(gap) + width > _WIDTH:
            hidden.append(name)
            continue
        for place, text in enumerate(texts):
            blank = " " * (width - cell_len(text))
            lines[place] += gap + (blank + text if kind in NUMBERS else text + blank)
    more = [f"{len(result) - len(rows):,} more rows"] if len(result) > len(rows) else []
    if hidden:
        others = f", and {len(hidden) - _NAMES}" if len(hidden) > _NAMES else ""
        more.append(f"columns not shown: {', '.join(hidden[:_NAMES])}{others}")
    return [line.rstrip() for line in lines] + ([f"... {'; '.join(more)}"] if more else [])
