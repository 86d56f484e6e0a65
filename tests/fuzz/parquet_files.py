"""Parquet files with the columns of dwell's own exports, of any type."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from random import Random

import duckdb

from dwell.records import TABLES

_VALUES = (
    "NULL", "5431::INTEGER", "5431::BIGINT", "18446744073709551615::UBIGINT", "(2^100)::HUGEINT", "12.5::DOUBLE",
    "'nan'::DOUBLE", "'inf'::DOUBLE", "'-inf'::FLOAT", "1.5::DECIMAL(10, 2)", "true", "'7350810998023949599'", "'a.b'",
    "'17.7K'", "'x'", "''", "TIMESTAMPTZ '2026-03-22 10:11:12+00'", "TIMESTAMP '2026-03-22 10:11:12'",
    "DATE '2026-03-22'", "'infinity'::DATE", "'-infinity'::TIMESTAMP", "TIME '10:11:12'", "INTERVAL 3 DAY",
    "'\\xFF\\x00'::BLOB", "['a', NULL, '']", "[1, 2]", "[]::VARCHAR[]", "{'a': 1}", "MAP {'a': 1}",
    "'9999-12-31'::DATE", "7350810998023949599::BIGINT", "7.350810998023949e18::DOUBLE", "-5::INTEGER", "uuid()",
    "'2026-03-22T10:11:12Z'", "'tiktok'", "'{\"views\": \"x@y\"}'", "0::TINYINT", "0.3::FLOAT", "chr(0)",
)  # fmt: skip


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def write_parquet(random: Random) -> bytes:
    """An export of a table, of which some columns have other values or types, are missing, or are strange."""
    table = random.choice(list(TABLES.values()))
    columns = {column.name: _sound(column.name, column.kind) for column in table.columns}
    for _ in range(random.randrange(4)):
        name = random.choice(list(columns))
        match random.randrange(5):
            case 0:
                del columns[name]
            case 1:
                columns[random.choice(("seq", "Views", "a b", 'q"', "id"))] = random.choice(_VALUES)
            case _:
                columns[name] = random.choice(_VALUES)
        columns = columns or {"x": "1"}
    listed = ", ".join(f'{sql} AS "{name.replace(chr(34), chr(34) * 2)}"' for name, sql in columns.items())
    codec = random.choice(("zstd", "snappy", "uncompressed", "gzip"))
    with tempfile.TemporaryDirectory(prefix="dwell-fuzz-") as folder:
        path = Path(folder) / "export.parquet"
        rows = random.choice((0, 1, 3))
        sql = f"SELECT {listed} FROM range({rows})"
        _connection().execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION {codec})").fetchall()
        return path.read_bytes()


def _sound(name: str, kind: str) -> str:
    known = {
        "post_id": "'7350810998023949599'",
        "comment_id": "'7350810998023949599'",
        "handle": "'a.b'",
        "platform": "'tiktok'",
    }
    of_kind = {
        "text": "'x'", "count": "5431::BIGINT", "number": "0.5::DOUBLE", "flag": "true", "day": "DATE '2026-03-22'",
        "instant": "TIMESTAMPTZ '2026-03-22 10:11:12+00'", "texts": "['a', 'b']",
    }  # fmt: skip
    return known.get(name, of_kind[kind])
