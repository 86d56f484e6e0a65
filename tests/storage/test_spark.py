"""The same tables over Spark Connect, here on a Sail server in this process: what DuckDB sees, Spark sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.settings import Settings
from dwell.warehouse import Batch, Store
from dwell.warehouse.engine_duckdb import connect
from dwell.warehouse.engine_spark import SparkEngine

pytest.importorskip("pysail")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    host, port = server.listening_address
    engine = SparkEngine(f"sc://{host}:{port}", tmp_path_factory.mktemp("spark"))
    yield engine
    engine.close()
    server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(Settings(data=tmp_path / "data", threads=1), create=True)


def commit(store: Store, name: str, caption: str, duration_s: str = "12.5") -> None:
    with connect(store.settings) as connection, store.writing() as writer:
        writer.attach(connection, ["posts"])
        connection.execute("CREATE TEMP TABLE fresh AS FROM posts").fetchall()
        connection.execute(
            "INSERT INTO fresh BY NAME SELECT unnest(['p1', 'p-' || $caption]) AS post_id, 'tiktok' AS platform, "
            f"$caption AS caption, ['a', 'b'] AS hashtags, {duration_s} AS duration_s, 'x' AS source, "
            "TIMESTAMPTZ '2024-03-31 01:30:00.000001+00' AS observed_at",
            {"caption": caption},
        ).fetchall()
        batch = Batch(name, name, "made-up", "0", datetime(2024, 4, 1, tzinfo=UTC), {})
        connection.execute(
            "CREATE TEMP TABLE mine AS FROM fresh WHERE caption = $caption", {"caption": caption}
        ).fetchall()
        writer.commit(connection, batch, {"posts": "mine"})


def test_lake_and_journal_rows_make_one_table(store: Store, engine: SparkEngine) -> None:
    commit(store, "one", "old")
    store.seal()
    commit(store, "two", "new", duration_s="NULL")  # in the first file no duration is missing, in the second all are
    sql = "SELECT post_id, caption, hashtags, duration_s, observed_at, region FROM posts ORDER BY post_id"
    spark = engine.query(sql, store, ["posts"])
    assert spark.columns == ("post_id", "caption", "hashtags", "duration_s", "observed_at", "region")
    assert [row["caption"] for row in spark] == ["new", "old", "new"]
    assert list(spark.rows) == store.query(sql, ["posts"]).rows
    assert spark.rows[0][4] == datetime(2024, 3, 31, 1, 30, 0, 1, tzinfo=UTC)


def test_an_empty_table_is_empty_there_too(store: Store, engine: SparkEngine) -> None:
    assert engine.query(
        "SELECT count(*) AS n, max(views) AS v FROM post_snapshots", store, ["post_snapshots"]
    ).rows == [(0, None)]


def test_small_tables_can_be_given(engine: SparkEngine) -> None:
    at = datetime(2024, 1, 1, 12, tzinfo=UTC)
    rows = [{"post_id": "p1", "observed_at": at, "views": 10}, {"post_id": "p2", "observed_at": at, "views": None}]
    with engine.tables({"post_snapshots": rows, "posts": []}):
        found = engine.run("SELECT post_id, views, hour(observed_at) AS h FROM post_snapshots ORDER BY post_id")
        assert found.rows == [("p1", 10, 12), ("p2", None, 12)]
        assert engine.run("SELECT count(*) AS n FROM posts").rows == [(0,)]


def test_nan_is_unknown(engine: SparkEngine) -> None:
    assert engine.run("SELECT CAST('NaN' AS DOUBLE) AS x, CAST(1.5 AS DOUBLE) AS y").rows == [(None, 1.5)]
