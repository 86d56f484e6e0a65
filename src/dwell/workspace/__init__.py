"""The Python API: queries on a data folder.

import dwell

ws = dwell.open("dwell-data")
ws.benchmarks(creator="@demo").to_polars()
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dwell.results import Result
from dwell.settings import Settings
from dwell.workspace.workspace import Workspace

if TYPE_CHECKING:
    from dwell.workspace.backups import Progress

__all__ = ["Workspace", "backup", "check", "doctor", "open", "restore"]


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


def doctor(data: str | os.PathLike[str] | None = None, *, engine: str | None = None) -> Result:
    """Look at all that dwell depends on; see `dwell.workspace.health.examine`.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given. It need not exist.
        engine: What would answer questions.

    Raises:
        SettingsError: The engine is malformed. Variables that are so are rows of the answer.
    """
    from dwell.workspace.health import examine
    from dwell.workspace.settings_check import find_wrong_settings

    wrong = find_wrong_settings(os.environ)
    environment = {name: value for name, value in os.environ.items() if name not in wrong}
    return examine(Settings.read(data, engine, environment), wrong)


def check(
    data: str | os.PathLike[str] | None = None,
    *,
    repair: bool = False,
    set_aside_future: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Result:
    """Look a data folder over; see `dwell.workspace.folder_check.check_folder`.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given.
        repair: Make again what can be made again.
        set_aside_future: Move the readings that are stamped later than now to files.
        tell: Is told in a sentence what a repair is about to do, and what will be missing then.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: It cannot be read, or written.
    """
    from dwell.workspace.folder_check import check_folder

    return check_folder(Settings.read(data), repair=repair, set_aside_future=set_aside_future, tell=tell)


def backup(
    file: str | os.PathLike[str],
    data: str | os.PathLike[str] | None = None,
    *,
    state_only: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Write a whole backup of a data folder and its state; see `dwell.workspace.backups.back_up`.

    Args:
        file: The file to write; an existing one is replaced.
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given.
        state_only: Leave the tables out.
        progress: Is told what is done, how much of it, and how much there is.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: Something cannot be read, or the file cannot be written.
    """
    from dwell.workspace.backups import back_up

    return back_up(Settings.read(data), Path(file), state_only=state_only, progress=progress)


def restore(
    file: str | os.PathLike[str],
    data: str | os.PathLike[str] | None = None,
    *,
    replace: bool = False,
    only: Literal["tables", "state"] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Restore a backup into a data folder and its state; see `dwell.workspace.restores.restore_backup`.

    Args:
        file: What `backup` wrote.
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given.
        replace: What is there is moved aside.
        only: Restore only the tables, or only the state.
        progress: Is told what is done, how much of it, and how much there is.

    Raises:
        BadFileError: The backup is damaged.
        StorageError: Something is there already, is in use, or cannot be written.
    """
    from dwell.workspace.restores import restore_backup

    return restore_backup(Settings.read(data), Path(file), replace=replace, only=only, progress=progress)
