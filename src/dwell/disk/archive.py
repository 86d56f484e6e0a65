"""An archive: a tar file with the SHA-256 digest of each file in it, and a description of the whole.

The last two members are `manifest.json` and its own digest, so an archive that was cut off has none. Whatever was
damaged is found by `read_archive`, before anybody uses it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any, Self, TypeVar

import msgspec

from dwell.disk.errors import os_error
from dwell.disk.flush import flush
from dwell.errors import BadFileError, StorageError
from dwell.special import open_file

MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sha256"
_CHUNK = 1 << 20
_MOST_MANIFEST_BYTES = 256 << 20

_Type = TypeVar("_Type")

OnBytes = Callable[[int], None]
"""Is told how many more bytes were written or read."""


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of an archive: its name, its size in bytes, and the SHA-256 digest of its content."""

    name: str
    bytes: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str


class _Members(msgspec.Struct):
    members: list[Member]


def _ignore(number: int) -> None:
    del number


class ArchiveWriter:
    """Writes a new archive, which only its owner can read.

    Args:
        path: The file, which must not exist.
        on_bytes: Is told how many more bytes were written.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, path: Path, on_bytes: OnBytes = _ignore) -> None:
        self.path = path
        self._on_bytes = on_bytes
        self._members: list[Member] = []
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb")
        self._tar = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, name: str, source: Path) -> None:
        """Adds a file under this name.

        Raises:
            OSError: It cannot be read, got shorter meanwhile, or the archive cannot be written.
        """
        with source.open("rb") as file:
            status = os.fstat(file.fileno())
            digest = self._add(name, _Hashing(file, self._on_bytes), status.st_size, int(status.st_mtime))
        self._members.append(Member(name, status.st_size, digest))

    def finish(self, description: Mapping[str, Any]) -> None:
        """Writes the manifest: the description, and every member with its digest."""
        document = {**description, "members": [msgspec.structs.asdict(member) for member in self._members]}
        manifest = json.dumps(document, indent=1).encode("ascii")
        for name, content in ((MANIFEST, manifest), (MANIFEST_DIGEST, hashlib.sha256(manifest).hexdigest().encode())):
            self._add(name, _Hashing(io.BytesIO(content)), len(content), int(time.time()))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        if hasattr(os, "posix_fadvise"):  # reading it back is to read the disk, not what is in memory
            os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _add(self, name: str, source: _Hashing, size: int, modified_at: int) -> str:
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = size, modified_at, 0o600
        self._tar.addfile(header, source)  # type: ignore[arg-type]  # it is only read
        return source.digest.hexdigest()


class _Hashing:
    """What is read from a file, with its digest."""

    def __init__(self, file: IO[bytes], on_bytes: OnBytes = _ignore) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        content = self._file.read(size)
        self.digest.update(content)
        self._on_bytes(len(content))
        return content


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose manifest was read.

    Attributes:
        path: The file.
        description: What the manifest says of the whole.
        members: Its files, by name.
    """

    path: Path
    description: Mapping[str, Any]
    members: Mapping[str, Member]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(member.bytes for member in self.members.values())

    def verify(self, on_bytes: OnBytes = _ignore) -> None:
        """Reads every file and compares its digest.

        Raises:
            BadFileError: A file is damaged.
            StorageError: The archive cannot be read.
        """
        for member, file in self._read(self.members):
            _copy(self.path, member, file, None, on_bytes)

    def extract(self, targets: Mapping[str, Path], on_bytes: OnBytes = _ignore) -> None:
        """Writes files of the archive; they are on the disk, and only their owner can read them, when this returns.

        Args:
            targets: Name of a member -> the file to write, in whose place nothing else is.
            on_bytes: Is told how many more bytes were read.

        Raises:
            BadFileError: A file of the archive is damaged.
            StorageError: The archive cannot be read, or a file not be written.
        """
        folders: set[Path] = set()
        for member, file in self._read(targets):
            target = targets[member.name]
            try:
                for folder in reversed([one for one in target.parents if not one.exists()]):
                    folder.mkdir(mode=0o700)
                folders.add(target.parent)
                handle = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
                with os.fdopen(handle, "wb") as out:
                    _copy(self.path, member, file, out, on_bytes)
                flush(target)
            except OSError as error:
                raise os_error(target, error) from error
        for folder in folders:
            flush(folder, folder.parent)

    def _read(self, names: Mapping[str, Any]) -> Iterator[tuple[Member, IO[bytes]]]:
        left = set(names)
        with _reading(self.path) as tar:
            for header in tar:
                if header.name in left:
                    file = tar.extractfile(header)
                    if file is None or header.size != self.members[header.name].bytes:
                        raise damaged(self.path, f"{header.name} has another size than was written")
                    left.remove(header.name)
                    yield self.members[header.name], file
        if left:
            raise damaged(self.path, f"it lacks {min(left)}")


def read_archive(path: Path) -> Archive:
    """Reads the manifest of an archive, and sees that it names what is there.

    Raises:
        BadFileError: It is no archive, is cut off, or its manifest is damaged.
        StorageError: It cannot be read.
    """
    with _reading(path) as tar:
        headers: list[tarfile.TarInfo] = []
        try:
            headers.extend(tar)
        except tarfile.TarError as error:
            after = f" after {headers[-1].name}" if headers else ""
            raise damaged(path, f"{error}{after}") from error
        if [header.name for header in headers[-2:]] != [MANIFEST, MANIFEST_DIGEST]:
            raise damaged(path, "it has no manifest at its end: it is cut off, or no backup of dwell's")
        for header in headers:
            if not header.isreg():  # of a link, tarfile would read another file than is named
                raise damaged(path, f"{header.name} is no plain file")
        contents = [file.read(_MOST_MANIFEST_BYTES) for file in map(tar.extractfile, headers[-2:]) if file is not None]
    if len(contents) != 2 or hashlib.sha256(contents[0]).hexdigest() != contents[1].decode("ascii", "replace"):
        raise damaged(path, "its manifest has another digest than was written")
    description = decode(path, contents[0], dict[str, Any])
    members = {one.name: one for one in decode(path, contents[0], _Members).members}
    if [header.name for header in headers[:-2]] != list(members):
        raise damaged(path, "it has other files than its manifest names")
    for name in members:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise damaged(path, f"it names {name!r}, which leads out of the folder")
    del description["members"]
    return Archive(path, description, members)


def decode(path: Path, manifest: bytes | Mapping[str, Any], type_: type[_Type]) -> _Type:
    """The manifest of an archive, or what it says of the whole, as a record.

    Raises:
        BadFileError: It says something else than the record has, or in another way.
    """
    try:
        if isinstance(manifest, bytes):
            return msgspec.json.decode(manifest, type=type_)
        return msgspec.convert(manifest, type_)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise damaged(path, f"its manifest cannot be read: {error}") from error


@contextmanager
def _reading(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with open_file(path) as file, tarfile.open(fileobj=file, mode="r:") as tar:
            yield tar
    except FileNotFoundError as error:
        raise StorageError(f"There is no file {path}: name a file that dwell backup wrote.") from error
    except tarfile.TarError as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _copy(archive: Path, member: Member, source: IO[bytes], target: IO[bytes] | None, on_bytes: OnBytes) -> None:
    digest = hashlib.sha256()
    while content := _read_chunk(archive, source):
        digest.update(content)
        if target is not None:
            target.write(content)
        on_bytes(len(content))
    if digest.hexdigest() != member.sha256:
        raise damaged(archive, f"{member.name} has another digest than was written")


def _read_chunk(archive: Path, source: IO[bytes]) -> bytes:
    try:
        return source.read(_CHUNK)
    except tarfile.TarError as error:
        raise damaged(archive, str(error)) from error
    except OSError as error:
        raise _unreadable(archive, error) from error


def _unreadable(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be read ({error.strerror or error}): check the disk, and the file's owner.")


def damaged(path: Path, what: str) -> BadFileError:
    """The error for an archive that is not as it was written."""
    return BadFileError(f"{path} cannot be restored ({what}): use another backup.")
