"""The same tables over Spark Connect, here on a Sail server in this process: what DuckDB sees, Spark sees."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dwell.errors import EngineError
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import Batch, Store
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.engine_spark import SparkConnection, SparkEngine

pytest.importorskip("pysail")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()


@pytest.fixture
def connection(url: str, tmp_path: Path) -> Iterator[SparkConnection]:
    with closing(SparkConnection(url, tmp_path / "spark")) as opened:
        yield opened


@pytest.fixture
def ask(url: str, store: Store) -> Callable[..., Result]:
    """One query on a snapshot of its own."""

    def run(sql: str, tables: list[str]) -> Result:
        with store.snapshot() as snapshot, closing(SparkEngine(url, snapshot)) as engine:
            return engine.query(sql, tables)

    return run


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


def test_lake_and_journal_rows_make_one_table(store: Store, ask: Callable[..., Result]) -> None:
    commit(store, "one", "old")
    store.seal()
    commit(store, "two", "new", duration_s="NULL")  # in the first file no duration is missing, in the second all are
    sql = "SELECT post_id, caption, hashtags, duration_s, observed_at, region FROM posts ORDER BY post_id"
    spark = ask(sql, ["posts"])
    assert spark.columns == ("post_id", "caption", "hashtags", "duration_s", "observed_at", "region")
    assert [row["caption"] for row in spark] == ["new", "old", "new"]
    assert list(spark.rows) == store.query(sql, ["posts"]).rows
    assert spark.rows[0][4] == datetime(2024, 3, 31, 1, 30, 0, 1, tzinfo=UTC)


def test_an_empty_table_is_empty_there_too(ask: Callable[..., Result]) -> None:
    sql = "SELECT count(*) AS n, max(views) AS v FROM post_snapshots"
    assert ask(sql, ["post_snapshots"]).rows == [(0, None)]


def test_small_tables_can_be_given(connection: SparkConnection) -> None:
    at = datetime(2024, 1, 1, 12, tzinfo=UTC)
    rows = [{"post_id": "p1", "observed_at": at, "views": 10}, {"post_id": "p2", "observed_at": at, "views": None}]
    with connection.tables({"post_snapshots": rows, "posts": []}):
        found = connection.run("SELECT post_id, views, hour(observed_at) AS h FROM post_snapshots ORDER BY post_id")
        assert found.rows == [("p1", 10, 12), ("p2", None, 12)]
        assert connection.run("SELECT count(*) AS n FROM posts").rows == [(0,)]


def test_nan_is_unknown(connection: SparkConnection) -> None:
    assert connection.run("SELECT CAST('NaN' AS DOUBLE) AS x, CAST(1.5 AS DOUBLE) AS y").rows == [(None, 1.5)]


def test_a_snapshot_keeps_its_rows_there_too_and_leaves_no_scratch(store: Store, url: str) -> None:
    commit(store, "one", "old")
    with store.snapshot() as snapshot, closing(SparkEngine(url, snapshot)) as engine:
        count = "SELECT count(*) AS n FROM posts WHERE caption = 'new'"
        assert engine.query("SELECT count(*) AS n FROM posts", ["posts"]).rows == [(2,)]
        commit(store, "two", "new")
        store.seal()
        assert engine.query(count, ["posts"]).rows == [(0,)]
    assert not list((store.root / "scratch").glob("work-*"))
    with store.snapshot() as snapshot, closing(SparkEngine(url, snapshot)) as engine:
        assert engine.query(count, ["posts"]).rows == [(2,)]


def test_two_snapshots_of_one_server_do_not_see_each_others_views(store: Store, url: str) -> None:
    count = "SELECT count(*) AS n FROM posts"
    commit(store, "one", "old")
    with store.snapshot() as before, closing(SparkEngine(url, before)) as first:
        assert first.query(count, ["posts"]).rows == [(2,)]
        commit(store, "two", "new")
        with store.snapshot() as after, closing(SparkEngine(url, after)) as second:
            assert second.query(count, ["posts"]).rows == [(3,)]
            assert first.query(count, ["posts"]).rows == [(2,)]


def test_a_query_that_fails_and_a_server_that_is_gone_are_sentences(url: str) -> None:
    with closing(SparkConnection(url)) as connection, pytest.raises(EngineError, match="same path"):
        connection.run("SELECT nothing FROM nowhere")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{unused.getsockname()[1]}/;token=secret"
    with pytest.raises(EngineError, match="start it, or leave out --engine") as raised:
        SparkConnection(address)
    assert "secret" not in str(raised.value)


def test_a_listener_that_is_no_spark_server_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        begun = time.monotonic()
        with pytest.raises(EngineError, match="check that it runs"):
            SparkConnection(f"sc://127.0.0.1:{server.getsockname()[1]}")
        assert time.monotonic() - begun < 60
