"""A folder of Parquet files: a folder a table, and a manifest that says which files belong to it.

A load adds a file of the new rows, and writes a table anew, in one file, only where stored rows changed. The manifest
is replaced last: until then, readers of the manifest see the load before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from dwell.disk.errors import os_error
from dwell.disk.lock import try_exclusive
from dwell.disk.replace import replacing, write_whole
from dwell.errors import DamagedDataError, StorageError
from dwell.warehouse.columns import quote_text
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.destinations.destination import Changes, TableState

MANIFEST = "_dwell_loads.json"
"""`{"tables": {NAME: {"folder_id", "seq", "batch_id", "rows", "files": [...]}}}`; paths are below the folder."""
_LOCK = ".dwell-load.lock"


class _Entry(msgspec.Struct):
    folder_id: str
    seq: int
    batch_id: str
    rows: int
    files: list[str]


class _Manifest(msgspec.Struct):
    tables: dict[str, _Entry]


class ParquetDestination:
    """Implements `Destination`.

    Args:
        folder: The folder; it is made if it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.name = f"parquet:{folder}"
        self._folder = folder

    @contextmanager
    def loading(self, scratch: Path) -> Iterator[_ParquetLoad]:
        """See `Destination`."""
        del scratch  # files are written where they stay
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise os_error(self._folder, error) from error
        with try_exclusive(self._folder / _LOCK) as is_free:
            if not is_free:
                raise StorageError(f"Another process is loading into {self._folder}: try again when it has ended.")
            load = _ParquetLoad(self._folder)
            load.remove_others()
            yield load
            load.commit()


class _ParquetLoad:
    """Implements `Load`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables = _read_manifest(folder / MANIFEST)

    def states(self) -> Mapping[str, TableState]:
        """See `Load`."""
        return {
            name: TableState(entry.folder_id, entry.seq, entry.batch_id, entry.rows)
            for name, entry in self._tables.items()
        }

    def write(self, changes: Changes) -> int:
        """See `Load`; rows that replace stored ones are none that can be added."""
        name, state = changes.table.name, changes.state
        before = self._tables.get(name)
        if not changes.whole and before is not None and before.rows + changes.rows != state.rows:
            return -1  # some of them replace stored rows: the caller writes the table anew
        files = [] if changes.whole or before is None else list(before.files)
        file = f"{name}/{state.seq:012d}{'-whole' if changes.whole else ''}.parquet"
        if changes.rows:
            path = self._folder / file
            path.parent.mkdir(exist_ok=True)
            with lake_errors(path), replacing(path) as partial:
                options = "FORMAT parquet, COMPRESSION zstd"
                changes.connection.execute(
                    f"COPY ({changes.query}) TO {quote_text(str(partial))} ({options})"
                ).fetchall()
            files.append(file)
        self._tables[name] = _Entry(state.folder_id, state.seq, state.batch_id, state.rows, files)
        return state.rows

    def commit(self) -> None:
        """Makes the load visible, then removes files that no table has any more."""
        try:
            write_whole(self._folder / MANIFEST, _encode(_Manifest(self._tables)))
        except OSError as error:
            raise os_error(self._folder / MANIFEST, error) from error
        self.remove_others()

    def remove_others(self) -> None:
        """Removes Parquet files of dwell's tables that the manifest does not have: those of a killed load."""
        for name, entry in self._tables.items():
            for path in (self._folder / name).glob("*.parquet"):
                if f"{name}/{path.name}" not in entry.files:
                    path.unlink(missing_ok=True)


def _encode(manifest: _Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _read_manifest(path: Path) -> dict[str, _Entry]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError) as error:
        raise StorageError(f"{path} can't be read ({type(error).__name__}).") from error
    try:
        return msgspec.json.decode(text, type=_Manifest).tables
    except msgspec.DecodeError as error:
        raise DamagedDataError(f"{path} is damaged: remove the folder, and load its tables again.") from error
