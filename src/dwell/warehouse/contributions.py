"""What each import gave to rows that several imports have: with it an import can be undone exactly.

A merge keeps the best value of each column, and loses the others. So for each batch and table the journal keeps the
rows of the batch whose keys were stored already, or that a reading of their day filled; and the stored rows of those
keys as they were before. A row whose key only one batch gave is in its table as it was given.

`warehouse.undo` takes back imports of files. So of a batch of a provider's responses this is kept only for tables to
which a file has given rows.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from dwell.errors import StorageError
from dwell.records import Table
from dwell.warehouse import batches, journal
from dwell.warehouse.batches import Batch
from dwell.warehouse.journal import path_of

NAME = "contributions"
SCHEMA = (
    f"CREATE TABLE {NAME} (seq INTEGER, name TEXT, part INTEGER, content BLOB NOT NULL, checksum INTEGER NOT NULL, "
    "PRIMARY KEY (seq, name, part))"
)
BEFORE = -1
"""In place of the number of a row of the batch: a stored row as it was before, with its batch as `seq`."""

PART_ROWS = 20_000
_SINCE = "undo_since"
_GIVEN = "given:"

_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one batch gave to one table, compressed.

    Attributes:
        table: Name of the table.
        parts: Rows, `PART_ROWS` a part: the number of the row in the batch or `BEFORE`, the values of the table's
            columns as the journal has them, and `seq`.
    """

    table: str
    parts: tuple[bytes, ...]


def pack(table: Table, chunks: Iterable[Sequence[tuple[Any, ...]]]) -> Contribution:
    """Compresses rows that are made as `Contribution` says."""
    return Contribution(table.name, tuple(_pack(chunk) for chunk in chunks if chunk))


def begin(connection: sqlite3.Connection, seq: int) -> None:
    """Keeps what is given after this batch, and nothing from before, inside the caller's transaction.

    What removes rows in another way than an undo begins anew: what an earlier import gave is not known any more.
    """
    connection.execute(f"DELETE FROM {NAME}")
    connection.execute("DELETE FROM meta WHERE key GLOB ?", (_GIVEN + "*",))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_SINCE, seq))


def is_kept(connection: sqlite3.Connection) -> bool:
    """The journal has the table: a dwell that keeps contributions has written to it."""
    return bool(connection.execute(f"PRAGMA table_info({NAME})").fetchall())


def known_since(connection: sqlite3.Connection) -> int | None:
    """The batch after which all are known; None in a journal that an older dwell wrote."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_SINCE,)).fetchone()
    return int(row[0]) if row else None


def read_log(root: Path) -> tuple[list[tuple[int, Batch]], int | None]:
    """Every batch with its number, oldest first; and the number after which imports can be undone, None if none can."""
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        return [(row[0], batches.from_row(row[1:])) for row in batches.list_rows(log)], known_since(log)


def insert(connection: sqlite3.Connection, seq: int, given: Iterable[Contribution]) -> None:
    """Keeps what a batch gave, inside the caller's transaction."""
    rows = [
        (seq, each.table, part, content, zlib.crc32(content))
        for each in given
        for part, content in enumerate(each.parts)
    ]
    connection.executemany(f"INSERT INTO {NAME} VALUES (?, ?, ?, ?, ?)", rows)


def mark_given(connection: sqlite3.Connection, tables: Iterable[str], seq: int) -> None:
    """Notes, inside the caller's transaction, that a file gave rows to these tables."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(_GIVEN + name, seq) for name in tables])


def given_tables(connection: sqlite3.Connection) -> frozenset[str]:
    """Tables to which a file has given rows that can be taken back."""
    rows = connection.execute("SELECT key FROM meta WHERE key GLOB ?", (_GIVEN + "*",))
    return frozenset(key.removeprefix(_GIVEN) for (key,) in rows)


def list_tables(connection: sqlite3.Connection) -> list[str]:
    """Tables of which anything is kept."""
    return [name for (name,) in connection.execute(f"SELECT DISTINCT name FROM {NAME} ORDER BY name")]


def read(connection: sqlite3.Connection, name: str) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """What is kept of a table: batches, in order, and rows of theirs.

    Raises:
        StorageError: It is not what was written.
    """
    sql = f"SELECT seq, part, content, checksum FROM {NAME} WHERE name = ? ORDER BY seq, part"
    for seq, _, content, checksum in connection.execute(sql, (name,)):
        if zlib.crc32(content) != checksum:
            raise StorageError(
                f"Nothing can be undone: what {path_of(connection)} keeps for that is damaged. Every table is whole. "
                "`dwell check --repair` makes imports from now on undoable again."
            )
        yield seq, _unpack(content)


def is_whole(connection: sqlite3.Connection) -> bool:
    """All of them are what was written."""
    rows = connection.execute(f"SELECT content, checksum FROM {NAME}") if is_kept(connection) else ()
    return all(zlib.crc32(content) == checksum for content, checksum in rows)


def remove(connection: sqlite3.Connection, seq: int) -> None:
    """Removes what a batch gave, inside the caller's transaction; what was stored before it is still needed."""
    for name in list_tables(connection):
        sql = f"SELECT seq, part, content FROM {NAME} WHERE name = ? ORDER BY seq, part"
        for batch, part, content in connection.execute(sql, (name,)).fetchall():
            rows = _unpack(content)
            kept = [row for row in rows if (row[-1] if row[0] == BEFORE else batch) != seq]
            if len(kept) < len(rows):
                _replace(connection, (batch, name, part), kept)


def _replace(connection: sqlite3.Connection, key: tuple[int, str, int], rows: Sequence[tuple[Any, ...]]) -> None:
    content = _pack(rows)
    sql = f"UPDATE {NAME} SET content = ?, checksum = ? WHERE seq = ? AND name = ? AND part = ?"
    connection.execute(sql, (content, zlib.crc32(content), *key))


def _pack(rows: Sequence[tuple[Any, ...]]) -> bytes:
    return zlib.compress(_encoder.encode(rows), 1)


def _unpack(content: bytes) -> list[tuple[Any, ...]]:
    return _decoder.decode(zlib.decompress(content))
