"""The user's cache folder: for what can be made again, and what nobody but the user may have written."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def private_cache(name: str) -> Path | None:
    """A folder below `$XDG_CACHE_HOME/dwell` (`~/.cache/dwell`) that only its owner can use; it is made if missing.

    It is never in a data folder: those are copied and handed on, and what is cached is trusted.

    Args:
        name: Name of the folder.

    Returns:
        The folder; None where there is no such place, or where others could write to it.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "dwell"
        for place in (folder, folder / name):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = place.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
                return None
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None
    return folder / name
