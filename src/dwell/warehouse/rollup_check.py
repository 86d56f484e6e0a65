"""Compares the sealed part of the roll-up with the tables that it is derived from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import DamagedDataError
from dwell.records import POST_LATEST, TABLES
from dwell.settings import Settings
from dwell.warehouse import rollup, views
from dwell.warehouse.catalogue import Catalogue
from dwell.warehouse.columns import column_list
from dwell.warehouse.duckdb_connection import connect

if TYPE_CHECKING:
    import duckdb


def find_rollup_problem(root: Path, state: Catalogue) -> str:
    """What is wrong with the roll-up, as the rest of a sentence; empty where nothing is.

    One with other columns than today's is no problem: nothing reads it, and the next seal makes it again. A lake file
    that cannot be read is a problem of its own, so nothing can be said of the roll-up then.
    """
    import duckdb

    sealed = state.rollup
    if sealed is None or sealed.layout != rollup.LAYOUT:
        return ""
    if damage := rollup.find_damaged(root, sealed):
        return f"is damaged ({damage[0]}: {damage[1]})"
    with connect(Settings()) as connection:
        try:
            expected = _digest(connection, _from_tables(connection, root, state, sealed.seq))
        except (DamagedDataError, duckdb.Error):
            return ""
        try:
            found = _digest(connection, f"FROM {rollup.scan(root, sealed.files)}")
        except duckdb.Error as error:
            return f"cannot be read ({str(error).splitlines()[0]})"
    return "" if found == expected else "doesn't match the tables that it is derived from"


def _from_tables(connection: duckdb.DuckDBPyConnection, root: Path, state: Catalogue, seq: int) -> str:
    """The query that makes the roll-up out of every batch up to this one."""
    names: dict[str, str | None] = {}
    for name in rollup.BASES:
        visible = state.table(name)
        files = tuple(file for file in visible.files if file.seq <= seq)
        query = views.newest(TABLES[name], root, replace(visible, files=files), unsealed=False)
        connection.execute(f"CREATE TEMP VIEW {name} AS {query}").fetchall()
        names[name] = name if files else None
    if names["post_snapshots"]:
        query = rollup.newest_snapshots("post_snapshots")
        connection.execute(f"CREATE TEMP TABLE newest AS {query}").fetchall()
    return rollup.merge(rollup.scan(root, ()), names["posts"], names["post_snapshots"] and "newest")


def _digest(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    """Number of rows, and a sum of their hashes that does not depend on their order."""
    sql = f"SELECT count(*), sum(hash(stored)::HUGEINT) FROM (SELECT {column_list(POST_LATEST)} FROM ({query})) stored"
    ((rows, digest),) = connection.execute(sql).fetchall()
    return int(rows), int(digest or 0)
