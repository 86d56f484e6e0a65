"""A PostgreSQL database. Rows travel as CSV through `COPY`, which the server reads faster than any statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingExtraError, SettingsError, StorageError
from dwell.records import Column, Relation
from dwell.redact import redact_secrets, register_secrets
from dwell.warehouse.columns import column_list, key_list, quote_name, quote_text
from dwell.warehouse.destinations.destination import STATE_TABLE, Changes, TableState, foreign_table_error

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


SECRETS = ("password", "sslpassword")
"""Parts of an address that nobody may see."""


def parse_connection(url: str) -> dict[str, str]:
    """The parts of an address, as the driver reads them.

    Raises:
        SettingsError: It cannot be read, or has a sign in its password that ends it; the text is not shown.
        MissingExtraError: The driver is not installed.
    """
    try:
        from psycopg import Error
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise MissingExtraError("PostgreSQL needs its driver: pip install 'dwell[postgresql]'.") from error
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except (Error, UnicodeError):
        parts = {"host": "@"}
    if any("@" in parts.get(name, "") for name in ("host", "dbname", "port")):
        raise SettingsError(
            "The destination isn't an address of PostgreSQL: write postgresql://user@host/database. In a password "
            "write / as %2F, @ as %40, % as %25, # as %23, ? as %3F and [ as %5B, or put it in PGPASSWORD or ~/.pgpass."
        )
    return parts


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
        parts = parse_connection(url)
        register_secrets(parts[name] for name in SECRETS if name in parts)
        host, port = parts.get("host") or "localhost", parts.get("port")
        where = f"[{host}]" if ":" in host else host
        self.name = f"postgresql://{where}{f':{port}' if port else ''}/{parts.get('dbname', '')}"
        self.path = None
        self._url, self._schema = url, schema

    @contextmanager
    def loading(self, scratch: Path) -> Iterator[_PostgreSQLLoad]:
        """See `Destination`; a second load into the schema waits for the first."""
        import psycopg

        try:
            with psycopg.connect(self._url, application_name="dwell", connect_timeout=20) as connection:
                # Held to the end of the transaction.
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"dwell/{self._schema}",))
                connection.execute("SET LOCAL standard_conforming_strings = on")
                yield _PostgreSQLLoad(connection, self.name, self._schema, scratch)
        except psycopg.Error as error:
            raise StorageError(f"{self.name} can't be loaded ({_describe(error)}).") from error


def _describe(error: psycopg.Error) -> str:
    from psycopg.errors import UntranslatableCharacter

    text = (str(error).strip() or type(error).__name__).splitlines()[0].removesuffix(".")
    cure = "; use a database with the encoding UTF8" if isinstance(error, UntranslatableCharacter) else ""
    return f"{redact_secrets(text)}{cure}"


class _PostgreSQLLoad:
    """Implements `Load`."""

    def __init__(self, connection: psycopg.Connection[Any], name: str, schema: str, scratch: Path) -> None:
        self._connection, self._name, self._schema_name, self._scratch = connection, name, schema, scratch
        self._schema = quote_name(schema)
        # Making one that exists needs a privilege that an owner of a schema may lack.
        if not self._has("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema):
            self._run(f"CREATE SCHEMA {self._schema}")
        if not self._exists(STATE_TABLE):
            self._run(f"CREATE TABLE {self._schema}.{STATE_TABLE} ({_STATE})")

    def _has(self, sql: str, *values: str) -> bool:
        return self._connection.execute(sql.encode(), values).fetchone() is not None

    def _exists(self, name: str) -> bool:
        sql = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s"
        return self._has(sql, self._schema_name, name)

    def _columns(self, table: Relation) -> set[str]:
        sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        rows = self._connection.execute(sql.encode(), (self._schema_name, table.name)).fetchall()
        return {name for (name,) in rows}

    def count_rows(self, table: Relation) -> int | None:
        """See `Load`."""
        if not {column.name for column in table.columns} <= self._columns(table):
            return None
        sql = f"SELECT count(*) FROM {self._schema}.{quote_name(table.name)}"
        found = self._connection.execute(sql.encode()).fetchone()
        return int(found[0]) if found else None

    def states(self) -> Mapping[str, TableState]:
        """See `Load`."""
        sql = f"SELECT table_name, folder_id, seq, batch_id, rows FROM {self._schema}.{STATE_TABLE}"
        return {name: TableState(*state) for name, *state in self._connection.execute(sql.encode()).fetchall()}

    def write(self, changes: Changes) -> int:
        """See `Load`."""
        table, place = changes.table, f"{self._schema}.{quote_name(changes.table.name)}"
        if table.name not in self.states() and self._exists(table.name):
            raise foreign_table_error(f"{self._name}, schema {self._schema_name},", table)
        file = self._write_csv(changes)
        self._prepare(table, place)
        if changes.whole:
            self._run(f"DELETE FROM {place}")
            self._copy(file, f"{place} ({column_list(table)})")
        else:
            self._run(f"CREATE TEMP TABLE dwell_new (LIKE {place}) ON COMMIT DROP")
            self._copy(file, f"dwell_new ({column_list(table)})")
            if changes.partition != table.key:  # of a list, members may be gone
                same = ", ".join(map(quote_name, changes.partition))
                self._run(f"DELETE FROM {place} WHERE ({same}) IN (SELECT {same} FROM dwell_new)")
            changed = [quote_name(column.name) for column in table.columns if column.name not in table.key]
            sets = ", ".join(f"{name} = excluded.{name}" for name in changed)
            self._run(
                f"INSERT INTO {place} ({column_list(table)}) SELECT {column_list(table)} FROM dwell_new "
                f"ON CONFLICT ({key_list(table)}) DO UPDATE SET {sets}"
            )
            self._run("DROP TABLE dwell_new")
        file.unlink()
        state = changes.state
        place = self._schema.replace("%", "%%")
        self._connection.execute(
            f"INSERT INTO {place}.{STATE_TABLE} VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT (table_name) DO "
            "UPDATE SET (folder_id, seq, batch_id, rows, loaded_at) = "
            "(excluded.folder_id, excluded.seq, excluded.batch_id, excluded.rows, excluded.loaded_at)".encode(),
            (table.name, state.folder_id, state.seq, state.batch_id, state.rows),
        )
        return self.count_rows(table) or 0

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

    def _prepare(self, table: Relation, place: str) -> None:
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
