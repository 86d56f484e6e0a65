"""Gzip and zip files, unpacked as a stream into scratch, with limits that a bomb meets early."""

from __future__ import annotations

import errno
import gzip
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dwell.errors import BadFileError
from dwell.providers.opening import CHUNK, new_file, readable, write_chunks
from dwell.settings.limits import MEMBERS, RATIO, UNPACKED

UNCHECKED_BYTES = 64 << 20
"""Below this size the ratio is not checked: small files of zeros compress well and do no harm."""
_SIDE_FILES = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._|Thumbs\.db$)")
_DAMAGE_ERRORS = (
    EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, struct.error, RuntimeError, ValueError,
    IndexError, OverflowError,
)  # fmt: skip
"""What Python's readers raise on damaged bytes; a RuntimeError also for what they do not support."""
_DAMAGE_NUMBERS = frozenset({None, errno.EINVAL, errno.EOVERFLOW})
"""Numbers of OS errors that tell of no failing disk: a place before the start of a file, or a stream that is none."""


def detect_packing(path: Path) -> str:
    """`gz`, `xlsx`, `zip`, `parquet`, another packing by name, or `plain`: recognised by the first bytes."""
    with readable(path) as stream:
        head = stream.read(8)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx" if _is_workbook(path) else "zip"
    if head.startswith(b"PAR1"):
        return "parquet"
    others = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-zip", b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd",
              b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "old Excel (.xls)"}  # fmt: skip
    return next((name for magic, name in others.items() if head.startswith(magic)), "plain")


def gunzip(path: Path, scratch: Path) -> Path:
    """The unpacked content of a gzip file, in scratch.

    Raises:
        BadFileError: When the file is cut off or damaged, or unpacks to more than the limits.
    """
    target = new_file(scratch, ".unpacked")
    with readable(path) as raw, gzip.GzipFile(fileobj=raw) as stream:
        write_chunks(target, _limit_size(path.name, path.name, stream, path.stat().st_size))
    return target


def list_members(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a zip, without folders and the helper files of macOS and Windows.

    Raises:
        BadFileError: An entry would be written outside its folder, is a link or is encrypted; or there are too many.
    """
    with _directory_errors(path), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if len(entries) > MEMBERS.value():
        raise BadFileError(
            f"{path.name} holds {len(entries):,} files, more than {MEMBERS}: unpack it and name the ones to load, or "
            f"set {MEMBERS.variable} higher."
        )
    for entry in entries:
        _refuse_unsafe(path.name, entry)
    if sum(entry.file_size for entry in entries) > UNPACKED.value():
        raise BadFileError(
            f"{path.name} would unpack to more than {UNPACKED}: unpack it and name the files to load, or set "
            f"{UNPACKED.variable} higher."
        )
    return [entry for entry in entries if not entry.is_dir() and not _SIDE_FILES.search(entry.filename)]


def unzip(path: Path, entry: zipfile.ZipInfo, scratch: Path) -> Path:
    """One file of a zip, in scratch under a name of our own.

    Raises:
        BadFileError: As `gunzip`.
    """
    target, place = new_file(scratch, ".unpacked"), f"{entry.filename} in {path.name}"
    with _damage_refused(place), zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
        write_chunks(target, _limit_size(f"{path.name}/{entry.filename}", place, stream, entry.compress_size))
    return target


@contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    """Whatever Python's readers raise over bytes, as what a user can cure."""
    try:
        yield
    except _DAMAGE_ERRORS as error:
        raise BadFileError(f"{name} is cut off or damaged: download it again.") from error
    except OSError as error:
        if error.errno not in _DAMAGE_NUMBERS:
            raise BadFileError(f"{name} cannot be read ({error.strerror}).") from error
        raise BadFileError(f"{name} is cut off or damaged: download it again.") from error


def _limit_size(name: str, place: str, stream: IO[bytes] | gzip.GzipFile, packed: int) -> Iterator[bytes]:
    unpacked, most, ratio = 0, UNPACKED.value(), RATIO.value()
    while True:
        with _damage_refused(place):
            chunk = stream.read(CHUNK)
        if not chunk:
            return
        unpacked += len(chunk)
        if unpacked > most or (unpacked > UNCHECKED_BYTES and unpacked > ratio * packed):
            raise BadFileError(
                f"{name} unpacks to more than {RATIO} times its size or {UNPACKED}, as a zip bomb does: if it is "
                f"sound, unpack it yourself and load the plain file, or set {RATIO.variable} or {UNPACKED.variable} "
                "higher."
            )
        yield chunk


def _refuse_unsafe(archive: str, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if not name:
        raise BadFileError(f"{archive} holds a file without a name: unpack it and name the files to load.")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise BadFileError(
            f"{archive} holds an entry that points outside its folder ({entry.filename}): do not trust it."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadFileError(f"{archive} holds a link ({entry.filename}) instead of a file: unpack it and name the file.")
    if entry.flag_bits & 1:
        raise BadFileError(f"{archive} is encrypted: unpack it and name the files to load.")


def _is_workbook(path: Path) -> bool:
    with _directory_errors(path), zipfile.ZipFile(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


@contextmanager
def _directory_errors(path: Path) -> Iterator[None]:
    with _damage_refused(path.name):
        try:
            yield
        except UnicodeDecodeError as error:
            raise BadFileError(
                f"{path.name} holds a file whose name is not in the encoding that the zip says: unpack it and name the "
                "files to load."
            ) from error
