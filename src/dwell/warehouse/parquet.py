"""Rows of a DuckDB query as Parquet files in a lake table's folder, sorted by key, one or more per month.

DuckDB writes them, not delta-rs: its memory stays within the limit that the session has, whatever the batch's size.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.records import TABLES
from dwell.warehouse.catalogue import LakeFile
from dwell.warehouse.columns import BY_MONTH, INGEST, literal, quoted
from dwell.warehouse.disk import flush

if TYPE_CHECKING:
    import duckdb

_OPTIONS = "FORMAT parquet, COMPRESSION snappy, RETURN_STATS"

# Of the plain timestamp in UTC: the same functions on a TIMESTAMPTZ ask a calendar library, at a microsecond a row.
_MONTH = "year(make_timestamp(epoch_us(observed_at))) * 100 + month(make_timestamp(epoch_us(observed_at)))"


@dataclass(frozen=True, slots=True)
class Written:
    """A file on the disk that no Delta commit names yet; `month` is None where the table has no partitions."""

    file: LakeFile
    month: str | None


def write(connection: duckdb.DuckDBPyConnection, name: str, source: str, folder: Path) -> list[Written]:
    """Writes the rows of `source`, an SQL query that gives the table's columns and `seq`; flushed to the disk.

    Returns:
        The files, none of them empty; an empty list for no rows.
    """
    order = ", ".join(quoted(key) for key in (TABLES[name].key if name != INGEST else ("seq",)))
    if name not in BY_MONTH:
        return _copy(connection, f"SELECT * FROM ({source}) ORDER BY {order}", folder, None)
    months = f"SELECT *, {_MONTH} AS dwell_month FROM ({source})"
    distinct = connection.execute(f"SELECT DISTINCT dwell_month FROM ({months}) ORDER BY ALL LIMIT 2").fetchall()
    if len(distinct) < 2:
        return [
            file
            for (month,) in distinct
            for file in _copy(connection, f"SELECT * FROM ({source}) ORDER BY {order}", folder, _text(month))
        ]
    # One sort for all months and then a scan of each month's own stretch: DuckDB's partitioned COPY takes twice the
    # CPU, and as many open buffers as there are months.
    ordered = f"{months} ORDER BY dwell_month, {order}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_sorted AS {ordered}").fetchall()
    try:
        found = connection.execute("SELECT DISTINCT dwell_month FROM dwell_sorted ORDER BY ALL").fetchall()
        files: list[Written] = []
        for (month,) in found:
            stretch = f"SELECT * EXCLUDE (dwell_month) FROM dwell_sorted WHERE dwell_month = {month}"
            files += _copy(connection, stretch, folder, _text(month))
        return files
    finally:
        connection.execute("DROP TABLE dwell_sorted").fetchall()


def _text(month: int) -> str:
    return f"{month // 100:04d}-{month % 100:02d}"


def _copy(connection: duckdb.DuckDBPyConnection, query: str, folder: Path, month: str | None) -> list[Written]:
    place = f"part-{secrets.token_hex(12)}.parquet"
    inside = f"ym={month}/{place}" if month else place
    path = folder / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    stats = connection.execute(f"COPY ({query}) TO {literal(str(path))} ({_OPTIONS})").fetchall()
    rows = sum(int(row[1]) for row in stats)
    if not rows:
        path.unlink(missing_ok=True)
        return []
    flush(path, path.parent, folder)
    return [Written(LakeFile(inside, rows, path.stat().st_size), month)]
