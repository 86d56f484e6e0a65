"""Freeing what deleted rows leave behind, and what stands in the way: who else uses the database, and older copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.disk.shrink import shrink
from dwell.state.database import PROGRAM
from dwell.state.erasure import WITHOUT_PERSONS
from dwell.state.layout import load_metadata

if TYPE_CHECKING:
    from dwell.state.database import StateDatabase


def is_unused(database: StateDatabase) -> bool:
    """No other process of dwell uses a database on a server; true of every file, which is asked otherwise."""
    if database.path is not None:
        return True
    with database.reading() as connection:
        others = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            f"AND application_name = '{PROGRAM}'"
        ).scalar_one()
    return not others


def list_replaced(database: StateDatabase) -> list[str]:
    """Schemas on a server to which `dwell restore --replace` moved older tables."""
    if database.path is not None:
        return []
    with database.reading() as connection:
        sql = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced!_%%' ESCAPE '!' ORDER BY nspname"
        return [name for (name,) in connection.exec_driver_sql(sql)]


def reclaim(database: StateDatabase) -> None:
    """Writes the tables anew without what was deleted; on a server it takes each of them alone for that time.

    Raises:
        StorageError: Another process reads the file.
    """
    if database.path is not None:
        with database.engine.connect() as connection:
            shrink(connection.connection.driver_connection, database.path)
        return
    names = sorted(set(load_metadata().tables) - WITHOUT_PERSONS)
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in names:
            alone.exec_driver_sql(f"VACUUM (FULL) {name}")
