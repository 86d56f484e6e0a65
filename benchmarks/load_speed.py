"""`dwell load` beside the plain way into the same destination, and beside dlt where it is installed.

    python benchmarks/load_speed.py [--rows 1000000] [--postgresql postgresql://...]

Loads one table of snapshots into an empty destination, then a hundredth more. The plain way writes the same rows with
DuckDB into a DuckDB file, and with `COPY ... FROM STDIN` into PostgreSQL, and remembers nothing. dlt merges by the key,
as `dwell load` does. CPU of this process and its children; the server's is its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dwell
from dwell.records import TABLES
from dwell.warehouse import Batch, Store
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace.loads import LoadRequest

NAME = "post_snapshots"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--postgresql", help="an empty database")
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = dwell.open(folder / "data", create=True)
        _commit(workspace.store, 0, options.rows)
        places = {"DuckDB": f"duckdb:{folder / 'a.duckdb'}", "Parquet": f"parquet:{folder / 'pq'}"}
        if options.postgresql:
            places["PostgreSQL"] = options.postgresql
        first = {kind: _measure(lambda to=to: workspace.load(LoadRequest(to))) for kind, to in places.items()}
        plain = {"DuckDB": _measure(lambda: _plain_duckdb(workspace.store, folder))}
        if options.postgresql:
            plain["PostgreSQL"] = _measure(lambda: _plain_postgresql(workspace.store, options.postgresql, folder))
        if importlib.util.find_spec("dlt"):
            others = {kind: _measure(lambda kind=kind: _dlt(workspace.store, kind, options, folder)) for kind in plain}
        else:
            others = {}
        _commit(workspace.store, options.rows, options.rows // 100)
        later = {kind: _measure(lambda to=to: workspace.load(LoadRequest(to))) for kind, to in places.items()}
    for kind, (wall, cpu) in first.items():
        line = f"{kind}: {options.rows:,} rows {wall:.2f} s, {cpu:.2f} s CPU"
        line += f"; {options.rows // 100:,} more {later[kind][0]:.2f} s, {later[kind][1]:.2f} s CPU"
        for label, group in (("plain", plain), ("dlt", others)):
            if kind in group:
                line += f"; {label} {group[kind][0]:.2f} s, {group[kind][1]:.2f} s CPU ({wall / group[kind][0]:.2f})"
        print(line, flush=True)


def _commit(store: Store, first: int, rows: int) -> None:
    columns = ", ".join(f"NULL AS {column.name}" for column in TABLES[NAME].columns)
    sql = (
        f"SELECT * REPLACE ((7000000000000000000 + i)::VARCHAR AS post_id, (i * 37 % 1000000) AS views, "
        f"(i * 7 % 10000) AS likes, 'made-up' AS source, "
        f"TIMESTAMPTZ '2026-01-01' + to_seconds(i % 9000000) AS observed_at) "
        f"FROM (SELECT i, {columns} FROM range({first}, {first + rows}) t(i))"
    )
    with connect(store.settings) as connection, store.writing() as writer:
        connection.execute(f"CREATE TEMP TABLE made AS {sql}").fetchall()
        connection.execute("ALTER TABLE made DROP COLUMN i").fetchall()
        batch = Batch(f"made-{first}", "made.csv", "made-up", "ab" * 32, dwell.clock.now(), {})
        writer.commit(connection, batch, {NAME: "made"})


def _measure(work: Callable[[], Any]) -> tuple[float, float]:
    before, began = _cpu(), time.perf_counter()
    work()
    return time.perf_counter() - began, _cpu() - before


def _cpu() -> float:
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def _plain_duckdb(store: Store, folder: Path) -> None:
    with connect(store.settings) as connection:
        store.attach(connection, [NAME])
        connection.execute(f"ATTACH '{folder / 'plain.duckdb'}' AS plain").fetchall()
        connection.execute(f"CREATE TABLE plain.{NAME} AS FROM {NAME}").fetchall()


def _plain_postgresql(store: Store, url: str, folder: Path) -> None:
    import psycopg

    file = folder / "plain.csv"
    with connect(store.settings) as connection, psycopg.connect(url) as server:
        store.attach(connection, [NAME])
        connection.execute(f"COPY {NAME} TO '{file}' (FORMAT csv, HEADER false)").fetchall()
        server.execute(b"CREATE TABLE plain (LIKE dwell.post_snapshots)")
        with server.cursor().copy(b"COPY plain FROM STDIN (FORMAT csv)") as copy, file.open("rb") as rows:
            while chunk := rows.read(1 << 20):
                copy.write(chunk)


def _dlt(store: Store, kind: str, options: argparse.Namespace, folder: Path) -> None:
    import dlt

    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    duckdb_file = dlt.destinations.duckdb(str(folder / "dlt.duckdb"))
    destination = duckdb_file if kind == "DuckDB" else dlt.destinations.postgres(options.postgresql)
    with connect(store.settings) as connection:
        store.attach(connection, [NAME])
        rows = connection.sql(f"FROM {NAME}").to_arrow_table()
    pipeline = dlt.pipeline(
        f"load_{kind.lower()}", destination=destination, dataset_name="dlt", pipelines_dir=str(folder)
    )
    key = TABLES[NAME].key
    pipeline.run(dlt.resource([rows], name=NAME, write_disposition="merge", primary_key=key))


if __name__ == "__main__":
    main()
