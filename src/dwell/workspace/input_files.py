"""Which files an import reads: those that the user names, and those in folders; the rest is counted, never left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dwell.disk.paths import is_folder
from dwell.errors import BadFileError, DwellError, UnknownFormatError
from dwell.providers.opening import unreadable
from dwell.providers.strangers import is_no_data
from dwell.settings.limits import FILES, Limit
from dwell.special import special_kind
from dwell.warehouse import journal, journal_revision, lake
from dwell.warehouse.check import LOCK

EMPTY_PATH = "A path is empty: name a file or a folder, such as . for the one that you are in."
Failure = tuple[Path, DwellError]


@dataclass
class InputFiles:
    """What the named paths hold.

    Attributes:
        data: Files to read, in the order of the paths, and of names in a folder.
        skipped: Files in folders that hold no data, such as notes and pictures.
        special: What is in folders and no file, and what it is: a pipe, a device, a link to a folder, a data folder.
        failures: Folders that cannot be read, or have more files than the limit, and why.
    """

    data: list[Path] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    special: list[tuple[Path, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def input_paths(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The paths that are named.

    Raises:
        BadFileError: One is empty, which would be the folder that the process is in.
    """
    named = [os.fspath(path) for path in paths]
    if "" in named:
        raise BadFileError(EMPTY_PATH)
    return [Path(path) for path in named]


def list_files(paths: Iterable[Path]) -> InputFiles:
    """Lists the files that are named and those in the folders, however deep.

    Links to folders are not followed, and a data folder holds dwell's own files, not exports.

    Raises:
        UnknownFormatError: A folder has no files with data.
    """
    found = InputFiles()
    for path in paths:
        if is_folder(path):
            try:
                _list_folder(path, found)
            except BadFileError as error:
                found.failures.append((path, error))
        else:
            found.data.append(path)
    return found


def _list_folder(folder: Path, found: InputFiles) -> None:
    if is_data_folder(folder):
        raise BadFileError(
            f"{folder} is a data folder of dwell: to copy its tables, write them with `dwell export all`, and import "
            "what that wrote."
        )
    inside, before = list(_entries(folder, found)), len(found.data)
    for path in sorted(inside):
        kind = _kind(path)
        if kind is not None:
            found.special.append((path, kind))
        elif is_no_data(path.name):
            found.skipped.append(path)
        else:
            found.data.append(path)
    if len(found.data) == before and not found.failures:
        raise UnknownFormatError(f"The folder {folder} contains no data files; name a folder or file with exports.")


def _entries(folder: Path, found: InputFiles) -> Iterator[Path]:
    """What is in a folder and those below it, hidden folders left out; folders that cannot be read are failures."""
    count, failed = 0, list[OSError]()
    for place, folders, names in os.walk(folder, onerror=failed.append):
        links = [name for name in folders if Path(place, name).is_symlink()]
        own = [name for name in folders if name not in links and is_data_folder(Path(place, name))]
        found.special += [(Path(place, name), "dwell's data folder") for name in own]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in {*links, *own})
        count += len(folders) + len(names)
        if count > FILES.value():
            raise too_many(folder, FILES)
        yield from (Path(place, name) for name in (*names, *links))
    for error in failed:
        failure = unreadable(Path(error.filename), error)
        if Path(error.filename) == folder:
            raise failure
        found.failures.append((Path(error.filename), failure))


def too_many(folder: Path, limit: Limit) -> BadFileError:
    """The error for a folder with more files than the limit."""
    return BadFileError(
        f"{folder} contains more than {limit} files and folders: name a smaller folder, or set {limit.variable} higher."
    )


def _kind(path: Path) -> str | None:
    """What an entry of a folder is that cannot be read as a file; None for a file, and for what the reader refuses."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return "a link to nothing"
    except OSError:
        return None  # its error is better told by whoever opens it
    return "a link to a folder" if stat.S_ISDIR(status.st_mode) else special_kind(status)


def list_special(special: Iterable[tuple[Path, str]], most: int = 5) -> str:
    """What was left out because it is no file: the first names, and how many there are."""
    listed = [f"{path.name} ({kind})" for path, kind in special]
    more = ", …" if len(listed) > most else ""
    what = "1 entry that is" if len(listed) == 1 else f"{len(listed):,} entries that are"
    return f"Skipped {what} no file: {', '.join(listed[:most])}{more}."


def is_data_folder(folder: Path) -> bool:
    """Whether a folder is one of dwell's: it has the lock of its writer, and a journal or what is beside one."""
    try:
        if not (folder / LOCK).exists():
            return False
        return any((folder / name).exists() for name in (journal.NAME, journal_revision.FILE, lake.FOLDER))
    except OSError:
        return False
