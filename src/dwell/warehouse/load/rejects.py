"""The rejects file: every row that was not kept, with its line, one reason, and its text."""

from __future__ import annotations

import csv
import itertools
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.errors import os_error
from dwell.disk.flush import flush
from dwell.records import Extract
from dwell.warehouse.load.loaded import SHOWN
from dwell.warehouse.load.locate import Reject, Wanted, locate
from dwell.warehouse.load.rows import Staged

if TYPE_CHECKING:
    import duckdb


def rejects_of(
    connection: duckdb.DuckDBPyConnection,
    extracts: Sequence[Extract],
    staged: Sequence[Staged],
    repaired: Sequence[bool],
) -> Iterator[Reject]:
    """All rejects of a file, extract by extract, in the order of the lines."""
    for extract, stage, mended in zip(extracts, staged, repaired, strict=True):
        prefix = f"{stage.label}: " if stage.label else ""
        unread = [(line, reason, text) for line, reason, text in extract.rejects]
        found = locate(extract, _wanted(connection, stage), repaired=mended)
        for line, reason, text in itertools.chain(unread, found):
            yield line, prefix + reason, text


def _wanted(connection: duckdb.DuckDBPyConnection, stage: Staged) -> Iterator[Wanted]:
    last = stage.offset + stage.verdict.rows
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.rn - {stage.offset}, g.line, r.reason FROM work.rejects r JOIN {stage.table} g "
            f"ON g.{stage.place} = r.rn - {stage.offset} WHERE r.rn >= {stage.offset} AND r.rn < {last} ORDER BY r.rn"
        )
        while rows := cursor.fetchmany(10_000):
            yield from rows


def first(rejects: Iterable[Reject]) -> Iterator[Reject]:
    """The rejects that are shown at once."""
    return itertools.islice(rejects, SHOWN)


def write(rejects: Iterable[Reject], folder: Path, name: str) -> Path:
    """Writes the rejects file, whole under its name or not at all, and returns its path.

    Raises:
        StorageError: It cannot be written.
    """
    target = folder / name
    half = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with half.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "reason", "text"])
            writer.writerows(rejects)
        flush(half)
        half.replace(target)
        flush(folder)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise os_error(target, error) from error
    return target
