"""The columns of a table: their cells, how wide they are, and which of them fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.cells import cell_len, set_cell_size

from dwell.cli.cells import UNKNOWN, format_cell
from dwell.cli.tables.headings import heading, is_number_name

GAP = "  "
_LEAST_TEXT, _GOOD_TEXT, _MOST_TEXT = 12, 24, 60
_LEAST_WRAPPED = 16
_FIGURE = re.compile(r"[<~+\-−]?[\d.,]+(?:%| ?×| s| points)")


@dataclass(frozen=True)
class Column:
    """A column with its cells as texts.

    Attributes:
        name: As in the result.
        heading: As people read it.
        cells: One text a row.
        is_number: Right-aligned.
        is_text: Free text, which may be shortened.
    """

    name: str
    heading: str
    cells: list[str]
    is_number: bool
    is_text: bool

    @cached_property
    def longest(self) -> int:
        """Cells that the column needs to have each value whole on one line."""
        return max(map(cell_len, (self.heading, *self.cells)))

    @cached_property
    def wraps(self) -> bool:
        """Whether its cells are sentences, which may take several lines."""
        return not self.is_number and not self.is_text and any(" " in cell for cell in self.cells)

    @cached_property
    def least(self) -> int:
        """Cells without which a value would be cut, or a text be no text any more."""
        if self.is_text:
            return max(cell_len(self.heading), min(self.longest, _LEAST_TEXT))
        if not self.wraps:
            return self.longest
        words = (word for cell in self.cells for word in cell.split(" "))
        return max(cell_len(self.heading), min(self.longest, _LEAST_WRAPPED), *map(cell_len, words))

    @property
    def good(self) -> int:
        """Cells that it should have before further columns are shown."""
        return max(self.least, min(self.longest, _GOOD_TEXT))


def make_column(name: str, values: Sequence[Any], *, is_text: bool = False) -> Column:
    """A column from its values."""
    cells = [format_cell(name, value) for value in values]
    known = [value for value in values if value is not None]
    is_number = all(map(_is_figure, known)) if known else is_number_name(name)
    return Column(name, heading(name), cells, is_number, is_text)


def is_empty(values: Sequence[Any]) -> bool:
    """Whether no row has a value."""
    return all(value is None or value in ("", [], (), UNKNOWN) for value in values)


def choose(
    essential: Sequence[Column], more: Sequence[Column], texts: Sequence[Column], width: int | None
) -> list[Column]:
    """The columns that fit into the width, in the order of display: all of `essential`, then as many of `more` as fit.

    Free text is at the end. Where there is no room for a start of it beside the others, it is left out.
    """
    if not fits([*essential, *texts], width) and fits(essential, width):
        texts = []
    shown = list(more)
    while shown and width is not None and _total([column.good for column in (*essential, *shown, *texts)]) > width:
        shown.pop()
    if shown and len(shown) < len(more) and _is_pair(shown[-1].name, more[len(shown)].name):
        shown.pop()
    return [*essential, *shown, *texts]


def _is_pair(low: str, high: str) -> bool:
    """Two columns are the ends of one interval, of which one without the other misleads."""
    return low.endswith("low") and high == f"{low.removesuffix('low')}high"


def fits(columns: Sequence[Column], width: int | None) -> bool:
    """Whether the columns fit side by side without a value cut."""
    return width is None or _total([column.least for column in columns]) <= width


def spread(columns: Sequence[Column], width: int | None) -> list[int]:
    """The width of each column: what is left of the line goes to sentences first, then to free text."""
    if width is None:
        return [min(column.longest, max(_MOST_TEXT, column.least)) if column.is_text else column.longest
                for column in columns]  # fmt: skip
    widths = [column.least for column in columns]
    left = width - _total(widths)
    for is_text in (False, True):
        for index, column in enumerate(columns):
            if column.is_text is is_text:
                extra = min(left, column.longest - widths[index])
                widths[index] += extra
                left -= extra
    return widths


def lay_out(column: Column, cell: str, width: int) -> list[str]:
    """The lines of one cell: shortened if it is free text, wrapped between words if it is a sentence, else whole."""
    if cell_len(cell) <= width:
        return [cell]
    if column.is_text:
        return [set_cell_size(cell, width - 1).rstrip() + "…"]
    return wrap_cells(cell, width)


def wrap_cells(text: str, width: int) -> list[str]:
    """The lines of a text, broken between words only, so that no number, id or name is cut."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * max(0, len(widths) - 1)


def _is_figure(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    return isinstance(value, str) and (value == UNKNOWN or _FIGURE.fullmatch(value) is not None)
