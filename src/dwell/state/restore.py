"""A copy of the state, made the state again: in a database of its own, and never with a number that was used before.

What happened between the backup and now is unknown. So every video's sequence number and version go on far above all
that may have been used, nothing is held by anybody, and the slots since become `missed` when the poller finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, inspect, update

from dwell.errors import BadFileError, StorageError
from dwell.state import layout
from dwell.state.connection_schema import consent_requests
from dwell.state.copy_rows import OnRows, copy_rows, count_rows
from dwell.state.database import PROGRAM, StateDatabase
from dwell.state.opening import open_database
from dwell.state.schema import job_leases, schedule_runs, sweeps
from dwell.state.tracking_schema import due_slots, idempotency_keys, tracked_videos
from dwell.state.webhook_schema import webhook_deliveries

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEAST_JUMP, _MOST_JUMP = 1_000_000, 1_000_000_000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def jump(now: datetime) -> int:
    """What is added to the numbers of every video: more with every second, so that no two restores give the same.

    A video has a few hundred events; two restores of one backup would otherwise number theirs alike.
    """
    return min(_MOST_JUMP, max(LEAST_JUMP, int((now - _BEGIN).total_seconds())))


def begin_anew(connection: Connection, now: datetime) -> None:
    """Makes restored rows ready for work, inside the caller's transaction: see the module."""
    more = jump(now)
    video, due, delivery, key = tracked_videos.c, due_slots.c, webhook_deliveries.c, idempotency_keys.c
    connection.execute(update(tracked_videos).values(sequence=video.sequence + more, version=video.version + more))
    connection.execute(update(due_slots).where(due.token.is_not(None)).values(token=None, run_at=due.slot_at))
    connection.execute(update(webhook_deliveries).where(delivery.token.is_not(None)).values(token=None, run_at=now))
    connection.execute(delete(job_leases))
    connection.execute(delete(consent_requests))
    connection.execute(update(sweeps).values(holder=None, leased_until=None))
    open_runs = update(schedule_runs).where(schedule_runs.c.finished_at.is_(None))
    connection.execute(open_runs.values(leased_until=schedule_runs.c.started_at))
    connection.execute(delete(idempotency_keys).where(key.response.is_(None)))


def prepare_file(copy: Path, now: datetime) -> dict[str, int]:
    """Makes an SQLite copy the state of a data folder: brought up to date, and ready for work.

    Args:
        copy: A file with the name that the state has in a data folder.
        now: The present.

    Returns:
        Rows of each table in the copy.

    Raises:
        StorageError: A newer dwell wrote it, or it cannot be used.
    """
    with closing(open_database(copy.parent)) as database, database.transaction() as connection:
        rows = count_rows(connection)
        begin_anew(connection, now)
    return rows


def copy_into(
    copy: Path, database: StateDatabase, rows: Mapping[str, int], *, aside: str | None, on_rows: OnRows | None = None
) -> bool:
    """Makes an SQLite copy the content of a database on a server, in one transaction.

    Args:
        copy: The copy, of any layout.
        database: The database, without rows unless `aside` is given.
        rows: How many rows the copy has, by table.
        aside: Name of a schema that tables with rows move to; they are refused without.
        on_rows: Is told the table and how many more of its rows were copied.

    Returns:
        Whether tables were moved to that schema.

    Raises:
        BadFileError: The copy has other rows than the backup says.
        StorageError: The database has rows, is in use, or cannot be used.
    """
    now = database.now()
    with (
        closing(open_database(copy.parent)) as source,
        source.instant() as from_,
        database.transaction() as to,
    ):
        to.exec_driver_sql(f"SELECT pg_advisory_xact_lock({layout.ADVISORY_LOCK})")
        moved = _make_room(to, database.name, aside)
        copied = copy_rows(from_, to, on_rows)
        wrong = [name for name, number in rows.items() if copied.get(name, number) != number]
        if wrong or count_rows(to) != copied:
            raise BadFileError(f"The backup says otherwise how many rows {', '.join(wrong)} has: use another backup.")
        begin_anew(to, now)
    return moved


def require_free(database: StateDatabase, *, replace: bool) -> None:
    """Refuses a database on a server that another process of dwell uses, or that has rows.

    Args:
        database: The database.
        replace: Rows are welcome.

    Raises:
        StorageError: It cannot be used for a restore.
    """
    with database.reading() as connection:
        _require_unused(connection, database.name)
        if not replace and not _is_empty(connection):
            raise _occupied(database.name)


def _make_room(connection: Connection, name: str, aside: str | None) -> bool:
    """Empty tables of today; whoever opens the database meanwhile waits for the end of the transaction.

    Returns:
        Whether there were rows, whose tables were moved.
    """
    tables = inspect(connection).get_table_names()
    if tables:
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(map(_quoted, tables))} IN ACCESS EXCLUSIVE MODE")
    _require_unused(connection, name)
    empty = _is_empty(connection)
    if not empty:
        if aside is None:
            raise _occupied(name)
        connection.exec_driver_sql(f"CREATE SCHEMA {_quoted(aside)}")
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(table)} SET SCHEMA {_quoted(aside)}")
    else:
        for table in tables:
            connection.exec_driver_sql(f"DROP TABLE {_quoted(table)}")
    layout.create_tables(connection)
    return not empty


def _is_empty(connection: Connection) -> bool:
    """No table has a row, and all are those of today's dwell."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if names - layout.load_metadata().tables.keys():
        return False
    return not any(connection.exec_driver_sql(f"SELECT 1 FROM {_quoted(name)} LIMIT 1").first() for name in names)


def _require_unused(connection: Connection, name: str) -> None:
    others = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        f"AND application_name = '{PROGRAM}'"
    ).scalar_one()
    if others:
        raise StorageError(f"{name} is in use by dwell: stop every `dwell serve`, worker and command, then restore.")


def _occupied(name: str) -> StorageError:
    return StorageError(
        f"{name} is not empty: name an empty database with DWELL_DATABASE, or say --replace, which moves its tables to "
        "another schema."
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
