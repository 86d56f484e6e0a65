"""A table that was written column by column, as pandas does by default: `{"views": {"0": 5, "1": 6}, ...}`."""

from __future__ import annotations

from typing import Any


def rows_of_columns(value: Any) -> list[dict[str, Any]] | None:
    """The rows of a JSON document that holds one table by columns; None for any other document.

    Read are an object of objects with the same numbers as keys, an object of equally long lists, and `columns` beside
    the lists of `data`.
    """
    if not isinstance(value, dict) or len(value) < 2:
        return None
    columns, data = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(data, list) and data and all(isinstance(row, list) for row in data):
        names = [str(name) for name in columns]
        return [dict(zip(names, row, strict=False)) for row in data]
    cells = list(value.values())
    if all(isinstance(column, dict) and column for column in cells):
        keys = list(cells[0])
        if all(key.isdigit() for key in keys) and all(column.keys() == cells[0].keys() for column in cells):
            return [{name: column[key] for name, column in value.items()} for key in keys]
    if all(isinstance(column, list) and column and not isinstance(column[0], (dict, list)) for column in cells):
        even = len({len(column) for column in cells}) == 1
        return [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)] if even else None
    return None
