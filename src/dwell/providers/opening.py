"""A path that a user names becomes plain UTF-8 files: packing and encodings end here, and nothing is read whole.

A plain UTF-8 file is used where it lies: one pass in chunks takes its SHA-256, checks its encoding, counts its lines
and keeps its start for recognition. The engine then reads it, and nothing else does.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from dwell.errors import BadFileError, StorageError
from dwell.settings.limits import HEADER
from dwell.special import open_file

CHUNK = 1 << 20
BOM = codecs.BOM_UTF8
_UNITS_LOOKED_AT = 400
"""Bytes at the start of a file that tell whether it is UTF-16 without a mark."""


@dataclass(frozen=True, slots=True)
class PlainFile:
    """One file without packing.

    Attributes:
        name: As the user, or the archive, calls it.
        path: The bytes: text is UTF-8 (a CSV may start with a BOM, JSON never does).
        warnings: What was changed to get there.
        lines: Its lines, where they were counted.
        head: Its first `head_bytes()`, where they were kept.
        delimiter: Of a table that names it itself, in a line `sep=;`.
        first_line: Number of its first line in the user's file; all others have their own place.
        from_1904: It is a sheet of a workbook that counts days from 1904, so a plain number is no day since 1899.
    """

    name: str
    path: Path
    warnings: tuple[str, ...] = ()
    lines: int | None = None
    head: bytes | None = field(default=None, repr=False)
    delimiter: str | None = None
    first_line: int = 1
    from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one pass over a text file tells.

    Attributes:
        digest: SHA-256 of its bytes, hex.
        encoding: `utf-8`, `utf-8-sig` (it starts with a BOM), `utf-16`, without its mark `utf-16-le` or `utf-16-be`,
            or `mixed`.
        nuls: NUL bytes.
        lines: Lines, the last one included where it has no line end; None for JSON.
        head: Its first `head_bytes()`.
    """

    digest: str
    encoding: str
    nuls: int
    lines: int | None
    head: bytes = field(repr=False)


def head_bytes() -> int:
    """How much of the start of a file recognition looks at."""
    return HEADER.value()


def digest(path: Path) -> str:
    """SHA-256 of a file, hex, read in chunks."""
    with readable(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def readable(path: Path) -> BufferedReader:
    """The file, open for reading; any failure is a `BadFileError`."""
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and not status.st_size:
            raise BadFileError(
                f"{path} is empty: export it again."
            )  # nor is a file of the kernel, which claims no size
        return open_file(path)
    except FileNotFoundError as error:
        raise BadFileError(f"There is no file {path}.") from error
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> BadFileError:
    """What the system says of a file that a user named."""
    return BadFileError(
        f"{path} cannot be read ({error.strerror or error}): check the disk, and who may read the file and its folders."
    )


def new_file(scratch: Path, suffix: str) -> Path:
    """A new empty file in the scratch folder, which is created if missing."""
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


def inspect(name: str, path: Path, *, hashed: bool = True) -> Inspection:
    """Reads a text file once, in chunks, for all that must be known of it before it is loaded.

    Args:
        name: What the user, or the archive, calls it.
        path: The file.
        hashed: Take its digest too; without that the digest is empty.

    Raises:
        BadFileError: For an empty file, and for bytes that are not text.
    """
    scan = _Scan(hashlib.sha256() if hashed else None)
    with readable(path) as stream:
        while chunk := stream.read(CHUNK):
            scan.add(chunk)
    if not scan.size:
        raise BadFileError(f"{name} is empty: export it again.")
    encoding = scan.encoding()
    if not encoding.startswith("utf-16") and scan.nuls * 20 > scan.size:
        raise BadFileError(f"{name} is not text: name a CSV, JSON, JSON lines, xlsx, gz or zip file.")
    return Inspection(scan.digest(), encoding, scan.nuls, scan.lines(), b"".join(scan.head))


class _Scan:
    """What a pass over a file's chunks has seen."""

    def __init__(self, sha256: hashlib._Hash | None) -> None:
        self._sha256 = sha256
        self._head_bytes = head_bytes()
        self.size = self.nuls = self._line_ends = 0
        self._is_json = False
        self.head: list[bytes] = []
        self._encoding = "utf-8"
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._last = b""

    def add(self, chunk: bytes) -> None:
        """The next chunk."""
        if not self.size:
            self._encoding = _encoding_of_mark(chunk)
            self._is_json = _starts_json(chunk)
        if self.size < self._head_bytes:
            self.head.append(chunk[: self._head_bytes - self.size])
        self.size += len(chunk)
        if self._sha256:
            self._sha256.update(chunk)
        self.nuls += chunk.count(0) if b"\0" in chunk else 0
        if not self._is_json:  # only a CSV needs them, and counting takes a third of the pass
            self._line_ends += chunk.count(b"\n")
        self._last = chunk[-1:]
        if self._encoding in {"utf-8", "utf-8-sig"}:
            self._encoding = _still_utf8(self._decoder, chunk, self._encoding)

    def digest(self) -> str:
        """SHA-256, hex; empty where it is not wanted."""
        return self._sha256.hexdigest() if self._sha256 else ""

    def lines(self) -> int | None:
        """Lines so far, the last one included where it has no line end; not counted for JSON."""
        return None if self._is_json else self._line_ends + (self._last != b"\n")

    def encoding(self) -> str:
        """`utf-8`, `utf-8-sig`, `utf-16`, or `mixed` where some bytes are not UTF-8."""
        if self._encoding not in {"utf-8", "utf-8-sig"} or _ends_well(self._decoder):
            return self._encoding
        return "mixed"


def _encoding_of_mark(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    units = start[:_UNITS_LOOKED_AT]
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):  # every other byte of plain letters is a zero
        zeros, letters = units[first::2], units[1 - first :: 2]
        if len(letters) > 1 and 10 * zeros.count(0) >= 9 * len(zeros) and not letters.count(0):
            return encoding
    return "utf-8-sig" if start.startswith(BOM) else "utf-8"


def as_utf8(name: str, path: Path, scratch: Path, inspection: Inspection | None = None) -> PlainFile:
    """The same text in UTF-8: the file itself where it is, else a rewritten copy.

    UTF-16 is recognised by its BOM; in any other file the bytes that are not UTF-8 are read as Windows-1252, and only
    those, so a file pasted together from both keeps all its accents. NUL characters are dropped, with a warning.

    Args:
        name: What the user, or the archive, calls it.
        path: The text.
        scratch: Folder for the copy.
        inspection: Of this file; it is inspected where None.

    Raises:
        BadFileError: As `inspect`.
    """
    seen = inspection or inspect(name, path, hashed=False)
    encoding, nuls = seen.encoding, 0 if seen.encoding.startswith("utf-16") else seen.nuls
    if not nuls and (encoding == "utf-8" or (encoding == "utf-8-sig" and not _starts_json(seen.head))):
        return PlainFile(name, path, lines=seen.lines, head=inspection.head if inspection else None)
    target = new_file(scratch, ".txt")
    write_chunks(target, _recoded(path, encoding))
    warnings = [f"{name}: {nuls} NUL characters were dropped."] if nuls else []
    if encoding == "mixed":
        warnings.append(f"{name} is not all UTF-8; the rest was read as Windows-1252: check its accents.")
    return PlainFile(name, target, tuple(warnings))


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


def _starts_json(start: bytes) -> bool:
    """The first character is that of a JSON document or of JSON lines, in an encoding that keeps ASCII."""
    head = start[:4096].decode("utf-8", errors="ignore")
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
