"""A data folder and its state as one file, while everything runs; read back before it takes its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from dwell import clock
from dwell.disk.archive import Archive, ArchiveWriter, read_archive
from dwell.disk.errors import FULL
from dwell.disk.paths import require_reachable
from dwell.disk.replace import replacing
from dwell.errors import StorageError
from dwell.results import Result
from dwell.settings import Settings
from dwell.state.database import NAME as STATE
from dwell.warehouse import Store
from dwell.warehouse.backup import FolderFiles, collect_files
from dwell.workspace.backup_manifest import (
    FOLDER,
    STATE_MEMBER,
    VERSION,
    Description,
    Layouts,
    Rows,
    read_description,
)

COLUMNS = ("part", "table", "rows")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read to its end: its files, and what it says of itself."""

    archive: Archive
    description: Description


Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and how much there is."""


def back_up(settings: Settings, file: Path, *, state_only: bool = False, progress: Progress | None = None) -> Result:
    """Write a backup: the state at one instant, and a little later the tables at one instant.

    In this order no response counts as loaded whose rows the tables lack. What runs goes on meanwhile.

    Args:
        settings: Where folder and state are.
        file: The file to write; an existing one is replaced once the new one was read back.
        state_only: Leave the tables out.
        progress: Is told of progress.

    Returns:
        One row per table, of `part` `state` or `tables`, with its `rows`. In `meta` the `file`, its `bytes`, the number
        of `files` in it, and `created_at`.

    Raises:
        NoDataError: There is no data folder at that place.
        DamagedDataError: A part of the folder is damaged or missing.
        StorageError: Something cannot be read, or the file cannot be written.
    """
    require_reachable(file)
    if str(file) == "-":
        raise StorageError("A backup is read back, which stdout cannot be: name a file.")
    if file.exists() and not file.is_file():
        raise StorageError(f"{file} is no file, so a backup in it could not be read back: name a file.")
    if file.resolve().is_relative_to(settings.data.resolve()):
        raise StorageError(f"{file} is in the data folder, and would be lost with it: name a file elsewhere.")
    store, tell = Store.open(settings), progress or tell_nobody
    created_at = clock.now()
    with store.scratch() as scratch:
        state_rows = _copy_state(store, scratch / STATE, tell)
        folder = FolderFiles()
        if not state_only:
            folder = collect_files(store.root, scratch, partial(_tell_pages, tell, "Copying the journal"))
        sources = {} if state_rows is None else {STATE_MEMBER: scratch / STATE}
        sources |= {f"{FOLDER}/{name}": path for name, path in folder.files.items()}
        if not sources:
            raise StorageError(f"{store.root} has no state, so there is nothing to back up without its tables.")
        rows = Rows(state_rows, None if state_only else folder.rows)
        description = _describe(store, created_at, folder.layout, rows)
        try:
            with replacing(file, mode=0o600) as partial_file:
                _write(partial_file, sources, description, tell)
                archive = read_backup(partial_file, tell, "Reading back").archive
        except OSError as error:
            raise _write_error(file, error) from error
    written = {"file": str(file), "bytes": file.stat().st_size, "files": len(archive.members), "created_at": created_at}
    return Result(COLUMNS, list_rows(msgspec.structs.asdict(rows)), written)


def read_backup(file: Path, tell: Progress, what: str) -> Backup:
    """Reads a backup to its end, and compares every digest.

    Raises:
        BadFileError: It is damaged, or no backup of dwell's.
        StorageError: A newer dwell wrote it, or it cannot be read.
    """
    archive = read_archive(file)
    description = read_description(archive)
    archive.verify(Counter(tell, what, archive.size).add)
    return Backup(archive, description)


def list_rows(counts: Mapping[str, Mapping[str, int] | None]) -> list[tuple[Any, ...]]:
    """Rows of each table, by part."""
    return [(part, table, rows) for part, tables in counts.items() for table, rows in (tables or {}).items()]


class Counter:
    """Adds up bytes or rows, and tells the sum."""

    def __init__(self, tell: Progress, what: str, total: int) -> None:
        self._tell, self._what, self._total, self._done = tell, what, total, 0

    def add(self, number: int) -> None:
        """So many more."""
        self._done += number
        self._tell(self._what, self._done, self._total)

    def add_rows(self, table: str, number: int) -> None:
        """So many more rows of a table."""
        del table
        self.add(number)


def _copy_state(store: Store, target: Path, tell: Progress) -> dict[str, int] | None:
    """Rows of each table of the copied state; None where the folder has none."""
    if store.settings.database is None and not (store.root / STATE).exists():
        return None
    from dwell.state.backup import copy_state
    from dwell.workspace.state import open_state

    with closing(open_state(store)) as database:
        return copy_state(
            database,
            target,
            on_pages=partial(_tell_pages, tell, "Copying the state"),
            on_rows=Counter(tell, "Copying the state", 0).add_rows,
        )


def _describe(store: Store, created_at: datetime, folder_layout: int, rows: Rows) -> Description:
    from dwell.state.schema import LAYOUT

    return Description(
        version=VERSION,
        dwell=metadata.version("dwell"),
        created_at=created_at,
        layouts=Layouts(folder_layout, LAYOUT),
        folder_id=store.folder_id(),
        rows=rows,
    )


def _write(target: Path, sources: dict[str, Path], description: Description, tell: Progress) -> None:
    total = sum(path.stat().st_size for path in sources.values())
    with ArchiveWriter(target, Counter(tell, "Writing", total).add) as archive:
        for name, path in sources.items():
            archive.add(name, path)
        archive.finish(msgspec.to_builtins(description))


def _write_error(file: Path, error: OSError) -> StorageError:
    if error.errno in FULL:
        return StorageError(f"No space left for {file}: free some, or name a file on another disk.")
    return StorageError(f"The backup cannot be written ({error.strerror or error}): check {file.parent} and its owner.")


def _tell_pages(tell: Progress, what: str, left: int, total: int) -> None:
    tell(what, total - left, total)


def tell_nobody(what: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""
    del what, done, total
