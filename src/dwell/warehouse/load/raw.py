"""Step `raw`: the records of an extract as the engine reads them, and where each named column or pointer stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import BadFileError
from dwell.records import Extract
from dwell.settings.limits import CSV_ROW, JSON_ROW
from dwell.text.invisible import drop_invisible
from dwell.text.spreadsheets import GUARD, GUARDED
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

# A header longer than this is no header.
_HEADER_BYTES = 1 << 20
# DuckDB's own 32 MB a buffer, several a thread, would be half of an import's memory.
_BUFFER = 4 << 20
_TEXT = "VARCHAR"
_UNGUARDED = (
    f"CASE WHEN starts_with({{0}}, {quote_text(GUARD)}) AND regexp_matches({{0}}, {quote_text(GUARDED)}) "
    "THEN {0}[2:] ELSE {0} END"
)
"""SQL of `text.spreadsheets.unguard_cell`."""
_WITHOUT_NUL = "replace({}, chr(0), '')"
"""A text without NUL, at which databases and terminals end it; `opening` takes it out of plain text."""
NOT_JSON = "not a JSON object"
REPEATED_KEY = "a key has two values"
"""Why a record of JSON cannot be read."""


@dataclass(frozen=True)
class RawRows:
    """The records of a file before anything is read out of them.

    Attributes:
        steps: Pipeline that ends with `raw`: one row a record, in the order of the file.
        values: Name in the shape -> SQL of its value in `raw`; names that the file does not have are missing.
        types: Name -> DuckDB type of its value, where that is not text.
        line: SQL of the line in the user's file, where the record itself holds it.
        broken: SQL of why a record cannot be read, null for a good one.
    """

    steps: Pipeline
    values: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)
    line: str | None = None
    broken: str | None = None

    def type_of(self, name: str) -> str:
        """DuckDB type of a value."""
        return self.types.get(name, _TEXT)


def raw_rows(connection: duckdb.DuckDBPyConnection, extract: Extract, names: Iterable[str]) -> RawRows:
    """The records of an extract with the values of the named columns."""
    if extract.layout == "csv":
        return csv_rows(extract, header(extract), names)
    if extract.layout == "parquet":
        return _parquet_rows(connection, extract.path, names)
    return _json_rows(extract, names)


def header(extract: Extract) -> list[str]:
    """The header of a CSV.

    Raises:
        BadFileError: It is not text.
    """
    if extract.header:
        return list(extract.header)
    path = extract.path
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    try:
        text = start.decode("utf-8-sig", errors="strict" if len(start) < _HEADER_BYTES else "ignore")
    except UnicodeDecodeError:
        text = start.splitlines()[0].decode("utf-8-sig", errors="replace")
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=extract.delimiter), [])
    except csv.Error as error:
        raise BadFileError(f"The header of {extract.name} cannot be read; export the file again.") from error


def csv_rows(extract: Extract, columns: list[str], names: Iterable[str], *, repaired: bool = False) -> RawRows:
    """A CSV, read strictly: a record that breaks the standard stops the reading with an error.

    Args:
        extract: The file.
        columns: Its header.
        names: The columns wanted.
        repaired: It was written by `csv_repair.repair`: line and reason stand before the columns.
    """
    own = ["line", "broken"] if repaired else []
    fields = [*own, *(f"c{index}" for index in range(len(columns)))]
    types = ", ".join(f"'{field}': 'VARCHAR'" for field in fields)
    most = CSV_ROW.value()
    sql = (
        f"SELECT * FROM read_csv({quote_text(str(extract.path))}, auto_detect = false, header = true, "
        f"delim = {quote_text(extract.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"buffer_size = {max(_BUFFER, 2 * most)}, max_line_size = {most}, "
        f"columns = {{{types}}})"
    )
    indexes = _column_indexes(columns)
    places = {name: indexes.get(name, indexes.get(_fold_header(name))) for name in names}
    value = _UNGUARDED if extract.guarded else "{}"
    values = {name: value.format(f"c{index}") for name, index in places.items() if index is not None}
    line, broken = ("CAST(line AS BIGINT)", "broken") if repaired else (None, None)
    return RawRows(Pipeline().add("raw", sql), values, line=line, broken=broken)


def _column_indexes(columns: list[str]) -> dict[str, int]:
    indexes: dict[str, int] = {}
    for index, column in enumerate(columns):
        indexes.setdefault(column, index)
    for index, column in enumerate(columns):
        indexes.setdefault(_fold_header(column), index)
    return indexes


def _fold_header(name: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", drop_invisible(name).strip(" \t\r\n\u00a0")).casefold()


def _json_rows(extract: Extract, names: Iterable[str]) -> RawRows:
    """All pointers of a row in one call, which parses the row once; a list is then taken out of its own short text."""
    wanted = list(dict.fromkeys(names))
    lists = [name for name in wanted if "*" in name]
    single = [name for name in wanted if "*" not in name]
    single += [f"/{extract.line_key}"] if extract.line_key else []
    pointers = list(dict.fromkeys([*single, *(_list_pointer(name) for name in lists)]))
    places = {pointer: f"extracted[{index}]" for index, pointer in enumerate(pointers, start=1)}
    values = {name: places[name] for name in single}
    for name in lists:
        text, path = places[_list_pointer(name)], quote_text(_path_in_list(name))
        values[name] = f"CASE WHEN left({text}, 1) = '[' THEN json_extract_string({text}, {path}) END"
    line = f"CAST({values.pop(f'/{extract.line_key}')} AS BIGINT)" if extract.line_key else None
    most = f"maximum_object_size = {JSON_ROW.value()}"
    array = f"read_json_objects({{}}, format = 'array', {most})"
    read = array if extract.layout == "array" else f"read_ndjson_objects({{}}, ignore_errors = true, {most})"
    steps = Pipeline().add(
        "objects",
        "SELECT CASE WHEN left(json, 1) = '{' THEN json END AS json "
        f"FROM {read.format(quote_text(str(extract.path)))}",
    )
    listed = ", ".join(quote_text(pointer.replace("~2", "*")) for pointer in pointers)  # a key's own star
    extracted = f"json_extract_string(json, [{listed}])"
    clean = f"list_transform({extracted}, lambda x: {_WITHOUT_NUL.format('x')})"
    extracted = f"CASE WHEN contains(json, '\\u0000') THEN {clean} ELSE {extracted} END"
    steps = steps.add("raw", f"SELECT json, {extracted} AS extracted FROM objects")
    broken = f"CASE WHEN json IS NULL THEN {quote_text(NOT_JSON)} END"
    if not extract.line_key:  # what dwell wrote itself repeats no key
        broken = broken.replace(" END", f" WHEN {_repeats_a_key(pointers)} THEN {quote_text(REPEATED_KEY)} END")
    return RawRows(steps, values, dict.fromkeys(lists, "VARCHAR[]"), line, broken)


def _repeats_a_key(pointers: Iterable[str]) -> str:
    """SQL for whether one of the objects that hold these values has two values under one key; which is meant?"""
    objects = dict.fromkeys(pointer.rpartition("/")[0].replace("~2", "*") for pointer in pointers)
    listed = ", ".join(quote_text(place or "$") for place in objects)
    return f"list_bool_or(list_transform(json_keys(json, [{listed}]), lambda keys: len(keys) <> list_unique(keys)))"


def _list_pointer(pointer: str) -> str:
    return pointer[: pointer.index("/*")]


def _path_in_list(pointer: str) -> str:
    """What follows a pointer's first list, as the path that DuckDB wants for lists."""
    steps = [
        step.replace("~2", "*").replace("~1", "/").replace("~0", "~")
        for step in pointer[pointer.index("/*") + 1 :].split("/")
    ]
    return "$" + "".join("[*]" if step == "*" else f'."{step}"' for step in steps)


def _parquet_rows(connection: duckdb.DuckDBPyConnection, path: Path, names: Iterable[str]) -> RawRows:
    rows = f"FROM read_parquet({quote_text(str(path))})"
    types = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {rows}").fetchall()}
    known = {name: types[name] for name in names if name in types}
    texts = [quote_name(name) for name, kind in known.items() if kind == _TEXT]
    replaced = ", ".join(f"{_WITHOUT_NUL.format(name)} AS {name}" for name in texts)
    sql = f"SELECT * {f'REPLACE ({replaced}) ' if texts else ''}{rows}"
    return RawRows(Pipeline().add("raw", sql), {name: quote_name(name) for name in known}, known)
