"""Rows of a DuckDB query as Parquet files in a lake table's folder; those of a month sorted by key.

DuckDB writes them, not delta-rs: its memory stays within the limit that the session has, whatever the batch's size.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.clock import to_micros
from dwell.disk.checksum import read_checksum
from dwell.disk.flush import flush
from dwell.records import TABLES
from dwell.warehouse.catalogue import LakeFile
from dwell.warehouse.columns import BY_MONTH, SEQ, quote_name, quote_text

if TYPE_CHECKING:
    import duckdb

# Rows that one sort holds: DuckDB's external sort needs more memory the more runs it merges, beyond any limit.
_SORTED_AT_ONCE = 4_000_000

_OPTIONS = "FORMAT parquet, COMPRESSION snappy, RETURN_STATS"

# Of the plain timestamp in UTC: the same functions on a TIMESTAMPTZ ask a calendar library, at a microsecond a row.
_MONTH = "year(make_timestamp(epoch_us(observed_at))) * 100 + month(make_timestamp(epoch_us(observed_at)))"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file on the disk that no Delta commit names yet; `month` is None where the table has no partitions."""

    file: LakeFile
    month: str | None


def write(connection: duckdb.DuckDBPyConnection, name: str, source: str, folder: Path) -> list[WrittenFile]:
    """Writes the rows of `source`, an SQL query that gives the table's columns and `seq`; flushed to the disk.

    Returns:
        The files, none of them empty; an empty list for no rows.
    """
    if name not in BY_MONTH:
        return _copy(connection, source, folder, None)  # sorting wide rows costs as much as all else, and wins nothing
    order = ", ".join(quote_name(key) for key in TABLES[name].key)
    months = f"SELECT *, {_MONTH} AS dwell_month FROM ({source})"
    distinct = connection.execute(f"SELECT DISTINCT dwell_month FROM ({months}) ORDER BY ALL LIMIT 2").fetchall()
    if len(distinct) < 2:
        only = [_month_text(month) for (month,) in distinct]
        return [file for month in only for file in _sorted_copies(connection, name, source, folder, month)]
    # One sort for all months and then a scan of each month's own stretch: DuckDB's partitioned COPY takes twice the
    # CPU, and as many open buffers as there are months.
    ordered = f"{months} ORDER BY dwell_month, {order}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dwell_sorted AS {ordered}").fetchall()
    try:
        found = connection.execute("SELECT DISTINCT dwell_month FROM dwell_sorted ORDER BY ALL").fetchall()
        files: list[WrittenFile] = []
        for (month,) in found:
            stretch = f"SELECT * EXCLUDE (dwell_month) FROM dwell_sorted WHERE dwell_month = {month}"
            files += _copy(connection, stretch, folder, _month_text(month))
        return files
    finally:
        connection.execute("DROP TABLE dwell_sorted").fetchall()


def _sorted_copies(
    connection: duckdb.DuckDBPyConnection, name: str, source: str, folder: Path, month: str
) -> list[WrittenFile]:
    """Files sorted by key, one after the other in key order: a sort of all rows at once outgrows the memory limit."""
    order = ", ".join(quote_name(key) for key in TABLES[name].key)
    files: list[WrittenFile] = []
    for stretch in key_ranges(connection, quote_name(TABLES[name].key[0]), source, _SORTED_AT_ONCE):
        files += _copy(connection, f"SELECT * FROM ({source}) WHERE {stretch} ORDER BY {order}", folder, month)
    return files


def key_ranges(connection: duckdb.DuckDBPyConnection, key: str, source: str, rows: int) -> list[str]:
    """Conditions that cut the rows of a query into stretches of a key column of about so many rows each."""
    ((stored,),) = connection.execute(f"SELECT count(*) FROM ({source})").fetchall()
    pieces = int(stored) // rows + 1
    if pieces == 1:
        return ["true"]
    cuts = ", ".join(str(piece / pieces) for piece in range(1, pieces))
    sample = f"SELECT {key} FROM ({source}) USING SAMPLE reservoir(20000 ROWS) REPEATABLE (7)"
    sql = f"SELECT DISTINCT unnest(quantile_disc({key}, [{cuts}])) AS cut FROM ({sample}) ORDER BY cut"
    bounds = [quote_text(str(cut)) for (cut,) in connection.execute(sql).fetchall()]
    inner = [f"{key} >= {low} AND {key} < {high}" for low, high in itertools.pairwise(bounds)]
    return [f"{key} < {bounds[0]}", *inner, f"{key} >= {bounds[-1]}"]


def _month_text(month: int) -> str:
    return f"{month // 100:04d}-{month % 100:02d}"


def _copy(connection: duckdb.DuckDBPyConnection, query: str, folder: Path, month: str | None) -> list[WrittenFile]:
    place = f"part-{secrets.token_hex(12)}.parquet"
    inside = f"ym={month}/{place}" if month else place
    path = folder / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = connection.execute(f"COPY ({query}) TO {quote_text(str(path))} ({_OPTIONS})").fetchall()
    rows = sum(int(row[1]) for row in copied)
    if not rows:
        path.unlink(missing_ok=True)
        return []
    flush(path, path.parent, folder)
    ((_, _, _, _, stats, *_),) = copied
    first_at, last_at = (_micros(stats, "observed_at", end) for end in ("min", "max"))
    file = LakeFile(inside, rows, path.stat().st_size, 0, read_checksum(path), _first_seq(stats), first_at, last_at)
    return [WrittenFile(file, month)]


def _first_seq(stats: Mapping[str, Mapping[str, str]]) -> int | None:
    lowest = stats.get(quote_name(SEQ), {}).get("min")
    return None if lowest is None else int(lowest)


def _micros(stats: Mapping[str, Mapping[str, str]], column: str, end: str) -> int | None:
    """One end of the instants of a column, of the statistics that DuckDB returns; None without any."""
    text = stats.get(quote_name(column), {}).get(end)
    return None if text is None else to_micros(datetime.fromisoformat(text))
