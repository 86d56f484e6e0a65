"""What a backup says of itself: written once, and read as a record before anything is believed."""

from __future__ import annotations

from datetime import datetime
from importlib import metadata
from typing import Annotated

import msgspec

from dwell.disk.archive import Archive, damaged, decode
from dwell.errors import BadFileError, StorageError
from dwell.warehouse import journal
from dwell.warehouse.backup import PARTS

FORMAT, VERSION = "dwell-backup", 1
STATE_MEMBER, FOLDER = "state.db", "folder"

_Number = Annotated[int, msgspec.Meta(ge=0)]


class Layouts(msgspec.Struct, frozen=True):
    """Layout numbers of the folder and of the state."""

    folder: _Number
    state: _Number


class Rows(msgspec.Struct, frozen=True):
    """Rows of each table; null for a part that the backup does not have."""

    state: dict[str, _Number] | None
    tables: dict[str, _Number] | None


class Writer(msgspec.Struct, frozen=True):
    """Which dwell wrote the backup, and in which format: what every version says in the same way."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    dwell: str


class Description(Writer, frozen=True):
    """All that the manifest says besides the names of the files.

    Attributes:
        created_at: The instant of the backup.
        layouts: Layout numbers.
        folder_id: The id that the folder shares with its state; None until they met.
        rows: Rows of each table.
        format: `dwell-backup`.
    """

    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    layouts: Layouts
    folder_id: str | None
    rows: Rows
    format: str = FORMAT


def read_description(archive: Archive) -> Description:
    """Reads what an archive says of itself, and sees that it is a backup that this dwell can restore.

    Raises:
        BadFileError: It is no backup, or its manifest is damaged.
        StorageError: A newer dwell wrote it.
    """
    from dwell.state.schema import LAYOUT

    path = archive.path
    if archive.description.get("format") != FORMAT:
        raise BadFileError(f"{path} is no backup of dwell's: name a file that dwell backup wrote.")
    writer = decode(path, archive.description, Writer)
    if writer.version > VERSION:
        raise _newer(archive, writer)
    description = decode(path, archive.description, Description)
    if description.layouts.folder > journal.VERSION or description.layouts.state > LAYOUT:
        raise _newer(archive, writer)
    for name in archive.members:
        top, _, rest = name.partition("/")
        if name != STATE_MEMBER and (top != FOLDER or rest.partition("/")[0] not in PARTS):
            raise BadFileError(f"{path} has a file {name!r}, which no data folder has: use another backup.")
    for part, rows, member in (
        ("state", description.rows.state, STATE_MEMBER),
        ("tables", description.rows.tables, f"{FOLDER}/{journal.NAME}"),
    ):
        if (rows is None) == (member in archive.members):
            raise damaged(path, f"its manifest and its files disagree whether it has {part}")
    return description


def _newer(archive: Archive, writer: Writer) -> StorageError:
    ours = metadata.version("dwell")
    return StorageError(
        f"{archive.path} was written by a newer dwell ({writer.dwell}, this one is {ours}): update dwell."
    )
