"""The result of a query: named columns and rows, convertible to a DataFrame of your choice."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingExtraError
from dwell.visible import mark, mark_line

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_ROWS_SHOWN = 50
_WARNING_KEYS = ("reasons", "warnings")


@dataclass(frozen=True, repr=False)
class Result:
    """Rows of a result, with the context that a reader needs.

    Attributes:
        columns: Column names, in order.
        rows: Row tuples, in order; an unknown value is None, never NaN and never 0.
        meta: Context of the numbers: definitions, n, exclusions, reasons. JSON-compatible.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __repr__(self) -> str:
        """Size and columns, then each warning on a line of its own."""
        rows = f"{len(self):,} row{'' if len(self) == 1 else 's'}"
        lines = [f"<{type(self).__name__}: {rows}; {', '.join(self.columns)}>"]
        return "\n".join(map(mark_line, [*lines, *(f"Warning: {warning}" for warning in self.warnings)]))

    @property
    def warnings(self) -> list[str]:
        """What a reader of these numbers must know: every text under `reasons` or `warnings` in `meta`, at any depth.

        Command line, notebooks and chart files show these beside the numbers. Without rows, the `verdict` is one too.
        """
        verdict = self.meta.get("verdict")
        found = [*_warnings(self.meta), *([verdict] if not self.rows and isinstance(verdict, str) else [])]
        return list(dict.fromkeys(found))

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
        """A polars DataFrame (extra `polars`)."""
        try:
            import polars
        except ImportError as error:
            raise MissingExtraError("polars is not installed; run: pip install 'dwell[polars]'") from error
        return polars.DataFrame(list(self.rows), schema=list(self.columns), orient="row", infer_schema_length=None)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame (extra `pandas`)."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtraError("pandas is not installed; run: pip install 'dwell[pandas]'") from error
        return pandas.DataFrame.from_records(list(self.rows), columns=list(self.columns))

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow Table (extra `arrow`)."""
        try:
            import pyarrow
        except ImportError as error:
            raise MissingExtraError("pyarrow is not installed; run: pip install 'dwell[arrow]'") from error
        return pyarrow.table({name: self.column(name) for name in self.columns})

    def _repr_html_(self) -> str:
        """Warnings and a plain table for notebooks; values are escaped, because captions are untrusted input."""
        head = "".join(f"<th>{_escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{'' if value is None else _escape(value)}</td>" for value in row) + "</tr>"
            for row in self.rows[:_ROWS_SHOWN]
        )
        more = f"<p>{len(self) - _ROWS_SHOWN:,} more rows</p>" if len(self) > _ROWS_SHOWN else ""
        warnings = "".join(f"<p>Warning: {_escape(warning)}</p>" for warning in self.warnings)
        return f"{warnings}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _escape(value: Any) -> str:
    return html.escape(mark(str(value)))


def _warnings(meta: Mapping[str, Any]) -> Iterator[str]:
    for key, value in meta.items():
        if isinstance(value, Mapping):
            yield from _warnings(value)
        elif key in _WARNING_KEYS and isinstance(value, (list, tuple)):
            yield from (str(text) for text in value)
