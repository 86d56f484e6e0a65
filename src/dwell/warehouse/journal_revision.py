"""The number of the journal's newest change, in a file beside it: a write-ahead log that was lost or cut is noticed.

SQLite takes a write-ahead log up to its last whole transaction, and a missing one for an empty one, without a word. The
file is written after each commit, so it never says more than what is stored; a process that is killed in between, or a
power cut, leaves it older. One that is missing or damaged says nothing, and the next change writes it again.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path

from dwell.disk.replace import write_whole

FILE = "journal.revision"


def read(root: Path) -> int:
    """The newest change that is known to be stored; 0 where nothing is known."""
    try:
        text = (root / FILE).read_bytes()
        number, check = text.split()
        return int(number) if zlib.crc32(number) == int(check, 16) else 0
    except (OSError, ValueError):
        return 0


def write(root: Path, revision: int) -> None:
    """Notes a change that is stored. Where that is refused, an older number stays, which is true as well."""
    number = f"{revision:020d}".encode()
    with suppress(OSError):
        file = os.open(root / FILE, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(file, number + f" {zlib.crc32(number):08x}\n".encode(), 0)
        finally:
            os.close(file)


def keep_log(journal: Path) -> None:
    """Copies the write-ahead log of a damaged journal to `damaged/`, once, where the folder can be written."""
    log = journal.with_name(f"{journal.name}-wal")
    with suppress(OSError):
        content = log.read_bytes()
        target = journal.parent / "damaged" / f"{log.name}.{zlib.crc32(content):08x}"
        if content and not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(target, content)


def is_behind(journal: Path) -> bool:
    """A journal lacks changes that are known to be stored."""
    try:
        return _read_meta(journal, "revision") < read(journal.parent)
    except (sqlite3.Error, TypeError, ValueError):  # a UnicodeDecodeError is a ValueError
        return False


def read_seq(journal: Path) -> int:
    """The newest batch that a journal has, whatever it lacks."""
    return _read_meta(journal, "seq")


def _read_meta(journal: Path, key: str) -> int:
    with closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def forget(root: Path) -> None:
    """Before a journal takes the place of one whose changes it does not have."""
    (root / FILE).unlink(missing_ok=True)
