"""The lines of a table: a row a line, or a record a block where a row does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len

from dwell.cli.tables.columns import GAP, Column, lay_out, spread

_LEAST_VALUE = 12


def render_rows(columns: Sequence[Column], width: int | None) -> list[str]:
    """Headings, a rule, and the rows."""
    widths = spread(columns, width)
    lines = [_line(columns, [column.heading for column in columns], widths)]
    lines.append(GAP.join("─" * each for each in widths))
    for cells in zip(*(column.cells for column in columns), strict=True):
        blocks = [lay_out(column, cell, wide) for column, cell, wide in zip(columns, cells, widths, strict=True)]
        lines += [_line(columns, parts, widths) for parts in zip_longest(*blocks, fillvalue="")]
    return lines


def render_records(columns: Sequence[Column], width: int | None) -> list[str]:
    """Each row as a block with a line for each column; a value that is wider than the line is whole nevertheless."""
    names = max(cell_len(column.heading) for column in columns)
    room = max(_LEAST_VALUE, (width or 0) - names - len(GAP))
    lines: list[str] = []
    for cells in zip(*(column.cells for column in columns), strict=True):
        lines += [""] if lines else []
        for column, cell in zip(columns, cells, strict=True):
            first, *others = lay_out(column, cell, room) if column.is_text or column.wraps else [cell]
            lines.append(f"{_pad(column.heading, names)}{GAP}{first}".rstrip())
            lines += [f"{' ' * names}{GAP}{line}" for line in others]
    return lines


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        _pad(cell, width, right=column.is_number) for column, cell, width in zip(columns, cells, widths, strict=True)
    ]
    return GAP.join(parts).rstrip()


def _pad(text: str, width: int, *, right: bool = False) -> str:
    """A text with blanks up to a width in cells of the terminal."""
    blanks = " " * max(0, width - cell_len(text))
    return blanks + text if right else text + blanks
