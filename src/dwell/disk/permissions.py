"""Who may read what dwell writes: a data folder only its owner; what a user asks for, whoever the user's umask lets."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_of_user: list[int] = []


@contextmanager
def private_files() -> Iterator[None]:
    """Files and folders that this process makes are its user's alone: for a command, which writes to a data folder."""
    _of_user.append(os.umask(_OTHERS))
    try:
        yield
    finally:
        os.umask(_of_user.pop())


@contextmanager
def shared_files() -> Iterator[None]:
    """Inside the block files are made as the user's umask says: for what leaves the data folder."""
    if not _of_user:
        yield
        return
    before = os.umask(_of_user[0])
    try:
        yield
    finally:
        os.umask(before)


def describe_loose(folder: Path) -> str | None:
    """One sentence about a folder that other users can look into, with the cure; None where they cannot."""
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError:
        return None
    if not mode & _OTHERS:
        return None
    return (
        f"Other users of this machine can look into {folder} (its mode is {mode:o}; dwell makes data folders with "
        f"{FOLDER:o}, and their files with {FILE:o}): run  chmod -R go= {folder}"
    )
