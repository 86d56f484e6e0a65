"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dwell.disk.flush import flush
from dwell.disk.temporary import temporary

_NO_FLUSH = frozenset({errno.EINVAL, errno.EACCES, errno.ENOTSUP})
"""What some network file systems say about flushing a folder."""


@contextmanager
def replacing(target: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A new file that takes the place of `target` when the block ends: killed at any moment, `target` is old or new.

    An existing file keeps its mode, and a symbolic link stays and points to the new file. What is not a file, such as
    `/dev/stdout`, is written in place.

    Args:
        target: The file to write; its folder must exist.
        mode: The file's permissions, whatever those of an existing one are.

    Yields:
        The path to write to. If the block raises, it is removed, and `target` is as it was.

    Raises:
        OSError: The file cannot be written.
    """
    if target.exists() and not target.is_file():  # before the link is followed: that of a pipe leads to no name
        yield target
        return
    file = target.resolve() if target.is_symlink() else target
    with temporary(file.with_name(f".dwell-{secrets.token_hex(8)}.partial")) as partial:
        yield partial
        if mode is not None:
            partial.chmod(mode)
        elif file.exists():
            partial.chmod(stat.S_IMODE(file.stat().st_mode))
        flush(partial)
        partial.replace(file)
    _flush_folder(file.parent)


def write_whole(target: Path, content: str | bytes) -> None:
    """Writes a file (text as UTF-8), whole or not at all; see `replacing`.

    Raises:
        OSError: It cannot be written.
    """
    with replacing(target) as path:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def _flush_folder(folder: Path) -> None:
    try:
        flush(folder)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
