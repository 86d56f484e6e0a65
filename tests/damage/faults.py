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

from dwell.warehouse import journal_revision


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
        makes_anew: Commands whose answer may lack what is damaged, which a warning names, or be made without it.
    """

    name: str
    stops: str
    keeps: str
    cure: str
    said: str
    make: Callable[[Path], None]
    makes_anew: tuple[str, ...] = ()


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


def _flip(pattern: str, *, start: int | None = None, bytes_: int = 1) -> Callable[[Path], None]:
    """Other values in a stretch, from the middle on if no start is given."""

    def flip(folder: Path) -> None:
        file, dice = _file(folder, pattern), random.Random(7)
        content = bytearray(file.read_bytes())
        first = len(content) // 2 if start is None else start
        for at in range(first, min(first + bytes_, len(content))):
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


def _put_older_journal_back(folder: Path) -> None:
    """As if one more change had been stored since."""
    journal_revision.write(folder, journal_revision.read(folder) + 1)


def _half_copied(folder: Path) -> None:
    """As where the copy stopped after the lake."""
    for name in ("journal.db", "live.db"):
        (folder / name).unlink()
    shutil.rmtree(folder / "models")


_REPAIR = "`dwell check --repair`"
_LAKE, _ROLLUP, _MODEL = "lake/post_snapshots/**/*.parquet", "rollups/post_latest/*.parquet", "models/*.json"
_OF_TABLE, _OF_STATE = "questions about its table", "what needs the state"
_OF_FILE = "every other row; a repair says how many rows the file has, and what to import again"
_OF_LAKE = "every sealed row, and the stored responses"
_STATE_ROWS = "every table, and each row of the state that can be read"
_BACKUP = f"restore the file from a backup, or {_REPAIR}"

FAULTS = (
    Fault("One byte of a data file has changed", _OF_TABLE, _OF_FILE, _BACKUP, "is damaged", _flip(_LAKE)),
    Fault("4 KB of a data file are noise", _OF_TABLE, _OF_FILE, _BACKUP, "is damaged", _flip(_LAKE, bytes_=4096)),
    Fault("A data file is cut off", _OF_TABLE, _OF_FILE, _BACKUP, "is damaged", _cut(_LAKE)),
    Fault("A data file is empty, as after a power cut", _OF_TABLE, _OF_FILE, _BACKUP, "is damaged", _empty(_LAKE)),
    Fault("A data file is missing", _OF_TABLE, _OF_FILE, _BACKUP, "is damaged", _remove(_LAKE)),
    Fault(
        "The newest entry of a Delta log is missing", "every command", "every row", _REPAIR, "No row is lost",
        lambda folder: _newest_entry(folder).unlink(),
    ),
    Fault(
        "The newest entry of a Delta log is empty", "every command", "every row", _REPAIR, "No row is lost",
        lambda folder: _newest_entry(folder).write_bytes(b""),
    ),
    Fault("A file of the roll-up has changed", "nothing", "every row", _REPAIR, "is damaged", _flip(_ROLLUP)),
    Fault("The journal is missing", "every command", _OF_LAKE, _REPAIR, "journal.db is missing", _remove("journal.db")),
    Fault("The journal is empty", "every command", _OF_LAKE, _REPAIR, "journal.db is missing", _empty("journal.db")),
    Fault(
        "4 KB of the journal are noise", "what reads these pages", _OF_LAKE, _REPAIR, "journal.db is damaged",
        _flip("journal.db", start=8_192, bytes_=4096),
    ),
    Fault("The journal is cut off", "every command", _OF_LAKE, _REPAIR, "journal.db is damaged", _cut("journal.db")),
    Fault(
        "Another file has the journal's name", "every command", _OF_LAKE, _REPAIR, "journal.db is damaged",
        _replace("journal.db", b"not a database, but quite some text " * 99),
    ),
    Fault("The state is missing", "every command", "every table", _REPAIR, "live.db is missing", _remove("live.db")),
    Fault("The state is empty", "every command", "every table", _REPAIR, "live.db is missing", _empty("live.db")),
    Fault(
        "4 KB of the state are noise", _OF_STATE, _STATE_ROWS, _REPAIR, "live.db", _flip("live.db", bytes_=4096),
    ),
    Fault("The state is cut off", _OF_STATE, _STATE_ROWS, _REPAIR, "live.db is damaged", _cut("live.db")),
    Fault(
        "A stored response has changed", "`dwell replay` of it, which counts it", "its rows in the tables", _REPAIR,
        "damaged",
        _sql("live.db", "UPDATE responses SET body = zeroblob(30) WHERE response_id % 9 = 1"),
    ),
    Fault(
        "Another file has the state's name", "every command", _STATE_ROWS, _REPAIR, "live.db",
        _replace("live.db", b"not a database, but quite some text " * 99),
    ),
    Fault(
        "An older copy of the journal was put back", "every command", "what it has, and the stored responses",
        _REPAIR, "journal.db is damaged", _put_older_journal_back,
    ),
    Fault(
        "A model is nested a million levels deep", "`dwell score` with it", "everything else", "`dwell fit`", "model",
        _replace(_MODEL, b"[" * 1_000_000), makes_anew=("findings", "score", "models"),
    ),
    Fault(
        "The tables were written by a newer dwell", "every command", "everything", "update dwell",
        "written by a newer dwell",
        _sql("journal.db", "PRAGMA user_version = 99", "UPDATE meta SET value = 99 WHERE key = 'layout'"),
    ),
    Fault(
        "The state was written by a newer dwell", _OF_STATE, "everything", "update dwell", "newer dwell",
        _sql("live.db", "PRAGMA user_version = 99"),
    ),
    Fault(
        "The state is that of another folder", _OF_STATE, "everything", "put the right file back",
        "another data folder", _sql("live.db", "UPDATE identity SET folder_id = 'other'"),
    ),
    Fault("Only the lake was copied", "every command", _OF_LAKE, _REPAIR, "journal.db is missing", _half_copied),
)  # fmt: skip
