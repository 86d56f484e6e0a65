"""Making removed bytes unreadable at once, where otherwise old versions of files stay for a day and history for ever.

Readers that listed a file before find it gone, which is an error with its name; a question asked again is answered.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from dwell.disk.flush import flush
from dwell.disk.lock import remove_dead_scratch
from dwell.disk.shrink import shrink
from dwell.warehouse import catalogue, journal, lake, log_checksums, rollup_update
from dwell.warehouse.damage import lake_errors

_LEFTOVERS = ("-wal.orphan", ".new", ".new-wal", ".new-shm")
"""Of journals that were moved away, or never finished."""


def purge(root: Path) -> None:
    """Leaves only what is visible of lake, roll-up and journal; the caller holds the writer lock.

    Raises:
        StorageError: Another process reads the journal, so its old pages stay.
    """
    remove_dead_scratch(root / "scratch")
    path = root / journal.NAME
    with journal.connect(path, writing=True) as log:
        state = catalogue.read(log)
        for folder in sorted(place for place in (root / lake.FOLDER).glob("*") if place.is_dir()):
            with lake_errors(folder):
                _purge_table(root, folder.name, state.table(folder.name))
        with journal.transaction(log):
            for name, version in state.versions().items():
                log_checksums.record_table(log, root, name, version)
        rollup_update.delete_unused_files(root, log, timedelta(seconds=-1))
        for ending in _LEFTOVERS:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        shrink(log, path)


def _purge_table(root: Path, name: str, state: catalogue.TableState) -> None:
    """Deletes the files of a table that are not visible, and the part of its Delta log that came before."""
    folder = lake.folder(root, name)
    used = {file.path for file in state.files}
    for path in folder.rglob("*.parquet"):
        inside = path.relative_to(folder)
        if inside.parts[0] != "_delta_log" and inside.as_posix() not in used:
            path.unlink(missing_ok=True)
    log = folder / "_delta_log"
    old = [path for path in log.glob("*") if path.is_file() and _is_before(path, state.version)]
    if state.version is None or not old:
        return
    lake.open_table(root, name, state.version).create_checkpoint()
    checkpoints = list(log.glob(f"{state.version:020d}.checkpoint*.parquet"))
    flush(*checkpoints, log / "_last_checkpoint", log)
    for path in sorted(old, reverse=True):
        path.unlink(missing_ok=True)
    flush(log)


def _is_before(path: Path, version: int | None) -> bool:
    """A part of the log that no reader of this version needs once there is a checkpoint of it."""
    number = path.name.partition(".")[0]
    if not number.isdigit():
        return path.name != "_last_checkpoint"
    return path.suffix == ".damaged" or (version is not None and int(number) < version)
