"""The mark of a restore that has begun and not ended: no command uses the folder meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dwell.disk.errors import os_error
from dwell.disk.flush import flush
from dwell.disk.replace import write_whole
from dwell.errors import StorageError

NAME = "restore.json"


def require_finished(root: Path) -> None:
    """Refuses a folder whose restore has not ended.

    Raises:
        StorageError: It has not; the message says how to end it.
    """
    if (mark := read(root)) is not None:
        raise StorageError(
            f"{root} is being restored from {mark.get('file')}, or a restore was stopped: nothing is lost. If no "
            "`dwell restore` is running, run it again with that file, or with another backup."
        )


def read(root: Path) -> dict[str, Any] | None:
    """What the mark says; None where there is none."""
    try:
        text = (root / NAME).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise os_error(root / NAME, error) from error
    try:
        mark: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return mark


def write(root: Path, mark: Mapping[str, Any]) -> None:
    """Makes or changes the mark, whole or not at all."""
    try:
        write_whole(root / NAME, json.dumps(mark))
    except OSError as error:
        raise os_error(root / NAME, error) from error


def remove(root: Path) -> None:
    """The restore has ended."""
    try:
        (root / NAME).unlink()
        flush(root)
    except OSError as error:
        raise os_error(root / NAME, error) from error
