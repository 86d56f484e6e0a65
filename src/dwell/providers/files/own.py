"""dwell's own export: the canonical columns of one table, as CSV, JSON lines or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dwell.errors import UnknownFormatError
from dwell.providers.files.bulk import json_extract
from dwell.providers.format import CSV, JSON, Context, Format, ReadResult
from dwell.providers.part import Part
from dwell.records import TABLES, Extract, Shape, Table, source_at

_MOST_COLUMNS = max(len(table.columns) for table in TABLES.values())


def table_of(part: Part) -> Table | None:
    """The table whose export this is: every column belongs to it, and none without which there is no row is missing."""
    return _table_with(part.header)


def _table_with(header: Iterable[str]) -> Table | None:
    names = set(header)
    fitting = [
        table
        for table in TABLES.values()
        if names <= {column.name for column in table.columns}
        and names >= {name for name in table.required if name not in table.defaults}
    ]
    return max(fitting, key=lambda table: len(names) - len(table.columns), default=None)


def _extract(part: Part, context: Context) -> Extract:
    table = table_of(part)
    if table is None:
        raise UnknownFormatError(
            f"{part.name} isn't an export of dwell: its columns ({', '.join(part.header[:20])}) are not those of one "
            "table: leave out --format."
        )
    nested = part.layout not in {"csv", "parquet"}
    sources = {
        name: source_at(f"/{name}/*" if nested and name == "hashtags" else f"/{name}" if nested else name)
        for name in (column.name for column in table.columns)
        if name in part.header
    }
    shape = Shape("dwell", (table.name,), sources, cumulative=False, accounts="stored", decimal=".")
    if part.layout == "csv":
        return Extract(part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines, header=part.header)
    if part.layout == "parquet":
        return Extract(part.path, "parquet", shape)
    return json_extract(part, context, shape, _kind_of)


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return "post" if len(item) <= _MOST_COLUMNS and _table_with(item) else None


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return ReadResult([_extract(part, context) for part in parts])


FORMAT = Format(
    "dwell",
    "dwell's own export of any table, CSV, JSON lines or Parquet",
    (frozenset({"post_id", "observed_at", "views", "likes", "comments", "shares", "saves", "source"}),),
    lambda part, _: table_of(part) is not None,
    _read,
    _kind_of,
    layouts=CSV | JSON | {"parquet"},
)
