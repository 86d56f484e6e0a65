"""The files of a data folder that belong to one instant, for a backup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dwell import logs
from dwell.warehouse import journal, lake, rollup
from dwell.warehouse.catalogue import TableState
from dwell.warehouse.damage import damaged_lake_file
from dwell.warehouse.lake_scan import visible_files
from dwell.warehouse.snapshot import StoreSnapshot

OTHERS = ("models", "rejects", "set-aside", "receipts")
"""Folders whose files are each written whole, and belong to no instant."""

PARTS = (journal.NAME, lake.FOLDER, "rollups", *OTHERS)
"""What a backup has of a data folder."""

_LAST_CHECKPOINT = "_last_checkpoint"

log = logs.get_logger(__name__)


@dataclass(slots=True)
class FolderFiles:
    """The files of a data folder at one instant.

    Attributes:
        files: Path inside the folder -> the file to read; of the journal a copy.
        rows: Rows of each table as a reader sees them.
        folder_id: The id that the folder shares with its state; None until they met.
        layout: Layout number of the folder.
    """

    files: dict[str, Path] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    folder_id: str | None = None
    layout: int = journal.VERSION


def collect_files(root: Path, scratch: Path, on_pages: Callable[[int, int], None] | None = None) -> FolderFiles:
    """Copies the journal, and lists the files that are visible with it; compaction keeps them for a day.

    Args:
        root: The data folder.
        scratch: A folder for the copy of the journal.
        on_pages: Is told how many pages of the journal are left, and how many there are.

    Raises:
        DamagedDataError: A file is missing or damaged.
        StorageError: The folder cannot be read, or the copy cannot be written.
    """
    found, root = FolderFiles(), root.absolute()
    snapshot = StoreSnapshot(root)
    try:
        found.rows, found.folder_id = snapshot.rows(), snapshot.catalogue.folder_id
        found.files[journal.NAME] = scratch / journal.NAME
        snapshot.copy_journal(found.files[journal.NAME], on_pages)
    finally:
        snapshot.close()
    state = snapshot.catalogue
    for name, table in state.tables.items():
        for path in (*_log_files(root, name, table), *visible_files(root, name, table)):
            found.files[path.relative_to(root).as_posix()] = path
    if state.rollup is not None:
        if (damage := rollup.find_damaged(root, state.rollup)) is None:
            for file in state.rollup.files:
                path = rollup.folder(root) / file.path
                found.files[path.relative_to(root).as_posix()] = path
        else:
            log.warning("%(path)s is damaged: the backup has no roll-up", {"path": rollup.folder(root) / damage[0]})
    for name in OTHERS:
        for path in sorted((root / name).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                found.files[path.relative_to(root).as_posix()] = path
    return found


def _log_files(root: Path, name: str, table: TableState) -> Iterator[Path]:
    """The entries and checkpoints of the Delta log up to the visible version: later ones belong to no reader."""
    if table.version is None:
        return
    newest = lake.log_entry(root, name, table.version)
    if not newest.is_file() or not newest.stat().st_size:
        raise damaged_lake_file(newest, "it is missing or empty: `dwell check --repair` writes it again")
    for path in sorted(newest.parent.iterdir()):
        number = path.name.partition(".")[0]
        is_entry = number.isdigit() and path.suffix in {".json", ".parquet"}
        version = int(number) if is_entry else _checkpoint_version(path) if path.name == _LAST_CHECKPOINT else None
        if version is not None and version <= table.version:
            yield path


def _checkpoint_version(path: Path) -> float:
    """The version that the newest checkpoint is of; without it, readers look for checkpoints by their names."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return float("inf")
