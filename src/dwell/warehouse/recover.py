"""What a killed process leaves behind, undone by the next writer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dwell.disk.lock import remove_dead_scratch
from dwell.warehouse import catalogue, ingest_log, journal, journal_layout, journal_rows, lake, log_checksums
from dwell.warehouse.catalogue import Catalogue
from dwell.warehouse.columns import INGEST
from dwell.warehouse.damage import lake_errors


def create_or_rebuild(root: Path, path: Path) -> None:
    """Makes the journal: from the lake where there is one, else empty. The caller holds the writer lock."""
    if lake.newest_version(root, INGEST) is None:
        journal_layout.create(path, Catalogue())
        return
    from dwell.warehouse.rebuild import rebuild

    rebuilt = rebuild(root)
    journal_layout.create(path, rebuilt.catalogue, rebuilt.log)


def prepare_for_writing(root: Path, path: Path, *, check: bool = True) -> None:
    """Readies the folder for a writer, who holds its lock.

    Reads the whole journal and compares the Delta logs if `check` says so, gives the journal the tables that an older
    dwell did not know, undoes Delta commits that never became visible, and removes dead scratch folders.

    Raises:
        DamagedDataError: The journal is damaged.
    """
    remove_dead_scratch(root / "scratch")
    with journal.connect(path, writing=True) as log:
        if check:
            journal_rows.verify(path, log)
        journal_layout.upgrade(log)
        if check:
            log_checksums.require_whole(log, root)
        state = catalogue.read(log)
        orphaned = find_uncommitted(root, state)
        restored = state
        for name in orphaned:
            if name != INGEST:
                restored = _restore(root, restored, name)
        # The ingest log comes last, as in every change of the lake: its commit describes the others.
        if INGEST in orphaned:
            restored = _restore(root, restored, INGEST, ingest_log.describe(restored, ingest_log.unsealed_since(log)))
        if restored != state:
            with journal.transaction(log):
                catalogue.write(log, state, restored)
                log_checksums.record(log, root, state, restored)


def find_uncommitted(root: Path, state: Catalogue) -> list[str]:
    """Tables of the lake whose newest Delta version is not the visible one."""
    place = root / lake.FOLDER
    stored = sorted(folder.name for folder in place.iterdir() if folder.is_dir()) if place.is_dir() else []
    return [name for name in stored if (lake.newest_version(root, name) or 0) != (state.table(name).version or 0)]


def _restore(root: Path, state: Catalogue, name: str, description: dict[str, object] | None = None) -> Catalogue:
    """The table brought back to its visible content by a new Delta commit; without one, to its empty version 0."""
    before = state.table(name)
    with lake_errors(lake.folder(root, name)):
        table = lake.open_readable(root, name, before.version)
        if table.version() > (before.version or 0):
            table.restore(
                before.version or 0,
                ignore_missing_files=True,
                commit_properties=lake.commit_properties(state.seq, description),
            )
        version = lake.flush_log(root, name)
    return state.with_tables({name: replace(before, version=version)})
