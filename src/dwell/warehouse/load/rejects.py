"""The rejects file: every row that was not kept, with its line, one reason, and its text."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.errors import os_error
from dwell.disk.replace import replacing
from dwell.records import Extract
from dwell.text.spreadsheets import guard_cell
from dwell.visible import has_hidden, mark_line
from dwell.warehouse.load.loaded import SHOWN
from dwell.warehouse.load.rows import CheckedExtract
from dwell.warehouse.load.source_records import RecordReject, Reject, find_records

if TYPE_CHECKING:
    import duckdb

_MOST_BYTES = 160
"""Of the source's name; a name has 255 at most, and a letter up to four."""


def list_rejects(
    connection: duckdb.DuckDBPyConnection,
    extracts: Sequence[Extract],
    checked: Sequence[CheckedExtract],
    repaired: Sequence[bool],
) -> Iterator[Reject]:
    """All rejects of a file, extract by extract, in the order of the lines."""
    for extract, rows, is_repaired in zip(extracts, checked, repaired, strict=True):
        prefix = f"{rows.label}: " if rows.label else ""
        unread = [(line, reason, text) for line, reason, text in extract.rejects]
        records = find_records(extract, _record_rejects(connection, rows), repaired=is_repaired)
        for line, reason, text in itertools.chain(unread, records):
            yield line, prefix + reason, text


def _record_rejects(connection: duckdb.DuckDBPyConnection, checked: CheckedExtract) -> Iterator[RecordReject]:
    first, last = checked.offset, checked.offset + checked.facts.rows
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.row_id - {first}, c.line, r.reason FROM work.rejects r JOIN {checked.table} c "
            f"ON c.{checked.number_column} = r.row_id - {first} "
            f"WHERE r.row_id >= {first} AND r.row_id < {last} ORDER BY r.row_id"
        )
        while rows := cursor.fetchmany(10_000):
            yield from rows


def first_rejects(rejects: Iterable[Reject]) -> Iterator[Reject]:
    """The rejects that are shown at once."""
    return itertools.islice(rejects, SHOWN)


def rejects_name(source: Path, batch_id: str) -> str:
    """The name of the rejects file: of its source, a dash for each sign that nobody sees, and of the batch.

    A name of a stranger's file may have signs that control a terminal, line breaks, or bytes that are no UTF-8.
    """
    stem = "".join("-" if has_hidden(sign) else sign for sign in source.stem).strip(" .-") or "file"
    return f"{stem.encode()[:_MOST_BYTES].decode(errors='ignore')}-{batch_id[:8]}.csv"


def write_rejects(rejects: Iterable[Reject], folder: Path, name: str) -> Path:
    """Writes the rejects file, whole under its name or not at all, and returns its path.

    People open it with a spreadsheet: texts are guarded. Apart from that, a row's text is as it was in its file.

    Raises:
        StorageError: It cannot be written.
    """
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(target) as path, path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "reason", "text"])
            writer.writerows((line, guard_cell(mark_line(reason)), guard_cell(text)) for line, reason, text in rejects)
    except OSError as error:
        raise os_error(target, error) from error
    return target
