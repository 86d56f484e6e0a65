"""Results as tables of other libraries; a column's type follows from its kind alone, never from the values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingExtraError
from dwell.results.arrow_rows import ArrowRows

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from dwell.results.kinds import Kind
    from dwell.results.result import Result

PANDAS: dict[Kind, str] = {
    "text": "string",
    "count": "Int64",
    "number": "Float64",
    "flag": "boolean",
    "instant": "datetime64[us, UTC]",
    "day": "datetime64[us]",
    "texts": "object",
    "json": "string",
    "other": "object",
}
"""Kind of a column -> its dtype in pandas, which has none for days and lists: a day is its midnight."""


def to_arrow(result: Result) -> pyarrow.Table:
    """A pyarrow Table.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow = _require("pyarrow", "arrow")
    if isinstance(result.rows, ArrowRows):
        return arrow.table(result.rows.table)
    types = {
        "text": arrow.string(),
        "count": arrow.int64(),
        "number": arrow.float64(),
        "flag": arrow.bool_(),
        "instant": arrow.timestamp("us", tz="UTC"),
        "day": arrow.date32(),
        "texts": arrow.list_(arrow.string()),
        "json": arrow.string(),
    }
    columns = zip(result.kinds.values(), _columns(result), strict=True)
    arrays = [arrow.array(values, type=types.get(kind)) for kind, values in columns]
    return arrow.Table.from_arrays(arrays, names=list(result.columns))


def to_polars(result: Result) -> polars.DataFrame:
    """A polars DataFrame.

    Raises:
        MissingExtraError: polars is not installed.
    """
    polars = _require("polars", "polars")
    if isinstance(result.rows, ArrowRows):
        return polars.DataFrame(result.rows.table)
    types = {
        "text": polars.String,
        "count": polars.Int64,
        "number": polars.Float64,
        "flag": polars.Boolean,
        "instant": polars.Datetime("us", "UTC"),
        "day": polars.Date,
        "texts": polars.List(polars.String),
        "json": polars.String,
    }
    columns = zip(result.kinds.items(), _columns(result), strict=True)
    return polars.DataFrame([polars.Series(name, values, dtype=types.get(kind)) for (name, kind), values in columns])


def to_pandas(result: Result) -> pandas.DataFrame:
    """A pandas DataFrame whose dtypes have a value for what is unknown.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    pandas = _require("pandas", "pandas")
    columns = zip(result.kinds.items(), _columns(result), strict=True)
    series = {name: pandas.Series(values, dtype=PANDAS[kind]) for (name, kind), values in columns}
    return pandas.DataFrame(series, columns=list(result.columns))


def _require(library: str, extra: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(library)
    except ImportError as error:
        raise MissingExtraError(f"{library} is not installed; run: pip install 'dwell[{extra}]'") from error


def _columns(result: Result) -> list[list[Any]]:
    """The values of each column, as its kind has them."""
    rows: Sequence[tuple[Any, ...]] = result.rows
    kinds = result.kinds.values()
    return [[_value(row[index], kind) for row in rows] for index, kind in enumerate(kinds)]


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    match kind:
        case "text":
            # A file name can hold bytes that are not UTF-8, which Python keeps as half a pair of surrogates.
            return str(value).encode("utf-8", "backslashreplace").decode()
        case "count":
            return _whole(value)
        case "number":
            return float(value)
        case "texts":
            return [_value(each, "text") for each in value]
        case "instant":
            return _instant(value)
        case "json":
            return json.dumps(value, default=str, ensure_ascii=False)
    return value


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise TypeError(f"{value!r} is not a whole number, as its column is declared to be.")
    return number


def _instant(value: datetime | date) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is not an instant, as its column is declared to be.")
    return value.astimezone(UTC)
