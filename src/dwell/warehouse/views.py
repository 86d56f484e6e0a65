"""The reading views: lake rows and journal rows of one instant as one table, newest version per key, without `seq`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.records import TABLES, Table
from dwell.warehouse import journal_rows, lake_scan, rollup
from dwell.warehouse.catalogue import Catalogue, TableState
from dwell.warehouse.columns import REPLACES, SEQ, column_list, from_journal, key_list, quote_name, typed_nulls
from dwell.warehouse.damage import reading_errors

if TYPE_CHECKING:
    import duckdb

Unsealed = dict[str, list[tuple[Any, ...]]]

_ARROW_TYPES = {"text": "string", "count": "int64", "number": "float64", "day": "string", "texts": "string"}


def unsealed_rows(connection: sqlite3.Connection, tables: Iterable[str]) -> Unsealed:
    """The journal's rows that these views need, by table, as the connection's transaction sees them."""
    return {name: journal_rows.rows(connection, TABLES[name]) for name in stored_tables(tables)}


def stored_tables(names: Iterable[str]) -> list[str]:
    """The tables with these names; in place of the roll-up the two that it is made of."""
    return list(dict.fromkeys(table for name in names for table in (rollup.BASES if name == rollup.NAME else (name,))))


def attach(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    catalogue: Catalogue,
    unsealed: Unsealed,
    tables: Iterable[str] | None = None,
    *,
    prefix: str = "",
    loaded: Collection[str] = (),
    with_seq: bool = False,
) -> None:
    """Makes temporary views that show the rows of one instant, each named as its table behind the prefix.

    Args:
        connection: Where.
        root: The data folder.
        catalogue: What is visible.
        unsealed: The journal's rows of the same instant.
        tables: Names of tables, or the roll-up `post_latest`; every table of `unsealed` when None.
        prefix: Of the views' names.
        loaded: Tables whose journal rows an earlier call copied into the connection.
        with_seq: The views of tables also have the number of each row's batch, as `seq`.

    Raises:
        DamagedDataError: A file of the lake is missing or has another size than was written.
    """
    for name, rows in unsealed.items():
        if rows and name not in loaded:
            load_unsealed(connection, TABLES[name], rows)
    for name in unsealed if tables is None else tables:
        with reading_errors(root):
            if name == rollup.NAME:
                query = _rollup(connection, root, catalogue, unsealed)
            else:
                shown = [*(column.name for column in TABLES[name].columns), *([SEQ] if with_seq else [])]
                query = newest(
                    TABLES[name],
                    root,
                    catalogue.table(name),
                    unsealed=bool(unsealed[name]),
                    replacing=is_replacing(TABLES[name], unsealed[name]),
                    columns=shown,
                )
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote_name(prefix + name)} AS {query}").fetchall()


def is_replacing(table: Table, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Some of the journal's rows replace readings in the lake."""
    return table.keeps == "every" and any(row[-1] is not None for row in rows)


def with_replaced(table: Table, query: str, replacing: str, after: int) -> str:
    """SQL for the rows of a query, and whether each replaces one of a batch up to this number, as `replaced`."""
    match = " AND ".join(f"later.{quote_name(key)} = known.{quote_name(key)}" for key in table.key)
    return (
        f"SELECT later.*, coalesce(known.{REPLACES} <= {after}, false) AS replaced FROM ({query}) AS later "
        f"LEFT JOIN {replacing} AS known ON {match}"
    )


def _rollup(connection: duckdb.DuckDBPyConnection, root: Path, catalogue: Catalogue, unsealed: Unsealed) -> str:
    """The roll-up; where its sealed part cannot be used, the same out of the tables alone."""
    usable = rollup.is_usable(root, catalogue)
    sealed = catalogue.rollup if usable else None
    later = {name: rollup.later_table(catalogue, name, sealed.seq if sealed else -1) for name in rollup.BASES}
    kind = "TABLE" if usable else "VIEW"  # what came later is little, and read several times
    sources: dict[str, str | None] = dict.fromkeys(rollup.BASES)
    for name, state in later.items():
        if state.files or unsealed[name]:
            replacing = is_replacing(TABLES[name], unsealed[name])
            query = newest(TABLES[name], root, state, unsealed=bool(unsealed[name]), replacing=replacing)
            if replacing:
                after = sealed.seq if sealed else -1
                query = with_replaced(TABLES[name], query, replacing_name(TABLES[name]), after)
            sources[name] = f"dwell_later_{name}"
            connection.execute(f"CREATE OR REPLACE TEMP {kind} dwell_later_{name} AS {query}").fetchall()
    if sources["post_snapshots"]:
        replacing = is_replacing(TABLES["post_snapshots"], unsealed["post_snapshots"])
        query = rollup.newest_snapshots("dwell_later_post_snapshots", replacing=replacing)
        connection.execute(f"CREATE OR REPLACE TEMP {kind} dwell_later_newest AS {query}").fetchall()
        sources["post_snapshots"] = "dwell_later_newest"
    return rollup.merge(rollup.scan(root, sealed.files if sealed else ()), sources["posts"], sources["post_snapshots"])


def newest(
    table: Table,
    root: Path,
    state: TableState,
    *,
    unsealed: bool,
    replacing: bool = False,
    columns: Sequence[str] | None = None,
) -> str:
    """The newest version per key: a plain scan where no row is replaced.

    A reading in the journal says itself whether it replaces one in the lake, so only those few keys are looked for.
    Where the lake has several versions of a key (the catalogue counts them as superseded), all keys are.
    """
    names = columns or [column.name for column in table.columns]
    if state.superseded:
        return newest_versions(table, all_versions(table, root, state, unsealed=unsealed), names)
    shown = ", ".join(map(quote_name, names))
    parts = []
    if state.files:
        parts.append(f"SELECT {shown} FROM {lake_scan.scan(root, table.name, state)}")
        if replacing:
            parts[0] += f" AS sealed ANTI JOIN {replacing_name(table)} AS replacing USING ({key_list(table)})"
    if unsealed:
        parts.append(f"SELECT {shown} FROM {_unsealed_name(table)}")
    return " UNION ALL ".join(parts) or f"SELECT {shown} FROM ({typed_nulls(table.name)})"


def newest_versions(table: Table, every: str, columns: Sequence[str] | None = None) -> str:
    """SQL for the newest version per key out of all versions; its columns are the table's unless they are named.

    Only keys that have several versions go through the join: on a million keys that takes 0.6 of the wall time of
    `row_number() OVER (PARTITION BY key ORDER BY seq DESC) = 1`.
    """
    match = " AND ".join(f"stored.{quote_name(key)} = several.{quote_name(key)}" for key in table.key)
    grouped = f"FROM ({every}) GROUP BY {key_list(table)} HAVING count(*) > 1"
    versions = f"SELECT {key_list(table)}, max({SEQ}) AS dwell_newest {grouped}"
    shown = ", ".join(f"stored.{quote_name(name)}" for name in columns or [column.name for column in table.columns])
    return (
        f"SELECT {shown} FROM ({every}) AS stored LEFT JOIN ({versions}) AS several ON {match} "
        f"WHERE several.dwell_newest IS NULL OR stored.{SEQ} = several.dwell_newest"
    )


def all_versions(table: Table, root: Path, state: TableState, *, unsealed: bool) -> str:
    """SQL for every stored version of every row, with its `seq`; the journal's rows are loaded already."""
    parts = []
    if state.files:
        parts.append(f"SELECT {column_list(table)}, {SEQ} FROM {lake_scan.scan(root, table.name, state)}")
    if unsealed:
        parts.append(f"SELECT {column_list(table)}, {SEQ} FROM {_unsealed_name(table)}")
    if not parts:
        parts.append(typed_nulls(table.name))
    return " UNION ALL ".join(parts)


def load_unsealed(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[tuple[Any, ...]]) -> str:
    """Copies journal rows into a temporary DuckDB table; returns its name.

    arro3 carries them: DuckDB's own `executemany` takes a millisecond a row.
    """
    extra = [SEQ, *([REPLACES] if table.keeps == "every" else [])]
    copy_rows(connection, table, rows, extra, f"CREATE OR REPLACE TEMP TABLE {_unsealed_name(table)} AS")
    if table.keeps == "every":
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {replacing_name(table)} AS SELECT {key_list(table)}, {REPLACES} "
            f"FROM {_unsealed_name(table)} WHERE {REPLACES} IS NOT NULL"
        ).fetchall()
    return _unsealed_name(table)


def copy_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    extra: Sequence[str],
    into: str,
) -> None:
    """Copies rows as the journal has them into a DuckDB table; arro3 carries them.

    Args:
        connection: Where.
        table: Whose columns they begin with.
        rows: They may be none.
        extra: Names of the whole numbers behind these columns.
        into: How the statement begins whose query gives the columns and the numbers.
    """
    from arro3.core import Array, DataType
    from arro3.core import Table as ArrowTable

    kinds = {"string": DataType.string(), "int64": DataType.int64(), "float64": DataType.float64()}
    types = [kinds[_ARROW_TYPES.get(column.kind, "int64")] for column in table.columns] + [kinds["int64"]] * len(extra)
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = [Array(list(values), type=kind) for values, kind in zip(columns, types, strict=True)]
    rows_in_arrow = ArrowTable.from_arrays(arrays, names=[*(column.name for column in table.columns), *extra])
    select = ", ".join(from_journal(column) for column in table.columns)
    connection.register("dwell_rows", rows_in_arrow)
    connection.execute(f"{into} SELECT {select}, {', '.join(extra)} FROM dwell_rows").fetchall()
    connection.unregister("dwell_rows")


def _unsealed_name(table: Table) -> str:
    return quote_name(f"dwell_unsealed_{table.name}")


def replacing_name(table: Table) -> str:
    """Name of the table of the keys that the journal's rows replace in the lake, which `load_unsealed` makes."""
    return quote_name(f"dwell_replacing_{table.name}")
