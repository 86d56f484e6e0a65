"""The result of a query: named columns and rows, convertible to a DataFrame of your choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dwell.results.kinds import Kind, kind_of

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_WARNING_KEYS = ("reasons", "warnings")


@dataclass(frozen=True, repr=False)
class Result:
    """Rows of a result, with the context that a reader needs.

    Attributes:
        columns: Column names, in order.
        rows: Row tuples, in order; an unknown value is None, never NaN and never 0.
        meta: Context of the numbers: definitions, n, exclusions, reasons. JSON-compatible.
        types: Kinds of columns that are not those of `dwell.results.kinds.KINDS`, by name.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    meta: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, Kind] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __repr__(self) -> str:
        """Size, the first rows, and each warning on a line of its own."""
        from dwell.results.preview import preview

        return preview(self)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Column -> kind of its values, in order: it depends on the question alone, so frames have fixed schemas."""
        return {name: self.types.get(name) or kind_of(name) for name in self.columns}

    @property
    def warnings(self) -> list[str]:
        """What a reader of these numbers must know: every text under `reasons` or `warnings` in `meta`, at any depth.

        Command line, notebooks and chart files show these beside the numbers. Without rows, the `verdict` is one too.
        """
        verdict = self.meta.get("verdict")
        found = [*_warnings(self.meta), *([verdict] if not self.rows and isinstance(verdict, str) else [])]
        return list(dict.fromkeys(found))

    @property
    def notices(self) -> list[str]:
        """What Python prompts and notebooks show with the rows: the warnings."""
        return self.warnings

    def column(self, name: str) -> list[Any]:
        """The values of one column, in row order."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def where(self, name: str) -> Result:
        """The rows whose flag `name` is true."""
        index = self.columns.index(name)
        return replace(self, rows=[row for row in self.rows if row[index]])

    def sorted_by(self, name: str) -> Result:
        """The rows sorted by one column, highest first, unknown last; the sort is stable."""
        index = self.columns.index(name)
        known = sorted((row for row in self.rows if row[index] is not None), key=lambda row: row[index], reverse=True)
        return replace(self, rows=[*known, *(row for row in self.rows if row[index] is None)])

    def head(self, limit: int | None) -> Result:
        """The first `limit` rows; None means all."""
        return self if limit is None else replace(self, rows=self.rows[:limit])

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the keys of `meta`, and `rows`, a list of objects."""
        return {**self.meta, "rows": list(self)}

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame (extra `polars`).

        The types are Int64, Float64, Boolean, String, Datetime in UTC, Date and List, whatever the values are.
        """
        from dwell.results.frames import to_polars

        return to_polars(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame (extra `pandas`).

        The dtypes are Int64, Float64, boolean, string and datetime64, and object for lists, whatever the values are;
        an unknown value is `pandas.NA`, or `NaT` among instants and days.
        """
        from dwell.results.frames import to_pandas

        return to_pandas(self)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow Table (extra `arrow`).

        The types are int64, double, bool, string, timestamp in UTC, date32 and list, whatever the values are.
        """
        from dwell.results.frames import to_arrow

        return to_arrow(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: warnings, formatted rows, and what `meta` has."""
        from dwell.results.notebook import to_html

        return to_html(self)


def _warnings(meta: Mapping[str, Any]) -> Iterator[str]:
    for key, value in meta.items():
        if isinstance(value, Mapping):
            yield from _warnings(value)
        elif key in _WARNING_KEYS and isinstance(value, (list, tuple)):
            yield from (str(text) for text in value)
