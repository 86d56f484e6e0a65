"""Whether a file of the lake is what was written."""

from __future__ import annotations

from pathlib import Path

from dwell.disk.checksum import StoredFile, find_fault
from dwell.settings import Settings
from dwell.warehouse import lake, lake_scan
from dwell.warehouse.catalogue import LakeFile, TableState
from dwell.warehouse.damage import is_out_of_memory, out_of_memory
from dwell.warehouse.duckdb_connection import connect


def find_file_fault(root: Path, name: str, file: LakeFile) -> str:
    """Why a lake file is not what was written; empty where it is. Without a checksum, all of it is read."""
    path = lake.folder(root, name) / file.path
    try:
        fault = find_fault(StoredFile(path, file.bytes, file.checksum))
    except PermissionError as error:
        return f"it cannot be read: {error.strerror}"
    if fault or file.checksum is not None:
        return fault
    import duckdb

    try:
        with connect(Settings()) as connection:
            scan = lake_scan.scan(root, name, TableState(files=(file,)))
            connection.execute(f"SELECT bit_xor(hash(stored)) FROM {scan} AS stored").fetchall()
    except duckdb.Error as error:
        if is_out_of_memory(error):
            raise out_of_memory(error) from error
        return f"it cannot be read: {str(error).splitlines()[0]}"
    return ""
