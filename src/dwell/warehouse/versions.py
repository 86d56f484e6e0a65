"""Versions of the engines, and of the layout of a data folder; nothing is opened for it."""

from __future__ import annotations

import sqlite3
from importlib import metadata
from pathlib import Path

from dwell.warehouse import journal

_USER_VERSION = slice(60, 64)  # of the header of a SQLite file, big-endian


def engine_versions() -> dict[str, str]:
    """Name -> version of what stores and answers."""
    return {
        "DuckDB": metadata.version("duckdb"),
        "Delta": metadata.version("deltalake"),
        "SQLite": sqlite3.sqlite_version,
    }


def folder_layout(root: Path) -> int | None:
    """The layout of a data folder, as its journal says; None where there is no journal that can be read."""
    try:
        with (root / journal.NAME).open("rb") as file:
            header = file.read(100)
    except OSError:
        return None
    return int.from_bytes(header[_USER_VERSION], "big") if len(header) == 100 else None
