"""Files that an older dwell wrote have no checksum: a seal gives them one, from the bytes that they have then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dwell.disk.checksum import read_checksum
from dwell.warehouse import lake, rollup
from dwell.warehouse.catalogue import Catalogue, LakeFile, RollUpFile


def with_checksums(root: Path, state: Catalogue) -> Catalogue:
    """The catalogue with a checksum for every file that can be read; the given one if all have one."""
    for name, table in state.tables.items():
        if any(file.checksum is None for file in table.files):
            read = _reader(lake.folder(root, name))
            files = tuple(replace(file, checksum=read(file)) for file in table.files)
            state = state.with_tables({name: replace(table, files=files)})
    if state.rollup and any(file.checksum is None for file in state.rollup.files):
        read = _reader(rollup.folder(root))
        files_of_rollup = tuple(replace(file, checksum=read(file)) for file in state.rollup.files)
        state = replace(state, rollup=replace(state.rollup, files=files_of_rollup))
    return state


def _reader(folder: Path) -> Callable[[LakeFile | RollUpFile], int | None]:
    """Gives the checksum of a file in a folder; None where it is missing, as whoever reads it will say."""

    def read(file: LakeFile | RollUpFile) -> int | None:
        if file.checksum is not None:
            return file.checksum
        try:
            return read_checksum(folder / file.path)
        except OSError:
            return None

    return read
