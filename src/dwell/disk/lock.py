"""One writer at a time, and scratch folders that outlive nobody: both by locks that the kernel frees on any death."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dwell.disk.errors import os_error


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds the lock file alone, waiting for whoever holds it; kill -9 of the holder frees it.

    The file itself stays: to delete a lock file is to let two processes lock two files of one name.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise os_error(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)  # closing is not enough where a forked child has the handle as well
        os.close(handle)


@contextmanager
def try_exclusive(path: Path) -> Iterator[bool]:
    """Holds the lock file alone, or gives false at once where another process has it; kill -9 frees it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise os_error(path, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder for this process alone, removed at the end; what a killed process leaves, the next writer removes."""
    with _guard(parent):
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=parent))
        alive = os.open(folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(alive, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(alive)


def remove_dead_scratch(parent: Path) -> int:
    """Removes the scratch folders of processes that died; returns how many."""
    if not any(parent.glob("work-*")):
        return 0
    with _guard(parent):
        dead = [folder for folder in parent.glob("work-*") if not _is_alive(folder)]
        for folder in dead:
            shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


@contextmanager
def _guard(parent: Path) -> Iterator[None]:
    """Between a folder's making and its lock nobody may sweep."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_error(parent, error) from error
    with exclusive(parent / "scratch.lock"):
        yield


def _is_alive(folder: Path) -> bool:
    try:
        handle = os.open(folder / "alive", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
