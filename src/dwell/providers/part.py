"""What recognition looks at: one plain file, its header or first objects, and how it is laid out."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dwell.errors import BadFileError
from dwell.providers.opening import HEAD_BYTES, PlainFile

Layout = Literal["csv", "ndjson", "array", "document", "parquet"]

SAMPLE_ROWS = 1_000
MAX_DOCUMENT_BYTES = 64 << 20
"""A JSON document up to this size is parsed in memory; a longer array is loaded in place, a longer wrapper streams."""

csv.field_size_limit(HEAD_BYTES)


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
        objects: First objects of JSON lines or of an array.
        document: The value of a JSON document.
        lines: Lines of a CSV, where they were counted.
    """

    name: str
    path: Path
    layout: Layout
    header: tuple[str, ...] = ()
    delimiter: str = ","
    rows: tuple[tuple[str, ...], ...] = ()
    objects: tuple[dict[str, Any], ...] = ()
    document: Any = field(default=None, repr=False)
    lines: int | None = None

    def column(self, name: str) -> list[str]:
        """First values of a CSV column, or of a flat key."""
        if self.layout == "csv":
            index = self.header.index(name)
            return [row[index] for row in self.rows if len(row) > index]
        return [str(item[name]) for item in self.objects if item.get(name) is not None]


def inspect_part(plain: PlainFile) -> Part:
    """Inspect the start of a plain file.

    Raises:
        BadFileError: For JSON that is cut off or damaged at its start, or a file without a header line.
    """
    raw = plain.head if plain.head is not None else _read_head(plain.path)
    if raw.startswith(b"PAR1"):
        from dwell.providers.parquet_footer import column_names

        return Part(plain.name, plain.path, "parquet", column_names(plain.name, plain.path))
    text = raw.decode("utf-8-sig", errors="ignore")
    if text.lstrip().startswith(("{", "[")):
        return _inspect_json(plain, text, whole=len(raw) < HEAD_BYTES)
    return _inspect_csv(plain, text)


def _read_head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def _inspect_csv(plain: PlainFile, text: str) -> Part:
    lines = io.StringIO(text.lstrip("\r\n"), newline="")
    delimiter = _delimiter(text.lstrip("\r\n"))
    try:
        rows = [tuple(row) for row in itertools.islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS + 1)]
    except csv.Error as error:
        raise BadFileError(f"{plain.name} can't be read as a table ({error}): save it again as CSV.") from error
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise BadFileError(f"{plain.name} has no header line: the first line must name the columns.")
    return Part(plain.name, plain.path, "csv", rows[0], delimiter, tuple(rows[1:]), lines=plain.lines)


def _delimiter(text: str) -> str:
    """Which of `,` `;` tab `|` splits the header most often, outside quotes."""
    header = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t|", key=header.count)


def _inspect_json(plain: PlainFile, text: str, *, whole: bool) -> Part:
    lines = [line for line in text.splitlines()[: SAMPLE_ROWS + 1] if line.strip()]
    objects = tuple(item for item in map(_parse_object, lines[:SAMPLE_ROWS]) if item)
    if objects and (len(lines) > 1 or not whole):
        return Part(plain.name, plain.path, "ndjson", object_keys(objects), objects=objects)
    if plain.path.stat().st_size > MAX_DOCUMENT_BYTES:
        return _inspect_long_json(plain)
    try:
        value = json.loads(text if whole else plain.path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadFileError(f"{plain.name} is cut off or damaged JSON ({error}): export it again.") from error
    if isinstance(value, list):
        first = tuple(item for item in value[:SAMPLE_ROWS] if isinstance(item, dict))
        return Part(plain.name, plain.path, "array", object_keys(first), objects=first, document=value)
    return Part(plain.name, plain.path, "document", object_keys((value,)), objects=(value,), document=value)


def _inspect_long_json(plain: PlainFile) -> Part:
    from dwell.providers.json_stream import find_first_list, iterate_items

    try:
        place = find_first_list(plain.path)
        first = tuple(
            item
            for item, _ in itertools.islice(iterate_items(plain.path, place), SAMPLE_ROWS)
            if isinstance(item, dict)
        )
    except ValueError as error:
        raise BadFileError(f"{plain.name} is cut off or damaged JSON ({error}): export it again.") from error
    return Part(plain.name, plain.path, "array" if place == () else "document", object_keys(first), objects=first)


def _parse_object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def object_keys(objects: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """Keys of the objects, in order of appearance, without repeats."""
    return tuple(dict.fromkeys(key for item in objects for key in item))


def json_lines(part: Part) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Line number, object (None for a damaged line) and text of each line of a JSON lines file."""
    with part.path.open(encoding="utf-8-sig", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, _parse_object(line), line.rstrip("\r\n")
