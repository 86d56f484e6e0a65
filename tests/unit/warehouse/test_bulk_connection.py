"""Bulk work keeps its DuckDB instance for the next work, which finds nothing of the last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from dwell.errors import BadFileError
from dwell.settings import Settings
from dwell.warehouse.duckdb_connection import bulk_connection

SETTINGS = Settings(memory="100MB", threads=1)


def mark(connection: Any) -> None:
    """Something that is neither temporary nor allowed, by which an instance is known again."""
    connection.execute("CREATE TABLE memory.main.instance AS SELECT random() AS instance").fetchall()


def is_marked(connection: Any) -> bool:
    sql = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'instance'"
    return connection.execute(sql).fetchall() == [(1,)]


def value(connection: Any, setting: str) -> Any:
    return connection.execute(f"SELECT current_setting('{setting}')").fetchall()[0][0]


def fail(folder: Path) -> None:
    """Work that uses the instance, and fails."""
    with pytest.raises(ZeroDivisionError), bulk_connection(SETTINGS, folder):
        _ = 1 / 0


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path) -> None:
    fail(tmp_path)  # the instance of an earlier test is not kept


def test_the_next_work_gets_the_same_instance_with_settings_as_at_its_start(tmp_path: Path) -> None:
    with bulk_connection(SETTINGS, tmp_path / "a") as connection:
        mark(connection)
        connection.execute("ATTACH ':memory:' AS work; CREATE TABLE work.t AS SELECT 1").fetchall()
        connection.execute("CREATE TEMP TABLE t AS SELECT 1").fetchall()
        connection.execute("SET threads = 2; SET preserve_insertion_order = true").fetchall()
        connection.execute("SET TimeZone = 'Asia/Tokyo'").fetchall()
    with bulk_connection(SETTINGS, tmp_path / "b") as connection:
        assert is_marked(connection)
        assert value(connection, "threads") == 1
        assert value(connection, "preserve_insertion_order") is False
        assert value(connection, "TimeZone") == "UTC"
        assert value(connection, "memory_limit") == "95.3 MiB"
        assert Path(value(connection, "temp_directory")).parent == tmp_path / "b"
        databases = connection.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert databases == [("memory",)]
        assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchall() == [(0,)]


def test_of_two_at_once_each_has_its_own(tmp_path: Path) -> None:
    with bulk_connection(SETTINGS, tmp_path) as first, bulk_connection(SETTINGS, tmp_path) as second:
        mark(first)
        assert not is_marked(second)


def test_the_instance_that_read_a_refused_file_is_used_again(tmp_path: Path) -> None:
    def refuse() -> None:
        with bulk_connection(SETTINGS, tmp_path) as connection:
            mark(connection)
            connection.execute("ATTACH ':memory:' AS work; BEGIN; CREATE TABLE work.t AS SELECT 1").fetchall()
            try:
                connection.execute("SELECT error('the page is damaged')").fetchall()
            except duckdb.Error as error:
                raise BadFileError("It is damaged.") from error

    with pytest.raises(BadFileError):
        refuse()
    with bulk_connection(SETTINGS, tmp_path) as connection:
        assert is_marked(connection)
        databases = connection.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert databases == [("memory",)]


def test_an_instance_that_failed_or_spilled_or_has_other_limits_is_not_used_again(tmp_path: Path) -> None:
    with bulk_connection(SETTINGS, tmp_path) as connection:
        mark(connection)
    fail(tmp_path)
    with bulk_connection(SETTINGS, tmp_path) as connection:
        assert not is_marked(connection)
        mark(connection)
        connection.execute("SET memory_limit = '60MB'").fetchall()
        wide = "SELECT i, md5(i::VARCHAR) AS a, md5((i + 1)::VARCHAR) AS b FROM range(1500000) AS t(i)"
        connection.execute(f"CREATE TEMP TABLE wide AS {wide}").fetchall()
        assert list(tmp_path.glob("dwell-spill-*"))
    assert not list(tmp_path.glob("dwell-spill-*"))
    with bulk_connection(SETTINGS, tmp_path) as connection:
        assert not is_marked(connection)
        mark(connection)
    with bulk_connection(Settings(memory="100MB", threads=2), tmp_path) as connection:
        assert not is_marked(connection)
