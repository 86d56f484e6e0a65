"""The lake: one Delta table per table, written by delta-rs under the writer lock.

Every commit carries the `seq` of its batch as the Delta application transaction `dwell`. A commit is not visible until
the journal's catalogue names its version.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.errors import set_aside
from dwell.disk.flush import flush
from dwell.warehouse import parquet
from dwell.warehouse.catalogue import LakeFile, TableState
from dwell.warehouse.columns import BY_MONTH, MONTH, delta_schema
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.parquet import WrittenFile

if TYPE_CHECKING:
    import duckdb
    from deltalake import CommitProperties, DeltaTable

FOLDER = "lake"
APPLICATION = "dwell"

# A Delta reader replays the log from the last checkpoint: a few dozen small files at most.
_CHECKPOINT_EVERY = "20"


def folder(root: Path, name: str) -> Path:
    """Where a table's Delta log and files are."""
    return root / FOLDER / name


def log_folder(root: Path, name: str) -> Path:
    """Where the entries and checkpoints of a table's Delta log are."""
    return folder(root, name) / "_delta_log"


def newest_version(root: Path, name: str) -> int | None:
    """Newest Delta version on the disk, visible or not, read from the names of the log files."""
    log = folder(root, name) / "_delta_log"
    versions = [int(path.stem) for path in log.glob("*.json") if path.stem.isdigit()]
    return max(versions, default=None)


def log_entry(root: Path, name: str, version: int) -> Path:
    """The log file of one Delta version."""
    return folder(root, name) / "_delta_log" / f"{version:020d}.json"


def rewrite_log(
    root: Path, name: str, files: Sequence[LakeFile], seq: int, description: dict[str, Any] | None = None
) -> int:
    """A new Delta log, in which the table consists of these files; the old one is moved to `damaged/`.

    Returns:
        The version that it made.
    """
    if log_folder(root, name).exists():
        set_aside(root, log_folder(root, name))
    return commit(root, name, [WrittenFile(file, _month(file.path)) for file in files], seq, description=description)


def open_table(root: Path, name: str, version: int | None = None) -> DeltaTable:
    """The Delta table, at one version or at its newest."""
    from deltalake import DeltaTable

    return DeltaTable(str(folder(root, name)), version=version)


def open_readable(root: Path, name: str, visible: int | None) -> DeltaTable:
    """The Delta table at its newest version, after log entries above the visible one that a power cut tore are gone."""
    from deltalake.exceptions import DeltaError

    try:
        return open_table(root, name)
    except DeltaError:
        for path in (folder(root, name) / "_delta_log").iterdir():
            number = path.name.partition(".")[0]
            if path.name == "_last_checkpoint" or (number.isdigit() and int(number) > (visible or 0)):
                path.unlink()
        return open_table(root, name)


def append(
    connection: duckdb.DuckDBPyConnection, root: Path, name: str, source: str, seq: int, state: TableState
) -> TableState:
    """Adds the rows of an SQL query (the table's columns and `seq`) in one Delta commit.

    Returns:
        The state to make visible; the given one if there were no rows.
    """
    with lake_errors(folder(root, name)):
        files = parquet.write(connection, name, source, folder(root, name))
        if not files:
            return state
        return state.with_files(commit(root, name, files, seq), [replace(written.file, seq=seq) for written in files])


def commit(
    root: Path,
    name: str,
    added: Sequence[WrittenFile],
    seq: int,
    removed: Iterable[LakeFile] = (),
    description: dict[str, Any] | None = None,
    *,
    drops_rows: bool = False,
) -> int:
    """One Delta commit that adds and removes files; on the disk when this returns.

    Args:
        root: The data folder.
        name: The table; it is made if it does not exist.
        added: Files already in the table's folder.
        seq: The batch.
        removed: Files whose rows are in `added`; all of them, unless rows are dropped.
        description: For the ingest log: what the lake as a whole looks like with this commit.
        drops_rows: Some rows of the removed files are not in `added`.

    Returns:
        The version it made.
    """
    from deltalake.transaction import RemoveAction

    table = _open_current(root, name, seq)
    now = int(time.time() * 1000)
    rewrite = [
        RemoveAction(
            file.path,
            data_change=drops_rows,
            deletion_timestamp=now,
            size=file.bytes,
            partition_values=_partition(file.path),
        )
        for file in removed
    ]
    table.create_write_transaction(
        [*(_add(written, now, new=drops_rows or not rewrite) for written in added), *rewrite],
        mode="append",
        schema=delta_schema(name),
        partition_by=[MONTH] if name in BY_MONTH else [],
        commit_properties=commit_properties(seq, description),
    )
    return flush_log(root, name)


def flush_log(root: Path, name: str) -> int:
    """The newest version, with its log entry flushed to the disk."""
    version = newest_version(root, name)
    if version is None:
        raise FileNotFoundError(folder(root, name) / "_delta_log")
    log = folder(root, name) / "_delta_log"
    flush(log / f"{version:020d}.json", log, log.parent, log.parent.parent)
    return version


def commit_properties(seq: int, description: dict[str, Any] | None) -> CommitProperties:
    """What a commit says of itself: its batch, and in its commit info the description where there is one."""
    from deltalake import CommitProperties, Transaction

    metadata = {APPLICATION: json.dumps(description)} if description is not None else None
    return CommitProperties(custom_metadata=metadata, app_transactions=[Transaction(APPLICATION, seq)])


def _open_current(root: Path, name: str, seq: int) -> DeltaTable:
    """The Delta table with every column of today; it is made, or gets the columns that it lacks in a commit."""
    from deltalake import DeltaTable

    place = folder(root, name)
    if newest_version(root, name) is None:
        place.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            str(place),
            schema=delta_schema(name),
            mode="ignore",
            partition_by=[MONTH] if name in BY_MONTH else None,
            configuration={"delta.checkpointInterval": _CHECKPOINT_EVERY},
        )
    table = DeltaTable(str(place))
    present = {field.name for field in table.schema().fields}
    missing = [field for field in delta_schema(name).fields if field.name not in present]
    if missing:
        table.alter.add_columns(missing, commit_properties=commit_properties(seq, None))
        flush_log(root, name)
    return table


def _add(written: WrittenFile, now: int, *, new: bool) -> Any:
    from deltalake.transaction import AddAction

    file = written.file
    partition = {MONTH: written.month} if written.month else {}
    return AddAction(file.path, file.bytes, partition, now, new, json.dumps({"numRecords": file.rows}))


def _month(path: str) -> str | None:
    head, _, rest = path.partition("/")
    return head.removeprefix(f"{MONTH}=") if rest else None


def _partition(path: str) -> dict[str, str | None]:
    month = _month(path)
    return {MONTH: month} if month else {}


def files_at(root: Path, name: str, version: int) -> tuple[LakeFile, ...]:
    """The files of one version, from the Delta log."""
    from arro3.core import Table

    actions = Table(open_table(root, name, version).get_add_actions(flatten=True))
    columns = [actions[column].to_pylist() for column in ("path", "num_records", "size_bytes")]
    return tuple(LakeFile(path, rows or 0, size) for path, rows, size in zip(*columns, strict=True))
