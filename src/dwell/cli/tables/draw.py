"""Draws a table: chooses the columns that fit, and says which are hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from dwell.cli.tables import window
from dwell.cli.tables.columns import Column, choose, fits, is_empty, make_column, wrap_cells
from dwell.cli.tables.headings import heading
from dwell.cli.tables.layout import Layout
from dwell.cli.tables.render import render_records, render_rows

_FILE_LINE = 100


def draw(
    layout: Layout,
    values: Mapping[str, Sequence[Any]],
    text: str | None,
    *,
    wide: bool,
    keep_empty: bool = False,
    more_rows: int = 0,
    is_part: bool = False,
) -> str:
    """The lines of a table and of its footer.

    Args:
        layout: Which columns matter.
        values: One value a row for each column.
        text: The column of free text.
        wide: Every column, on lines of any length.
        keep_empty: With columns that have no value in any row.
        more_rows: How many rows `--all` adds.
        is_part: There are other rows.
    """
    has_rows = any(len(cells) for cells in values.values())
    empty = [] if keep_empty or not has_rows else [name for name in layout.columns if is_empty(values[name])]

    def make(names: Sequence[str | None]) -> list[Column]:
        return [
            make_column(name, values[name], is_text=name == text)
            for name in names
            if name is not None and name not in empty
        ]

    room = None if wide else window.width()
    shown = choose(
        make(layout.essential), make((*layout.more, *(layout.rest if wide else ()))), make([layout.text]), room
    )
    if not shown:
        return ""
    lines = render_rows(shown, room) if fits(shown, room) else render_records(shown, room)
    there = {column.name for column in shown}
    hidden = [name for name in (*filter(None, [layout.text]), *layout.more, *layout.rest) if name not in there]
    headings = {column.heading for column in shown}
    unknown = [name for name in empty if (wide or name not in layout.rest) and heading(name) not in headings]
    rows = "these rows" if more_rows or is_part else "any row"
    notes = _footer(more_rows, [name for name in hidden if name not in empty], unknown, rows)
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def _footer(more_rows: int, hidden: Sequence[str], empty: Sequence[str], rows: str) -> list[str]:
    """What the table does not show, in a line each that fits."""
    room = window.width() or _FILE_LINE
    lines = []
    if more_rows:
        lines.append("1 more row: --all" if more_rows == 1 else f"{more_rows:,} more rows: --all")
    if hidden:
        columns = "1 more column" if len(hidden) == 1 else f"{len(hidden)} more columns"
        lines += wrap_cells(_list_names(f"{columns}: --wide, or --columns ", hidden, room), room)
    if empty:
        lines += wrap_cells(f"No value in {rows}: {', '.join(dict.fromkeys(map(heading, empty)))}", room)
    return lines


def _list_names(start: str, names: Sequence[str], room: int) -> str:
    """The names behind the start of a line, as many as fit, at least one."""
    line = start + names[0]
    for index, name in enumerate(names[1:], start=2):
        more = "" if index == len(names) else ",…"
        if cell_len(f"{line},{name}{more}") > room:
            return f"{line},…"
        line = f"{line},{name}"
    return line
