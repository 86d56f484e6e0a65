"""Whether each part of a data folder is a file or a folder as it must be, and no link to itself.

SQLite and the operating system would call it a broken disk.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from pathlib import Path

from dwell.disk.errors import os_error, set_aside
from dwell.records import TABLES
from dwell.special import special_kind
from dwell.warehouse import journal, journal_revision, lake, rollup
from dwell.warehouse.columns import INGEST

STATE = "live.db"
REPAIR = "moves it to damaged/, and then repairs what is missing"
_NEEDED = (journal.NAME, f"{journal.NAME}-wal", journal_revision.FILE)
_OF_STATE = (STATE, f"{STATE}-wal")
_DAMAGED = "damaged"
_FOLDERS = ("models", "rejects", "set-aside", "receipts")
_UNUSED = (_DAMAGED, "rollups", str(rollup.FOLDER), "scratch", "replaced")
"""Folders without which commands answer as before; the first is where all others are moved."""
_UNUSED_FILES = ("writer.lock", f"{Path(STATE).stem}.lock", f"{journal.NAME}-shm", f"{STATE}-shm")

WrongKind = tuple[str, str, str]
"""A part, what is in its place as the rest of a sentence, and what a repair does."""


def find_wrong_kinds(root: Path, *, state_elsewhere: bool = False) -> Iterator[WrongKind]:
    """What in a data folder cannot be the part that it has the name of.

    Args:
        root: The data folder.
        state_elsewhere: The state is on a server.
    """
    rest = [(name, True) for name in _UNUSED] + [(name, False) for name in _UNUSED_FILES]
    found = [one for name, is_folder in rest if (one := _look(root, name, is_folder=is_folder)) is not None]
    yield from found
    yield from find_wrong_needed(root, state_elsewhere=state_elsewhere)


def move_away(root: Path, part: str) -> None:
    """Moves what is in the place of a part to `damaged/`, which may be that part itself.

    Raises:
        StorageError: The folder cannot be written.
    """
    path = root / part
    try:
        path = path.rename(root / f"{_DAMAGED}.moved") if part == _DAMAGED else path
    except OSError as error:
        raise os_error(path, error) from error
    set_aside(root, path)


def find_wrong_needed(root: Path, *, state_elsewhere: bool = False) -> Iterator[WrongKind]:
    """The same of the parts that a command cannot do without; cheap enough for every one."""
    tables = [f"{lake.FOLDER}/{name}" for name in (*TABLES, INGEST)]
    folders = (*_FOLDERS, lake.FOLDER, *tables, *(f"{name}/_delta_log" for name in tables))
    for is_folder, names in ((False, _NEEDED), (False, () if state_elsewhere else _OF_STATE), (True, folders)):
        for name in names:
            if (problem := _look(root, name, is_folder=is_folder)) is not None:
                yield problem


def _look(root: Path, name: str, *, is_folder: bool) -> WrongKind | None:
    try:
        status = (root / name).stat()
    except OSError as error:  # whoever needs the part tells why it cannot be reached
        kind = "a link that leads to itself" if error.errno == errno.ELOOP and (root / name).is_symlink() else None
    else:
        right = stat.S_ISDIR if is_folder else stat.S_ISREG
        kind = None if right(status.st_mode) else special_kind(status) or "a file"
    if kind is None:
        return None
    return name, f"is {kind} where a {'folder' if is_folder else 'file'} must be", REPAIR
