"""What recognition looks at: one plain file, its header or first objects, and how it is laid out."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from dwell.errors import BadFileError
from dwell.providers.json_columns import rows_of_columns
from dwell.providers.json_rows import MOST_LETTERS, TOO_DEEP, KindOf, Row, find_line_rows, find_rows, stream_rows
from dwell.providers.json_stream import LONG, MOST_CONTAINERS, NESTED, JsonReader, count_containers, parse_json
from dwell.providers.opening import PlainFile, head_bytes
from dwell.providers.payloads import find_error, find_nested_error, is_empty_answer
from dwell.providers.table_head import find_delimiter, read_head
from dwell.settings.limits import COLUMNS, CSV_ROW, DEPTH, HEADER, JSON_ROW

Layout = Literal["csv", "ndjson", "array", "document", "parquet"]

PARQUET = "PAR1"
"""How a Parquet file begins."""
_JSON_START = re.compile(r"""\s*(?:null\s+)*(?:\{|\[\s*(?:[\[{"'\]\d-]|true\b|false\b|null\b|NaN\b|$))""")
SAMPLE_ROWS = 1_000
MAX_DOCUMENT_BYTES = 64 << 20
"""A JSON document up to this size is parsed in memory; a longer array is loaded in place, a longer wrapper streams."""


@dataclass(frozen=True)
class Part:
    """One plain file, inspected.

    Attributes:
        name: Its name as given by the user or the archive.
        path: The file.
        layout: How its rows are laid out; a `document` is one JSON value that is not a list.
        header: Of a CSV or Parquet file: the column names as written; of JSON: the keys of the first objects.
        delimiter: Of a CSV.
        rows: First rows of a CSV.
        objects: First rows of JSON, out of their wrappers.
        known: A format recognises some of them; otherwise they are the objects that most look like rows.
        direct: The lines, or the entries of the array, are the rows themselves.
        keys: Of the outermost objects of JSON.
        document: The value of a JSON document.
        lines: Lines of a CSV, where they were counted.
        rejects: Rows that are not read: (line, reason, text).
        from_1904: It is a sheet of a workbook that counts days from 1904.
    """

    name: str
    path: Path
    layout: Layout
    header: tuple[str, ...] = ()
    delimiter: str = ","
    rows: tuple[tuple[str, ...], ...] = ()
    objects: tuple[dict[str, Any], ...] = ()
    known: bool = False
    direct: bool = False
    keys: tuple[str, ...] = ()
    document: Any = field(default=None, repr=False)
    lines: int | None = None
    rejects: tuple[tuple[int, str, str], ...] = ()
    from_1904: bool = False

    def column(self, name: str) -> list[str]:
        """First values of a CSV column, or of a flat key."""
        if self.layout == "csv":
            index = self.header.index(name)
            return [row[index] for row in self.rows if len(row) > index]
        return [str(item[name]) for item in self.objects if item.get(name) is not None]


def inspect_part(plain: PlainFile, kind_of: KindOf) -> Part:
    """Inspect the start of a plain file.

    Args:
        plain: The file.
        kind_of: What an object is to any format.

    Raises:
        BadFileError: For JSON that is cut off or damaged at its start, or a file without a header line.
    """
    text = read_head(plain)
    if text.startswith(PARQUET):
        from dwell.providers.parquet_footer import column_names

        return Part(plain.name, plain.path, "parquet", column_names(plain.name, plain.path))
    if is_json(text):
        return _inspect_json(plain, text, kind_of, whole=plain.path.stat().st_size < head_bytes())
    return _inspect_csv(plain, text)


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does; `[Report]` is the title of a table, and a first line may be `null`."""
    return _JSON_START.match(text) is not None


def _inspect_csv(plain: PlainFile, text: str) -> Part:
    if "\n" not in text and plain.path.stat().st_size > head_bytes():
        raise BadFileError(
            f"The first line of {plain.name} is longer than {HEADER}, which no header is: export it again, or set "
            f"{HEADER.variable} higher."
        )
    delimiter = plain.delimiter or find_delimiter(text.split("\n", 1)[0])
    csv.field_size_limit(max(head_bytes(), CSV_ROW.value()))
    lines = io.StringIO(text, newline="")
    try:
        rows = [tuple(row) for row in itertools.islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS + 1)]
    except csv.Error as error:
        raise BadFileError(f"{plain.name} can't be read as a table: save it again as CSV.") from error
    if rows and len(rows[0]) > COLUMNS.value():
        raise too_wide(plain.name, len(rows[0]), "columns")
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise BadFileError(f"{plain.name} has no header line: the first line must name the columns.")
    first = tuple(filter(None, rows[1:]))
    return Part(
        plain.name, plain.path, "csv", rows[0], delimiter, first, lines=plain.lines, from_1904=plain.from_1904
    )  # fmt: skip


def too_wide(name: str, number: int, what: str) -> BadFileError:
    """The error for a table with more columns than the limit."""
    return BadFileError(
        f"{name} has {number:,} {what}, more than {COLUMNS}: leave out what dwell does not read, or set "
        f"{COLUMNS.variable} higher."
    )


def _inspect_json(plain: PlainFile, text: str, kind_of: KindOf, *, whole: bool) -> Part:
    lines = [line for line in text.split("\n", SAMPLE_ROWS + 1)[: SAMPLE_ROWS + 1] if line.strip()]
    values = [_parse_line(line) for line in lines[:SAMPLE_ROWS]]
    if _are_json_lines(values) and (len(lines) > 1 or not whole):
        numbered = ((number, value, "") for number, value in enumerate(values, 1))
        return _json_part(plain, "ndjson", values, find_line_rows(numbered, kind_of), kind_of)
    try:
        if plain.path.stat().st_size <= MAX_DOCUMENT_BYTES:
            text = text if whole else plain.path.read_text("utf-8-sig")
            value, is_single = _decode(text) if count_containers(text) <= MOST_CONTAINERS else (None, False)
            if is_single:
                return _document_part(plain, value, kind_of)
        start = _first_entries(plain.path) if text.lstrip().startswith("[") else None
        layout: Layout = "document" if start is None else "array"
        entries = _first_objects(plain.path) if start is None else start
        return _json_part(plain, layout, entries, stream_rows(plain.path, kind_of), kind_of)
    except (ValueError, RecursionError) as error:
        raise damaged_json(plain.name, error) from error


def damaged_json(name: str, error: Exception) -> BadFileError:
    """The error for JSON that cannot be read, with the place where that is known."""
    if isinstance(error, RecursionError) or NESTED in str(error):
        return BadFileError(f"{name} nests lists and objects so deeply that it cannot be read: export it again.")
    if LONG in str(error):
        return BadFileError(
            f"{name} holds a text longer than {JSON_ROW}: shorten it, or set {JSON_ROW.variable} higher."
        )
    place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    return BadFileError(f"{name} is cut off or damaged JSON{place}: export it again.")


def _are_json_lines(values: list[Any]) -> bool:
    """Whether lines are JSON lines: the first is a whole value, or most are where the first is damaged."""
    containers = [value for value in values if isinstance(value, (list, dict)) and value]
    return bool(containers) and (values[0] is containers[0] or 2 * len(containers) > len(values))


def _decode(text: str) -> tuple[Any, bool]:
    """The first JSON value of a text, and whether it is the only one."""
    start = len(text) - len(text.lstrip())
    value, end = parse_json(text, start)
    return value, not text[end:].strip()


def _document_part(plain: PlainFile, value: Any, kind_of: KindOf) -> Part:
    value = rows_of_columns(value) or value
    if isinstance(value, list):
        part = _json_part(plain, "array", value[:SAMPLE_ROWS], find_rows(value, kind_of), kind_of)
    else:
        part = _json_part(plain, "document", [value], find_rows(value, kind_of), kind_of)
    return replace(part, document=value)


def _json_part(plain: PlainFile, layout: Layout, entries: list[Any], rows: Iterator[Row], kind_of: KindOf) -> Part:
    """A part with its first rows; where no format knows any, with the first objects that look like rows.

    Raises:
        BadFileError: It holds an error of an API, or an empty list.
    """
    reasons = set[str]()
    items = (row.item for row in _note_reasons(rows, reasons) if row.item is not None)
    objects = tuple(itertools.islice(items, SAMPLE_ROWS))
    known = [item for item in objects if kind_of(item)]
    if not known:
        if deep := next((reason for reason in reasons if reason.startswith(TOO_DEEP)), None):
            raise BadFileError(f"{plain.name} has no rows that can be read: {deep}; set {DEPTH.variable} higher.")
        if message := find_nested_error(entries):
            raise BadFileError(f"{plain.name} is an error of the API, not data ({message}): it has nothing to load.")
        if entries == [] or any(map(is_empty_answer, entries)):
            raise BadFileError(f"{plain.name} holds an empty list: there is nothing to load.")
        objects = tuple(itertools.islice(_likely_rows(entries), SAMPLE_ROWS))
        if not objects:
            raise BadFileError(f"{plain.name} holds no objects: it is JSON, but not a list of posts.")
    direct = layout in {"ndjson", "array"} and not any(_is_wrapped(entry, kind_of) for entry in entries if entry)
    keys = object_keys(tuple(entry for entry in entries if isinstance(entry, dict)))
    header = object_keys(objects)
    if len(header) > COLUMNS.value():
        raise too_wide(plain.name, len(header), "different keys in its first rows")
    return Part(
        plain.name, plain.path, layout, header, objects=objects, known=bool(known), direct=direct, keys=keys
    )  # fmt: skip


def _note_reasons(rows: Iterator[Row], reasons: set[str]) -> Iterator[Row]:
    for row in rows:
        reasons.add(row.reason)
        yield row


def _is_wrapped(entry: Any, kind_of: KindOf) -> bool:
    """Whether an entry is not a row itself: it holds rows, or an error instead of one."""
    if not isinstance(entry, dict):
        return isinstance(entry, list)
    if kind_of(entry):
        return False
    return find_error(entry) is not None or any(row.item for row in find_rows(entry, kind_of))


def _likely_rows(entries: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects of the outermost list of objects; an object without such a list is itself one."""
    level = [entry for entry in entries if isinstance(entry, (list, dict))]
    if len(level) > 1:
        yield from (entry for entry in level if isinstance(entry, dict))
        return
    outermost = next((entry for entry in level if isinstance(entry, dict)), None)
    for _ in range(5):
        lists = [value for value in level if isinstance(value, list) and any(isinstance(one, dict) for one in value)]
        if lists:
            yield from (one for one in lists[0] if isinstance(one, dict))
            return
        children = (value.values() if isinstance(value, dict) else value for value in level)
        level = [child for values in children for child in values if isinstance(child, (list, dict))]
    while outermost and isinstance(outermost.get("data"), dict):
        outermost = outermost["data"]
    if outermost:
        yield outermost


def _first_entries(path: Path) -> list[Any] | None:
    """The first entries of one long list; None where they are too long to be rows."""
    with path.open(encoding="utf-8-sig") as stream:
        reader, entries = JsonReader(stream), list[Any]()
        for _ in reader.items():
            read = reader.read_value(MOST_LETTERS)
            if read is None:
                return None
            entries.append(read[0])
            if len(entries) >= SAMPLE_ROWS:
                return entries
    return entries


def _first_objects(path: Path) -> list[Any]:
    """The first objects that are short enough for rows, whatever they are."""
    rows = stream_rows(path, lambda item: "post" if item else None)
    return list(itertools.islice((row.item for row in rows), 20))


def _parse_line(line: str) -> Any:
    try:
        value, is_single = _decode(line)
    except (ValueError, RecursionError):
        return None
    return value if is_single else None


def object_keys(objects: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """Keys of the objects, in order of appearance, without repeats."""
    return tuple(dict.fromkeys(key for item in objects for key in item))


def first_rows(part: Part, most: int = 20) -> list[dict[str, Any]]:
    """The first rows of a JSON file, out of their wrappers; none where no format knows them."""
    return list(part.objects[:most]) if part.known else []


def iterate_rows(part: Part, kind_of: KindOf) -> Iterator[tuple[int, Row]]:
    """The rows of a JSON file, out of their wrappers, and what stands among them.

    The number is the line in JSON lines; elsewhere it is the position among the entries of the lists that hold rows.

    Args:
        part: The file.
        kind_of: Of the format that reads it. Where that knows no object of the file, objects like the first are rows.

    Raises:
        BadFileError: The file is cut off or damaged.
    """
    if not any(kind_of(item) for item in part.objects):
        kind_of = _kind_like(part.objects)
    if part.layout == "ndjson":
        yield from ((row.line, row) for row in find_line_rows(_json_lines(part.path), kind_of))
        return
    rows = find_rows(part.document, kind_of) if part.document is not None else stream_rows(part.path, kind_of)
    try:
        yield from enumerate(rows, 1)
    except ValueError as error:
        raise damaged_json(part.name, error) from error


def _kind_like(objects: tuple[dict[str, Any], ...]) -> KindOf:
    keys = set(objects[0]) if objects else set()
    return lambda item: "post" if 2 * len(keys & item.keys()) >= len(keys) > 0 else None


def _json_lines(path: Path) -> Iterator[tuple[int, Any, str]]:
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, _parse_line(line), line.rstrip("\r\n")
