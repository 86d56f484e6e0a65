"""Loading tables into a destination: only what changed since the last load, and never twice.

Each row has the number of the batch that wrote it last, so the rows above the number of the last load are those that
are new or changed. A destination whose rows are then not as many as the table's has lost or kept others than it should:
rows were removed, or somebody changed it. Its table is written anew, as it is where the folder's history is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.lock import remove_dead_scratch
from dwell.errors import NoDataError, StorageError
from dwell.records import TABLES, Table
from dwell.results import Result
from dwell.warehouse import views
from dwell.warehouse.columns import SEQ, column_list, quote_name
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.destinations.destination import Changes, Destination, Load, TableState
from dwell.warehouse.engine_duckdb import connect

if TYPE_CHECKING:
    import duckdb

    from dwell.warehouse.snapshot import StoreSnapshot
    from dwell.warehouse.store import Store

COLUMNS = ("table", "loaded", "rows", "how")


def load_tables(
    store: Store,
    destination: Destination,
    folder_id: str,
    tables: Iterable[str] | None = None,
    *,
    full: bool = False,
    only_loaded: bool = False,
    on_table: Callable[[str], None] | None = None,
) -> Result:
    """Loads the tables of one instant.

    Args:
        store: Where from.
        destination: Where to.
        folder_id: The id of the data folder.
        tables: Names of tables; all that have rows here or at the destination when None.
        full: Write every table anew.
        only_loaded: Only tables that this folder loaded before.
        on_table: Is told each table before it is loaded.

    Returns:
        A row a table: `loaded` rows, `rows` at the destination, and `how`: `unchanged`, `new rows`, `all rows`.

    Raises:
        NoDataError: There is no table of that name.
        StorageError: The destination cannot be written, or has the tables of another data folder.
        DamagedDataError: A part of the data folder is damaged.
    """
    if destination.path is not None and _overlap(destination.path, store.root):
        raise StorageError(f"{destination.name} is in the data folder, or contains it: choose another place.")
    names = list(dict.fromkeys(tables)) if tables is not None else None
    if unknown := [name for name in names or () if name not in TABLES]:
        raise NoDataError(f"There is no table {unknown[0]}: choose from {', '.join(TABLES)}.")
    remove_dead_scratch(store.root / "scratch")  # of loads that were killed: it may have rows
    with (
        store.scratch() as scratch,
        destination.loading(scratch) as load,
        store.snapshot() as snapshot,
        connect(store.settings) as connection,
    ):
        states, stored = load.states(), snapshot.rows()
        wanted = [name for name in TABLES if (name in names if names is not None else stored[name] or name in states)]
        if only_loaded:
            wanted = [name for name in wanted if name in states and states[name].folder_id == folder_id]
        views.attach(connection, store.root, snapshot.catalogue, snapshot.unsealed_rows(wanted), wanted, with_seq=True)
        loader = _Loader(snapshot, connection, load, destination.name, folder_id, full=full)
        rows = []
        for name in wanted:
            if on_table is not None:
                on_table(name)
            with reading_errors(store.root):
                rows.append((name, *loader.load_table(TABLES[name], states.get(name))))
    return Result(COLUMNS, rows, {"destination": destination.name})


def count_loaded(store: Store, destination: Destination, folder_id: str) -> dict[str, int]:
    """Table -> rows that a destination has of this folder after its last load."""
    with store.scratch() as scratch, destination.loading(scratch) as load:
        return {name: state.rows for name, state in load.states().items() if state.folder_id == folder_id}


def _overlap(path: Path, root: Path) -> bool:
    """One of them is the other, or inside it."""
    ours, theirs = root.resolve(), path.resolve()
    return ours == theirs or ours in theirs.parents or theirs in ours.parents


class _Loader:
    """The tables of one load."""

    def __init__(
        self,
        snapshot: StoreSnapshot,
        connection: duckdb.DuckDBPyConnection,
        load: Load,
        name: str,
        folder_id: str,
        *,
        full: bool,
    ) -> None:
        self._snapshot, self._connection, self._load, self._full = snapshot, connection, load, full
        self._name, self._folder_id = name, folder_id
        self._newest = snapshot.last_batch()

    def load_table(self, table: Table, before: TableState | None) -> tuple[int, int, str]:
        """Rows written, rows at the destination, and how."""
        if before is not None and before.folder_id != self._folder_id:
            raise StorageError(
                f"{self._name} has the {table.name} of another data folder: choose another place or another --schema, "
                "or remove those tables."
            )
        total = self._count(table, "true")
        seq, batch_id = self._newest
        state = TableState(self._folder_id, seq, batch_id, total)
        if before is not None and not self._full and self._continues(before):
            later = f"{SEQ} > {before.seq}"
            changed = self._count(table, later)
            is_whole = self._load.count_rows(table) == before.rows
            if is_whole and not changed and before.rows == total:
                return 0, total, "unchanged"
            if (
                is_whole
                and 0 < changed < total
                and self._load.write(self._changes(table, later, changed, state, whole=False)) == total
            ):
                return changed, total, "new rows"
        self._load.write(self._changes(table, "true", total, state, whole=True))
        return total, total, "all rows"

    def _continues(self, before: TableState) -> bool:
        """The folder's history goes on from the last load: no older backup came back, and no rows were removed."""
        return self._snapshot.is_batch(before.seq, before.batch_id) and not self._snapshot.has_removals(before.seq)

    def _changes(self, table: Table, condition: str, rows: int, state: TableState, *, whole: bool) -> Changes:
        query = f"SELECT {column_list(table)} FROM {quote_name(table.name)} WHERE {condition}"
        return Changes(table, self._connection, query, rows, whole, state)

    def _count(self, table: Table, condition: str) -> int:
        sql = f"SELECT count(*) FROM {quote_name(table.name)} WHERE {condition}"
        ((rows,),) = self._connection.execute(sql).fetchall()
        return int(rows)
