"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from dwell.disk.flush import flush
from dwell.disk.temporary import temporary

_NO_FLUSH = frozenset({errno.EINVAL, errno.EACCES, errno.ENOTSUP})
"""What some network file systems say about flushing a folder."""


@contextmanager
def replacing(target: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A new file that takes the place of `target` when the block ends: killed at any moment, `target` is old or new.

    An existing file keeps its mode, and a symbolic link stays and points to the new file. What is not a file, such as
    `/dev/stdout`, is written in place. What killed processes of this machine left in the folder is removed.

    Args:
        target: The file to write; its folder must exist.
        mode: The file's permissions, whatever those of an existing one are.

    Yields:
        The path to write to. If the block raises, it is removed, and `target` is as it was.

    Raises:
        OSError: The file cannot be written.
    """
    if is_special(target):  # asked of the link: that to a pipe leads to no path
        yield target
        return
    file = _follow(target)
    partial = file.with_name(f".dwell-{os.getpid()}-{_processes()}-{secrets.token_hex(4)}.partial")
    try:
        with temporary(partial):
            yield partial
            if mode is not None:
                partial.chmod(mode)
            elif file.exists():
                partial.chmod(stat.S_IMODE(file.stat().st_mode))
            flush(partial)
            partial.replace(file)
    finally:
        remove_leftovers(file.parent)
    _flush_folder(file.parent)


def is_special(target: Path) -> bool:
    """Whether a path is neither a file nor a folder, but a device or a pipe, which cannot be replaced.

    Raises:
        OSError: That cannot be found out.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def write_whole(target: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Writes a file (text as UTF-8), whole or not at all; see `replacing`.

    Raises:
        OSError: It cannot be written.
    """
    with replacing(target, mode=mode) as path:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def remove_leftovers(folder: Path) -> None:
    """Removes the files that were being written in a folder when their processes were killed; nothing else.

    Only those of processes that this one could see are known to be dead: not those of another machine or container.
    """
    with suppress(OSError):
        for path in folder.glob(f".dwell-*-{_processes()}-*.partial"):
            number = path.name.split("-")[1]
            if number.isascii() and number.isdigit() and not _is_alive(int(number)):
                path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@cache
def _processes() -> str:
    """Among which processes a number names one: those of this machine, or of this container."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        space = ""
    return f"{zlib.crc32(f'{socket.gethostname()} {space}'.encode()):08x}"


def _follow(target: Path) -> Path:
    """The file that a symbolic link leads to, or the path itself."""
    if not target.is_symlink():
        return target
    try:
        return target.resolve()
    except RuntimeError as error:  # what pathlib makes of links that lead to each other
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(target)) from error


def _flush_folder(folder: Path) -> None:
    try:
        flush(folder)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
