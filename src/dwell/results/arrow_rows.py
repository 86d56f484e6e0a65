"""Rows that stay in Arrow until somebody looks at them: a table of millions of rows costs no Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from arro3.core import Table

    from dwell.results.kinds import Kind


class ArrowRows(Sequence[tuple[Any, ...]]):
    """The rows of an Arrow table as tuples; instants are aware and in UTC, and what is unknown is None.

    Args:
        table: The table, as `arro3.core` has it.

    Attributes:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        return _to_rows(self.table)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"<{len(self):,} rows in Arrow>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[Any, ...]]: ...

    def __getitem__(self, place: int | slice) -> tuple[Any, ...] | Sequence[tuple[Any, ...]]:
        """A row, or rows, which stay in Arrow where they follow one another."""
        if isinstance(place, int) or "_rows" in self.__dict__:
            return self._rows[place]
        start, stop, step = place.indices(len(self))
        if step != 1:
            return self._rows[place]
        return ArrowRows(self.table.slice(start, max(stop - start, 0)))


def arrow_kinds(table: Table) -> dict[str, Kind]:
    """Column -> kind of its values."""
    return {field.name: _kind(field.type) for field in table.schema}


def _kind(arrow_type: Any) -> Kind:
    from arro3.core import DataType

    if DataType.is_integer(arrow_type):
        return "count"
    if DataType.is_floating(arrow_type):
        return "number"
    if DataType.is_boolean(arrow_type):
        return "flag"
    if DataType.is_timestamp(arrow_type):
        return "instant"
    if DataType.is_date(arrow_type):
        return "day"
    if DataType.is_string(arrow_type) or DataType.is_large_string(arrow_type) or DataType.is_string_view(arrow_type):
        return "text"
    return "texts" if DataType.is_list(arrow_type) and _kind(arrow_type.value_type) == "text" else "other"


def _to_rows(table: Table) -> list[tuple[Any, ...]]:
    if not table.num_columns:
        return [()] * int(table.num_rows)
    columns = [table.column(index).to_pylist() for index in range(table.num_columns)]
    for index, kind in enumerate(arrow_kinds(table).values()):
        if kind == "instant":
            columns[index] = [value and value.astimezone(UTC) for value in columns[index]]
    return list(zip(*columns, strict=True))
