"""Rows as dwell stores them, of every table, and what its exports make of them."""

from __future__ import annotations

import shutil
import string
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from notes import note
from odd_texts import EVERY, ID
from seeds import NOW

from dwell.providers.format_registry import read
from dwell.records import Column, Hints, Table
from dwell.settings import Settings
from dwell.warehouse import Batch, Store
from dwell.warehouse.columns import DUCKDB, column_list, quote_name
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.export import Format, export
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import VERSION, load

FORMS: tuple[Format, ...] = ("csv", "jsonl", "parquet")

_CHOICES: dict[str, tuple[Any, ...]] = {
    "platform": ("tiktok", "youtube", "facebook"), "media_type": ("video", "photo", "long", None),
    "observed_precision": ("instant", "day", None), "observed_zone": ("UTC", None),
    "state": ("deleted", "private", "present"), "topic_kind": ("hashtag", "sound"), "dimension": ("gender", "country"),
}  # fmt: skip
_FREE = ("caption", "bio_description", "detail", "display_name", "sound_title", "text", "title", "topic", "member")


def check_export(table: Table, form: Format, random: Random) -> None:
    """Rows are stored, exported, imported into an empty folder: and that holds the same rows.

    Raises:
        AssertionError: It does not.
    """
    rows = [_row(table, number, random) for number in range(random.randint(1, 6))]
    note(f"{table.name} as {form}: {rows}")
    folder = Path(tempfile.mkdtemp(prefix="dwell-fuzz-"))
    try:
        first = Store.open(Settings(data=folder / "first", threads=1), create=True)
        _commit(first, table, rows)
        path = folder / f"{table.name}.{form}"
        assert export(first, table.name, path, form) == len(rows)
        second = Store.open(Settings(data=folder / "second", threads=1), create=True)
        loaded = _import_into(second, path, Hints())
        assert loaded.rejected == 0, f"rows of dwell's own were rejected: {loaded.rejects}"
        assert set(loaded.rows_new) <= {table.name}, f"rows of other tables were made: {loaded.rows_new}"
        before, after = _stored_rows(first, table), _stored_rows(second, table)
        gone, new = [row for row in before if row not in after], [row for row in after if row not in before]
        assert not [*gone, *new], f"{table.name}:\nwas    {gone}\nbecame {new}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _import_into(store: Store, path: Path, hints: Hints) -> Loaded:
    """Imports a file for good."""
    with store.scratch() as scratch:
        return load(store, read(path, hints, scratch), hints, now=NOW)


def _stored_rows(store: Store, table: Table) -> list[tuple[Any, ...]]:
    names = ", ".join(column.name for column in table.columns)
    return store.query(f"SELECT {names} FROM {table.name}", [table.name]).rows


def _commit(store: Store, table: Table, rows: list[dict[str, Any]]) -> None:
    batch = Batch("made-up", "made-up", "made-up", "0" * 64, NOW, {"loader": VERSION})
    with store.writing() as writer, connect(store.settings) as connection:
        columns = ", ".join(f"{quote_name(column.name)} {DUCKDB[column.kind]}" for column in table.columns)
        connection.execute(f"CREATE TEMP TABLE made ({columns})").fetchall()
        places = ", ".join("?" for _ in table.columns)
        for row in rows:
            values = [row[column.name] for column in table.columns]
            connection.execute(f"INSERT INTO made ({column_list(table)}) VALUES ({places})", values).fetchall()
        writer.commit(connection, batch, {table.name: "made"})


def _row(table: Table, number: int, random: Random) -> dict[str, Any]:
    row = {column.name: _value(column, table, number, random) for column in table.columns}
    if table.keeps == "every" and table.observed and all(row[name] is None for name in table.observed):
        observed = next(column for column in table.columns if column.name in table.observed)
        row[observed.name] = _known(observed, table, number, random)
    return row


def _value(column: Column, table: Table, number: int, random: Random) -> Any:
    if column.nullable and (column.name == "value_sources" or random.randrange(3) == 0):
        return None
    return _known(column, table, number, random)


def _known(column: Column, table: Table, number: int, random: Random) -> Any:
    name = column.name
    if name == "platform" and "post_id" in {one.name for one in table.columns}:
        return "tiktok"
    if name in _CHOICES:
        return random.choice([one for one in _CHOICES[name] if one is not None or column.nullable])
    if name in {"post_id", "comment_id"}:
        return str(ID + number)
    if name.endswith("_unit"):
        return 10 ** random.randrange(7)
    match column.kind:
        case "text":
            if name == "topic":
                return f"{_free_text(random)}{number}".lower().strip()
            return _free_text(random) if name in _FREE else _name(name, number, random)
        case "count":
            return _count(name, number, random)
        case "number":
            return _number(name, number, random)
        case "flag":
            return bool(random.randrange(2))
        case "instant":
            begin = datetime(2025, 4, 1, tzinfo=UTC) if name == "observed_at" else datetime(2024, 4, 1, tzinfo=UTC)
            return begin + timedelta(microseconds=random.randrange(25 * 10**12))
        case "day":
            return date(2024, 4, 1) + timedelta(days=number)
    return list(_tags(random))


def _count(name: str, number: int, random: Random) -> int:
    if name == "hour":
        return number
    return random.choice((0, 1, random.randrange(10**6), 2**53 + 1, 2**63 - 1, 1000, 1234))


def _number(name: str, number: int, random: Random) -> float:
    if name == "second":
        return float(number) + random.choice((0, 0.5, 0.123456789))
    none = () if name == "duration_s" else (0.0,)  # a length of 0 is stored as unknown
    return random.choice(
        (*none, 0.1, 1e-7, 1 / 3, 8.981, 1.234, 12345.678, 5e-324, random.random() or 0.5, 1e15, 0.3 + 0.6)
    )


def _name(name: str, number: int, random: Random) -> str:
    handle = random.choice((f"a.b_{number}", ("na", "null", "none", "nan", "undefined", "true")[number]))
    return {"handle": handle, "username": handle, "new_handle": f"c_{number}", "creator_id": str(ID - number),
            "sound_id": str(ID - 50 - number), "url": f"https://www.tiktok.com/@a.b_{number}/video/{ID + number}",
            "language": "en", "region": random.choice(("DE", "NA"))}.get(name, f"{name}-{number}")  # fmt: skip


def _free_text(random: Random) -> str:
    """A text as the loader stores one: without the characters that it drops."""
    texts = [random.choice(random.choice(EVERY)) for _ in range(random.randint(1, 3))]
    texts.append(
        "".join(random.choice(string.printable + "äß漢😀\u202e\u200d\u2028") for _ in range(random.randrange(8)))
    )
    return random.choice((" ", "", "\n", ",")).join(texts).replace("\0", "") or "x"


def _tags(random: Random) -> Iterator[str]:
    for number in range(random.randrange(4)):
        yield random.choice(("a", "é", "two words", 'q"uote', "c,omma", "[x]", "漢字", "-", "none", "b|c")) + str(
            number
        )
