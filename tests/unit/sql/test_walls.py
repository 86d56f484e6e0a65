"""A query reads dwell's tables and nothing else: each wall is tried by itself."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import dwell
from dwell.errors import QueryError
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.fetch_arrow import fetch_arrow
from dwell.warehouse.sql_check import TABLE_FUNCTIONS, check_query
from dwell.warehouse.user_sql import lock

REACHING = re.compile(
    r"^(read_|write_|parquet|scan|sniff|glob|.*_scan|.*setting|.*secret|.*env|.*log|.*query|query|duckdb_|pragma|pg_get"
    r"|checkpoint|http|.*external|copy|attach|load|install|.*file|nextval|currval|setval|setseed|sleep|pg_sleep"
    r"|getvariable|.*database|.*connection|.*transaction|txid|.*serialize_plan|enable|disable|which|test|summary|stats)"
)
"""What the name of a function that reaches out of the tables begins like."""
HARMLESS = {
    "log", "log10", "log2", "parse_duckdb_log_message", "parse_filename", "has_database_privilege",
    "pg_get_expr", "transaction_timestamp",
}  # fmt: skip
"""Names that look so, of functions of their arguments and the clock; `has_...` always says yes."""

STATEMENTS = (
    "COPY posts TO '{file}'", "COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)", "COPY posts FROM '{file}'",
    "ATTACH '{file}' AS other", "DETACH memory", "INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL httpfs",
    "UPDATE EXTENSIONS", "SET threads = 1", "RESET threads", "SET VARIABLE x = 1", "PRAGMA database_list",
    "PRAGMA enable_profiling", "CALL pragma_version()", "EXPORT DATABASE '{file}'", "IMPORT DATABASE '{file}'",
    "CREATE TABLE x (a INT)", "CREATE VIEW x AS SELECT 1", "CREATE MACRO f() AS 1", "CREATE SECRET (TYPE s3)",
    "INSERT INTO posts VALUES (1)", "UPDATE posts SET caption = ''", "DELETE FROM posts", "DROP VIEW posts",
    "ALTER TABLE posts ADD COLUMN x INT", "MERGE INTO posts USING posts ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE posts", "VACUUM", "ANALYZE", "CHECKPOINT", "BEGIN", "COMMIT", "ROLLBACK", "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE COPY posts TO '{file}'", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "USE memory",
    "COMMENT ON VIEW posts IS 'x'", "SELECT 1; COPY posts TO '{file}'", "SHOW TABLES", "SHOW ALL TABLES",
    "SHOW DATABASES", "SELECT * FROM (SHOW TABLES)", "SELECT * FROM (SHOW ALL TABLES)",
    "WITH x AS (INSERT INTO posts VALUES (1) RETURNING *) FROM x",
    "WITH x AS (DELETE FROM posts RETURNING *) FROM x", "WITH x AS (UPDATE posts SET url = '' RETURNING *) FROM x",
)  # fmt: skip
READS = (
    "FROM '{file}'", "FROM \"{file}\"", "SELECT * FROM '{file}' AS posts", "FROM read_parquet('{file}')",
    "FROM READ_PARQUET(['{file}'])", 'FROM "read_parquet"(\'{file}\')', "FROM main.read_parquet('{file}')",
    "FROM system.main.read_parquet('{file}')", "FROM parquet_scan('{file}')", "FROM read_csv('{file}')",
    "FROM read_text('{file}')", "FROM read_blob('{file}')", "FROM read_json('{file}')", "FROM glob('/*')",
    "FROM parquet_metadata('{file}')", "FROM parquet_schema('{file}')", "FROM sniff_csv('{file}')",
    "FROM sqlite_scan('{file}', 'x')", "FROM postgres_scan('', '', '')", "FROM iceberg_scan('{file}')",
    "FROM delta_scan('{file}')", "FROM 'https://example.com/x.parquet'", "FROM 's3://bucket/x.parquet'",
    "FROM query('FROM ''{file}''')", "FROM query_table('posts')", "FROM histogram('posts', 'handle')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM posts'))", "DESCRIBE FROM '{file}'",
    "SUMMARIZE '{file}'", "DESCRIBE '{file}'", "SELECT (FROM '{file}' LIMIT 1)",
    "SELECT 1 WHERE EXISTS (FROM '{file}')", "SELECT [x FOR x IN [(SELECT content FROM read_text('{file}'))]]",
    "SELECT list_transform([1], lambda x: (SELECT 1 FROM glob('/*')))", "VALUES ((SELECT 1 FROM glob('/*')))",
    "SELECT 1 ORDER BY (SELECT 1 FROM glob('/*'))", "SELECT 1 LIMIT (SELECT count(*) FROM glob('/*'))",
    "SELECT count(*) FILTER (WHERE EXISTS (FROM glob('/*'))) FROM posts",
    "SELECT sum(1) OVER (ORDER BY (SELECT 1 FROM glob('/*')))",
    "FROM posts PIVOT (count((SELECT 1 FROM glob('/*'))) FOR handle IN ('a'))",
    "FROM posts JOIN '{file}' ON true", "FROM posts, LATERAL (FROM '{file}')", "WITH a AS (FROM '{file}') FROM posts",
    "SELECT 1 UNION ALL SELECT 1 FROM '{file}'", "WITH \"{file}\" AS (FROM '{file}') SELECT 1",
    "SELECT 1 FROM (WITH \"{file}\" AS (SELECT 1) SELECT 1), '{file}'",
    "WITH RECURSIVE t AS (SELECT 1 UNION ALL FROM '{file}') FROM t", "FROM unnest([(SELECT 1 FROM glob('/*'))])",
    "FROM range((SELECT count(*) FROM glob('/*')))",
    "FROM duckdb_settings()", "FROM duckdb_tables()", "FROM information_schema.tables", "FROM sqlite_master",
    "FROM pg_catalog.pg_class", "FROM pragma_table_info('posts')", "FROM memory.main.posts", "FROM temp.posts",
    "FROM dwell_unsealed_posts", "FROM dwell_rows", "FROM asked", "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')", "SELECT pg_get_viewdef(1)", "SELECT json_serialize_plan('FROM posts')",
    "SELECT write_log('x')", "SELECT setseed(0.5)", "SELECT nextval('s')", "SELECT pg_sleep(1)",
    "SELECT CURRENT_SETTING('threads')", 'SELECT "current_setting"(\'threads\')',
    "SELECT main.current_setting('threads')", "SELECT list_transform(['threads'], lambda x: current_setting(x))",
)  # fmt: skip


@pytest.fixture(scope="module")
def lake_file(asked: dwell.Workspace) -> Path:
    (file,) = (asked.settings.data / "lake" / "posts").rglob("*.parquet")
    return file


@pytest.fixture
def open_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(Settings(), shared=False) as connection:
        yield connection


def is_refused(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    try:
        check_query(connection, query, TABLES)
    except QueryError:
        return True
    return False


def test_what_is_no_select_over_tables_is_refused(
    open_connection: duckdb.DuckDBPyConnection, lake_file: Path, tmp_path: Path
) -> None:
    """The first wall: also for files of the lake itself, which a query over `posts` may open."""
    for file in (lake_file, tmp_path / "new.parquet"):
        for query in (*STATEMENTS, *READS):
            assert is_refused(open_connection, query.replace("{file}", str(file))), query


@pytest.mark.parametrize("query", [*STATEMENTS[:2], *READS[:2], "SELECT getenv('HOME')", "FROM read_blob('{file}')"])
def test_a_refused_query_changes_nothing(asked: dwell.Workspace, query: str, lake_file: Path) -> None:
    before = lake_file.read_bytes()
    with pytest.raises(QueryError):
        asked.sql(query.replace("{file}", str(lake_file)))
    assert lake_file.read_bytes() == before


def test_every_function_of_duckdb(open_connection: duckdb.DuckDBPyConnection) -> None:
    """Whatever reaches out of the tables is refused, and what a query needs is not."""
    names = open_connection.execute("SELECT DISTINCT function_name, function_type FROM duckdb_functions()").fetchall()
    assert len(names) > 500
    passed = set()
    for name, kind in names:
        quoted = name.replace('"', '""')
        query = f'FROM "{quoted}"(1)' if kind in {"table", "table_macro", "pragma"} else f'SELECT "{quoted}"(1)'
        if not is_refused(open_connection, query):
            passed.add((name, kind))
    of_tables = {name for name, kind in passed if kind in {"table", "table_macro", "pragma"}}
    assert of_tables == TABLE_FUNCTIONS
    reaching = {name for name, _ in passed if REACHING.match(name)}
    assert reaching <= HARMLESS
    assert {"sum", "median", "lower", "date_trunc", "list_transform", "row_number", "json_extract", "now"} <= {
        name for name, _ in passed
    }
    assert len(passed) > 600


def test_the_locked_connection_opens_no_other_file(asked: dwell.Workspace, lake_file: Path, tmp_path: Path) -> None:
    """The second wall, without the first: nothing but the lake file of the query is read, and no setting changes."""
    other = tmp_path / "other.parquet"
    duckdb.connect().execute(f"COPY (SELECT 1) TO '{other}'")
    with connect(Settings(), shared=False) as connection:
        lock(connection, [str(lake_file)])
        assert connection.execute(f"SELECT count(*) FROM read_parquet('{lake_file}')").fetchall() == [(1,)]
        for query in (
            f"FROM '{other}'", f"FROM read_text('{other}')", "FROM glob('/*')",
            f"COPY (SELECT 1) TO '{tmp_path}/x.csv'", f"COPY (SELECT 1) TO '{lake_file}'",
            f"COPY (SELECT 1) TO '{lake_file.parent}/x.parquet' (USE_TMP_FILE false)",
            f"ATTACH '{tmp_path}/x.db'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
            "SET allowed_directories = ['/']", "SET lock_configuration = false", "RESET enable_external_access",
            "FROM 'https://example.com/x.parquet'", "FROM lake_file",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(query).fetchall()


def test_no_other_statement_stands_in_a_subquery(lake_file: Path) -> None:
    """The third wall, without the others; it also keeps a lake file from being written."""
    before = lake_file.read_bytes()
    with connect(Settings(), shared=False) as connection:
        for statement in STATEMENTS:
            if not statement.startswith(("SHOW", "SELECT * FROM (SHOW")):
                with pytest.raises(duckdb.Error):
                    fetch_arrow(connection, statement.replace("{file}", str(lake_file)))
    assert lake_file.read_bytes() == before


def test_variables_of_the_caller_are_no_tables(asked: dwell.Workspace) -> None:
    pandas = pytest.importorskip("pandas")
    secret: Any = pandas.DataFrame({"a": [1]})
    assert len(secret) == 1
    with pytest.raises(QueryError, match="There is no table secret"):
        asked.sql("FROM secret")


def test_ctrl_c_ends_a_query() -> None:
    """Also while DuckDB builds a large table, in which it looks for no signal itself."""
    query = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3"
    ctrl_c = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test may have left another one
    try:
        with connect(Settings(), shared=False) as connection:
            ctrl_c.start()
            with pytest.raises(KeyboardInterrupt):
                fetch_arrow(connection, query)
    finally:
        signal.signal(signal.SIGINT, before)
