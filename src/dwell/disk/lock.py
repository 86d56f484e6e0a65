"""One writer at a time, and scratch folders that outlive nobody: both by locks that the kernel frees on any death."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dwell.disk import holder
from dwell.disk.errors import os_error
from dwell.disk.temporary import temporary


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds the lock file alone, waiting for whoever holds it; kill -9 of the holder frees it.

    A holder that takes long is named, once: it may be stopped, and never go on by itself. The file itself
    stays: to delete a lock file is to let two processes lock two files of one name.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise os_error(path, error) from error
    try:
        _wait(handle, path)
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)  # closing is not enough where a forked child has the handle as well
        os.close(handle)


def _wait(handle: int, path: Path) -> None:
    """Takes a lock in the order of asking, which trying again and again would not."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        warning = threading.Timer(holder.WAIT_S, holder.warn_of_wait, (path, path))
        warning.daemon = True
        warning.start()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        finally:
            warning.cancel()


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
    with ExitStack() as stack:
        with _guard(parent):
            folder = parent / f"work-{secrets.token_hex(8)}"
            try:
                folder = stack.enter_context(temporary(folder))
                folder.mkdir(mode=0o700)
                alive = os.open(folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise os_error(folder, error) from error
            stack.callback(os.close, alive)
            fcntl.flock(alive, fcntl.LOCK_EX)
        yield folder


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
