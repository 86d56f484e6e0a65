"""Which files `-o` can write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from dwell.disk.paths import is_folder
from dwell.errors import StorageError

TABLES = (".txt", ".json", ".csv")
PICTURES = (".png", ".svg", ".html")


def check_output(path: Path | None, endings: Sequence[str]) -> Path | None:
    """The file itself, if it can be written; without an ending it gets text.

    Args:
        path: The file; None and `-` are stdout.
        endings: What the command can write.

    Raises:
        typer.BadParameter: Its ending is none of these.
        StorageError: Its folder does not exist, or cannot be written to.
    """
    if path is None or str(path) == "-":
        return path
    if path.suffix and path.suffix.lower() not in endings:
        hint = "" if path.suffix.lower() not in PICTURES else "this command has no chart, so "
        raise typer.BadParameter(f"{hint}-o can't write {path.suffix}; use one of {', '.join(endings)}.")
    if is_folder(path):
        raise StorageError(f"Cannot write {path}: it is a folder; choose another file with -o.")
    if not is_folder(path.parent):
        raise StorageError(f"Cannot write {path}: its folder does not exist; choose another file with -o.")
    if not os.access(path.parent, os.W_OK):
        raise StorageError(f"Cannot write {path}: its folder is not writable; choose another file with -o.")
    return path
