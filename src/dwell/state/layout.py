"""Making the tables, bringing older ones up to date, and holding a database to its data folder.

A new database is made as it is today. An older one goes through the migrations, in one transaction: killed at any
moment, it is old or new. Alembic is only loaded for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_mock_engine, inspect, select

from dwell import logs
from dwell.disk.lock import exclusive
from dwell.errors import StorageError
from dwell.state import copies
from dwell.state.database import APPLICATION, StateDatabase, read_layout
from dwell.state.schema import LAYOUT, identity
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

log = logs.get_logger(__name__)

ADVISORY_LOCK = 0x6477656C6C  # "dwell": processes on several machines that open a new database at once


def prepare(database: StateDatabase) -> None:
    """Makes the tables that today's code needs.

    Raises:
        StorageError: A newer dwell wrote the database.
    """
    if _check(database, _number(database)) == LAYOUT:
        return
    with _exclusive(database):
        number = _check(database, _number(database))  # another process may have been faster
        if number == LAYOUT:
            return
        if database.path is not None:
            with database.engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA journal_mode = WAL")
        with database.transaction() as connection:
            if number == 0:
                create_tables(connection)
            else:
                from dwell.state.migrate import upgrade

                upgrade(connection, number)
            if database.path is not None:
                copies.update_copies(connection, load_metadata().sorted_tables)
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
                connection.exec_driver_sql(f"PRAGMA user_version = {LAYOUT}")
        if database.path is not None:
            database.path.chmod(0o600)
        if number:
            fields = {"database": database.name, "from": number, "to": LAYOUT}
            log.info("%(database)s was upgraded from layout %(from)d to %(to)d", fields)


def load_metadata() -> MetaData:
    """Every table of the state database."""
    from dwell.state import connection_schema, tracking_schema, webhook_schema  # noqa: F401 - their tables are known from then on
    from dwell.state.columns import metadata

    return metadata


def create_tables(connection: Connection) -> None:
    """Makes every table, inside the caller's transaction."""
    for statement in _ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)
    _stamp(connection)


@cache
def _ddl(dialect: str) -> tuple[str, ...]:
    """What makes the tables: composing the statements takes longer than running them."""
    statements: list[str] = []
    mock: Any = create_mock_engine(
        f"{dialect}://", lambda ddl, *_: statements.append(str(ddl.compile(dialect=mock.dialect)))
    )
    load_metadata().create_all(mock, checkfirst=False)
    return tuple(statements)


def read_folder_id(database: StateDatabase) -> str | None:
    """The data folder that the database belongs to; None where no folder was recorded."""
    with database.reading() as connection:
        folder_id: str | None = connection.scalar(select(identity.c.folder_id))
        return folder_id


def claim(database: StateDatabase, folder_id: str) -> None:
    """Holds the database to one data folder.

    Raises:
        StorageError: It belongs to another folder.
    """
    owner = read_folder_id(database)
    if owner is None:
        with database.transaction() as connection:
            connection.execute(insert_into(connection, identity).values(folder_id=folder_id).on_conflict_do_nothing())
        owner = read_folder_id(database)
    if owner != folder_id:
        raise StorageError(
            f"{database.name} belongs to another data folder (id {owner}; this one is {folder_id}): name that folder "
            "with --data, or another database with DWELL_DATABASE."
        )


def _number(database: StateDatabase) -> int:
    if database.path is not None:
        return read_layout(database.path)
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return 0
        return int(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _check(database: StateDatabase, number: int) -> int:
    if number > LAYOUT:
        raise StorageError(
            f"{database.name} was written by a newer dwell (layout {number}, this one knows {LAYOUT}): update dwell."
        )
    return number


@contextmanager
def _exclusive(database: StateDatabase) -> Iterator[None]:
    """One process at a time makes or changes tables."""
    if database.path is not None:
        # SQLite does not wait when it changes the journal's mode: two processes that open a new folder at once
        # would find it locked.
        with exclusive(database.path.with_suffix(".lock")):
            yield
    else:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")
                connection.commit()


def _stamp(connection: Connection) -> None:
    """Notes the newest migration as Alembic does, without loading it."""
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{LAYOUT:04d}')")
