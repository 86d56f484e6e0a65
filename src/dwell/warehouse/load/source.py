"""A file of an extract as a DuckDB relation: where the raw value of each named column or pointer stands in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import BadFileError
from dwell.records import Extract
from dwell.warehouse.columns import literal, quoted

if TYPE_CHECKING:
    import duckdb

# A header longer than this is no header.
_HEADER_BYTES = 1 << 20
# DuckDB's own 32 MB a buffer, several a thread, would be half of an import's memory.
_BUFFER = 4 << 20


@dataclass(frozen=True)
class Raw:
    """The rows of a file before anything is understood.

    Attributes:
        sql: What stands behind FROM: one row a record, in the order of the file.
        values: Name in the shape -> SQL for its raw value; names that the file does not have are missing.
        lists: Names whose value is a list, not a text.
        line: SQL for the line in the user's file, where the record itself says it.
        broken: SQL for why a record is no record, null for a good one.
    """

    sql: str
    values: Mapping[str, str]
    lists: frozenset[str] = frozenset()
    line: str | None = None
    broken: str | None = None


def raw(connection: duckdb.DuckDBPyConnection, extract: Extract, names: Iterable[str]) -> Raw:
    """The relation of an extract that yields the named columns."""
    if extract.layout == "csv":
        return csv_raw(extract.path, extract.delimiter, header(extract.path, extract.delimiter), names)
    if extract.layout == "parquet":
        return _parquet(connection, extract.path, names)
    return _json(extract, names)


def header(path: Path, delimiter: str) -> list[str]:
    """The header of a CSV.

    Raises:
        BadFileError: It is not text.
    """
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    try:
        text = start.decode("utf-8-sig", errors="strict" if len(start) < _HEADER_BYTES else "ignore")
    except UnicodeDecodeError:
        text = start.splitlines()[0].decode("utf-8-sig", errors="replace")
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error as error:
        raise BadFileError(f"The header of {path.name} cannot be read ({error}); export the file again.") from error


def csv_raw(path: Path, delimiter: str, columns: list[str], names: Iterable[str], *, repaired: bool = False) -> Raw:
    """A CSV, read strictly: a record that is not what the standard says stops the reading with an error.

    Args:
        path: The file.
        delimiter: Between its fields.
        columns: Its header.
        names: The columns wanted.
        repaired: It was written by `csv_repair.repair`: line and reason stand before the columns.
    """
    own = ["line", "broken"] if repaired else []
    fields = [*own, *(f"c{index}" for index in range(len(columns)))]
    types = ", ".join(f"'{field}': 'VARCHAR'" for field in fields)
    sql = (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)}, "
        f"quote = '\"', escape = '\"', strict_mode = true, buffer_size = {_BUFFER}, columns = {{{types}}})"
    )
    places = _places(columns)
    values = {name: f"c{places[_folded(name)]}" for name in names if _folded(name) in places}
    return Raw(sql, values, line="CAST(line AS BIGINT)" if repaired else None, broken="broken" if repaired else None)


def _places(columns: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, column in enumerate(columns):
        places.setdefault(_folded(column), index)
    return places


def _folded(name: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", name.strip(" \t\r\n\u00a0\ufeff")).casefold()


def _json(extract: Extract, names: Iterable[str]) -> Raw:
    """All pointers of a row in one call, which parses the row once; a list is then taken out of its own short text."""
    wanted = list(dict.fromkeys(names))
    starred = [name for name in wanted if "*" in name]
    plain = [name for name in wanted if "*" not in name]
    plain += [f"/{extract.line_key}"] if extract.line_key else []
    pointers = list(dict.fromkeys([*plain, *(_stem(name) for name in starred)]))
    places = {pointer: f"p[{index}]" for index, pointer in enumerate(pointers, start=1)}
    values = {name: places[name] for name in plain}
    for name in starred:
        stem = places[_stem(name)]
        values[name] = f"CASE WHEN left({stem}, 1) = '[' THEN json_extract_string({stem}, {literal(_rest(name))}) END"
    line = f"CAST({values.pop(f'/{extract.line_key}')} AS BIGINT)" if extract.line_key else None
    array = "read_json_objects({}, format = 'array')"
    read = array if extract.layout == "array" else "read_ndjson_objects({}, ignore_errors = true)"
    objects = (
        f"SELECT CASE WHEN left(json, 1) = '{{' THEN json END AS json FROM {read.format(literal(str(extract.path)))}"
    )
    listed = ", ".join(literal(pointer) for pointer in pointers)
    sql = f"(SELECT json, json_extract_string(json, [{listed}]) AS p FROM ({objects}))"
    return Raw(sql, values, frozenset(starred), line, "CASE WHEN json IS NULL THEN 'not a JSON object' END")


def _stem(pointer: str) -> str:
    return pointer[: pointer.index("/*")]


def _rest(pointer: str) -> str:
    """What follows a pointer's first list, as the path that DuckDB wants for lists."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer[pointer.index("/*") + 1 :].split("/")]
    return "$" + "".join("[*]" if step == "*" else f'."{step}"' for step in steps)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path, names: Iterable[str]) -> Raw:
    sql = f"read_parquet({literal(str(path))})"
    kinds = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()}
    lists = frozenset(name for name in names if kinds.get(name, "").endswith("[]"))
    values = {
        name: quoted(name) if name in lists else f"CAST({quoted(name)} AS VARCHAR)" for name in names if name in kinds
    }
    return Raw(sql, values, lists)
