"""A folder of Parquet files: a folder a table, and a manifest that says which files belong to it.

A load adds a file of the new rows, and writes a table anew, in one file, only where stored rows changed. Its files get
their names after the manifest was written, which first lists them as `pending`: killed before that, a load has changed
nothing; killed after it, the next load ends what it began. Old files go before new ones come, so that a reader of all
Parquet files of a table never finds a row twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from dwell.disk.errors import os_error
from dwell.disk.flush import flush
from dwell.disk.lock import try_exclusive
from dwell.disk.paths import require_reachable
from dwell.disk.replace import write_whole
from dwell.errors import DamagedDataError, StorageError
from dwell.records import Relation
from dwell.settings import Settings
from dwell.warehouse.columns import quote_text
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.destinations.destination import Changes, TableState, foreign_table_error
from dwell.warehouse.duckdb_connection import connect

MANIFEST = "_dwell_loads.json"
"""`{"tables": {NAME: {"folder_id", "seq", "batch_id", "rows", "files": [...]}}, "pending": {...}}`; paths are below
the folder, and `pending` has the files that still have another name: PATH -> that name."""
_LOCK = ".dwell-load.lock"
_STAGED = "*.parquet.new"
_ANY_STAGED = f"*/{'[0-9]' * 12}{_STAGED}"


class _Entry(msgspec.Struct):
    folder_id: str
    seq: int
    batch_id: str
    rows: int
    files: list[str]


class _Manifest(msgspec.Struct):
    tables: dict[str, _Entry]
    pending: dict[str, str] = {}


class ParquetDestination:
    """Implements `Destination`.

    Args:
        path: The folder, absolute; it is made if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self.name = f"parquet:{path}"
        self.path: Path = path

    @contextmanager
    def loading(self, scratch: Path) -> Iterator[_ParquetLoad]:
        """See `Destination`."""
        del scratch  # files are written where they stay
        require_reachable(self.path)
        if self.path.exists() and not self.path.is_dir():
            raise StorageError(f"{self.path} is a file: name a folder for the Parquet files.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with try_exclusive(self.path / _LOCK) as is_free:
                if not is_free:
                    raise StorageError(f"Another process is loading into {self.path}: try again when it has ended.")
                load = _ParquetLoad(self.path)
                load.end_earlier()
                yield load
                load.commit()
        except OSError as error:
            raise os_error(self.path, error) from error


class _ParquetLoad:
    """Implements `Load`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = _read_manifest(folder / MANIFEST)

    def states(self) -> Mapping[str, TableState]:
        """See `Load`."""
        return {
            name: TableState(entry.folder_id, entry.seq, entry.batch_id, entry.rows)
            for name, entry in self._manifest.tables.items()
        }

    def count_rows(self, table: Relation) -> int | None:
        """See `Load`; reads the footers of the files."""
        entry = self._manifest.tables.get(table.name)
        paths = [self._folder / file for file in entry.files] if entry else []
        found = set((self._folder / table.name).glob("*.parquet"))
        if entry is None or set(paths) != found:
            return None  # a file is gone, or is somebody else's
        if not paths:
            return 0
        listed = ", ".join(quote_text(str(path)) for path in paths)
        with lake_errors(self._folder / table.name), connect(Settings()) as connection:
            sql = f"SELECT name, count(DISTINCT file_name) FROM parquet_schema([{listed}]) GROUP BY name"
            files = dict(connection.execute(sql).fetchall())
            if not all(files.get(column.name) == len(paths) for column in table.columns):
                return None  # an older dwell wrote one of them
            ((rows,),) = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata([{listed}])").fetchall()
        return int(rows)

    def write(self, changes: Changes) -> int:
        """See `Load`. Rows that replace stored ones cannot be added: then the count is none that fits."""
        table, state = changes.table, changes.state
        before = self._manifest.tables.get(table.name)
        place = self._folder / table.name
        if before is None and place.exists() and any(not path.match(_STAGED) for path in place.iterdir()):
            raise foreign_table_error(str(self._folder), table)
        if not changes.whole and before is not None and before.rows + changes.rows != state.rows:
            return -1
        files = [] if changes.whole or before is None else list(before.files)
        if changes.rows:
            file = f"{table.name}/{state.seq:012d}{'-whole' if changes.whole else ''}.parquet"
            staged = f"{file}.new"
            place.mkdir(exist_ok=True)
            with lake_errors(place):
                target = quote_text(str(self._folder / staged))
                options = "FORMAT parquet, COMPRESSION zstd"
                changes.connection.execute(f"COPY ({changes.query}) TO {target} ({options})").fetchall()
            flush(self._folder / staged)
            files = [*(each for each in files if each != file), file]
            self._manifest.pending[file] = staged
        entry = _Entry(state.folder_id, state.seq, state.batch_id, state.rows, files)
        self._manifest.tables[table.name] = entry
        return state.rows

    def commit(self) -> None:
        """Makes the load lasting, then gives the files their names."""
        self._write_manifest()
        self.end_earlier()

    def end_earlier(self) -> None:
        """Ends what a load began whose manifest is written; removes what another one left."""
        for name, entry in self._manifest.tables.items():
            for path in (self._folder / name).glob("*.parquet"):
                if f"{name}/{path.name}" not in entry.files:
                    path.unlink(missing_ok=True)
        for file, staged in self._manifest.pending.items():
            if (self._folder / staged).exists():
                (self._folder / staged).replace(self._folder / file)
        if self._manifest.pending:
            self._manifest.pending.clear()
            self._write_manifest()
        for path in self._folder.glob(_ANY_STAGED):
            path.unlink(missing_ok=True)

    def _write_manifest(self) -> None:
        text = msgspec.json.format(msgspec.json.encode(self._manifest), indent=1)
        write_whole(self._folder / MANIFEST, text + b"\n")


def _read_manifest(path: Path) -> _Manifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except FileNotFoundError:
        return _Manifest({})
    except msgspec.DecodeError as error:
        raise DamagedDataError(f"{path} is damaged: remove the folder, and load its tables again.") from error
