"""The CRC-32 of files, so that whoever reads them notices damage. It guards against damage, not against an attack."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 256 * 1024
_PARALLEL_BYTES = 4 * 1024 * 1024  # below this, threads cost more than they save

_verified: dict[tuple[str, int, int, int], int] = {}
"""Checksums of files that this process has read, by path, size, time of change in nanoseconds and inode."""


_unverified: set[Path] = set()
"""Files that this process was about to read, which have no checksum."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was written: its path, its size in bytes, its CRC-32; None where an older dwell wrote it."""

    path: Path
    bytes: int
    checksum: int | None


def read_checksum(path: Path) -> int:
    """The CRC-32 of a whole file; read again only after the file has changed.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        stat = os.fstat(file.fileno())
        known = str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino
        if (checksum := _verified.get(known)) is not None:
            return checksum
        checksum, buffer = 0, memoryview(bytearray(_CHUNK))
        while length := file.readinto(buffer):
            checksum = zlib.crc32(buffer[:length], checksum)
    _verified[known] = checksum
    return checksum


def has_unverified(root: Path) -> bool:
    """This process was about to read files below a folder that have no checksum, so they may be damaged."""
    return any(path.is_relative_to(root.absolute()) for path in _unverified)


def find_damage(files: Iterable[StoredFile]) -> tuple[Path, str] | None:
    """The first file that is not what was written, and why; None where all are. A thread a core reads them.

    Raises:
        PermissionError: A file may not be read.
    """
    wanted = list(files)
    threads = min(len(wanted), os.cpu_count() or 1)
    if threads < 2 or sum(file.bytes for file in wanted) < _PARALLEL_BYTES:
        return next(((file.path, why) for file in wanted if (why := find_fault(file))), None)
    faults: dict[int, str] = {}
    refused: list[OSError] = []
    numbers = iter(range(len(wanted)))  # `next` of it is one step of the interpreter, so no number is taken twice

    def read() -> None:
        try:
            for number in numbers:
                if why := find_fault(wanted[number]):
                    faults[number] = why
                    return
        except OSError as error:
            refused.append(error)

    readers = [threading.Thread(target=read) for _ in range(threads - 1)]
    for reader in readers:
        reader.start()
    read()
    for reader in readers:
        reader.join()
    if refused:
        raise refused[0]
    return (wanted[min(faults)].path, faults[min(faults)]) if faults else None


def find_fault(file: StoredFile) -> str:
    """Why a file is not what was written, as the rest of a sentence; empty where it is.

    Raises:
        PermissionError: The file may not be read.
    """
    try:
        size = file.path.stat().st_size
        if size != file.bytes:
            return f"it has {size:,} bytes instead of {file.bytes:,}"
        if file.checksum is None:
            _unverified.add(file.path.absolute())
        elif read_checksum(file.path) != file.checksum:
            return "its bytes are not those that were written"
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return "it is missing"
    except PermissionError:
        raise
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    return ""
