"""Checksums of the entries and checkpoints of the Delta logs, up to the visible version of each table.

Questions need no Delta log. Whoever writes compares all of them first, because a commit on top of a damaged log would
lose files, and a rebuild of the journal would then lose their rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from dwell.disk.checksum import StoredFile, find_fault, read_checksum
from dwell.errors import DamagedDataError
from dwell.warehouse import catalogue, journal_checksum, lake
from dwell.warehouse.catalogue import Catalogue

_LAST = "_last_checkpoint"
"""Names the newest checkpoint; delta-rs writes it anew with each, and reads without it where it is missing."""


def record(connection: sqlite3.Connection, root: Path, old: Catalogue, new: Catalogue) -> None:
    """Notes the log of each table whose version has changed, or was never noted; inside the caller's transaction."""
    noted = {name for (name,) in connection.execute("SELECT DISTINCT name FROM log_files")}
    for name, version in new.versions().items():
        if version != old.table(name).version or name not in noted:
            record_table(connection, root, name, version)


def record_table(connection: sqlite3.Connection, root: Path, name: str, version: int) -> None:
    """Notes the log of one table up to a version, inside the caller's transaction."""
    sql = "SELECT path FROM log_files WHERE name = ?"
    known = {path for (path,) in connection.execute(sql, (name,))}
    place = lake.log_folder(root, name)
    present = {path.name: path for path in place.iterdir() if path.is_file()}
    wanted = {file: path for file, path in present.items() if _is_of(file, version)}
    needed_from = _newest_checkpoint(present)
    gone = [file for file in known if file not in wanted and _number(file) <= needed_from]
    # An earlier log may have been written anew: its entries have other bytes under the same names.
    above = [file for file in known if _number(file) > version]
    connection.executemany(
        "DELETE FROM log_files WHERE name = ? AND path = ?", [(name, file) for file in (*gone, *above)]
    )
    fresh = [
        (name, file, path.stat().st_size, read_checksum(path)) for file, path in wanted.items() if file not in known
    ]
    connection.executemany("INSERT OR REPLACE INTO log_files VALUES (?, ?, ?, ?)", fresh)


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Forgets the log of a table, inside the caller's transaction: it was written anew."""
    connection.execute("DELETE FROM log_files WHERE name = ?", (name,))


def find_damaged(connection: sqlite3.Connection, root: Path) -> Iterator[tuple[Path, str]]:
    """The entries and checkpoints that are not what was written, and why; one of each table."""
    stored = []
    if journal_checksum.is_known(connection):
        stored = connection.execute("SELECT name, path, bytes, checksum FROM log_files ORDER BY name, path").fetchall()
    done: set[str] = set()
    for name, file, size, checksum in stored:
        if name in done:
            continue
        place = lake.log_folder(root, name)
        if why := find_fault(StoredFile(place / file, size, checksum)):
            present = {path.name for path in place.iterdir()} if place.is_dir() else set()
            if file not in present and _number(file) < _newest_checkpoint(present):
                continue  # delta-rs deletes entries that a checkpoint has
            done.add(name)
            yield place / file, why
    noted = {name for name, *_ in stored}
    for name, version in catalogue.versions(connection).items():
        entries = () if name in noted else sorted(lake.log_folder(root, name).glob("*.json"))
        for path in (path for path in entries if _is_of(path.name, version) and not _is_whole(path)):
            yield path, "it is cut off or no JSON"
            break
    for name in noted - done:
        if (last := lake.log_folder(root, name) / _LAST).exists() and not _names_a_checkpoint(last):
            yield last, "it names no checkpoint"


def _is_whole(entry: Path) -> bool:
    """Every line of a log entry is a JSON object; all that can be said of those that an older dwell wrote."""
    try:
        lines = entry.read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _names_a_checkpoint(last: Path) -> bool:
    try:
        version = json.loads(last.read_bytes())["version"]
    except (ValueError, KeyError, TypeError, OSError):
        return False
    return isinstance(version, int) and any(last.parent.glob(f"{version:020d}.checkpoint*.parquet"))


def require_whole(connection: sqlite3.Connection, root: Path) -> None:
    """Refuses to build on a damaged Delta log.

    Raises:
        DamagedDataError: An entry or a checkpoint is damaged or missing.
    """
    for path, why in find_damaged(connection, root):
        raise damaged_log(path, why)


def damaged_log(path: Path, what: str) -> DamagedDataError:
    """A part of a Delta log is not what was written."""
    return DamagedDataError(
        f"{path} is damaged ({what}): run `dwell check --repair`, which writes the log of this table again; no row is "
        "lost."
    )


def _is_of(file: str, version: int) -> bool:
    return file.endswith((".json", ".parquet")) and 0 <= _number(file) <= version


def _number(file: str) -> int:
    number = file.partition(".")[0]
    return int(number) if number.isdigit() else -1


def _newest_checkpoint(files: Iterable[str]) -> int:
    return max((_number(file) for file in files if ".checkpoint" in file), default=-1)
