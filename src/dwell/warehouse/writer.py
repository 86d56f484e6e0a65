"""Writing under the lock: a batch becomes visible in all its tables at once, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.errors import StorageError
from dwell.records import TABLES, Table
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    current_rows_refresh,
    ingest_log,
    journal,
    journal_rows,
    lake,
    log_checksums,
    views,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue, TableState
from dwell.warehouse.columns import SEQ, key_list, quote_name, stored_value, to_journal
from dwell.warehouse.contributions import Contribution

if TYPE_CHECKING:
    import duckdb

# A batch of up to so many rows, over all tables, goes to the journal; a larger one straight to the lake.
JOURNAL_ROWS = 20_000


class Writer:
    """The store, held alone: what it shows cannot change until the `with store.writing()` block ends.

    Attributes:
        root: The data folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._journal = root / journal.NAME
        self._attached: tuple[object, views.Unsealed] = (None, {})

    def attach(
        self, connection: duckdb.DuckDBPyConnection, tables: Iterable[str] | None = None, *, with_seq: bool = False
    ) -> None:
        """As `Store.attach`: temporary views named as the tables."""
        with journal.connect(self._journal) as log, journal.read_transaction(log):
            state, unsealed = catalogue.read(log), views.unsealed_rows(log, TABLES if tables is None else tables)
        views.attach(connection, self.root, state, unsealed, with_seq=with_seq)
        self._attached = connection, unsealed

    def find_batch(self, batch_id: str) -> Batch | None:
        """As `Store.find_batch`, under the lock."""
        with journal.connect(self._journal) as log:
            return batches.find(log, batch_id)

    def commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        batch: Batch,
        rows: Mapping[str, str],
        *,
        replacing: Collection[str] = (),
        given: Sequence[Contribution] = (),
    ) -> int:
        """Stores a batch in all its tables at once and logs it.

        Args:
            connection: Where the rows are.
            batch: What to log; its `batch_id` is new.
            rows: Table name -> name of a DuckDB table or view with exactly the table's columns, in any order. Keys are
                unique in it; in a table that keeps every observation they are new to the store, unless it is replacing.
            replacing: Tables that keep every observation in which rows replace stored ones of the same key.
            given: What the batch gave to keys that others gave, too.

        Returns:
            The batch's `seq`.

        Raises:
            StorageError: The batch is stored already, the disk is full or closed; nothing of the batch is then stored.
        """
        with journal.connect(self._journal, writing=True) as log:
            state = catalogue.read(log)
            if batches.find(log, batch.batch_id):
                raise StorageError(f"{batch.path} was imported already: nothing was added.")
            counts = {name: _count(connection, source) for name, source in rows.items()}
            wanted = {name: rows[name] for name, rows_in in counts.items() if rows_in}
            to_lake = sum(counts.values()) > JOURNAL_ROWS
            corrected = {name: rows[name] for name in wanted if name in replacing}
            newest = {name: rows[name] for name in wanted if TABLES[name].keeps == "newest"}
            self._attach_stored(connection, log, state, [*newest, *corrected])
            self._attached = (None, {})  # what the views show is about to change
            replaced = self._superseded(connection, state, {**newest, **(corrected if to_lake else {})})
            days = {
                name: current_rows_refresh.days_until(connection, TABLES[name], quote_name(rows[name]))
                for name in wanted
            }
            seq = state.seq + 1
            ahead = replace(state.with_tables(replaced), seq=seq)
            if to_lake:
                ahead = self._to_lake(connection, log, ahead, batch, wanted)
                with journal.transaction(log):
                    _finish(log, state, ahead, batch, days, in_lake=True)
                    _keep_given(log, seq, batch, given, wanted)
                    log_checksums.record(log, self.root, state, ahead)
            else:
                fetched = {name: _fetch(connection, TABLES[name], source) for name, source in wanted.items()}
                sealed = {name: _stored_batches(connection, TABLES[name], rows[name]) for name in corrected}
                keeps_current = current_rows.is_complete(log, state.seq)
                with journal.transaction(log):
                    for name, values in fetched.items():
                        if name in sealed:
                            journal_rows.replace(log, TABLES[name], seq, values, sealed[name])
                        else:
                            journal_rows.insert(log, TABLES[name], seq, values)
                        if keeps_current:
                            current_rows.update(log, TABLES[name], seq, values)
                    if keeps_current:
                        current_rows.mark_complete(log, seq)
                    _finish(log, state, ahead, batch, days, in_lake=False)
                    _keep_given(log, seq, batch, given, wanted)
            return seq

    def undoable_tables(self) -> frozenset[str]:
        """Tables to which a file has given rows that can be taken back."""
        with journal.connect(self._journal) as log:
            return contributions.given_tables(log)

    def _to_lake(
        self, connection: duckdb.DuckDBPyConnection, log: Any, ahead: Catalogue, batch: Batch, rows: Mapping[str, str]
    ) -> Catalogue:
        for name, source in rows.items():
            select = ", ".join(stored_value(column) for column in TABLES[name].columns)
            query = f"SELECT {select}, {ahead.seq}::BIGINT AS {SEQ} FROM {quote_name(source)}"
            grown = lake.append(connection, self.root, name, query, ahead.seq, ahead.table(name))
            ahead = ahead.with_tables({name: grown})
        entry = (ahead.seq, *batches.to_row(batch))
        return ingest_log.write_entry(connection, self.root, ahead, [entry], ingest_log.unsealed_since(log))

    def _attach_stored(
        self, connection: duckdb.DuckDBPyConnection, log: Any, state: Catalogue, names: Collection[str]
    ) -> None:
        with_rows, attached = self._attached  # the lock is held since: nothing was added
        known = attached if with_rows is connection else {}
        unsealed = {name: known[name] for name in names if name in known}
        unsealed |= views.unsealed_rows(log, [name for name in names if name not in known])
        views.attach(connection, self.root, state, unsealed, prefix="dwell_stored_", loaded=known, with_seq=True)

    def _superseded(
        self, connection: duckdb.DuckDBPyConnection, state: Catalogue, rows: Mapping[str, str]
    ) -> dict[str, TableState]:
        """The states of the tables of which these rows replace stored ones: a reader must then look for the newest."""
        changed = {}
        for name in rows:
            known = _count_known(connection, TABLES[name], rows[name])
            if known:
                before = state.table(name)
                changed[name] = replace(before, superseded=before.superseded + known)
        return changed


def _finish(
    log: Any, state: Catalogue, ahead: Catalogue, batch: Batch, days: Mapping[str, int | None], *, in_lake: bool
) -> None:
    for name, until in days.items():
        current_rows.raise_days_until(log, name, until)
    batches.insert(log, ahead.seq, batch, in_lake=in_lake)
    catalogue.write(log, state, ahead)


def _keep_given(log: Any, seq: int, batch: Batch, given: Sequence[Contribution], tables: Iterable[str]) -> None:
    """Keeps what is needed to undo imports."""
    contributions.insert(log, seq, given)
    if batch.format not in batches.PROVIDER_FORMATS:
        contributions.mark_given(log, {*tables, *(each.table for each in given)}, seq)


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {quote_name(source)}").fetchall()[0][0])


def _stored_batches(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> dict[tuple[Any, ...], int]:
    """Key, as the journal has it, -> the batch of the stored row, for the keys that are stored."""
    keys = [column for name in table.key for column in table.columns if column.name == name]
    shown = ", ".join(to_journal(column) for column in keys)
    new = f"SELECT {', '.join(stored_value(column) for column in keys)} FROM {quote_name(source)}"
    stored = quote_name(f"dwell_stored_{table.name}")
    sql = f"SELECT {shown}, {SEQ} FROM ({new}) AS new JOIN {stored} AS old USING ({key_list(table)})"
    return {tuple(key): int(seq) for *key, seq in connection.execute(sql).fetchall()}


def _count_known(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    match = " AND ".join(f"old.{quote_name(key)} = new.{quote_name(key)}" for key in table.key)
    stored = quote_name(f"dwell_stored_{table.name}")
    sql = f"SELECT count(*) FROM {quote_name(source)} new SEMI JOIN {stored} old ON {match}"
    return int(connection.execute(sql).fetchall()[0][0])


def _fetch(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> list[tuple[Any, ...]]:
    clean = ", ".join(stored_value(column) for column in table.columns)
    select = ", ".join(to_journal(column) for column in table.columns)
    sql = f"SELECT {select} FROM (SELECT {clean} FROM {quote_name(source)}) ORDER BY {key_list(table)}"
    return connection.execute(sql).fetchall()
