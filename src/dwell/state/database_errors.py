"""What goes wrong with the state database, as the error that a user sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import Any

from dwell.disk.errors import os_error, sqlite_error
from dwell.errors import DamagedDataError, StorageError

_CALLERS = ("sqlalchemy.", "dwell.state.database", "dwell.state.copies")
"""Modules that call the driver."""


@contextmanager
def database_errors(path: Path | None, name: str) -> Iterator[None]:
    """Turns what a driver, SQLAlchemy and the operating system say about the state database into dwell's errors.

    Args:
        path: The SQLite file; None of a PostgreSQL database.
        name: The database for messages, without a password.
    """
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from dwell.state.types import UnreadableValueError

    try:
        yield
    except DBAPIError as error:
        if path is not None and isinstance(error.orig, sqlite3.Error):
            raise sqlite_error(path, error.orig, damaged_state) from error
        raise StorageError(_server_error(name, error)) from error
    except SQLAlchemyError as error:
        raise StorageError(f"{name} cannot be used ({error}).") from error
    except sqlite3.Error as error:
        assert path is not None, "only SQLite raises these"
        raise sqlite_error(path, error, damaged_state) from error
    except UnreadableValueError as error:
        if path is None:
            raise StorageError(f"{name} is damaged ({error}): restore it from a backup.") from error
        raise damaged_state(path, str(error)) from error
    except UnicodeDecodeError as error:
        if path is None or not _is_of_driver(error):
            raise
        raise damaged_state(path, f"text that is no UTF-8: {error.reason}") from error
    except OSError as error:
        if path is None:
            raise
        raise os_error(path, error) from error


def _is_of_driver(error: Exception) -> bool:
    """Whether a call of the driver raised it: sqlite3 does where SQLite's own message repeats damaged text."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    return str(frame.f_globals["__name__"]).startswith(_CALLERS)


def _server_error(name: str, error: Any) -> str:
    said = str(error.orig).strip().splitlines()
    reason = said[0] if said else type(error.orig).__name__
    if error.connection_invalidated or type(error).__name__ in {"OperationalError", "InterfaceError"}:
        return f"The database {name} cannot be reached ({reason}): check DWELL_DATABASE, and that the server runs."
    if getattr(error.orig, "sqlstate", None) == "42501":
        return f"The user of the database {name} lacks a permission ({reason}): grant it, or use another user."
    return f"The database {name} refused the operation ({reason}): this is a bug in dwell; please report it."


LOST_STATE = (
    "It contained costs, watchlists, schedules and stored responses, which are in no other file: restore it from a "
    "backup if you have one"
)
"""What is said where nothing of a state is left."""

NEW_STATE = "creates a new, empty one; the tables stay as they are"
"""What a repair does then, as the rest of a sentence."""


def damaged_state(path: Path, what: str) -> DamagedDataError:
    """`live.db` cannot be read; what was paid for stays in the tables, the rest is in no other file."""
    return DamagedDataError(
        f"{path} is damaged ({what}): `dwell check` says what is lost; restore it from a backup, or run "
        "`dwell check --repair`, which keeps every row that can be read. It contains costs, watchlists, schedules and "
        "stored responses; the tables stay."
    )
