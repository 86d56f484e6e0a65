"""Loading tables into a destination: only what changed since the last load, and never twice.

Each row has the number of the batch that wrote it last, so the rows above the number of the last load are those that
are new or changed. A row of a derived table has the highest number of those that it depends on; with it all rows of its
partition, e.g. of a video's day, are loaded again. A destination whose rows are then not as many as the table's has
lost or kept others than it should: rows were removed, or somebody changed it. Its table is written anew, as it is where
the folder's history is another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.lock import remove_dead_scratch
from dwell.errors import NoDataError, StorageError
from dwell.records import TABLES, Relation
from dwell.results import Result
from dwell.warehouse import views
from dwell.warehouse.columns import SEQ, column_list, quote_name
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.derived import Derived
from dwell.warehouse.destinations.destination import Changes, Destination, Load, TableState
from dwell.warehouse.duckdb_connection import connect

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
    derived: Mapping[str, Derived] | None = None,
    full: bool = False,
    only_loaded: bool = False,
    on_begin: Callable[[], None] | None = None,
    on_table: Callable[[str], None] | None = None,
) -> Result:
    """Loads the tables of one instant.

    Args:
        store: Where from.
        destination: Where to.
        folder_id: The id of the data folder.
        tables: Names of tables, stored or derived; all that have rows here or at the destination when None.
        derived: The derived tables, by name.
        full: Write every table anew.
        only_loaded: Only tables that this folder loaded before.
        on_begin: Is called when the destination is open, before anything is written.
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
    made = derived or {}
    names = list(dict.fromkeys(tables)) if tables is not None else None
    if unknown := [name for name in names or () if name not in TABLES and name not in made]:
        raise NoDataError(f"There is no table {unknown[0]}: choose from {', '.join([*TABLES, *made])}.")
    remove_dead_scratch(store.root / "scratch")  # of loads that were killed: it may have rows
    with (
        store.scratch() as scratch,
        destination.loading(scratch) as load,
        store.snapshot() as snapshot,
        connect(store.settings) as connection,
    ):
        if on_begin is not None:
            on_begin()
        states, stored = load.states(), snapshot.rows()
        has_rows = {name for name in TABLES if stored[name]}
        has_rows |= {name for name, each in made.items() if has_rows.intersection(each.wanted_with)}
        wanted = [name for name in (*TABLES, *made) if name in (names if names is not None else has_rows | {*states})]
        if only_loaded:
            wanted = [name for name in wanted if name in states and states[name].folder_id == folder_id]
        reads = list(dict.fromkeys(read for name in wanted for read in (made[name].reads if name in made else (name,))))
        views.attach(connection, store.root, snapshot.catalogue, snapshot.unsealed_rows(reads), reads, with_seq=True)
        loader = _Loader(snapshot, connection, load, destination.name, folder_id, full=full)
        rows = []
        for name in wanted:
            if on_table is not None:
                on_table(name)
            source = _derived_source(made[name]) if name in made else _Source(TABLES[name], TABLES[name].key)
            with reading_errors(store.root):
                rows.append((name, *loader.load_table(source, states.get(name))))
    return Result(COLUMNS, rows, {"destination": destination.name})


def count_loaded(store: Store, destination: Destination, folder_id: str) -> dict[str, int]:
    """Table -> rows that a destination has of this folder after its last load."""
    with store.scratch() as scratch, destination.loading(scratch) as load:
        return {name: state.rows for name, state in load.states().items() if state.folder_id == folder_id}


def _overlap(path: Path, root: Path) -> bool:
    """One of them is the other, or inside it."""
    ours, theirs = root.resolve(), path.resolve()
    return ours == theirs or ours in theirs.parents or theirs in ours.parents


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the rows of a table come from.

    Attributes:
        table: The table.
        partition: Columns whose rows are loaded together; the key of a stored table.
        reads: Of a derived table: the stored tables that it is made of.
        query: Its query; empty for a stored table, which has a view.
        version: A digest of the query.
    """

    table: Relation
    partition: tuple[str, ...]
    reads: tuple[str, ...] = ()
    query: str = ""
    version: str = ""

    @property
    def view(self) -> str:
        """What has the rows in the engine, as SQL."""
        return "dwell_derived" if self.query else quote_name(self.table.name)


def _derived_source(derived: Derived) -> _Source:
    query = derived.make_query(with_seq=True)
    version = hashlib.sha256(query.encode()).hexdigest()[:12]
    return _Source(derived.relation, derived.partition, derived.reads, query, version)


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

    def load_table(self, source: _Source, before: TableState | None) -> tuple[int, int, str]:
        """Rows written, rows at the destination, and how."""
        table = source.table
        if before is not None and before.folder_id != self._folder_id:
            raise StorageError(
                f"{self._name} has the {table.name} of another data folder: choose another place or another --schema, "
                "or remove those tables."
            )
        continued = before if before is not None and not self._full and self._continues(source, before) else None
        is_whole = continued is not None and self._load.count_rows(table) == continued.rows
        if source.query:
            if continued is not None and is_whole and not self._has_later(source.reads, continued.seq):
                return 0, continued.rows, "unchanged"
            self._make(source)
        total = self._count(source.view, "true")
        seq, batch_id = self._newest
        state = TableState(self._folder_id, seq, _with_version(batch_id, source), total)
        if continued is not None and is_whole:
            later = self._later(source, continued.seq)
            changed = self._count(source.view, later)
            if not changed and continued.rows == total:
                return 0, total, "unchanged"
            if (
                0 < changed < total
                and self._load.write(self._changes(source, later, changed, state, whole=False)) == total
            ):
                return changed, total, "new rows"
        self._load.write(self._changes(source, "true", total, state, whole=True))
        return total, total, "all rows"

    def _continues(self, source: _Source, before: TableState) -> bool:
        """The folder's history goes on from the last load: no older backup came back, and no rows were removed.

        A derived table is made by the same query as then.
        """
        batch_id, _, version = before.batch_id.partition("/")
        is_same = version == source.version and self._snapshot.is_batch(before.seq, batch_id)
        return is_same and not self._snapshot.has_removals(before.seq)

    def _has_later(self, tables: Iterable[str], seq: int) -> bool:
        return any(self._count(quote_name(name), f"{SEQ} > {seq}") for name in tables)

    def _later(self, source: _Source, seq: int) -> str:
        """SQL: the row is of a partition that has changed since a batch."""
        if not source.query:
            return f"{SEQ} > {seq}"
        same = ", ".join(map(quote_name, source.partition))
        return f"({same}) IN (SELECT ({same}) FROM {source.view} WHERE {SEQ} > {seq})"

    def _make(self, source: _Source) -> None:
        """Runs the query of a derived table; its rows are counted and loaded from here."""
        # One name for all, so that the rows of one table are in memory at a time.
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {source.view} AS {source.query}").fetchall()

    def _changes(self, source: _Source, condition: str, rows: int, state: TableState, *, whole: bool) -> Changes:
        query = f"SELECT {column_list(source.table)} FROM {source.view} WHERE {condition}"
        return Changes(source.table, self._connection, query, rows, source.partition, whole, state)

    def _count(self, view: str, condition: str) -> int:
        sql = f"SELECT count(*) FROM {view} WHERE {condition}"
        ((rows,),) = self._connection.execute(sql).fetchall()
        return int(rows)


def _with_version(batch_id: str, source: _Source) -> str:
    return f"{batch_id}/{source.version}" if source.version else batch_id
