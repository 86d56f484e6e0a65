"""A PostgreSQL database. Rows travel as CSV through `COPY`, which the server reads faster than any statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dwell.errors import MissingExtraError, SettingsError, StorageError
from dwell.records import Column, Table
from dwell.redact import register_secrets
from dwell.warehouse.columns import column_list, key_list, quote_name, quote_text
from dwell.warehouse.destinations.destination import STATE_TABLE, Changes, TableState

if TYPE_CHECKING:
    import psycopg

_TYPES = {
    "text": "text",
    "count": "bigint",
    "number": "double precision",
    "flag": "boolean",
    "instant": "timestamptz",
    "day": "date",
    "texts": "text[]",
}
_STATE = "table_name text PRIMARY KEY, folder_id text, seq bigint, batch_id text, rows bigint, loaded_at timestamptz"
_CHUNK = 1 << 20
_NULL = r"\N"


class PostgreSQLDestination:
    """Implements `Destination`.

    Args:
        url: `postgresql://user@host/database`; a password may also be in PGPASSWORD or the file `~/.pgpass`.
        schema: Schema of the tables; it is made if it does not exist.

    Raises:
        SettingsError: The address cannot be read.
        MissingExtraError: The driver is not installed.
    """

    def __init__(self, url: str, schema: str) -> None:
        try:
            parts = urlsplit(url)
            where = f"{parts.hostname or 'localhost'}{f':{parts.port}' if parts.port else ''}"
        except ValueError:  # its text is not shown: it may contain the password
            raise SettingsError("The destination isn't a database URL: write postgresql://user@host/name.") from None
        register_secrets([unquote(parts.password or "")])
        self.name = f"postgresql://{where}{parts.path}"
        self._url, self._schema = url, schema
        try:
            import psycopg  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("PostgreSQL needs its driver: pip install 'dwell[postgresql]'.") from error

    @contextmanager
    def loading(self, scratch: Path) -> Iterator[_PostgreSQLLoad]:
        """See `Destination`; a second load into the schema waits for the first."""
        import psycopg

        try:
            with psycopg.connect(self._url, application_name="dwell", connect_timeout=20) as connection:
                # Held to the end of the transaction.
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"dwell/{self._schema}",))
                yield _PostgreSQLLoad(connection, quote_name(self._schema), scratch)
        except psycopg.Error as error:
            raise StorageError(f"{self.name} can't be loaded ({_first_line(error)}).") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].removesuffix(".")


class _PostgreSQLLoad:
    """Implements `Load`."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, scratch: Path) -> None:
        self._connection, self._schema, self._scratch = connection, schema, scratch
        self._run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self._run(f"CREATE TABLE IF NOT EXISTS {schema}.{STATE_TABLE} ({_STATE})")

    def states(self) -> Mapping[str, TableState]:
        """See `Load`."""
        sql = f"SELECT table_name, folder_id, seq, batch_id, rows FROM {self._schema}.{STATE_TABLE}"
        return {name: TableState(*state) for name, *state in self._connection.execute(sql.encode()).fetchall()}

    def write(self, changes: Changes) -> int:
        """See `Load`."""
        table, place = changes.table, f"{self._schema}.{quote_name(changes.table.name)}"
        file = self._write_csv(changes)
        self._prepare(table, place)
        if changes.whole:
            self._run(f"DELETE FROM {place}")
            self._copy(file, f"{place} ({column_list(table)})")
        else:
            self._run(f"CREATE TEMP TABLE dwell_new (LIKE {place}) ON COMMIT DROP")
            self._copy(file, f"dwell_new ({column_list(table)})")
            changed = [quote_name(column.name) for column in table.columns if column.name not in table.key]
            sets = ", ".join(f"{name} = excluded.{name}" for name in changed)
            self._run(
                f"INSERT INTO {place} ({column_list(table)}) SELECT {column_list(table)} FROM dwell_new "
                f"ON CONFLICT ({key_list(table)}) DO UPDATE SET {sets}"
            )
            self._run("DROP TABLE dwell_new")
        file.unlink()
        state = changes.state
        self._connection.execute(
            f"INSERT INTO {self._schema}.{STATE_TABLE} VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT (table_name) DO "
            "UPDATE SET (folder_id, seq, batch_id, rows, loaded_at) = "
            "(excluded.folder_id, excluded.seq, excluded.batch_id, excluded.rows, excluded.loaded_at)".encode(),
            (table.name, state.folder_id, state.seq, state.batch_id, state.rows),
        )
        found = self._connection.execute(f"SELECT count(*) FROM {place}".encode()).fetchone()
        return int(found[0]) if found else 0

    def _write_csv(self, changes: Changes) -> Path:
        """The rows as CSV; what is unknown is not in quotation marks."""
        file = self._scratch / f"{changes.table.name}.csv"
        columns = ", ".join(map(_as_csv, changes.table.columns))
        options = f"FORMAT csv, HEADER false, FORCE_QUOTE *, NULLSTR {quote_text(_NULL)}"
        query = f"COPY (SELECT {columns} FROM ({changes.query})) TO {quote_text(str(file))} ({options})"
        changes.connection.execute(query).fetchall()
        return file

    def _copy(self, file: Path, target: str) -> None:
        sql = f"COPY {target} FROM STDIN (FORMAT csv, NULL {quote_text(_NULL)}, ENCODING 'UTF8')"
        with self._connection.cursor() as cursor, cursor.copy(sql.encode()) as copy, file.open("rb") as rows:
            while chunk := rows.read(_CHUNK):
                copy.write(chunk)

    def _prepare(self, table: Table, place: str) -> None:
        """Makes the table, or adds the columns that came later."""
        columns = ", ".join(f"{quote_name(column.name)} {_TYPES[column.kind]}" for column in table.columns)
        self._run(f"CREATE TABLE IF NOT EXISTS {place} ({columns}, PRIMARY KEY ({key_list(table)}))")
        for column in table.columns:
            self._run(f"ALTER TABLE {place} ADD COLUMN IF NOT EXISTS {quote_name(column.name)} {_TYPES[column.kind]}")

    def _run(self, sql: str) -> None:
        self._connection.execute(sql.encode())


def _as_csv(column: Column) -> str:
    """DuckDB SQL of a value as PostgreSQL reads it; it has no character 0, which becomes the replacement character."""
    name = quote_name(column.name)
    if column.kind == "text":
        return f"replace({name}, chr(0), '\ufffd') AS {name}"
    if column.kind == "instant":
        return f"strftime({name}, '%Y-%m-%d %H:%M:%S.%f+00') AS {name}"
    if column.kind == "texts":
        plain = "replace(x, chr(0), '\ufffd')"
        quoted = rf"""'"' || replace(replace({plain}, '\', '\\'), '"', '\"') || '"'"""
        return f"'{{' || array_to_string(list_transform({name}, lambda x: {quoted}), ',') || '}}' AS {name}"
    return name
