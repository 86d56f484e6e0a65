"""The user's cache folder, for files that can be recreated and that only the user may write."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def private_cache(name: str) -> Path | None:
    """A folder below `$XDG_CACHE_HOME/dwell` (`~/.cache/dwell`) that only its owner can use; created if missing.

    It is never inside a data folder: data folders are shared, and cached files are trusted.

    Args:
        name: Folder name.

    Returns:
        The folder; None if it cannot be created, or if other users could write to it.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "dwell"
        for path in (folder, folder / name):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            info = path.lstat()
            if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o022:
                return None
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        return None
    return folder / name
