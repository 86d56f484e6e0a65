"""SQL that reads the visible files of a lake table, whatever columns they had when they were written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dwell.warehouse import lake
from dwell.warehouse.catalogue import TableState
from dwell.warehouse.columns import quote_text, replace_defaults, typed_nulls
from dwell.warehouse.damage import damaged_lake_file


def scan(root: Path, name: str, state: TableState) -> str:
    """DuckDB SQL, in parentheses, that reads the visible files of a table.

    A file that was written before a column existed lacks it: its rows have the column's default there, or null.
    """
    return read_files(name, visible_files(root, name, state))


def read_files(name: str, paths: Sequence[Path]) -> str:
    """The same for files by their paths."""
    listed = ", ".join(quote_text(str(path)) for path in paths)
    stored = f"FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    whole = f"{typed_nulls(name)} UNION ALL BY NAME {stored}"
    return f"(SELECT * {replaced} FROM ({whole}))" if (replaced := replace_defaults(name)) else f"({whole})"


def visible_files(root: Path, name: str, state: TableState) -> list[Path]:
    """The visible files of a table, absolute.

    Raises:
        DamagedDataError: One is missing or has another size than was written.
    """
    place = lake.folder(root, name).absolute()
    for file in state.files:
        path = place / file.path
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            raise damaged_lake_file(path, "it is missing") from None
        if size != file.bytes:
            raise damaged_lake_file(path, f"it has {size} bytes, not {file.bytes}")
    return [place / file.path for file in state.files]
