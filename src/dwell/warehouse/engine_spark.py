"""Spark SQL over Spark Connect: the same questions on a cluster of the user's, or on Sail, which speaks its protocol.

The server must see the data folder under the path that it has here.
"""

from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.lock import scratch_folder
from dwell.errors import MissingExtraError
from dwell.records import POST_LATEST, TABLES, Table
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import rollup, views
from dwell.warehouse.catalogue import Catalogue, TableState
from dwell.warehouse.columns import DUCKDB, SEQ, column_list, quote_name, quote_text
from dwell.warehouse.engine_duckdb import connect

if TYPE_CHECKING:
    from dwell.warehouse.store import Store

_SPARK = {
    "text": "STRING",
    "count": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMP",
    "day": "DATE",
    "texts": "ARRAY<STRING>",
}


class SparkEngine:
    """A session on a Spark Connect server, in UTC and with ANSI rules (a division by zero is an error, not a null).

    Args:
        url: Where the server is, e.g. `sc://127.0.0.1:15002`.
        scratch: Folder that the server can read, for rows that are not in the lake; by default a temporary one.

    Raises:
        MissingExtraError: The client library is not installed.
    """

    def __init__(self, url: str, scratch: Path | None = None) -> None:
        self._scratch = scratch or Path(tempfile.gettempdir()) / "dwell-spark"
        try:
            with warnings.catch_warnings():
                # PySpark warns of pandas 3; dwell takes Arrow from it and never pandas.
                warnings.simplefilter("ignore", FutureWarning)
                from pyspark.sql import SparkSession

                self._session = SparkSession.builder.remote(url).create()
        except ImportError as error:
            raise MissingExtraError("Spark needs its client: pip install 'dwell[sail]' or 'dwell[spark]'.") from error
        self._session.conf.set("spark.sql.session.timeZone", "UTC")
        self._session.conf.set("spark.sql.ansi.enabled", "true")

    def close(self) -> None:
        """Ends the session."""
        self._session.stop()

    def query(self, sql: str, store: Store, tables: Iterable[str]) -> Result:
        """Runs one Spark SQL query over the named tables, all of one instant.

        Args:
            sql: The query, in Spark's dialect.
            store: Where the tables are.
            tables: Names of the tables that it reads.
        """
        names = list(tables)
        state, unsealed = store.instant(names)
        with scratch_folder(self._scratch) as folder:
            written = {
                name: [str(_write_unsealed_rows(TABLES[name], rows, folder))] if rows else []
                for name, rows in unsealed.items()
            }
            for name in names:
                if name == rollup.NAME:
                    self._view_rollup(store.root, state, written)
                else:
                    self._view_table(store.root, name, state.table(name), written[name])
            return self.run(sql)

    @contextmanager
    def tables(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[None]:
        """Small tables for the length of a `with` block, as the metrics' tests need them.

        Args:
            rows: Table name -> its rows, column -> value; a column that is not named is unknown (an empty list for
                a list).
        """
        with scratch_folder(self._scratch) as folder:
            for name, given in rows.items():
                self._view(TABLES[name], [str(_write_rows(TABLES[name], given, folder))], superseded=False)
            yield

    def run(self, sql: str) -> Result:
        """Runs SQL over the views that are there."""
        table = self._session.sql(sql).toArrow()
        columns = [[_to_python(value) for value in column.to_pylist()] for column in table.columns]
        return Result(columns=tuple(table.column_names), rows=list(zip(*columns, strict=True)))

    def _view_table(
        self, root: Path, name: str, visible: TableState, written: list[str], shown: str | None = None
    ) -> None:
        """The table, or what `visible` has of it, under its own name or the one that is `shown`."""
        paths = [str(path) for path in views.visible_files(root, name, visible)]
        self._view(TABLES[name], [*paths, *written], superseded=bool(visible.superseded), shown=shown)

    def _view_rollup(self, root: Path, state: Catalogue, written: Mapping[str, list[str]]) -> None:
        """The roll-up; where its sealed part cannot be used, the same out of the tables alone."""
        sealed = state.rollup if rollup.is_usable(root, state) else None
        later: dict[str, str | None] = dict.fromkeys(rollup.BASES)
        for name in rollup.BASES:
            visible = rollup.later_table(state, name, sealed.seq if sealed else -1)
            if visible.files or written[name]:
                later[name] = f"dwell_later_{name}"
                self._view_table(root, name, visible, written[name], later[name])
        if later["post_snapshots"]:
            self._show(rollup.newest_snapshots(later["post_snapshots"]), "dwell_later_newest")
            later["post_snapshots"] = "dwell_later_newest"
        files = sealed.files if sealed else ()
        paths = [str((rollup.folder(root) / file.path).absolute()) for file in files]
        self._view(POST_LATEST, paths, superseded=False, shown="dwell_sealed", with_seq=False)
        self._show(rollup.merge("dwell_sealed", later["posts"], later["post_snapshots"]), rollup.NAME)

    def _show(self, sql: str, name: str) -> None:
        self._session.sql(sql.replace('"', "`")).createOrReplaceTempView(name)

    def _view(
        self, table: Table, paths: list[str], *, superseded: bool, shown: str | None = None, with_seq: bool = True
    ) -> None:
        schema = ", ".join(f"`{column.name}` {_SPARK[column.kind]}" for column in table.columns)
        schema += f", {SEQ} BIGINT" if with_seq else ""
        # Without the schema Spark would take the first file's, in which a column may be "never null" by chance.
        reader = self._session.read.schema(schema)
        frame = reader.parquet(*paths) if paths else self._session.sql(_empty_query(table))
        whole = f"dwell_every_{shown or table.name}"
        frame.createOrReplaceTempView(whole)
        if superseded:
            query = views.newest_versions(table, f"SELECT {column_list(table)}, {SEQ} FROM {whole}")
        else:
            query = f"SELECT {column_list(table)} FROM {whole}"
        self._show(query, shown or table.name)


def _empty_query(table: Table) -> str:
    columns = [f"CAST(NULL AS {_SPARK[column.kind]}) AS `{column.name}`" for column in table.columns]
    return f"SELECT {', '.join(columns)}, CAST(NULL AS BIGINT) AS {SEQ} WHERE false"


def _write_unsealed_rows(table: Table, rows: list[tuple[Any, ...]], folder: Path) -> Path:
    path = (folder / f"{table.name}.parquet").absolute()
    with connect(Settings(), folder) as connection:
        loaded = views.load_unsealed(connection, table, rows)
        connection.execute(f"COPY (FROM {loaded}) TO {quote_text(str(path))} (FORMAT parquet)").fetchall()
    return path


def _write_rows(table: Table, rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    path = (folder / f"{table.name}.parquet").absolute()
    columns = ", ".join(f"{quote_name(column.name)} {DUCKDB[column.kind]}" for column in table.columns)
    with connect(Settings(), folder) as connection:
        connection.execute(f"CREATE TABLE given ({columns}, {SEQ} BIGINT)").fetchall()
        places = ", ".join("?" * (len(table.columns) + 1))
        for row in rows:
            values = [row.get(column.name, [] if column.kind == "texts" else None) for column in table.columns]
            connection.execute(f"INSERT INTO given VALUES ({places})", [*values, 1]).fetchall()
        connection.execute(f"COPY given TO {quote_text(str(path))} (FORMAT parquet)").fetchall()
    return path


def _to_python(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
