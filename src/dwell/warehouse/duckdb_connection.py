"""Connections to DuckDB: in memory, in UTC, never a shared file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from dwell.disk.temporary import name_temporary
from dwell.settings import Settings

if TYPE_CHECKING:
    import duckdb

# What a bulk import may use: with Python, the Parquet writer and DuckDB's own overhead the process stays under 600 MB.
IMPORT_MEMORY = "256MB"


def connect(settings: Settings, scratch: Path | None = None, *, shared: bool = True) -> duckdb.DuckDBPyConnection:
    """A private in-memory database whose session is in UTC and which fetches nothing from the network.

    To start an instance takes as long as a small question, so this is a session of one that the process keeps: only
    temporary tables and views are private to it, and it must change no setting.

    Args:
        settings: Memory and threads; without a setting, all threads and DuckDB's own share of the memory.
        scratch: Folder to spill to. Naming one says "bulk work": the instance is its own, with little memory unless
            that is set.
        shared: False for an instance of its own in any case.
    """
    import duckdb

    if scratch:
        connection = _start(settings.memory or IMPORT_MEMORY, settings.threads, scratch)
    elif not shared:
        connection = _start(settings.memory, settings.threads)
    else:
        connection = _instance(settings).cursor()
    try:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
    except duckdb.FatalException:  # after an error that ended the whole instance, such as a failed assertion
        if scratch or not shared:
            raise
        _instances.clear()
        return connect(settings)
    return connection


_instances: dict[tuple[int, str | None, int | None], duckdb.DuckDBPyConnection] = {}
_starting = Lock()


def _instance(settings: Settings) -> duckdb.DuckDBPyConnection:
    """This process's instance with this memory and these threads; a forked process has none of its parent's threads."""
    key = (os.getpid(), settings.memory, settings.threads)
    with _starting:
        if key not in _instances:
            _instances[key] = _start(settings.memory, settings.threads)
        return _instances[key]


def _start(memory: str | None, threads: int | None, scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    import duckdb

    # Two processes that spill into one folder would use each other's files, so the name is drawn; DuckDB makes the
    # folder when it first spills and removes it at the end.
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_file_cache": "false",  # a file that was damaged since must not be read from memory
        "preserve_insertion_order": "false",
        "temp_directory": str(name_temporary(scratch or Path(tempfile.gettempdir()), "dwell-spill-")),
    }
    if memory:
        config["memory_limit"] = memory
    if threads:
        config["threads"] = str(threads)
    return duckdb.connect(config=config)
