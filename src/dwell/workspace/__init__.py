"""The Python API: queries on a data folder.

import dwell

ws = dwell.open("dwell-data")
ws.benchmarks(creator="@demo").to_polars()
"""

from __future__ import annotations

import os

from dwell.settings import Settings
from dwell.workspace.workspace import Workspace

__all__ = ["Workspace", "open"]


def open(data: str | os.PathLike[str] | None = None, *, create: bool = False) -> Workspace:  # noqa: A001 - `dwell.open` reads as it should
    """Open a data folder.

    Args:
        data: The folder; `DWELL_DATA` or `./dwell-data` by default.
        create: Create the folder if it does not exist (as an import does).

    Raises:
        NoDataError: The data folder does not exist.
        StorageError: It cannot be read.
    """
    return Workspace(Settings.read(data), create=create)
