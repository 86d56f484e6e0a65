"""The Python API: queries on a data folder.

import dwell

ws = dwell.open("dwell-data")
ws.benchmarks(creator="@demo").to_polars()
"""

from __future__ import annotations

import os

from dwell.results import Result
from dwell.settings import Settings
from dwell.workspace.workspace import Workspace

__all__ = ["Workspace", "check", "open"]


def open(  # noqa: A001 - `dwell.open` reads as it should
    data: str | os.PathLike[str] | None = None, *, create: bool = False, engine: str | None = None
) -> Workspace:
    """Open a data folder.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` by default.
        create: Create the folder if it does not exist (as an import does).
        engine: What answers questions: `duckdb`, or the address of a Spark Connect server, such as
            `sc://127.0.0.1:15002`; `DWELL_ENGINE` or DuckDB by default.

    Raises:
        NoDataError: The data folder does not exist.
        SettingsError: The engine, or another setting, is malformed.
        StorageError: It cannot be read.
    """
    return Workspace(Settings.read(data, engine), create=create)


def check(
    data: str | os.PathLike[str] | None = None, *, repair: bool = False, set_aside_future: bool = False
) -> Result:
    """Look a data folder over; see `dwell.workspace.folder_check.check_folder`.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given.
        repair: Make again what can be made again.
        set_aside_future: Move the readings that are stamped later than now to files.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: It cannot be read, or written.
    """
    from dwell.workspace.folder_check import check_folder

    return check_folder(Settings.read(data), repair=repair, set_aside_future=set_aside_future)
