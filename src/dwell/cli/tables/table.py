"""A result as a table to read; no number, id, handle or file name in it is ever cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dwell.cli.tables.choice import Choice, current_choice
from dwell.cli.tables.layout import Layout
from dwell.results import Result

FIRST_ROWS = 10
"""How many rows a command with `--all` prints without it."""


def result_table(
    result: Result,
    layout: Layout,
    words: Mapping[str, Sequence[Any]] | None = None,
    *,
    more_rows: int = 0,
    is_part: bool = False,
) -> str:
    """The table of a command's result, with the columns that `--wide` or `--columns` chose, or that fit.

    A footer names the columns that are hidden, and those without any value.

    Args:
        result: Its rows are the rows of the table.
        layout: Which columns matter; those that the result lacks are left out.
        words: Columns whose values are shown as these, one a row, instead of codes.
        more_rows: How many rows the result has besides these; the footer says that `--all` prints them.
        is_part: The result has others, which no option prints.
    """
    from dwell.cli.tables.draw import draw  # with rich, which `dwell --help` does not need

    choice = current_choice()
    layout = layout.within(result.columns)
    values = {name: result.column(name) for name in result.columns} | dict(words or {})
    if choice.columns:
        choice.check(list(values))
        chosen = Layout(choice.columns)
        text = layout.text if layout.text in choice.columns else None
        return draw(chosen, values, text, wide=True, keep_empty=True, more_rows=more_rows)
    return draw(layout, values, layout.text, wide=choice.wide, more_rows=more_rows, is_part=is_part)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", text: str | None = None) -> str:
    """A table beside the result of a command: every column, whatever `--columns` says.

    Args:
        columns: Names, for headings and formats.
        rows: Values, formatted by `cells.format_cell`.
        title: A line above the table.
        text: The column of free text, which may be shortened.
    """
    from dwell.cli.tables.draw import draw

    values = {name: [row[index] for row in rows] for index, name in enumerate(columns)}
    drawn = draw(Layout(tuple(columns)), values, text, wide=False)
    return f"{title}\n\n{drawn}" if title else drawn


def paragraph(text: str, indent: str = "") -> str:
    """A sentence or more, wrapped between words where the output has a width.

    Args:
        text: On one line.
        indent: Blanks before each further line.
    """
    from dwell.cli.tables import window
    from dwell.cli.tables.columns import wrap_cells

    room = window.width()
    if room is None:
        return text
    blanks = text[: len(text) - len(text.lstrip())]
    lines = wrap_cells(text.lstrip(), max(20, room - max(len(blanks), len(indent))))
    return blanks + f"\n{indent}".join(lines)


def select_columns(result: Result, choice: Choice) -> Result:
    """The result with the chosen columns only, in the order of the choice; the whole result without a choice.

    Raises:
        typer.BadParameter: It lacks one of them.
    """
    if not choice.columns:
        return result
    choice.check(result.columns)
    places = [result.columns.index(name) for name in choice.columns]
    return replace(result, columns=choice.columns, rows=[tuple(row[place] for place in places) for row in result.rows])
