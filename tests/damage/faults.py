"""What can be wrong with a data folder, how dwell meets it, and how to make it so: one line of the docs each.

`docs/generate.py` writes `docs/reference/when-things-go-wrong.md` from this table; `test_every_command.py` proves it.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One state of a data folder.

    Attributes:
        name: What is wrong, as people would say it.
        stops: Which commands refuse to work: `every command`, or the kind that needs the part.
        keeps: What is not lost.
        cure: What to do.
        said: Words of the message, a part of it that every version keeps.
        make: Does it to a folder.
    """

    name: str
    stops: str
    keeps: str
    cure: str
    said: str
    make: Callable[[Path], None]


def _file(folder: Path, pattern: str) -> Path:
    """The largest file of this kind."""
    return max(folder.glob(pattern), key=lambda file: file.stat().st_size)


def _remove(pattern: str) -> Callable[[Path], None]:
    return lambda folder: _file(folder, pattern).unlink()


def _empty(pattern: str) -> Callable[[Path], None]:
    return lambda folder: _file(folder, pattern).write_bytes(b"")


def _cut(pattern: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        file = _file(folder, pattern)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return cut


def _flip(pattern: str, *, bytes_: int = 1) -> Callable[[Path], None]:
    """Other values in a stretch in the middle."""

    def flip(folder: Path) -> None:
        file, dice = _file(folder, pattern), random.Random(7)
        content = bytearray(file.read_bytes())
        start = len(content) // 2
        for at in range(start, min(start + bytes_, len(content))):
            content[at] ^= dice.randrange(1, 256)
        file.write_bytes(content)

    return flip


def _replace(pattern: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: _file(folder, pattern).write_bytes(content)


def _sql(name: str, *statements: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / name)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return change


def _newest_entry(folder: Path) -> Path:
    return max((folder / "lake/posts/_delta_log").glob("*.json"))


def _half_copied(folder: Path) -> None:
    """As where the copy stopped after the lake."""
    for name in ("journal.db", "live.db"):
        (folder / name).unlink()
    shutil.rmtree(folder / "models")


_REBUILT = "`dwell check --repair` rebuilds it"
_LAKE = "lake/post_snapshots/**/*.parquet"
_MODEL = "models/*.json"
_LOST = "the file's rows are lost unless a backup has them; all others stay"

FAULTS = (
    Fault("A byte of a data file has changed", "every question about that table", _LOST,
          "restore the file from a backup", "is damaged", _flip(_LAKE)),
    Fault("4 KB of a data file are noise", "every question about that table", _LOST,
          "restore the file from a backup", "is damaged", _flip(_LAKE, bytes_=4096)),
    Fault("A data file is cut off", "every question about that table", _LOST,
          "restore the file from a backup", "is damaged", _cut(_LAKE)),
    Fault("A data file is empty, as after a power cut", "every question about that table", _LOST,
          "restore the file from a backup", "is damaged", _empty(_LAKE)),
    Fault("A data file is missing", "every question about that table", _LOST,
          "restore the file from a backup", "is damaged", _remove(_LAKE)),
    Fault("The newest entry of a Delta log is missing", "every command", "every row: the journal knows the files",
          _REBUILT, "No row is lost", lambda folder: _newest_entry(folder).unlink()),
    Fault("The newest entry of a Delta log is empty", "every command", "every row: the journal knows the files",
          _REBUILT, "No row is lost", lambda folder: _newest_entry(folder).write_bytes(b"")),
    Fault("A file of the roll-up has changed", "questions about posts", "every row: the roll-up is derived",
          _REBUILT, "is damaged", _flip("rollups/post_latest/**/*.parquet")),
    Fault("A file of the roll-up is missing", "questions about posts", "every row: the roll-up is derived",
          _REBUILT, "is damaged", _remove("rollups/post_latest/**/*.parquet")),
    Fault("The journal is missing", "every command", "what the lake has, and stored responses", _REBUILT,
          "journal.db is missing", _remove("journal.db")),
    Fault("The journal is empty", "every command", "what the lake has, and stored responses", _REBUILT,
          "journal.db is missing or empty", _empty("journal.db")),
    Fault("4 KB of the journal are noise", "every command that reads the pages", "what the lake has, and stored responses",
          _REBUILT, "damaged", _flip("journal.db", bytes_=4096)),
    Fault("The journal is cut off", "every command", "what the lake has, and stored responses", _REBUILT,
          "damaged", _cut("journal.db")),
    Fault("Another file stands in the journal's place", "every command", "what the lake has, and stored responses",
          _REBUILT, "damaged", _replace("journal.db", b"not a database, but quite some text " * 99)),
    Fault("The state database is missing", "every command", "every table", "restore it from a backup, or `dwell check --repair` begins a new one",
          "live.db is missing", _remove("live.db")),
    Fault("The state database is empty", "every command", "every table", "restore it from a backup, or `dwell check --repair` begins a new one",
          "live.db is missing or empty", _empty("live.db")),
    Fault("4 KB of the state database are noise", "every command that needs the state", "every table, and what can be read of the state",
          "`dwell check --repair`", "damaged", _flip("live.db", bytes_=4096)),
    Fault("The state database is cut off", "every command that needs the state", "every table, and what can be read of the state",
          "`dwell check --repair`", "damaged", _cut("live.db")),
    Fault("A stored response has changed", "`dwell replay` counts it; nothing else", "its rows in the tables",
          "none is needed", "damaged", _sql("live.db", "UPDATE responses SET body = zeroblob(30) WHERE seq = (SELECT max(seq) FROM responses)")),
    Fault("A model is cut off", "`dwell score` without another model", "everything else", "`dwell fit` again",
          "is damaged", _cut(_MODEL)),
    Fault("A model is nested a million levels deep", "`dwell score` without another model", "everything else",
          "`dwell fit` again", "is damaged", _replace(_MODEL, b"[" * 1_000_000)),
    Fault("The tables were written by a newer dwell", "every command", "everything", "update dwell",
          "written by a newer dwell", _sql("journal.db", "PRAGMA user_version = 99")),
    Fault("The state was written by a newer dwell", "every command that needs the state", "everything",
          "update dwell", "written by a newer dwell", _sql("live.db", "PRAGMA user_version = 99")),
    Fault("The state is another folder's", "every command that needs the state", "everything",
          "put the right file back", "belong", _sql("live.db", "UPDATE identity SET folder_id = 'other'")),
    Fault("Only half of the folder was copied", "every command", "what was copied", "copy the rest",
          "journal.db is missing", _half_copied),
)  # fmt: skip
