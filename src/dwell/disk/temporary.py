"""Files and folders that exist only while a process works; one that is ended by a signal removes them first."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATHS: dict[Path, None] = {}
_PATTERNS: dict[tuple[Path, str], None] = {}
_TRIES = 3


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """A path that is removed with all that is in it when the block ends.

    Args:
        path: What the block makes; it is named before it exists, so that no instant is left in which nobody knows it.
    """
    _PATHS[path] = None
    try:
        yield path
    finally:
        _remove(path)
        _PATHS.pop(path, None)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A new folder outside the data folder, which only its owner can read.

    Raises:
        OSError: It cannot be made.
    """
    with temporary(Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(8)}") as folder:
        folder.mkdir(mode=0o700)
        yield folder


def name_temporary(folder: Path, prefix: str) -> Path:
    """A path that something else makes and removes if it needs it; a signal that ends the process removes it, too."""
    mine = f"{prefix}{os.getpid()}-"
    _PATTERNS[folder, f"{mine}*"] = None  # a pattern for all, because nobody says when one is gone
    return folder / f"{mine}{secrets.token_hex(8)}"


def remove_temporary() -> None:
    """Removes every temporary path of this process, which ends at once. Errors are of no use to anybody then."""
    for path in [*_PATHS, *(path for folder, pattern in _PATTERNS for path in folder.glob(pattern))]:
        for _ in range(_TRIES):  # threads may still be writing
            _remove(path)
            if not path.exists():
                break
            time.sleep(0.01)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
