"""Checksums of rows: the journal keeps one sum for each batch in each table, and readers compare what they read.

A sum does not depend on the order of the rows, so a write adds what it stores and subtracts what it replaces. The
checksum of a row is the CRC-32 of its values as MessagePack, in the order of the names of its columns.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec

from dwell.records import Table
from dwell.warehouse.columns import REPLACES, SEQ

NAME = "batch_checksums"
SCHEMA = (
    f"CREATE TABLE {NAME} (name TEXT, seq INTEGER, rows INTEGER NOT NULL, replacing INTEGER NOT NULL, "
    "checksum INTEGER NOT NULL, PRIMARY KEY (name, seq)) WITHOUT ROWID"
)

encode = msgspec.msgpack.Encoder().encode

_ADD = (
    f"INSERT INTO {NAME} VALUES (?, ?, ?, ?, ?) ON CONFLICT (name, seq) DO UPDATE SET rows = rows + excluded.rows, "
    "replacing = replacing + excluded.replacing, checksum = checksum + excluded.checksum"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of the rows of one batch in one table.

    Attributes:
        rows: How many.
        replacing: How many of them replace a row of the lake.
        checksum: The sum of their checksums.
    """

    rows: int
    replacing: int
    checksum: int


def checksum(values: Sequence[Any]) -> int:
    """The CRC-32 of one row, or of several."""
    return zlib.crc32(encode(values))


def as_stored(table: Table, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows as SQLite gives them back: whole numbers in a column of numbers as floats, no -0.0 and no NaN.

    The values of a row begin with those of the table's columns.
    """
    places = [place for place, column in enumerate(table.columns) if column.kind == "number"]
    if not places:
        return list(rows)
    stored = []
    for row in rows:
        values = list(row)
        for place in places:
            if (value := values[place]) is not None:
                values[place] = float(value) + 0.0 if value == value else None
        stored.append(tuple(values))
    return stored


def add_up(rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> dict[int, Sum]:
    """Batch -> the sum of its rows, which have these columns, `seq` among them."""
    in_order = itemgetter(*sorted(range(len(columns)), key=columns.__getitem__))
    batch, replaces = columns.index(SEQ), columns.index(REPLACES) if REPLACES in columns else None
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    crc32 = zlib.crc32
    for row in rows:
        total = totals[row[batch]]
        total[0] += 1
        total[1] += replaces is not None and row[replaces] is not None
        total[2] += crc32(encode(in_order(row)))
    return {seq: Sum(*total) for seq, total in totals.items()}


def add(connection: sqlite3.Connection, name: str, sums: dict[int, Sum]) -> None:
    """Adds rows to what is known of a table, inside the caller's transaction."""
    connection.executemany(
        _ADD, [(name, seq, total.rows, total.replacing, total.checksum) for seq, total in sums.items()]
    )


def subtract(connection: sqlite3.Connection, name: str, sums: dict[int, Sum]) -> None:
    """Takes rows away from it, inside the caller's transaction."""
    add(connection, name, {seq: Sum(-t.rows, -t.replacing, -t.checksum) for seq, t in sums.items()})
    connection.execute(f"DELETE FROM {NAME} WHERE name = ? AND rows = 0", (name,))


def read(connection: sqlite3.Connection, name: str) -> dict[int, Sum]:
    """Batch -> what is known of its rows in a table."""
    sql = f"SELECT seq, rows, replacing, checksum FROM {NAME} WHERE name = ?"
    return {seq: Sum(*rest) for seq, *rest in connection.execute(sql, (name,))}


def count(connection: sqlite3.Connection, name: str) -> tuple[int, int]:
    """How many rows a table has by what is known of it, and how many of them replace one of the lake."""
    sql = f"SELECT coalesce(sum(rows), 0), coalesce(sum(replacing), 0) FROM {NAME} WHERE name = ?"
    rows, replacing = connection.execute(sql, (name,)).fetchone()
    return int(rows), int(replacing)


def clear(connection: sqlite3.Connection) -> None:
    """Forgets the rows of all tables, inside the caller's transaction."""
    connection.execute(f"DELETE FROM {NAME}")
