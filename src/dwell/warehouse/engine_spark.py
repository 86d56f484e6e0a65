"""Spark SQL over Spark Connect: the same questions on a cluster of the user's, or on Sail, which speaks its protocol.

The server must see the data folder under the path that it has here.
"""

from __future__ import annotations

import math
import socket
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from dwell.disk.lock import scratch_folder
from dwell.errors import EngineError, MissingExtraError
from dwell.records import POST_LATEST, TABLES, Table
from dwell.results import Result
from dwell.warehouse import lake_scan, rollup, views
from dwell.warehouse.catalogue import TableState
from dwell.warehouse.columns import REPLACES, SEQ, column_list, quote_name
from dwell.warehouse.snapshot import StoreSnapshot
from dwell.warehouse.spark_rows import SPARK, empty_query, write_rows, write_unsealed_rows

_DEFAULT_PORT = 15_002  # of `sc://host`
_CONNECT_S = 5.0
_MOST_SAID = 200
_WITHOUT = "or leave out --engine and DWELL_ENGINE to use DuckDB in this process"


class SparkConnection:
    """A session on a Spark Connect server, in UTC and with ANSI rules (a division by zero is an error, not a null).

    Args:
        url: Where the server is, e.g. `sc://127.0.0.1:15002`.
        scratch: Folder that the server can read, for rows that are not in the lake; by default a temporary one.

    Raises:
        EngineError: The server cannot be reached.
        MissingExtraError: The client library is not installed.
    """

    def __init__(self, url: str, scratch: Path | None = None) -> None:
        self._scratch = scratch or Path(tempfile.gettempdir()) / "dwell-spark"
        self._address = url.partition("/;")[0]  # what follows may be a token
        _require_listener(self._address)
        try:
            with warnings.catch_warnings():
                # PySpark warns of pandas 3; dwell takes Arrow from it and never pandas.
                warnings.simplefilter("ignore", FutureWarning)
                from pyspark.sql.connect.client.retries import DefaultPolicy
                from pyspark.sql.connect.session import SparkSession

                self._session = SparkSession.builder.remote(url).create()
        except (
            SystemExit
        ) as error:  # PySpark's look for SPARK_HOME, which a client does not need, fails under `python -c`
            raise EngineError(
                "PySpark ends a process that runs `python -c`: run a script or a notebook, or set SPARK_HOME."
            ) from error
        except ImportError as error:
            raise MissingExtraError("Spark needs its client: pip install 'dwell[sail]' or 'dwell[spark]'.") from error
        # By default a server that is gone is waited for ten minutes.
        self._session.client.set_retry_policies([DefaultPolicy(max_retries=4)])
        try:
            with self._errors():
                self._session.conf.set("spark.sql.session.timeZone", "UTC")
                self._session.conf.set("spark.sql.ansi.enabled", "true")
        except EngineError:
            self._session.client.close()
            raise

    def close(self) -> None:
        """Ends the session."""
        with suppress(Exception):  # a server that is gone has ended it
            self._session.stop()

    def show_table(
        self,
        table: Table,
        paths: Sequence[str],
        *,
        superseded: bool,
        name: str | None = None,
        with_seq: bool = True,
    ) -> None:
        """Makes a view of the rows in these Parquet files; the newest version of each key.

        Args:
            table: The table.
            paths: Its files, which may lack columns that were added later.
            superseded: Whether a key may have several versions.
            name: Of the view; the table's when None.
            with_seq: The files say to which batch a row belongs.
        """
        schema = ", ".join(f"`{column.name}` {SPARK[column.kind]}" for column in table.columns)
        schema += f", {SEQ} BIGINT" if with_seq else ""
        # Without the schema Spark would take the first file's, in which a column may be "never null" by chance.
        reader = self._session.read.schema(schema)
        whole = f"dwell_every_{name or table.name}"
        if superseded:
            shown = views.newest_versions(table, f"SELECT {column_list(table)}, {SEQ} FROM {whole}")
        else:
            shown = f"SELECT {column_list(table)} FROM {whole}"
        with self._errors():
            frame = reader.parquet(*paths) if paths else self._session.sql(empty_query(table))
            frame = frame.fillna(table.defaults) if table.defaults else frame
            frame.createOrReplaceTempView(whole)
        self.show_query(shown, name or table.name)

    def show_files(self, paths: Sequence[str], schema: str, name: str) -> None:
        """Makes a view of some columns of Parquet files."""
        with self._errors():
            self._session.read.schema(schema).parquet(*paths).createOrReplaceTempView(name)

    def show_query(self, sql: str, name: str) -> None:
        """Makes a view of a query that is quoted as DuckDB's."""
        with self._errors():
            self._session.sql(sql.replace('"', "`")).createOrReplaceTempView(name)

    @contextmanager
    def tables(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[None]:
        """Small tables for the length of a `with` block, as the metrics' tests need them.

        Args:
            rows: Table name -> its rows, column -> value; a column that is not named is unknown (an empty list for
                a list).
        """
        with scratch_folder(self._scratch) as folder:
            for name, given in rows.items():
                self.show_table(TABLES[name], [str(write_rows(TABLES[name], given, folder))], superseded=False)
            yield

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """Runs SQL over the views that are there, with values for `:name` in it.

        Raises:
            EngineError: The server cannot be reached any more, or cannot run it.
        """
        with self._errors():
            table = self._session.sql(sql, args=dict(parameters) if parameters else None).toArrow()
        columns = [[_to_python(value) for value in column.to_pylist()] for column in table.columns]
        return Result(columns=tuple(table.column_names), rows=list(zip(*columns, strict=True)))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Says what Spark says in a sentence with its cure."""
        from grpc import RpcError
        from pyspark.errors import PySparkException

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # "retries exceeded", besides the error itself
                yield
        except (PySparkException, RpcError) as error:
            said = " ".join(str(error).split())[:_MOST_SAID]
            raise EngineError(
                f"The Spark server at {self._address} failed ({said}): check that it runs and sees the data folder "
                f"under the same path, {_WITHOUT}."
            ) from error


class SparkEngine:
    """Queries on one snapshot by a Spark Connect server, which reads the data folder under the path that it has here.

    Args:
        url: Where the server is, e.g. `sc://127.0.0.1:15002`.
        snapshot: What the queries see; its journal rows are written for the server into the folder's `scratch/`.

    Attributes:
        dialect: The SQL that it runs.

    Raises:
        EngineError: The server cannot be reached.
        MissingExtraError: The client library is not installed.
    """

    dialect: ClassVar[Literal["spark"]] = "spark"

    def __init__(self, url: str, snapshot: StoreSnapshot) -> None:
        self._snapshot = snapshot
        self._attached: set[str] = set()
        self._written: dict[str, list[str]] = {}
        self._resources = ExitStack()
        self._connection = SparkConnection(url)
        self._resources.callback(self._connection.close)

    @cached_property
    def _folder(self) -> Path:
        return self._resources.enter_context(scratch_folder(self._snapshot.root.absolute() / "scratch"))

    def query(self, sql: str, tables: Iterable[str], parameters: Mapping[str, Any] | None = None) -> Result:
        """Runs one query.

        Args:
            sql: The query, in Spark's dialect.
            tables: Names of the tables that it reads.
            parameters: Values for `:name` in the query.

        Raises:
            EngineError: The server cannot be reached any more, or cannot run it.
        """
        snapshot = self._snapshot
        snapshot.require_files()
        for name in dict.fromkeys(tables):
            if name not in self._attached:
                self._show_rollup() if name == rollup.NAME else self._show_table(name, snapshot.catalogue.table(name))
                self._attached.add(name)
        return self._connection.run(sql, parameters)

    def query_arrow(self, sql: str, tables: Iterable[str]) -> Result:
        """See `Engine`; the rows are tuples."""
        return self.query(sql, tables)

    def _show_table(self, name: str, visible: TableState, view: str | None = None) -> None:
        """What `visible` has of a table, with the journal's rows."""
        table, show = TABLES[name], self._connection.show_table
        paths = [str(path) for path in lake_scan.visible_files(self._snapshot.root, name, visible)]
        if visible.superseded or not self._is_replacing(name):
            show(table, [*paths, *self._unsealed(name)], superseded=bool(visible.superseded), name=view)
            return
        show(table, paths, superseded=False, name=f"dwell_lake_{name}")
        show(table, self._unsealed(name), superseded=False, name=f"dwell_journal_{name}")
        self._show_replacing(name)
        match = " AND ".join(f"sealed.{quote_name(key)} = known.{quote_name(key)}" for key in table.key)
        self._connection.show_query(
            f"SELECT {column_list(table)} FROM dwell_lake_{name} AS sealed ANTI JOIN dwell_replacing_{name} AS known "
            f"ON {match} UNION ALL SELECT {column_list(table)} FROM dwell_journal_{name}",
            view or name,
        )

    def _is_replacing(self, name: str) -> bool:
        return views.is_replacing(TABLES[name], self._snapshot.unsealed_rows([name])[name])

    def _show_replacing(self, name: str) -> None:
        """The keys of the journal's rows that replace readings in the lake."""
        table = TABLES[name]
        keys = [column.name for column in table.columns if column.name in table.key]
        schema = ", ".join(f"`{column.name}` {SPARK[column.kind]}" for column in table.columns if column.name in keys)
        self._connection.show_files(self._unsealed(name), f"{schema}, {REPLACES} BIGINT", f"dwell_keys_{name}")
        self._connection.show_query(
            f"SELECT * FROM dwell_keys_{name} WHERE {REPLACES} IS NOT NULL", f"dwell_replacing_{name}"
        )

    def _unsealed(self, name: str) -> list[str]:
        """The file with the journal's rows of a table, written once; none where there are no rows."""
        if name not in self._written:
            rows = self._snapshot.unsealed_rows([name])[name]
            self._written[name] = [str(write_unsealed_rows(TABLES[name], rows, self._folder))] if rows else []
        return self._written[name]

    def _show_rollup(self) -> None:
        """The roll-up; where its sealed part cannot be used, the same out of the tables alone."""
        root, state = self._snapshot.root, self._snapshot.catalogue
        sealed = state.rollup if self._snapshot.has_rollup else None
        later: dict[str, str | None] = dict.fromkeys(rollup.BASES)
        for name in rollup.BASES:
            visible = rollup.later_table(state, name, sealed.seq if sealed else -1)
            if visible.files or self._unsealed(name):
                later[name] = f"dwell_later_{name}"
                self._show_table(name, visible, later[name])
        if later["post_snapshots"]:
            query = rollup.newest_snapshots(later["post_snapshots"])
            if self._is_replacing("post_snapshots"):
                source = views.with_replaced(
                    TABLES["post_snapshots"],
                    f"SELECT * FROM {later['post_snapshots']}",
                    "dwell_replacing_post_snapshots",
                    sealed.seq if sealed else -1,
                )
                self._show_replacing("post_snapshots")
                self._connection.show_query(source, "dwell_later_flagged")
                query = rollup.newest_snapshots("dwell_later_flagged", replacing=True)
            self._connection.show_query(query, "dwell_later_newest")
            later["post_snapshots"] = "dwell_later_newest"
        paths = [str((rollup.folder(root) / file.path).absolute()) for file in (sealed.files if sealed else ())]
        self._connection.show_table(POST_LATEST, paths, superseded=False, name="dwell_sealed", with_seq=False)
        merged = rollup.merge("dwell_sealed", later["posts"], later["post_snapshots"])
        self._connection.show_query(merged, rollup.NAME)

    def close(self) -> None:
        """Ends the session and deletes the rows that were written for it."""
        self._resources.close()


def _require_listener(address: str) -> None:
    """Connects once, because Spark's client retries for minutes."""
    place = urlsplit(address)
    try:
        with socket.create_connection((place.hostname or "", place.port or _DEFAULT_PORT), timeout=_CONNECT_S):
            return
    except (OSError, ValueError) as error:
        raise EngineError(f"No Spark server answers at {address} ({error}): start it, {_WITHOUT}.") from error


def _to_python(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
