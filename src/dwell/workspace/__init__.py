"""The Python API: questions to a data folder.

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
        data: The folder; `DWELL_DATA` or `./dwell-data` when not given.
        create: Make the folder when it is not there yet (an import does).

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: It cannot be read.
    """
    return Workspace(Settings.read(data), create=create)
