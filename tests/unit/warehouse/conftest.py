"""A store in a folder of its own, and a short way to fill it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import Batch, Store
from dwell.warehouse.columns import DUCKDB, quote_name
from dwell.warehouse.duckdb_connection import connect

Commit = Callable[..., int]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", threads=1)


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store.open(settings, create=True)


def batch(name: str, **report: object) -> Batch:
    return Batch(name, f"{name}.csv", "made-up", "ab" * 32, datetime(2024, 2, 1, 12, tzinfo=UTC), dict(report))


@pytest.fixture
def commit(store: Store) -> Commit:
    """As `committing`, into the store of the test."""
    return committing(store)


def committing(store: Store) -> Commit:
    """Commits rows given as SQL, one SELECT a table that names the columns it knows; the others are unknown."""

    def committed(name: str, **tables: str) -> int:
        with connect(store.settings) as connection, store.writing() as writer:
            for table, sql in tables.items():
                columns = ", ".join(f"{quote_name(c.name)} {DUCKDB[c.kind]}" for c in TABLES[table].columns)
                connection.execute(f"CREATE TEMP TABLE new_{table} ({columns})").fetchall()
                connection.execute(f"INSERT INTO new_{table} BY NAME {sql}").fetchall()
            return writer.commit(connection, batch(name), {table: f"new_{table}" for table in tables})

    return committed


def snapshots(rows: int, start: int = 0, views: int = 7) -> str:
    """So many snapshots, ten days apart, over several months."""
    return (
        f"SELECT 'p' || (i + {start}) AS post_id, "
        f"TIMESTAMPTZ '2024-01-25 00:00:00.000001+00' + to_days(10 * (i % 5)::INT) AS observed_at, "
        f"{views} AS views, 'made-up' AS source FROM range({rows}) t(i)"
    )


def post(post_id: str, caption: str) -> str:
    """One post."""
    return (
        f"SELECT '{post_id}' AS post_id, 'tiktok' AS platform, '{caption}' AS caption, ['a', 'é\"'] AS hashtags, "
        "12.5 AS duration_s, true AS is_ad, 'made-up' AS source, TIMESTAMPTZ '2024-02-01 00:00:00+00' AS observed_at"
    )
