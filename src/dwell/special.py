"""What is no file where a file is named: it is never opened."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from dwell.errors import BadFileError

_KINDS = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)  # fmt: skip


def special_kind(status: os.stat_result) -> str | None:
    """What a path is that is no file; None for a file."""
    for test, kind in _KINDS:
        if test(status.st_mode):
            return kind
    return None if stat.S_ISREG(status.st_mode) else "no file"


def open_file(path: Path) -> BufferedReader:
    """A file that a user named, open for reading: a pipe would wait for a writer, and a device may have no end.

    Raises:
        BadFileError: It is no file.
        OSError: It is missing, or cannot be read.
    """
    if kind := special_kind(path.stat()):
        cure = "name a file in it" if kind == "a folder" else "save what it gives as a file and name that"
        raise BadFileError(f"{path} is {kind}: {cure}.")
    return path.open("rb")
