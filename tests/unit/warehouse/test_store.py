"""What goes in comes out, at once in all tables, from the journal and from the lake alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dwell.errors import NoDataError, StorageError
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import Store, writer
from dwell.warehouse.columns import DUCKDB
from dwell.warehouse.duckdb_connection import bulk_connection, connect

from .conftest import Commit, batch, post, snapshots

PATHS = [pytest.param(20_000, id="journal"), pytest.param(0, id="lake")]


@pytest.fixture(params=PATHS)
def either_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", request.param)


def test_an_empty_folder_is_an_error_that_names_the_cure(settings: Settings) -> None:
    with pytest.raises(NoDataError, match="dwell import PATH"):
        Store.open(settings)


def test_all_tables_are_there_and_empty_at_first(store: Store) -> None:
    assert store.rows() == dict.fromkeys(TABLES, 0)
    for name, table in TABLES.items():
        found = store.query(f"SELECT * FROM {name}", [name])
        assert found.columns == tuple(column.name for column in table.columns)
        assert len(found) == 0


@pytest.mark.usefixtures("either_path")
def test_every_kind_of_value_comes_back_as_it_was(commit: Commit, store: Store) -> None:
    commit(
        "one",
        posts=post("p1", "it''s"),
        account_days="SELECT 'someone' AS handle, DATE '2024-02-29' AS day, -3 AS likes, 9007199254740993 AS views, "
        "'made-up' AS source, TIMESTAMPTZ '2024-03-01 01:02:03.000004+01' AS observed_at",
        retention="SELECT 'p1' AS post_id, TIMESTAMPTZ '2024-03-01 00:00:00+00' AS observed_at, 0.1 AS second, "
        "'nan'::DOUBLE AS retention_rate, 'made-up' AS source",
    )
    (row,) = store.query("SELECT * FROM posts", ["posts"])
    assert (row["caption"], row["hashtags"], row["duration_s"], row["is_ad"]) == ("it's", ["a", 'é"'], 12.5, True)
    assert row["is_pinned"] is None
    (day,) = store.query("SELECT * FROM account_days", ["account_days"])
    assert (day["day"], day["likes"], day["views"]) == (date(2024, 2, 29), -3, 9007199254740993)
    assert day["observed_at"] == datetime(2024, 3, 1, 0, 2, 3, 4, tzinfo=UTC)
    assert day["observed_at"].tzinfo is UTC
    (point,) = store.query("SELECT second, retention_rate FROM retention", ["retention"])
    assert point == {"second": 0.1, "retention_rate": None}


@pytest.mark.usefixtures("either_path")
def test_a_missing_list_is_stored_as_an_empty_one(commit: Commit, store: Store) -> None:
    commit("one", posts="SELECT 'p1' AS post_id, 'tiktok' AS platform, 'x' AS source, now() AS observed_at")
    assert store.query("SELECT hashtags FROM posts", ["posts"]).rows == [([],)]


@pytest.mark.usefixtures("either_path")
@pytest.mark.parametrize("sealed", [False, True])
def test_the_newest_version_of_a_key_is_shown(commit: Commit, store: Store, *, sealed: bool) -> None:
    commit("one", posts=f"{post('p1', 'old')} UNION ALL {post('p2', 'stays')}")
    commit("two", posts=post("p1", "new"))
    if sealed:
        store.seal()
    commit("three", posts=post("p1", "newest"))
    captions = store.query("SELECT post_id, caption FROM posts ORDER BY 1", ["posts"]).rows
    assert captions == [("p1", "newest"), ("p2", "stays")]
    assert store.rows()["posts"] == 2


@pytest.mark.usefixtures("either_path")
def test_seq_counts_the_batches_and_the_log_keeps_them(commit: Commit, store: Store) -> None:
    assert [commit("a", post_snapshots=snapshots(3)), commit("b", post_snapshots=snapshots(3, 3))] == [1, 2]
    assert [kept.batch_id for kept in store.batches()] == ["a", "b"]
    assert store.find_batch("b") == batch("b")
    assert store.find_batch("c") is None


@pytest.mark.usefixtures("either_path")
def test_a_batch_that_is_stored_is_refused(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(3))
    with pytest.raises(StorageError, match="imported already"):
        commit("a", post_snapshots=snapshots(3, 3))
    assert store.rows()["post_snapshots"] == 3


def test_a_second_row_with_the_same_key_is_refused_whole(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(3))
    with pytest.raises(StorageError, match="UNIQUE"):
        commit("b", post_snapshots=snapshots(3), posts=post("p1", "x"))
    assert store.rows()["posts"] == 0
    assert store.find_batch("b") is None


def test_a_batch_without_rows_is_logged_and_nothing_else(commit: Commit, store: Store) -> None:
    commit("empty", post_snapshots=snapshots(0))
    assert store.rows()["post_snapshots"] == 0
    assert store.find_batch("empty") is not None


def test_a_small_batch_goes_to_the_journal_and_a_large_one_to_the_lake(commit: Commit, store: Store) -> None:
    commit("small", post_snapshots=snapshots(10))
    assert (store.unsealed(), (store.root / "lake").exists()) == (10, False)
    commit("large", post_snapshots=snapshots(20_001, 10))
    assert store.unsealed() == 10
    assert store.rows()["post_snapshots"] == 20_011


def test_a_writer_sees_its_own_state(commit: Commit, store: Store) -> None:
    commit("a", posts=post("p1", "x"))
    with connect(store.settings) as connection, store.writing() as held:
        held.attach(connection, ["posts"])
        assert held.find_batch("a") is not None
        assert connection.execute("SELECT count(*) FROM posts").fetchall() == [(1,)]


def test_a_reader_keeps_the_instant_that_it_began_with(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(5))
    with connect(store.settings) as connection:
        store.attach(connection, ["post_snapshots"])
        commit("b", post_snapshots=snapshots(5, 5))
        store.seal()
        assert connection.execute("SELECT count(*) FROM post_snapshots").fetchall() == [(5,)]
    assert store.rows()["post_snapshots"] == 10


def test_a_query_takes_parameters(commit: Commit, store: Store) -> None:
    commit("a", post_snapshots=snapshots(5))
    found = store.query(
        "SELECT count(*) AS n FROM post_snapshots WHERE post_id = $id", ["post_snapshots"], {"id": "p3"}
    )
    assert found.rows == [(1,)]


def test_infinity_and_nan_are_unknown(store: Store) -> None:
    found = store.query("SELECT 1e0 / 0 AS a, 'nan'::DOUBLE AS b, 2.5 AS c, 0.5::FLOAT AS d", [])
    assert found.rows[0][0] is None
    assert found.rows[0][1] is None
    assert float(found.rows[0][2]) == 2.5
    assert found.rows[0][3] == 0.5


def test_the_session_is_in_utc_and_installs_nothing(settings: Settings, tmp_path: Path) -> None:
    with bulk_connection(settings, tmp_path) as connection:
        said = dict(
            connection.execute(
                "SELECT name, value FROM duckdb_settings() WHERE name IN "
                "('TimeZone', 'autoinstall_known_extensions', 'memory_limit', 'threads')"
            ).fetchall()
        )
    assert said["TimeZone"] == "UTC"
    assert said["autoinstall_known_extensions"] == "false"
    assert said["threads"] == "1"
    assert said["memory_limit"] == "244.1 MiB"


def test_every_kind_of_column_has_a_type_everywhere() -> None:
    kinds = {column.kind for table in TABLES.values() for column in table.columns}
    assert kinds == set(DUCKDB)
