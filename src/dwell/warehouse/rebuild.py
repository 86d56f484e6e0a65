"""The journal's catalogue, rebuilt from the lake after the journal was lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwell.records import TABLES
from dwell.warehouse import lake
from dwell.warehouse.catalogue import Catalogue, LakeFile, TableState
from dwell.warehouse.columns import INGEST, key_list
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.lake_scan import read_files


@dataclass(frozen=True)
class Rebuilt:
    """What the lake says: a catalogue, and the ingest log's rows `seq, batch_id, path, format, digest, at, report`."""

    catalogue: Catalogue
    log: list[tuple[Any, ...]]


def rebuild(root: Path) -> Rebuilt:
    """Adopts the last complete change of the lake; Delta commits after it belong to a batch that never was visible."""
    with lake_errors(root / lake.FOLDER):
        table = lake.open_table(root, INGEST)
        described = _description(table)
        state = Catalogue(described["seq"], described["sealed_seq"], folder_id=described.get("folder_id"))
        for name, version in described["versions"].items():
            files = lake.files_at(root, name, version)
            state = state.with_tables({name: TableState(version, _superseded(root, name, files), files)})
        own = lake.files_at(root, INGEST, table.version())
        state = state.with_tables({INGEST: TableState(table.version(), 0, own)})
        return Rebuilt(state, _log(root, own))


def complete_until(root: Path) -> str | None:
    """The instant up to which every import is whole in the lake, as ISO text; None if the lake cannot say."""
    from deltalake.exceptions import DeltaError

    if lake.newest_version(root, INGEST) is None:
        return None
    try:
        table = lake.open_table(root, INGEST)
        since: str | None = _description(table)["unsealed_since"]
        if since is None:
            rows = _log(root, lake.files_at(root, INGEST, table.version()))
            since = _iso(max(row[5] for row in rows)) if rows else None
    except (DeltaError, OSError, KeyError, ValueError):
        return None  # only a hint inside another error's message: the lake may be damaged as well
    return since


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
    return read_files(name, [lake.folder(root, name) / file.path for file in files])


def _rows(sql: str) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()
