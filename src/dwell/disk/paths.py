"""What can be asked of a path that may be out of reach."""

from __future__ import annotations

import errno
from pathlib import Path

from dwell.errors import StorageError


def require_reachable(path: Path) -> None:
    """Asks for a path before it is asked whether anything is there: what cannot be looked at is not missing.

    Raises:
        StorageError: A folder above it may not be searched, or its name is too long.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if error.errno == errno.ELOOP and path.is_symlink():
            raise StorageError(
                f"{path} is a link that leads to itself: move it away, or choose another place."
            ) from error
        raise StorageError(
            f"{path} cannot be reached ({error.strerror or error}): allow this user to search the folders above it, or "
            "choose another place."
        ) from error


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; false for one that cannot be reached, of which the next step tells."""
    try:
        return path.is_dir()
    except OSError:
        return False
