"""Reads an SQLite state as far as it can be read, and says what is lost: for `dwell check`, and for its repair.

A row is as it was written if the table and its second copy (`copies.py`) agree; a kept response if its checksum is
right. Where only one of the two can be read, what it has is taken.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.state import copies
from dwell.state.database import APPLICATION, find_log_damage
from dwell.state.database_errors import LOST_STATE, NEW_STATE
from dwell.state.layout import load_metadata
from dwell.state.schema import LAYOUT, responses
from dwell.state.stored_response import from_row
from dwell.state.types import Flag, Instant, JsonText
from dwell.text.plurals import pluralize

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

Row = tuple[Any, ...]
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
_NO_DAMAGE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM),
    }
)


@dataclass
class Examination:
    """What was found in a state.

    Attributes:
        damage: What SQLite says about the file; empty where nothing is wrong with it.
        kept: Rows of each table that can be read and are right.
        lost: Rows of each table that cannot be read, or of which nobody can say what they were.
        unconfirmed: Kept rows of each table whose second copy cannot be read, so that it cannot say if they are right.
        responses: Ids of the lost responses that are known.
        missing: Tables that should be there and are not.
        is_replaced: It has none of the tables of a state: another database stands in its place.
    """

    damage: str = ""
    kept: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unconfirmed: Counter[str] = field(default_factory=Counter)
    responses: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_replaced: bool = False

    @property
    def is_whole(self) -> bool:
        """Nothing is wrong."""
        return not self.damage and not self.lost and not self.missing

    def describe(self) -> str:
        """What is wrong, as the rest of a sentence that begins with the file."""
        if self.is_replaced:
            return f"is damaged ({self.damage or 'it is empty'}): it has no table of a state. {LOST_STATE}"
        if self.damage:
            return f"is damaged ({self.damage}): {self._describe_lost()}"
        return f"has damaged rows: {self._describe_lost()}"

    def describe_repair(self) -> str:
        """What a repair does, as the rest of a sentence."""
        if self.is_replaced:
            return f"moves it to damaged/ and {NEW_STATE}"
        rows = f"the {pluralize(number, 'row')}" if (number := self.kept.total()) else "every row"
        return f"moves it to damaged/ and makes a new one of {rows} that can be read"

    def _describe_lost(self) -> str:
        known = f" (responses number {', '.join(map(str, self.responses[:5]))})" if self.responses else ""
        if self.lost:
            more = ", and what else was in parts that cannot be read at all" if self.damage else ""
            said = f"lost rows are {_list_counts(self.lost)}{known}{more}"
        else:
            said = "no row is known to be lost" if not self.missing else ""
        if self.missing:
            said = "; ".join(filter(None, (said, f"lost is every row of {', '.join(self.missing)}")))
        if not self.unconfirmed.total():
            return said
        return f"{said}; rows without a second copy that says if they are right: {_list_counts(self.unconfirmed)}"


def _list_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{number:,} of {name}" for name, number in sorted(counts.items()) if number)


@contextmanager
def open_for_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes no row, also where the folder cannot be written or the schema is damaged."""
    log = path.with_name(path.name + "-wal")
    # Without locks only where nobody can write: what changes while it is read would look damaged.
    alone = not _may_write(path.parent) and not (log.exists() and log.stat().st_size)
    mode = "mode=ro&immutable=1" if alone else "mode=ro"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)) as raw:
        raw.text_factory = _decode
        raw.execute("PRAGMA writable_schema = ON")  # damaged entries of the schema are passed over
        yield raw


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def examine(path: Path) -> Examination:
    """Reads every row of a state; changes nothing."""
    found = Examination(damage=find_log_damage(path))
    with open_for_reading(path) as raw:
        found.damage = found.damage or _find_damage(raw)
        tables = load_metadata().sorted_tables
        for table in tables:
            for _ in read_rows(raw, table, found):
                pass
        found.is_replaced = bool(found.damage or _read_layout(raw)) and len(found.missing) == len(tables)
        if _read_layout(raw) != LAYOUT and not found.is_replaced:
            found.missing = []  # an older dwell did not make them
    return found


def _read_layout(raw: sqlite3.Connection) -> int:
    """The layout number in the head; 0 where it cannot be read."""
    try:
        return int(raw.execute("PRAGMA user_version").fetchone()[0])
    except _ERRORS as error:
        _require_damage(error)
        return 0


def count_unverified(path: Path) -> int:
    """How many kept responses have no checksum; 0 of a state that cannot be read."""
    try:
        with open_for_reading(path) as raw:
            names = {name for (_, name, *_) in raw.execute("PRAGMA table_info(responses)")}
            without = "WHERE checksum IS NULL" if "checksum" in names else ""
            (number,) = raw.execute(f"SELECT count(*) FROM responses {without}").fetchone() if names else (0,)
            return int(number)
    except _ERRORS:
        return 0


def _find_damage(raw: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the whole file, or with the numbers in its head."""
    try:
        (verdict,) = raw.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            return copies.to_line(str(verdict))
        (application,) = raw.execute("PRAGMA application_id").fetchone()
        (layout,) = raw.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        stamped = (
            raw.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in names else None
        )
    except _ERRORS as error:
        _require_damage(error)
        return str(error) if isinstance(error, sqlite3.Error) else "text that is no UTF-8"
    if application != APPLICATION or (stamped and stamped[0] != f"{layout:04d}") or (not layout and names):
        return "its head has wrong numbers"
    return ""


def read_rows(raw: sqlite3.Connection, table: Table, found: Examination) -> Iterator[dict[str, Any]]:
    """Gives each right row of a table as it is stored, and counts what is kept and lost."""
    try:
        present = {name for (_, name, *_) in raw.execute(f'PRAGMA table_info("{table.name}")')}
    except _ERRORS as error:
        _require_damage(error)
        present = set()
    columns = [column for column in table.columns if column.name in present]
    if not columns:
        found.missing.append(table.name)
        return
    rows = _read_responses(raw, columns, found) if table is responses else _read_table(raw, table, columns, found)
    for row in rows:
        found.kept[table.name] += 1
        yield dict(zip((column.name for column in columns), row, strict=True))


def _read_table(raw: sqlite3.Connection, table: Table, columns: list[Column[Any]], found: Examination) -> Iterator[Row]:
    key = [place for place, column in enumerate(columns) if column.primary_key]
    stored, whole = _scan(raw, table, columns, key, _by_table(raw, table))
    second, copied = _scan(raw, table, columns, key, f'INDEXED BY "{table.name}{copies.SUFFIX}"')
    if not second and not copied:
        second, copied = stored, whole  # an older dwell made no copies
    for number in sorted(stored.keys() | second.keys(), key=repr):
        versions = {row for row in (stored.get(number), second.get(number)) if row is not None}
        right = [row for row in versions if all(map(_is_valid, columns, row))]
        alone = (number not in stored and whole) or (number not in second and copied)
        if len(right) == 1 and not alone:
            found.unconfirmed[table.name] += len(versions) == 1 and (number in stored) != (number in second)
            found.unconfirmed[table.name] += len(versions) == 2
            yield right[0]
        else:
            found.lost[table.name] += 1


def _by_table(raw: sqlite3.Connection, table: Table) -> str:
    """What lets SQLite read the table itself: of one without row ids, whose key is an index, it would read the copy."""
    try:
        indexes = raw.execute(f'PRAGMA index_list("{table.name}")').fetchall()
    except _ERRORS as error:
        _require_damage(error)
        return "NOT INDEXED"
    key = next((name for (_, name, _, origin, _) in indexes if origin == "pk"), None)
    return f'INDEXED BY "{key}"' if key else "NOT INDEXED"


def _scan(
    raw: sqlite3.Connection, table: Table, columns: list[Column[Any]], key: list[int], how: str
) -> tuple[dict[Row, Row], bool]:
    """The rows by their key, from the first on and from the last back; and whether that was all of them."""
    names = ", ".join(f'"{column.name}"' for column in columns)
    order = [f'"{columns[place].name}"' for place in key]
    rows: dict[Row, Row] = {}
    for direction in ("ASC", "DESC"):
        sorting = ", ".join(f"{name} {direction}" for name in order)
        try:
            for row in raw.execute(f'SELECT {names} FROM "{table.name}" {how} ORDER BY {sorting}'):
                rows.setdefault(tuple(row[place] for place in key), row)
        except _ERRORS as error:
            _require_damage(error)
            continue
        return rows, True
    return rows, False


def _read_responses(raw: sqlite3.Connection, columns: list[Column[Any]], found: Examination) -> Iterator[Row]:
    """The rows of the responses, one at a time, since a body may have 32 MB."""
    names = ", ".join(f'"{column.name}"' for column in columns)
    for number in _list_responses(raw):
        try:
            row = raw.execute(f"SELECT {names} FROM responses WHERE response_id = ?", [number]).fetchone()
        except _ERRORS as error:
            _require_damage(error)
            row = None
        values = {} if row is None else dict(zip((column.name for column in columns), row, strict=True))
        if row is None or not all(map(_is_valid, columns, row)) or _is_damaged(values):
            found.lost[responses.name] += 1
            found.responses.append(number)
            continue
        yield row


def _is_damaged(values: Mapping[str, Any]) -> bool:
    older = {"owner_kind": "sweep", "checksum": None}  # columns that older layouts lack
    try:
        return bool(from_row({**older, **values}).damage)
    except KeyError:  # the schema is damaged
        return True


def _list_responses(raw: sqlite3.Connection) -> list[int]:
    numbers: set[int] = set()
    for how in ("NOT INDEXED ORDER BY response_id", "NOT INDEXED ORDER BY response_id DESC", "ORDER BY request_id"):
        try:
            for (number,) in raw.execute(f"SELECT response_id FROM responses {how}"):
                numbers.add(number)
        except _ERRORS as error:
            _require_damage(error)
            continue
    return sorted(numbers)


def _is_valid(column: Column[Any], value: Any) -> bool:
    """Whether a column can have a value."""
    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, JsonText):
        try:
            json.loads(value)
        except (TypeError, ValueError, RecursionError):
            return False
        return True
    if isinstance(column.type, Flag):
        return value in (0, 1) and isinstance(value, int)
    kind = int if isinstance(column.type, Instant) else column.type.python_type
    return isinstance(value, kind)


def _require_damage(error: Exception) -> None:
    """A database that is locked, or a disk that refuses, is not damaged: it must not be moved away."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_DAMAGE:
        raise error


def _decode(text: bytes) -> Any:
    """Text; what is no UTF-8 stays bytes, which no column of text can have."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text
