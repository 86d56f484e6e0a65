"""The journal's catalogue, rebuilt from the lake after the journal was lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwell.errors import StorageError
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import lake, lake_scan
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import INGEST, key_list
from dwell.warehouse.damage import lake_errors, reading_errors
from dwell.warehouse.duckdb_connection import connect


@dataclass(frozen=True)
class Rebuilt:
    """What the lake says: a catalogue, and the ingest log's rows `seq, batch_id, path, format, digest, at, report`."""

    catalogue: Catalogue
    log: list[tuple[Any, ...]]


def rebuild(root: Path) -> Rebuilt:
    """Adopts the last complete change of the lake; Delta commits after it belong to a batch that never was visible."""
    with lake_errors(root / lake.FOLDER), reading_errors(root):
        table = lake.open_table(root, INGEST)
        described = _description(table)
        state = Catalogue(described["seq"], described["sealed_seq"], folder_id=described.get("folder_id"))
        for name, version in (described["versions"] | {INGEST: table.version()}).items():
            files = _files(root, name, version, described)
            superseded = 0 if name == INGEST else _superseded(root, name, files)
            state = state.with_tables({name: TableState(version, superseded, files)})
        return Rebuilt(state, _log(root, state.table(INGEST).files))


def _files(root: Path, name: str, version: int, described: dict[str, Any]) -> tuple[LakeFile, ...]:
    """The files of a table: the description says all about them, the Delta log, for an older dwell's, the rest."""
    if "files" in described:
        return tuple(LakeFile(*file) for file in described["files"].get(name, ()))
    return lake.files_at(root, name, version)


def complete_until(root: Path) -> str | None:
    """The instant up to which every import is whole in the lake, as ISO text; None if the lake cannot say."""
    import duckdb
    from deltalake.exceptions import DeltaError

    if lake.newest_version(root, INGEST) is None:
        return None
    try:
        table = lake.open_table(root, INGEST)
        since: str | None = _description(table)["unsealed_since"]
        if since is None:
            rows = _log(root, _files(root, INGEST, table.version(), _description(table)))
            since = _iso(max(row[5] for row in rows)) if rows else None
    except (DeltaError, OSError, KeyError, ValueError, StorageError, duckdb.Error):
        return None  # only a hint inside another error's message: the lake may be damaged as well
    return since


def sealed_seq(root: Path) -> int:
    """The newest batch up to which the lake has every row; -1 if it cannot say."""
    from deltalake.exceptions import DeltaError

    if lake.newest_version(root, INGEST) is None:
        return -1
    try:
        return int(_description(lake.open_table(root, INGEST))["sealed_seq"])
    except (DeltaError, OSError, KeyError, ValueError):
        return -1


def _iso(micros: int) -> str:
    from dwell.clock import from_micros

    return from_micros(micros).isoformat()


def _description(table: Any) -> dict[str, Any]:
    """The description in the newest commit; the table's creation, version 0, describes an empty lake."""
    (info,) = table.history(1)
    if lake.APPLICATION not in info:
        return {"seq": 0, "sealed_seq": 0, "versions": {}, "unsealed_since": None}
    description: dict[str, Any] = json.loads(info[lake.APPLICATION])
    return description


def _superseded(root: Path, name: str, files: tuple[LakeFile, ...]) -> int:
    if not files:
        return 0
    sql = f"SELECT count(*) - count(DISTINCT ({key_list(TABLES[name])})) FROM {_scan(root, name, files)}"
    return int(_rows(sql)[0][0])


def _log(root: Path, files: tuple[LakeFile, ...]) -> list[tuple[Any, ...]]:
    if not files:
        return []
    columns = 'seq, batch_id, path, format, digest, epoch_us("at"), report'
    return _rows(f"SELECT {columns} FROM {_scan(root, INGEST, files)} ORDER BY seq")


def _scan(root: Path, name: str, files: tuple[LakeFile, ...]) -> str:
    return lake_scan.scan(root, name, TableState(files=files))


def _rows(sql: str) -> list[tuple[Any, ...]]:

    with connect(Settings()) as connection:
        return connection.execute(sql).fetchall()
