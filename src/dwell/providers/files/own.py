"""dwell's own export: the canonical columns of one table, as CSV, JSON lines or Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwell.errors import UnknownFormatError
from dwell.providers.files.bulk import json_extract
from dwell.providers.format import CSV, JSON, Context, Format, ReadResult
from dwell.providers.part import Part
from dwell.records import TABLES, Extract, Shape, Table, find_table, source_at

_MOST_COLUMNS = max(len(table.columns) for table in TABLES.values())


def table_of(part: Part) -> Table | None:
    """The table whose export this is: every column belongs to it, and none without which there is no row is missing."""
    return find_table(part.header)


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
        with part.path.open(encoding="utf-8-sig", errors="replace") as stream:
            guarded = stream.read(1) == '"'  # the header of a result that has guards, of `dwell sql` for example
        return Extract(
            part.path, "csv", shape, delimiter=part.delimiter, lines=part.lines, header=part.header, guarded=guarded
        )
    if part.layout == "parquet":
        return Extract(part.path, "parquet", shape)
    return json_extract(part, context, shape, _kind_of)


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return "post" if len(item) <= _MOST_COLUMNS and find_table(item) else None


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
