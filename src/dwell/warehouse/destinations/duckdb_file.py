"""A DuckDB database in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.paths import require_reachable
from dwell.errors import StorageError
from dwell.records import Relation
from dwell.warehouse.columns import DUCKDB, quote_name, quote_text
from dwell.warehouse.damage import is_out_of_memory, out_of_memory
from dwell.warehouse.destinations.destination import STATE_TABLE, Changes, TableState, foreign_table_error

if TYPE_CHECKING:
    import duckdb

_STATE = (
    "table_name VARCHAR PRIMARY KEY, folder_id VARCHAR, seq BIGINT, batch_id VARCHAR, rows BIGINT, "
    "loaded_at TIMESTAMPTZ"
)


class DuckDBDestination:
    """Implements `Destination`.

    Args:
        path: The database file, absolute; it is made if it does not exist, its folder must.
        schema: Schema of the tables.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.name = f"duckdb:{path}"
        self.path: Path = path
        self._schema = schema

    @contextmanager
    def loading(self, scratch: Path) -> Iterator[_DuckDBLoad]:
        """See `Destination`."""
        with _errors(self.path), closing(_open(self.path)) as connection:
            connection.execute("BEGIN").fetchall()
            yield _DuckDBLoad(connection, self.name, self._schema, scratch)
            connection.execute("COMMIT").fetchall()


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    require_reachable(path)
    if not path.parent.is_dir():
        raise StorageError(f"{path.parent} isn't a folder: make it first, or choose another file.")
    if path.exists() and not _is_database(path):
        raise StorageError(f"{path} isn't a DuckDB database: choose another file.")
    return duckdb.connect(str(path), config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})


def _is_database(path: Path) -> bool:
    """DuckDB would open a CSV or another database as something that it does not write."""
    with path.open("rb") as file:
        head = file.read(12)
    return not head or head[8:] == b"DUCK"


class _DuckDBLoad:
    """Implements `Load`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, schema: str, scratch: Path) -> None:
        self._connection, self._name, self._schema_name, self._scratch = connection, name, schema, scratch
        ((catalog,),) = connection.execute("SELECT current_database()").fetchall()
        self._schema = f"{quote_name(catalog)}.{quote_name(schema)}"  # a schema may have the name of the file
        self._run(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
        self._run(f"CREATE TABLE IF NOT EXISTS {self._schema}.{STATE_TABLE} ({_STATE})")

    def states(self) -> Mapping[str, TableState]:
        """See `Load`."""
        sql = f"SELECT table_name, folder_id, seq, batch_id, rows FROM {self._schema}.{STATE_TABLE}"
        return {name: TableState(*state) for name, *state in self._connection.execute(sql).fetchall()}

    def count_rows(self, table: Relation) -> int | None:
        """See `Load`."""
        if not {column.name for column in table.columns} <= self._columns(table):
            return None
        sql = f"SELECT count(*) FROM {self._schema}.{quote_name(table.name)}"
        ((rows,),) = self._connection.execute(sql).fetchall()
        return int(rows)

    def _columns(self, table: Relation) -> set[str]:
        """Names of the columns that a table has there; none where there is no such table."""
        sql = (
            "SELECT column_name FROM information_schema.columns WHERE table_catalog = current_database() "
            "AND table_schema = ? AND table_name = ?"
        )
        return {name for (name,) in self._connection.execute(sql, [self._schema_name, table.name]).fetchall()}

    def write(self, changes: Changes) -> int:
        """See `Load`."""
        table = changes.table
        if table.name not in self.states() and self._columns(table):
            raise foreign_table_error(self._name, table)
        place, file = f"{self._schema}.{quote_name(table.name)}", self._scratch / f"{table.name}.parquet"
        changes.connection.execute(f"COPY ({changes.query}) TO {quote_text(str(file))} (FORMAT parquet)").fetchall()
        new = f"read_parquet({quote_text(str(file))})"
        self._prepare(table, place)
        if changes.whole:
            self._run(f"DELETE FROM {place}")
        else:
            same = ", ".join(map(quote_name, changes.partition))
            self._run(f"DELETE FROM {place} WHERE ({same}) IN (SELECT ({same}) FROM {new})")
        self._run(f"INSERT INTO {place} BY NAME FROM {new}")
        file.unlink()
        state = changes.state
        self._connection.execute(
            f"INSERT OR REPLACE INTO {self._schema}.{STATE_TABLE} VALUES (?, ?, ?, ?, ?, now())",
            [table.name, state.folder_id, state.seq, state.batch_id, state.rows],
        ).fetchall()
        return self.count_rows(table) or 0

    def _prepare(self, table: Relation, place: str) -> None:
        """Makes the table, or adds the columns that came later."""
        columns = ", ".join(f"{quote_name(column.name)} {DUCKDB[column.kind]}" for column in table.columns)
        self._run(f"CREATE TABLE IF NOT EXISTS {place} ({columns})")
        for column in table.columns:
            self._run(f"ALTER TABLE {place} ADD COLUMN IF NOT EXISTS {quote_name(column.name)} {DUCKDB[column.kind]}")

    def _run(self, sql: str) -> None:
        self._connection.execute(sql).fetchall()


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turns what DuckDB says about the file into an error that names the cure."""
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        text = str(error).splitlines()[0]
        if "No space left" in text:
            raise StorageError(f"No space left for {path}: free some, then load again.") from error
        if "lock" in text:
            raise StorageError(f"{path} is open in another program: close it there, then load again.") from error
        raise StorageError(f"{path} can't be read or written ({text}).") from error
    except duckdb.Error as error:
        if is_out_of_memory(error):
            raise out_of_memory(error) from error
        raise StorageError(f"{path} can't take the tables ({str(error).splitlines()[0]}).") from error
