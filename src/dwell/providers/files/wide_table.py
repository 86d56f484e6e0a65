"""A CSV with thousands of columns: only those that are read are passed to the engine, which would hold all of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from dwell.errors import BadFileError
from dwell.providers.opening import new_file, write_chunks
from dwell.providers.part import Part
from dwell.text.csv_rows import csv_row

MOST_COLUMNS = 2_000
"""A CSV with more columns is copied without those that nobody reads."""


def narrow_table(part: Part, names: Iterable[str], scratch: Path) -> Part:
    """The part with the named columns only, each row on its line; the part itself where it is not wide.

    Raises:
        BadFileError: It cannot be read as a table.
    """
    if len(part.header) <= MOST_COLUMNS:
        return part
    wanted = dict.fromkeys(names)
    indexes = {name: index for index, name in reversed(list(enumerate(part.header))) if name in wanted}
    target = new_file(scratch, ".csv")
    try:
        write_chunks(target, _rows(part, sorted(indexes.values())))
    except csv.Error as error:
        raise BadFileError(f"{part.name} can't be read as a table: save it again as CSV.") from error
    header = tuple(part.header[index] for index in sorted(indexes.values()))
    return replace(part, path=target, header=header, lines=None, rows=())


def _rows(part: Part, indexes: list[int]) -> Iterator[bytes]:
    written = 0
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        reader, start = csv.reader(stream, delimiter=part.delimiter), 1
        for row in reader:
            if row:
                whole = len(row) == len(part.header)
                cells = [row[index] for index in indexes] if whole else [part.delimiter.join(row)]
                text = csv_row(cells, part.delimiter)
                yield ("\n" * (start - 1 - written) + text).encode()
                written = start - 1 + text.count("\n")
            start = reader.line_num + 1
