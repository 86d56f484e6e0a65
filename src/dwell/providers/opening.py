"""A path that a user names becomes plain UTF-8 files: packing and encodings end here, and nothing is read whole.

A plain UTF-8 file is used where it lies: one pass in chunks takes its SHA-256 and checks its encoding.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from dwell.errors import BadFileError, StorageError

CHUNK = 1 << 20
BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Plain:
    """One file without packing.

    Attributes:
        name: As the user, or the archive, calls it.
        path: The bytes: text is UTF-8 (a CSV may start with a BOM, JSON never does).
        warnings: What was changed to get there.
    """

    name: str
    path: Path
    warnings: tuple[str, ...] = ()


def digest(path: Path) -> str:
    """SHA-256 of a file, hex, read in chunks."""
    with readable(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def readable(path: Path) -> BufferedReader:
    """The file, open for reading; every way in which that fails is a `BadFileError`."""
    if path.is_dir():
        raise BadFileError(f"{path} is a folder: name the files in it.")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise BadFileError(f"There is no file {path}.") from error
    except OSError as error:
        raise BadFileError(f"{path} cannot be read ({error.strerror}).") from error


def new_file(scratch: Path, suffix: str) -> Path:
    """A new empty file in the scratch folder, which is made where it is missing."""
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=suffix, dir=scratch)
    except OSError as error:
        raise StorageError(
            f"Cannot write to {scratch} ({error.strerror}): free space or choose another --data."
        ) from error
    os.close(handle)
    return Path(name)


def write_chunks(target: Path, chunks: Iterator[bytes], *, append: bool = False) -> None:
    """Write a stream to a scratch file; a full disk is a `StorageError`, and leaves no half file behind."""
    try:
        with target.open("ab" if append else "wb") as out:
            for chunk in chunks:
                out.write(chunk)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise StorageError(
            f"Cannot unpack to {target.parent} ({error.strerror}): free space or choose another --data."
        ) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def as_utf8(name: str, path: Path, scratch: Path) -> Plain:
    """The same text in UTF-8: the file itself where it is, else a rewritten copy.

    UTF-16 is told by its BOM; in any other file the bytes that are no UTF-8 are read as Windows-1252, and only those,
    so a file pasted together from both keeps all its accents. NUL characters are dropped and counted in a warning.

    Raises:
        BadFileError: For an empty file, and for bytes that are no text at all.
    """
    encoding, nuls = _inspect(name, path)
    is_json = _starts_json(path, encoding)
    if not nuls and (encoding == "utf-8" or (encoding == "utf-8-sig" and not is_json)):
        return Plain(name, path)
    target = new_file(scratch, ".txt")
    write_chunks(target, _recoded(path, encoding))
    warnings = [f"{name}: {nuls} NUL characters were dropped."] if nuls else []
    if encoding == "mixed":
        warnings.append(f"{name} is not all UTF-8; the rest was read as Windows-1252: check its accents.")
    return Plain(name, target, tuple(warnings))


def _inspect(name: str, path: Path) -> tuple[str, int]:
    """Encoding and number of NUL bytes, from one pass over the file."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    nuls = size = 0
    encoding = "utf-8"
    with readable(path) as stream:
        while chunk := stream.read(CHUNK):
            if not size and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", 0
            if not size and chunk.startswith(BOM):
                encoding = "utf-8-sig"
            size += len(chunk)
            nuls += chunk.count(0) if b"\0" in chunk else 0
            if encoding != "mixed":
                encoding = _still_utf8(decoder, chunk, encoding)
    if not size:
        raise BadFileError(f"{name} is empty: export it again.")
    if encoding != "mixed" and not _ends_well(decoder):
        encoding = "mixed"
    if nuls * 20 > size:
        raise BadFileError(f"{name} is not text: name a CSV, JSON, JSON lines, xlsx, gz or zip file.")
    return encoding, nuls


def _still_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, encoding: str) -> str:
    if chunk.isascii() and not decoder.getstate()[0]:
        return encoding  # ten times faster than decoding, and most of a large file
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return "mixed"
    return encoding


def _ends_well(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _starts_json(path: Path, encoding: str) -> bool:
    with readable(path) as stream:
        head = stream.read(4096).decode("utf-8" if encoding == "mixed" else encoding, errors="ignore")
    return head.lstrip("\ufeff \t\r\n\0").startswith(("{", "["))


def _recoded(path: Path, encoding: str) -> Iterator[bytes]:
    codecs.register_error("windows-1252", _as_windows)
    name, errors = ("utf-8-sig", "windows-1252") if encoding == "mixed" else (encoding, "replace")
    decoder = codecs.getincrementaldecoder(name)(errors)
    with readable(path) as stream:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk).replace("\0", "").encode()
        yield decoder.decode(b"", final=True).replace("\0", "").encode()


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end
