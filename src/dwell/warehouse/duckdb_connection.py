"""Connections to DuckDB: in memory, in UTC, never a shared file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from dwell.disk.temporary import name_temporary
from dwell.errors import DwellError, StoppedError, StorageError
from dwell.settings import Settings
from dwell.warehouse.columns import quote_name, quote_text

if TYPE_CHECKING:
    import duckdb

# What a bulk import may use: with Python, the Parquet writer and DuckDB's own overhead the process stays under 600 MB.
IMPORT_MEMORY = "256MB"


def connect(settings: Settings, *, shared: bool = True) -> duckdb.DuckDBPyConnection:
    """A private in-memory database whose session is in UTC and which fetches nothing from the network.

    To start an instance takes as long as a small question, so this is a session of one that the process keeps: only
    temporary tables and views are private to it, and it must change no setting.

    Args:
        settings: Memory and threads; without a setting, all threads and DuckDB's own share of the memory.
        shared: False for an instance of its own.
    """
    import duckdb

    connection = _instance(settings).cursor() if shared else _start(settings.memory, settings.threads)
    try:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
    except duckdb.FatalException:  # after an error that ended the whole instance, such as a failed assertion
        if not shared:
            raise
        _instances.clear()
        return connect(settings)
    return connection


@contextmanager
def bulk_connection(settings: Settings, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session for bulk work, of an instance that nothing else uses meanwhile: it may change settings.

    To start and to end an instance takes as long as to load a small file, so the process keeps it for the next work,
    unless the work failed or spilled; that a file is refused is no failure. Everything in it must be temporary, or in
    an attached database.

    Args:
        settings: Memory and threads; without a setting, all threads and little memory.
        scratch: Folder to spill to.
    """
    key = (os.getpid(), settings.memory, settings.threads)
    # Two processes that spill into one folder would use each other's files, so the name is drawn; DuckDB makes the
    # folder when it first spills and removes it at the end.
    spill = name_temporary(scratch, "dwell-spill-")
    instance = _take_idle(key, settings, spill) or _start(settings.memory or IMPORT_MEMORY, settings.threads, spill)
    try:
        with instance.cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            yield connection
    except BaseException as error:
        if isinstance(error, DwellError) and not isinstance(error, (StorageError, StoppedError)):
            _give_back(key, instance, spill)  # the file's fault: the instance is as sound as before
        else:
            instance.close()  # in what state it is, is unknown
        raise
    _give_back(key, instance, spill)


_ATTACHED = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'memory'"
_Key = tuple[int, str | None, int | None]
_idle: dict[_Key, duckdb.DuckDBPyConnection] = {}
"""Instances for bulk work, by process, memory and threads; a forked process has none of its parent's threads."""


def _give_back(key: _Key, instance: duckdb.DuckDBPyConnection, spill: Path) -> None:
    """Keeps an instance for the next work, unless it has spilled or an error ended it."""
    import duckdb

    try:
        for (name,) in instance.execute(_ATTACHED).fetchall():
            instance.execute(f"DETACH {quote_name(name)}").fetchall()
    except duckdb.Error:
        instance.close()
        return
    if spill.exists():
        instance.close()
    else:
        _idle[key] = instance


def _take_idle(key: _Key, settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection | None:
    """An instance that is as if just started, or none; nobody else gets it."""
    import duckdb

    instance = _idle.pop(key, None)
    if instance is None:
        return None
    as_at_start = (
        f"SET temp_directory = {quote_text(str(spill))}",
        "SET preserve_insertion_order = false",
        f"SET threads = {settings.threads}" if settings.threads else "RESET threads",
    )
    try:
        instance.execute("; ".join(as_at_start)).fetchall()
    except duckdb.Error:
        instance.close()
        return None
    return instance


_instances: dict[_Key, duckdb.DuckDBPyConnection] = {}
_starting = Lock()


def _instance(settings: Settings) -> duckdb.DuckDBPyConnection:
    """This process's instance with this memory and these threads; a forked process has none of its parent's threads."""
    key = (os.getpid(), settings.memory, settings.threads)
    with _starting:
        if key not in _instances:
            _instances[key] = _start(settings.memory, settings.threads)
        return _instances[key]


def _start(memory: str | None, threads: int | None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_file_cache": "false",  # a file that was damaged since must not be read from memory
        "preserve_insertion_order": "false",
        "temp_directory": str(spill or name_temporary(Path(tempfile.gettempdir()), "dwell-spill-")),
    }
    if memory:
        config["memory_limit"] = memory
    if threads:
        config["threads"] = str(threads)
    return duckdb.connect(config=config)
