"""Which model is used where none is named, as a file beside the models; without it, each use chooses anew."""

from __future__ import annotations

from pathlib import Path

from dwell.disk.errors import os_error
from dwell.disk.permissions import FILE
from dwell.disk.replace import write_whole

NAME = "default"
_MOST = 300


def read(folder: Path) -> str | None:
    """The id of the model; None where none was chosen."""
    try:
        with (folder / NAME).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST).strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(folder / NAME, error) from error


def write(folder: Path, model_id: str) -> None:
    """Chooses a model."""
    try:
        write_whole(folder / NAME, f"{model_id}\n", mode=FILE)
    except OSError as error:
        raise os_error(folder / NAME, error) from error


def forget(folder: Path) -> None:
    """Chooses none."""
    try:
        (folder / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise os_error(folder / NAME, error) from error
